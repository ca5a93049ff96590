"""reseal: what an old key sealed is sealed anew with the key of now, until nobody needs the old one any more.

held      how much is sealed with which key of a region
reseal    seal anew what an old key sealed: identities in small blocks, deliveries one by one
retired   the keys of a region without the old ones, where nothing is sealed with those

Killed anywhere, running again goes on. Nothing is shown: what is opened is sealed again at once. Tink writes the number
of the key in front of a sealed identity; a sealed delivery does not say its key, so each key of the keyset is tried.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import LargeBinary, bindparam, func, select, tuple_, update
from tink import TinkError

from exchange.context import landing_of
from exchange.errors import DeclarationError
from exchange.keys import Keys, alone, listed, newest
from exchange.landing import Landing
from exchange.region import Region
from warehouse import load
from warehouse.engine import engine_for
from warehouse.tables import identiteit, persoon

log = logging.getLogger(__name__)

BLOCK = 500  # identities in one transaction
UNKNOWN = 0  # the number of no key: what none of ours opens
SEALED = ".zst.sealed"
_mark = func.substring(identiteit.c.sealed, 2, 4, type_=LargeBinary)  # behind the version of Tink's prefix
_PLACE = (identiteit.c.client_ref, identiteit.c.known_from, identiteit.c.digest)


@dataclass(frozen=True)
class Held:
    """One key of a keyset, without anything of it; sealed: how many identities or deliveries only it opens."""

    purpose: str
    key_id: int
    status: str
    is_primary: bool
    sealed: int


def held(region: Region) -> list[Held]:
    """Per key how much it sealed; key 0 is what no key of ours opens. Raises DeclarationError, WarehouseError."""
    landing = landing_of(region)
    keys = landing.keys
    found: list[Held] = []
    for purpose, keyset, counts in (
        ("LANDING", keys.landing_keyset, Counter(key_of(landing, path) for path in _files(landing))),
        ("KLUIS", keys.kluis_keyset, _identities(region)),
    ):
        found += [Held(purpose, *key, counts.pop(key[0], 0)) for key in listed(keyset)]
        found += [Held(purpose, UNKNOWN, "unknown", False, counts.total())] if counts else []
    return found


def reseal(region: Region) -> tuple[int, int]:
    """Seal anew what an old key sealed. Returns how many identities and how many deliveries.

    The login needs the region's role `kluis`. Waits, per source, while a delivery of it is judged or a person is
    erased. Raises WarehouseError; SourceUnavailable where the disk is full.
    """
    landing = landing_of(region)
    identities = sum(_reseal_identities(region, landing.keys))
    deliveries = 0
    primary = _primary(landing.keys.landing_keyset)
    for folder in sorted(path for path in landing.root.glob("*") if path.is_dir()):
        with engine_for(region.database, "loader").begin() as alone_at_work:
            load.one_at_a_time(alone_at_work, folder.name)
            for path in _files(landing, folder):
                if key_of(landing, path) not in (primary, UNKNOWN):
                    landing.blank(str(path.relative_to(landing.root)), _sha256(path), [])
                    deliveries += 1
    log.info("%s: sealed anew: identities %d · deliveries %d", region.name, identities, deliveries)
    return identities, deliveries


def retired(region: Region) -> dict[str, str]:
    """The keys of a region, the old ones left out. Raises DeclarationError while one of them is needed."""
    needed = [one for one in held(region) if one.sealed and not one.is_primary]
    if needed:
        told = ", ".join(f"{one.purpose} {one.key_id or 'unknown'}: {one.sealed}" for one in needed)
        cure = (
            f"run `hub keys {region.name} --reseal` first"
            if all(one.key_id for one in needed)
            else "find its key first"
        )
        raise DeclarationError("keys", region.name, f"still sealed with an old key ({told}); {cure}")
    return newest(region.name)


def key_of(landing: Landing, path: Path) -> int:
    """The number of the key that sealed a file in landing; UNKNOWN where none of ours opens it."""
    for key_id, _, _ in listed(landing.keys.landing_keyset):
        one = Landing(landing.root, replace(landing.keys, landing_keyset=alone(landing.keys.landing_keyset, key_id)))
        try:
            with one.open(str(path.relative_to(landing.root)), _sha256(path)) as stream:
                stream.read(1)
        except TinkError:
            continue
        return key_id
    return UNKNOWN


def _identities(region: Region) -> Counter[int]:
    query = select(_mark, func.count()).select_from(identiteit).group_by(_mark)
    with engine_for(region.database, "kluis").connect() as connection:
        return Counter({int.from_bytes(mark): count for mark, count in connection.execute(query)})


def _reseal_identities(region: Region, keys: Keys) -> Iterator[int]:
    """A block at a time, in the order of the key of the table: a killed one is found again by its old mark."""
    query = (
        select(*_PLACE, identiteit.c.sealed, persoon.c.lookup)
        .join(persoon, persoon.c.client_ref == identiteit.c.client_ref)
        .where(_mark != _primary(keys.kluis_keyset).to_bytes(4))
        .order_by(*_PLACE)
        .limit(BLOCK)
        .with_for_update(of=identiteit)
    )
    named = {f"this_{column.name}": column for column in _PLACE}
    change = update(identiteit).where(*(column == bindparam(name) for name, column in named.items()))
    change = change.values(sealed=bindparam("anew"))
    last = None
    while True:
        with engine_for(region.database, "kluis").begin() as connection:
            after = query if last is None else query.where(tuple_(*_PLACE) > last)
            rows = connection.execute(after).all()
            if not rows:
                return
            connection.execute(
                change,
                [
                    dict(zip(named, row[:3], strict=True))
                    | {"anew": keys.seal.encrypt(keys.seal.decrypt(row.sealed, row.lookup), row.lookup)}
                    for row in rows
                ],
            )
        last = tuple(rows[-1][:3])
        yield len(rows)


def _files(landing: Landing, folder: Path | None = None) -> Iterator[Path]:
    return iter(sorted((folder or landing.root).rglob(f"*{SEALED}")))


def _sha256(path: Path) -> bytes:
    return bytes.fromhex(path.name.removesuffix(SEALED))


def _primary(keyset: str) -> int:
    return next(key_id for key_id, _, is_primary in listed(keyset) if is_primary)
