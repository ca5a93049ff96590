"""Current records of desks and of vroeghulp, written straight into the warehouse, and the marts made of them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import count
from typing import Any

from sqlalchemy import Connection, insert, text

from tests.warehouse.versions import client
from warehouse.engine import engine_for
from warehouse.marts import publish_marts
from warehouse.tables import delivery

Row = dict[str, Any]
_numbers = count(1)
MEE, GGD = "41018393", "00000101"
ALGEMEEN: Row = {"organisatie_code": MEE, "financier_code": "1", "grondslag_code": "1"}


def delivered(connection: Connection, source: str, code: str, bericht: str, stand_op: date) -> None:
    """A merged delivery that says up to when a source delivered."""
    number = next(_numbers)
    connection.execute(
        insert(delivery).values(
            source=source, verantwoordelijke_code=code, bericht=bericht, contract_versie="1.0", run_id="test",
            name="t", media_type="application/xml", stand_op=datetime(*stand_op.timetuple()[:3], tzinfo=UTC),
            vandaag=stand_op, sha256=sha256(f"{source} {bericht} {number}".encode()).digest(), bytes=1,
            landing_path="t", state="merged", received=0, accepted=0,
        )
    )  # fmt: skip


def current(connection: Connection, bericht: str, rows: Iterable[Row]) -> None:
    """Records as they stand now."""
    for number, values in enumerate(rows, 1):
        versie = next(_numbers)
        row = {
            "versie_id": versie, "delivery_id": 1, "source": "mee_drenthe", "record_nummer": number,
            "sleutel_hash": versie.to_bytes(16), "inhoud_hash": b"", "moment": datetime(2015, 1, 1, tzinfo=UTC),
            "stand_op": datetime(2015, 1, 1, tzinfo=UTC), "is_ingetrokken": False, "partitie": "",
            "regelset": "t", "software": "t", "known_from": datetime(2015, 1, 1, tzinfo=UTC),
        } | ALGEMEEN | values  # fmt: skip
        names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
        connection.execute(text(f"INSERT INTO warehouse.actueel_{bericht} ({names}) VALUES ({marks})"), row)


def stap(code: str, day: str, dossier: str = "D1", **values: Any) -> Row:
    """One step of a file of MEE in Emmen."""
    return {
        "stap_nummer": f"S{next(_numbers)}", "dossier_nummer": dossier, "gemeente_code": "0114",
        "verantwoordelijke_code": MEE, "partij_code": MEE, "partij_kenmerk": f"K-{dossier}", "stap_code": code,
        "datum_stap": date.fromisoformat(day), "eigenaar_organisatie_code": MEE,
    } | values  # fmt: skip


def toestemming(day: str = "2015-01-01", tot: str | None = "2015-12-31", **values: Any) -> Row:
    """Consent of the parents for one party (20)."""
    return stap("20", day, **{
        "toestemming_voor_partij_code": GGD, "toestemming_omvang_code": ["1", "2"], "toestemming_door_code": "1",
        "datum_geldig_tot": date.fromisoformat(tot) if tot else None, "client_ref": client(1), **values,
    })  # fmt: skip


def melding(nummer: str, loket: str, day: str, **values: Any) -> Row:
    """One aanmelding at a desk; the desk's code begins with its gemeente, or it is MEE's."""
    mee = loket.startswith("MEE")
    code = MEE if mee else loket[:4]
    return {
        "aanmelding_nummer": nummer, "gemeente_code": "0114" if mee else code, "organisatie_code": code,
        "verantwoordelijke_code": code, "source": "mee_drenthe" if mee else f"g{code}", "loket_code": loket,
        "datum_aanmelding": date.fromisoformat(day), "clientrol_code": "1", "verwijzer_code": "01",
        "client_ref": client(1), "is_anoniem": False, "woongemeente_code": "0114", "is_geheim_adres": False,
    } | values  # fmt: skip


def stuurt(naar: str, day: str, kenmerk: str | None = "OV-1", soort: str | None = "1", **values: Any) -> Row:
    """What an aanmelding says that was sent on."""
    return {
        "doorgestuurd_naar_loket_code": naar, "datum_doorgestuurd": date.fromisoformat(day),
        "overdracht_kenmerk": kenmerk, "overdracht_code": soort, "uitkomst_code": "3" if soort == "1" else "4",
    } | values  # fmt: skip


def ontvangt(van: str, kenmerk: str | None = "OV-1", soort: str | None = "1", **values: Any) -> Row:
    """What an aanmelding says that came from another desk."""
    return {"ontvangen_van_loket_code": van, "overdracht_kenmerk": kenmerk, "overdracht_code": soort} | values


def publish(database: str, vandaag: date) -> dict[str, int]:
    """Make all marts."""
    with engine_for(database, "loader").begin() as connection:
        return publish_marts(connection, vandaag)


def read(database: str, query: str, role: str = "") -> list[Row]:
    """Rows of a query under a role; if none is said, under that of its reader."""
    reader = "coordinator" if "mart_vroeghulp." in query else "analyst"
    with engine_for(database, role or reader).connect() as connection:
        return [dict(row) for row in connection.execute(text(query)).mappings()]
