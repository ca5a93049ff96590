"""What an answer tells, taken from the ledger: in Dutch, in the sender's own field names, without a value of a record.

The newest version of an answer can be made again at any time: all that it tells is frozen in `exchange.delivery` and
`exchange.reject` from the moment that the delivery came into its state.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, RowMapping, select, text

from exchange.check import refusal
from exchange.delivery import place_of
from exchange.document_quality import quality
from exchange.outbox import KINDS as STATES
from exchange.region import Delivers, Region, Source
from reports.retourbericht import sentence
from schemas.faults import CATALOGUE, fault
from schemas.messages import fault_at
from schemas.render.retourbericht import VERSIE
from warehouse.tables import answer, delivery, quality_result, reject

OUTCOME: Mapping[str, str] = {"merged": "verwerkt", "refused": "geweigerd", "duplicate": "dubbel"}
PROEF = "proef"
#: What the ledger counts, in the sender's language.
COUNTED: Mapping[str, str] = {
    "ontvangen": "received",
    "aangenomen": "accepted",
    "afgekeurd": "rejected",
    "ongewijzigd": "unchanged",
    "achterhaald": "superseded",
    "verwijderd": "deleted",
    "ingetrokken": "withdrawn",
}
#: Records per code, and per code and field. A fault at one of several values has no text of its own for the field.
KINDS = text("""
    select code, field, tekst, count(distinct record_nummer) as aantal, grouping(field) = 1 as is_total
    from (
        select record_nummer, fault ->> 'code' as code, fault ->> 'field' as field,
            case when fault ->> 'index' is null then fault ->> 'tekst' end as tekst
        from exchange.reject cross join jsonb_array_elements(faults) as fault
        where delivery_id = :delivery_id
    ) as fouten
    group by grouping sets ((code), (code, field, tekst))
    order by code, is_total desc, aantal desc, field, tekst
""")
BLOCK = 1000  # records in memory at once


@dataclass(frozen=True)
class Document:
    """An answer but for its refused records; `name` is that of its files, and stays the same over all versions."""

    delivery_id: int
    versie: int
    name: str
    head: dict[str, Any]
    rejects_of: int | None  # the delivery whose rejects are told; None where none are


def document(connection: Connection, region: Region, delivery_id: int) -> Document:
    """The newest version of the answer to a delivery. Raises LookupError."""
    of_delivery = select(delivery).where(delivery.c.delivery_id == delivery_id)
    row = connection.execute(of_delivery).mappings().one_or_none()
    newest = select(answer).where(answer.c.delivery_id == delivery_id).order_by(answer.c.versie.desc()).limit(1)
    made = connection.execute(newest).mappings().one_or_none()
    if row is None or made is None:
        raise LookupError(f"delivery {delivery_id} has no answer; `hub deliveries` lists the deliveries")
    source = region.sources.get(row["source"])
    if source is None:
        raise LookupError(f"delivery {delivery_id} is of {row['source']}, which is not declared any more")
    delivers = source.delivers.get(row["bericht"])
    is_judged = made["soort"] != "ontvangen"
    rejects_of = row["duplicate_of"] if row["state"] == "duplicate" else delivery_id
    code = row["fault_code"]
    head: dict[str, Any] = {
        "retourbericht": VERSIE,
        "versie": made["versie"],
        "soort": made["soort"],
        "uitkomst": _outcome(connection, row, made["soort"]),
        "gemaakt_op": _moment(made["made_at"]),
        "samenvatting": "",
        "afzender": {"bron": source.id, "naam": source.title, "soort": source.kind, "code": source.code},
        "levering": {
            "nummer": delivery_id,
            "bericht": row["bericht"] or None,
            "contract": row["contract_versie"] or None,
            "naam": row["name"],
            "stand_op": _moment(row["stand_op"]) if row["stand_op"] else None,
            "omvang": row["omvang"],
            "opgehaald_voor": row["vandaag"].isoformat(),
            "ontvangen_op": _moment(row["received_at"]),
            "gelijk_aan": row["duplicate_of"],
        },
        "aantallen": {name: row[column] for name, column in COUNTED.items()} if is_judged else None,
        "weigering": _refused(source, code, row["warnings"]) if code else None,
        "fouten": _kinds(connection, delivers, rejects_of) if is_judged else [],
        "waarschuwingen": [_warning(delivers, one) for one in row["warnings"] if one["code"] != code],
        "kwaliteit": [],
        "contact": {"naam": f"Regiohub {region.title}", "email": region.contact},
    }
    head["kwaliteit"] = quality(connection, region, source, head, _names(delivers)) if is_judged else []
    head["samenvatting"] = sentence(head)
    name = f"retourbericht_{row['vandaag']:%Y%m%d}_{row['bericht'] or 'levering'}_{delivery_id}"
    if made["soort"] == PROEF:
        name = f"proef_{name}"
    return Document(delivery_id, made["versie"], name, head, rejects_of if is_judged else None)


def _outcome(connection: Connection, row: RowMapping, soort: str) -> str:
    """What became of a delivery; of one that was only tried, what would have."""
    if soort != PROEF:
        return OUTCOME[row["state"]] if soort == "definitief" else soort
    unmet = select(quality_result.c.delivery_id).where(
        quality_result.c.delivery_id == row["delivery_id"],
        quality_result.c.level == "hold",
        quality_result.c.is_met.is_(False),
    )
    if row["fault_code"]:
        return OUTCOME["refused"]
    return STATES["held"] if connection.scalar(select(unmet.exists())) else OUTCOME["merged"]


def records(connection: Connection, region: Region, found: Document) -> Iterator[dict[str, Any]]:
    """The refused records of an answer, in the order of the delivery; streamed, so that there may be many."""
    if found.rejects_of is None:
        return
    levering, source = found.head["levering"], region.sources[found.head["afzender"]["bron"]]
    names = _names(source.delivers.get(levering["bericht"]))
    columns = (reject.c.record_nummer, reject.c.sleutel, reject.c.gemeente_code, reject.c.faults)
    query = select(*columns).where(reject.c.delivery_id == found.rejects_of).order_by(reject.c.record_nummer)
    for row in connection.execute(query, execution_options={"yield_per": BLOCK}).mappings():
        yield _record(row, names)


def warning_text(delivers: Delivers | None, code: str, field: str) -> str:
    """A warning in Dutch, in the sender's own field names where its declaration still tells them."""
    if delivers is None or code.startswith("L"):
        return fault(code, veld=field, velden=field).text()
    return fault_at(delivers.contract, code, field, names=_names(delivers)).text()


def _record(row: RowMapping, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "record": row["record_nummer"],
        "sleutel": row["sleutel"],
        "gemeente_code": row["gemeente_code"],
        "fouten": [
            {
                "code": one["code"],
                "veld": names.get(one["field"], one["field"]) or None,
                "contractveld": one["field"] or None,
                "plaats": one["index"],
                "tekst": one["tekst"],
            }
            for one in row["faults"]
        ],
    }


def _names(delivers: Delivers | None) -> Mapping[str, str]:
    """Contract path -> the sender's own name, where its declaration still tells them."""
    return delivers.theirs if delivers else {}


def _kinds(connection: Connection, delivers: Delivers | None, delivery_id: int) -> list[dict[str, Any]]:
    """The faults of the refused records by code: how many records, and in which of the sender's fields."""
    names, found = _names(delivers), []
    rows = connection.execute(KINDS, {"delivery_id": delivery_id}).mappings().all()
    for code, group in groupby(rows, itemgetter("code")):
        total, *places = group
        found.append(
            {
                "code": code,
                "aantal": total["aantal"],
                "herstel": CATALOGUE[code].herstel,
                "velden": [
                    {
                        "veld": names.get(place["field"], place["field"]) or None,
                        "contractveld": place["field"] or None,
                        "tekst": place["tekst"] or warning_text(delivers, code, place["field"]),
                        "aantal": place["aantal"],
                    }
                    for place in places
                ],
            }
        )
    return sorted(found, key=itemgetter("aantal"), reverse=True)


def _refused(source: Source, code: str, warnings: list[dict[str, Any]]) -> dict[str, str]:
    return {"code": code, "tekst": refusal(code, place_of(code, warnings), source), "herstel": CATALOGUE[code].herstel}


def _warning(delivers: Delivers | None, one: Mapping[str, Any]) -> dict[str, Any]:
    code, field = one["code"], one["field"]
    return {
        "code": code,
        "veld": _names(delivers).get(field, field) or None,
        "tekst": warning_text(delivers, code, field),
        "herstel": CATALOGUE[code].herstel,
        "aantal": one["count"],
    }


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
