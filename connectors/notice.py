"""What a person has to see to, though the night went on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

WARNING, URGENT = "waarschuwing", "ernstig"


@dataclass(frozen=True)
class Notice:
    """One remark about a source, not about a delivery or a record; no value of a record is in it.

    code is a stable word for a program: certificaat, eigen_certificaat, drop, afwezig, bronorganisatie, organisatie.
    level is WARNING or URGENT, text one line of Dutch for a person. It stands as long as each run of the source makes
    it again.
    """

    code: str
    level: str
    text: str


Tell = Callable[[Notice], None]


def unheard(notice: Notice) -> None:
    """For who asks without a connector around: nobody is told."""
