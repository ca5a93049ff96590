"""The outbox: what has to be told to a sender, written in the transaction that gave the reason to tell it.

announce   a delivery came into a state that its sender hears of: one version of its answer waits
waiting    what a source has to be sent, the oldest delivery first
sent       it lies in the box; killed before this is written, the same file is brought again
failed     the box was down, or refused us: it stays, and is tried again the next night
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, func, insert, literal, select, update

from warehouse.tables import answer, delivery, outbox

#: Which states of a delivery its sender hears of, and as what. A judged delivery is told when it is merged or held.
KINDS: Mapping[str, str] = {
    "received": "ontvangen",
    "held": "aangehouden",
    "merged": "definitief",
    "refused": "definitief",
    "duplicate": "definitief",
    "tried": "proef",
}


def announce(connection: Connection, delivery_id: int, state: str, *, is_sent: bool = True) -> None:
    """Let an answer about this delivery in this state wait to be sent; an older version that waits is overtaken.

    With `is_sent` false it is made for whoever asks, and waits for nothing.
    """
    if state not in KINDS:
        return
    own = answer.c.delivery_id == delivery_id
    versie = select(func.coalesce(func.max(answer.c.versie), 0) + 1).where(own).scalar_subquery()
    whose = (delivery.c.source, delivery.c.gemeente_code, delivery.c.verantwoordelijke_code)
    row = select(delivery.c.delivery_id, versie, literal(KINDS[state]), *whose).where(
        delivery.c.delivery_id == delivery_id
    )
    names = ["delivery_id", "versie", "soort", "source", "gemeente_code", "verantwoordelijke_code"]
    made = connection.execute(insert(answer).from_select(names, row).returning(answer)).mappings().one()
    if not is_sent:
        return
    connection.execute(
        update(outbox).where(outbox.c.delivery_id == delivery_id, outbox.c.state == "waiting").values(state="overtaken")
    )
    connection.execute(insert(outbox).values({name: made[name] for name in names if name != "soort"}))


def waiting(connection: Connection, source: str) -> list[int]:
    """The deliveries of a source with an answer to send."""
    query = select(outbox.c.delivery_id).where(outbox.c.source == source, outbox.c.state == "waiting")
    return list(connection.scalars(query.order_by(outbox.c.delivery_id)))


def age_first() -> Select[Any]:
    """All that waits in a region, the oldest first, with what is known of it."""
    shown = (outbox.c.source, outbox.c.delivery_id, delivery.c.bericht, answer.c.soort, outbox.c.versie)
    same = (answer.c.delivery_id == outbox.c.delivery_id) & (answer.c.versie == outbox.c.versie)
    query = select(*shown, answer.c.made_at, outbox.c.tries, outbox.c.problem)
    query = query.join_from(outbox, answer, same).join(delivery, delivery.c.delivery_id == outbox.c.delivery_id)
    return query.where(outbox.c.state == "waiting").order_by(answer.c.made_at)


def sent(connection: Connection, delivery_id: int, versie: int, name: str, sha256: bytes) -> None:
    """This version lies in the box."""
    values: dict[str, Any] = {
        "state": "sent", "name": name, "sha256": sha256, "problem": None, "sent_at": func.clock_timestamp(),
    }  # fmt: skip
    _try(connection, delivery_id, versie, values)


def failed(connection: Connection, delivery_id: int, problem: str) -> None:
    """What waits for this delivery could not be brought. `problem` is one line without a value of a record."""
    _try(connection, delivery_id, None, {"problem": problem})


def _try(connection: Connection, delivery_id: int, versie: int | None, values: Mapping[str, Any]) -> None:
    query = update(outbox).where(outbox.c.delivery_id == delivery_id)
    query = query.where(outbox.c.state == "waiting" if versie is None else outbox.c.versie == versie)
    connection.execute(query.values(**values, tries=outbox.c.tries + 1))
