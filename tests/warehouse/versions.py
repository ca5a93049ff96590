"""Deliveries and versions of aanmeldingen, written straight into the tables, for tests of what comes after."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, insert, text, update

from warehouse.tables import delivery

DAY = date(2015, 3, 2)
NIGHT = datetime(2015, 3, 2, tzinfo=UTC)
_bytes = count()


@dataclass(frozen=True)
class Version:
    """One version of record `key`; `moment` in hours, `content` any number that stands for what it says."""

    key: int
    moment: int = 0
    content: int = 0
    gone: bool = False
    values: dict[str, Any] = field(default_factory=dict, compare=False)


def client(number: int) -> UUID:
    """The pseudonym of a person in a test."""
    return uuid5(UUID(int=0), str(number))


def deliver(
    connection: Connection,
    versions: Sequence[Version],
    *,
    source: str = "emmen",
    code: str = "0114",
    night: int = 0,
) -> int:
    """A judged delivery of aanmeldingen with these versions. Gives its delivery_id."""
    stand_op = NIGHT + timedelta(days=night)
    digest = sha256(str(next(_bytes)).encode()).digest()
    delivery_id: int = connection.execute(
        insert(delivery)
        .values(
            source=source, gemeente_code=code, verantwoordelijke_code=code, bericht="aanmelding",
            contract_versie="1.0", run_id="test", name="test.xml", media_type="application/xml",
            stand_op=stand_op, vandaag=stand_op.date(), sha256=digest, bytes=1, landing_path="test",
            state="validated", received=len(versions), accepted=len(versions),
        )
        .returning(delivery.c.delivery_id)
    ).scalar_one()  # fmt: skip
    for number, version in enumerate(versions, 1):
        add_version(connection, delivery_id, number, version, source=source, code=code, stand_op=stand_op)
    return delivery_id


def add_version(
    connection: Connection, delivery_id: int, number: int, version: Version, *, source: str, code: str,
    stand_op: datetime,
) -> None:  # fmt: skip
    row: dict[str, Any] = {
        "delivery_id": delivery_id,
        "source": source,
        "record_nummer": number,
        "sleutel_hash": version.key.to_bytes(16),
        "inhoud_hash": b"" if version.gone else version.content.to_bytes(16),
        "moment": NIGHT + timedelta(hours=version.moment),
        "stand_op": stand_op,
        "is_ingetrokken": version.gone,
        "partitie": "",
        "regelset": "test",
        "software": "test",
        "known_from": NIGHT,
        "aanmelding_nummer": f"A{version.key}",
        "verantwoordelijke_code": code,
    }
    if not version.gone:
        row |= {
            "gemeente_code": code,
            "organisatie_code": code,
            "financier_code": "1",
            "grondslag_code": "1",
            "datum_aanmelding": DAY,
            "loket_code": f"{code}-WMO",
            "clientrol_code": "1",
            "verwijzer_code": "01",
            "client_ref": client(version.key),
            "is_anoniem": False,
            "woongemeente_code": code,
            "is_geheim_adres": False,
        } | version.values
    names = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    connection.execute(text(f"INSERT INTO accepted.aanmelding ({names}) VALUES ({marks})"), row)


def mark_merged(connection: Connection, delivery_id: int) -> None:
    """What the verb does behind the merge."""
    connection.execute(update(delivery).where(delivery.c.delivery_id == delivery_id).values(state="merged"))
