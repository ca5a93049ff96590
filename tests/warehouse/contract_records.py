"""Current records of the contract, written straight into the tables, for tests of what is counted from them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, text

from exchange.raamcontract import Raamcontract, load_raamcontract
from tests.warehouse.versions import client
from warehouse.marts import load_declared, publish_marts
from warehouse.tables import delivery, normbedrag, raamcontract, raamcontract_gemeente, verwachte_levering

MEE, EMMEN, ASSEN = "41018393", "0114", "0106"
# Emmen has 90,000 of the 100,000 inhabitants; norm amounts that no other product of a count gives.
CONTRACT = """
naam = "Proef"
aanbieder = "41018393"
vergelijken_vanaf = 2014-01-01
[looptijd]
van = 2015-01-01
tot_en_met = 2015-12-31
optie_tot_en_met = 2016-12-31
optie_gelicht = true
[budget]
lezing = "A"
deel_via_contract = 0.75
vloer = 0.90
[budget.bedrag_eur]
"2015" = 100_000
"2016" = 200_000
[verdeling]
sleutel = "inwoners"
[inwoners]
bron = "proef"
[inwoners.gemeente]
"0114" = 90_000
"0106" = 10_000
[normbedragen."2014"]
bron = "proef"
[normbedragen."2014".eur]
A = 101
B1 = 103
B2 = 107
B3 = 109
B4 = 113
B5 = 127
C = 131
D = 137
E = 139
[normbedragen."2016"]
bron = "proef"
[normbedragen."2016".eur]
A = 201
B1 = 203
B2 = 207
B3 = 209
B4 = 213
B5 = 227
C = 231
D = 237
E = 239
[collectief]
max_eur_per_1000_inwoners = 4_000
bron = "proef"
[vroeghulp]
vast_eur = 1_000
bron = "proef"
leeftijd_tot_en_met = 7
leeftijd_overgang = 4
[kleine_aantallen]
kenmerk = 5
doelgroep = 10
"""
DEFAULTS: dict[str, dict[str, Any]] = {
    "aanmelding": {
        "datum_aanmelding": date(2015, 1, 5), "loket_code": "MEE-EMM", "clientrol_code": "1", "verwijzer_code": "01",
        "is_anoniem": False, "woongemeente_code": EMMEN, "is_geheim_adres": False, "leeftijdsklasse_code": "08",
    },
    "traject": {
        "dossier_nummer": "D", "aanmelding_nummer": "A", "dienst_code": "B1", "uitvoerder_code": "1", "rol_code": "1",
        "datum_start": date(2015, 1, 10), "leefgebied_code": ["01"],
    },
    "activiteit": {
        "datum": date(2015, 1, 10), "minuten": 60, "soort_code": "1", "dienst_code": "B1", "uitvoerder_code": "1",
    },
    "onderzoek": {
        "wet_code": "1", "datum_melding": date(2015, 1, 5), "is_anoniem": False, "woongemeente_code": EMMEN,
        "is_geheim_adres": False,
    },
}  # fmt: skip
_numbers = count(1)


def contract_of(folder: Path, declaration: str = CONTRACT) -> Raamcontract:
    """The contract of two gemeenten, as a file says it."""
    file = folder / "contract.toml"
    file.write_text(declaration)
    found = load_raamcontract(file, (EMMEN, ASSEN), {MEE: "MEE"})
    assert found is not None
    return found


def declare(connection: Connection, contract: Raamcontract) -> None:
    """What publish does before it makes the marts."""
    tables = {table.name: table for table in (raamcontract, raamcontract_gemeente, normbedrag)}
    for name, rows in contract.rows().items():
        load_declared(connection, tables[name], rows)
    expected: list[tuple[str, str, str, str | None]] = []
    expected += [("mee", bericht, MEE, None) for bericht in ("aanmelding", "traject", "activiteit")]
    expected += [(name, "onderzoek", code, code) for name, code in (("emmen", EMMEN), ("assen", ASSEN))]
    names = ("source", "bericht", "verantwoordelijke_code", "gemeente_code")
    load_declared(
        connection,
        verwachte_levering,
        [dict(zip(names, row, strict=True)) | {"naam": row[0], "soort": "proef"} for row in expected],
    )


def delivered(connection: Connection, bericht: str, source: str, code: str, until: datetime) -> int:
    """A merged delivery that gives the state of a moment. Gives its delivery_id."""
    number: int = connection.execute(
        insert(delivery)
        .values(
            source=source, gemeente_code=code if len(code) == 4 else None, verantwoordelijke_code=code,
            bericht=bericht, contract_versie="1.0", run_id="test", name="test", media_type="text/xml", stand_op=until,
            vandaag=until.date(), sha256=sha256(str(next(_numbers)).encode()).digest(), bytes=1, landing_path="test",
            state="merged",
        )
        .returning(delivery.c.delivery_id)
    ).scalar_one()  # fmt: skip
    return number


def current(
    connection: Connection, bericht: str, records: Sequence[dict[str, Any]], until: date = date(2017, 1, 2),
    source: str = "mee", code: str = MEE,
) -> None:  # fmt: skip
    """These are the current records of a source, delivered up to the beginning of a day."""
    moment = datetime(until.year, until.month, until.day, tzinfo=UTC)
    delivery_id = delivered(connection, bericht, source, code, moment)
    for record in records:
        number = next(_numbers)
        row = {
            "versie_id": number, "delivery_id": delivery_id, "source": source, "record_nummer": 1,
            "sleutel_hash": number.to_bytes(16), "inhoud_hash": number.to_bytes(16), "moment": moment,
            "stand_op": moment, "is_ingetrokken": False, "partitie": "", "regelset": "test", "software": "test",
            "known_from": moment, f"{bericht}_nummer": f"N{number}", "gemeente_code": EMMEN, "organisatie_code": code,
            "verantwoordelijke_code": code, "financier_code": "1", "grondslag_code": "1",
        }  # fmt: skip
        row |= DEFAULTS[bericht] | ({} if bericht == "activiteit" else {"client_ref": client(number)}) | record
        connection.execute(
            text(
                f"INSERT INTO warehouse.actueel_{bericht} ({', '.join(row)})"
                f" VALUES ({', '.join(f':{name}' for name in row)})"
            ),
            row,
        )


def rows(connection: Connection, table: str, **wanted: Any) -> list[dict[str, Any]]:
    """Rows of a mart of the contract with these values, in a fixed order."""
    found = [dict(row) for row in connection.execute(text(f"SELECT * FROM mart_contract.{table}")).mappings()]
    chosen = [row for row in found if all(row[name] == value for name, value in wanted.items())]
    return sorted(chosen, key=lambda row: str(sorted(row.items())))


def row(connection: Connection, table: str, **wanted: Any) -> dict[str, Any]:
    """The one row of a mart of the contract with these values."""
    (found,) = rows(connection, table, **wanted)
    return found


def publish(connection: Connection, vandaag: date) -> None:
    """Make the marts as of a day."""
    publish_marts(connection, vandaag)
