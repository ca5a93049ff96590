"""Kennisgevingen (zakLk01): what a system tells of a zaak by itself, and the state that several of them make.

A kennisgeving is taken as a signal: the zaak is asked for, and what the zaaksysteem answers is its full state. Only
of a zaak that it does not answer the messages themselves are folded, in the order in which they were made:

    T (toevoeging)                  the whole zaak
    W, C, F (wijziging, correctie)  the old and the new object, of which the new one says what changed
    V (verwijdering)                the zaak is gone

A change without the addition before it gives no full state; then there is only the key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connectors.stuf_answer import SENDER, kind, number
from connectors.stuf_record import Values, flatten, overlay
from connectors.stuf_xml import NAMES, ZKN, Unreadable, body, parse, said, written

KEY = "zaak.identificatie"
MUTATIES = frozenset("TWVCF")


@dataclass(frozen=True)
class Kennisgeving:
    """One kennisgeving: about which zaak, made when (the sender's own digits) and for whom, and its message as text."""

    identificatie: str
    zaaktype: str
    made: str
    text: str
    organisatie: str = ""


def read_notice(content: bytes) -> Kennisgeving:
    """The kennisgeving in a file, in a SOAP envelope or bare. Raises Unreadable for anything else."""
    message = body(parse(content))
    objects = message.findall("ZKN:object", NAMES)
    if message.tag != f"{{{ZKN}}}zakLk01" or not objects or _mutatie(message) not in MUTATIES:
        raise Unreadable
    last = objects[-1]
    if not number(last):
        raise Unreadable
    return Kennisgeving(
        number(last),
        kind(last),
        said(message, "ZKN:stuurgegevens/StUF:tijdstipBericht"),
        written(message),
        said(message, SENDER),
    )


def as_made(notices: Sequence[Kennisgeving]) -> list[str]:
    """The messages as they were made; of the same moment as they were given. Moments differ in precision."""
    return [notice.text for notice in sorted(notices, key=lambda notice: notice.made.ljust(17, "0"))]


def fold(messages: Sequence[str]) -> tuple[Values, bool]:
    """(state, is gone) after all messages about one zaak. Without a full state: its key alone. Raises Unreadable."""
    state: Values | None = None
    last: Values = {}
    is_gone = False
    for text in messages:
        message = parse(text)
        last = flatten(message.findall("ZKN:object", NAMES)[-1])
        mutatie = _mutatie(message)
        is_gone = mutatie == "V"
        if mutatie == "T":
            state = last
        elif is_gone:
            state = None
        elif state is not None:
            overlay(state, last)
    if not last.get(KEY):
        raise Unreadable
    return (state, False) if state is not None else ({KEY: last[KEY]}, is_gone)


def _mutatie(message: Any) -> str:
    return said(message, "ZKN:parameters/StUF:mutatiesoort")
