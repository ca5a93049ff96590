"""validate: judge every record of a delivery against its contract, and load what is sound into ACCEPTED.

One transaction gives the whole verdict: versions, rejects, identities, manifest and counts, or nothing. A
delivery that cannot be read as a whole is refused, and the task stays green: the sender gets the answer.
A large file is read by two processes, each one half of it, and judged by two sessions, one of which keeps the
identities and commits first.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from importlib.metadata import version

from sqlalchemy import Connection, func, select

from connectors.connector import Header
from exchange import delivery, late, proof
from exchange.blocked import blocked
from exchange.clock import midnight
from exchange.columns import judge_columns, judge_heads
from exchange.context import Context
from exchange.delivery import Counts, Delivery
from exchange.errors import DeliveryRefused
from exchange.redact import redact
from exchange.region import Delivers, Source
from exchange.same_key import same_key
from exchange.seen import NOTHING, Seen, last_shown
from exchange.workers import Filled, Marking, fill
from warehouse import load

log = logging.getLogger(__name__)

REPEATED, KEYLESS = "L021", "L023"


def regelset(context: Context, delivers: Delivers, vandaag: date) -> str:
    """The rules that judge what a source delivers in a night, as one short hash: contract, code lists, arrangements.

    Without an arrangement that can touch it, it is as if there were none anywhere.
    """
    arrangements = context.region.arrangements_on(delivers.contract, context.source, vandaag)
    parts = filter(None, (delivers.contract.digest, context.region.codelists.digest, arrangements.digest))
    return sha256("\n".join(parts).encode()).hexdigest()[:16]


def validate(context: Context, delivery_id: int) -> Counts:
    """Judge one delivery. Returns what became of its records; a delivery already judged is not judged again.

    While another delivery of its source and bericht waits to be assessed it is not judged yet: if that one is held,
    this one must not be weighed against it. It stays `received`, and is judged when asked again.

    Raises WarehouseError, DeclarationError where the lookup key is another than before; a delivery that the sender has
    to mend is no exception, but a state.
    """
    found, counts = _verdict(context, delivery_id)
    redact(context, found)
    return counts


def _verdict(context: Context, delivery_id: int) -> tuple[Delivery, Counts]:
    with context.engine.begin() as connection:
        load.one_at_a_time(connection, context.source.id)
        found = delivery.find(connection, delivery_id, lock=True)
        if found.state != "received":
            return found, found.counts
        if (other := delivery.unassessed(connection, found)) is not None:
            log.info("%s: delivery %d waits until delivery %d is assessed", context.source.id, delivery_id, other)
            return found, found.counts
        same_key(context, connection)
        try:
            with connection.begin_nested():
                counts = judge(context, connection, found)
        except DeliveryRefused as refused:
            load.drop_stages(connection, [load.stage_name(delivery_id, part) for part in range(2)])
            delivery.close(
                connection,
                delivery_id,
                "refused",
                Counts(),
                fault_code=refused.code,
                warnings=delivery.told(refused.code, refused.detail) if refused.detail else [],
            )
            log.warning("%s: delivery %d refused: %s", context.source.id, delivery_id, refused)
            return found, Counts()
    log.info("%s: delivery %d %s: %s", context.source.id, delivery_id, found.bericht, counts.line())
    return found, counts


def judge_header(source: Source, header: Header, stand_op: datetime, vandaag: date) -> None:
    """What a delivery says of itself, held against what was agreed with its source. Raises DeliveryRefused."""
    delivers = source.delivers.get(header.bericht)
    if delivers is None:
        raise DeliveryRefused("L002", header.bericht)
    if header.versie not in (0, delivers.contract.major):
        raise DeliveryRefused("L003", str(header.versie))
    if header.afzender and header.afzender != source.code:
        raise DeliveryRefused("L004")
    if stand_op.date() > vandaag + timedelta(days=1):
        raise DeliveryRefused("L008", stand_op.date().isoformat())
    if header.columns:
        judge_columns(delivers, header.columns)
    judge_heads(delivers, header.heads)


def complete(header: Header, bericht: str, scope: tuple[str, ...]) -> Header:
    """A header with what its format has no place for, as it was found at the source."""
    omvang = header.omvang or ("volledig" if scope else "wijzigingen")
    return replace(header, bericht=header.bericht or bericht, omvang=omvang, scope=scope or header.scope)


def judge(context: Context, connection: Connection, found: Delivery) -> Counts:
    """Judge one delivery in the transaction of the caller. Raises DeliveryRefused.

    Records that came before in the same bytes are taken as known; where one proves to matter, none is.
    """
    try:
        with connection.begin_nested():
            return _judge(context, connection, found, is_again=False)
    except load.Doubt:
        log.info(
            "%s: delivery %d: what was known has changed, each record is judged", context.source.id, found.delivery_id
        )
    return _judge(context, connection, found, is_again=True)


def _judge(context: Context, connection: Connection, found: Delivery, *, is_again: bool) -> Counts:
    delivers, connector = context.source.delivers[found.bericht], context.connector()
    with context.landing.open(found.landing_path, found.sha256) as stream:
        header = complete(connector.header(stream), found.bericht, found.scope)
    if header.bericht != found.bericht:
        raise DeliveryRefused("L002", header.bericht)
    stand_op = found.stand_op or header.stand_op or midnight(found.vandaag)
    judge_header(context.source, header, stand_op, found.vandaag)
    found = replace(found, stand_op=stand_op)
    if proof.wanted(connector, found):
        found = replace(found, gone=())  # nobody asked the source what is absent: absence proves nothing then
    scope = list(header.scope)

    rules, software = regelset(context, delivers, found.vandaag), version("regiohub")
    marks = isinstance(connector, Marking) and not is_again
    shown = last_shown(connection, found, stand_op) if marks else NOTHING
    barred = blocked(connection, context.keys, found.source, context.source.code).mark  # empty for an empty list
    seen = Seen(context.keys, f"{rules} {software} {context.source.digest(found.bericht)}{barred}", shown)
    filled = fill(context, connection, found, delivers, seen)
    keyless = load.without_key(connection, [part.stage for part in filled]) if scope and found.gone is None else 0
    if keyless:
        found = replace(found, gone=())  # any of them may be what seems absent: absence proves nothing here
    parameters = {
        "delivery_id": found.delivery_id,
        "source": found.source,
        "stand_op": stand_op,
        "known_from": connection.execute(select(func.transaction_timestamp())).scalar_one(),
        "regelset": rules,
        "software": software,
        "scope": scope,
        "proven": found.gone is not None,
        "gone": list(found.gone or ()),
        "held": delivery.held(connection, found.source, found.bericht),
    }
    beside = context.engine if len(filled) > 1 else None
    verdict = load.judge(connection, delivers.contract, _numbered(filled), parameters, beside)
    late.restore(connection, delivers.contract, found, parameters)
    load.drop_stages(connection, [part.stage for part in filled])
    counts = Counts(
        received=sum(part.received for part in filled),
        accepted=verdict.accepted,
        rejected=verdict.rejected,
        unchanged=verdict.unchanged,
        superseded=verdict.superseded,
        deleted=verdict.deleted,
        withdrawn=verdict.withdrawn,
    )
    delivery.close(
        connection,
        found.delivery_id,
        "validated",
        counts,
        stand_op=stand_op,
        scope=scope,
        gone=None if found.gone is None else list(found.gone),
        omvang=header.omvang,
        warnings=_warnings(filled, {REPEATED: verdict.repeated, KEYLESS: keyless}),
        regelset=rules,
        software=software,
    )
    return counts


def _numbered(filled: list[Filled]) -> list[tuple[str, int]]:
    """Each stage with the number of records before it."""
    before, numbered = 0, []
    for part in filled:
        numbered.append((part.stage, before))
        before += part.received
    return numbered


def _warnings(filled: list[Filled], of_all: Mapping[str, int]) -> list[dict[str, object]]:
    """What is odd, by code and field; `of_all` is by code, of the delivery as a whole."""
    total: dict[tuple[str, str], int] = {(code, ""): count for code, count in of_all.items() if count}
    for part in filled:
        for key, count in part.warnings.items():
            total[key] = total.get(key, 0) + count
    return [{"code": code, "field": field, "count": count} for (code, field), count in sorted(total.items())]
