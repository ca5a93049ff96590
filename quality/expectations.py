"""What is expected of a delivery or a mart, and how what was measured compares. No library is needed to say so.

An expectation has a name (`kwijt`, `onbekend`, …) and at most two levels: `warn` says it, `hold` keeps the delivery out
of the warehouse. A measure is one number under that name: of the whole, or of a subject (a field, a mart's column).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Level = Literal["warn", "hold"]
LEVELS: tuple[Level, ...] = ("hold", "warn")
BOUNDS = ("warn_min", "warn_max", "hold_min", "hold_max")
#: All that is measured. `gevuld` and `plausibel` have many below them, each with a name of its own.
OF_A_DELIVERY = (
    "kwijt", "leeg", "volume", "volume_wijzigingen", "geweigerd", "achter", "oud", "toekomst", "verschoven",
    "andere_gemeente", "gemeente_weg", "leger", "onbekend", "gevuld", "plausibel",
)  # fmt: skip
OF_THE_MARTS = ("zonder_gemeente", "negatief", "toekomst", "ongelijk", "vandaag", "wees", "laadt_niet")


@dataclass(frozen=True)
class Bounds:
    """Between what a measure has to be, per level; inclusive. A share is a part of 1, a time in days.

    wat: what is measured, in Dutch, for who reads the outcome. vanaf: on how many records a measure has to stand before
    it is judged at all; a share of three records says nothing.
    """

    wat: str = ""
    vanaf: int = 0
    warn_min: float | None = None
    warn_max: float | None = None
    hold_min: float | None = None
    hold_max: float | None = None

    def of(self, level: Level) -> tuple[float | None, float | None]:
        """(minimum, maximum) of a level; (None, None) where it expects nothing."""
        return (self.warn_min, self.warn_max) if level == "warn" else (self.hold_min, self.hold_max)


@dataclass(frozen=True)
class Measure:
    """One number: `expectation` is the name of its bounds, `base` the number of records that it stands on."""

    expectation: str
    value: float
    base: int
    subject: str = ""


@dataclass(frozen=True)
class Judged:
    """One measure held against one level."""

    expectation: str
    subject: str
    level: Level
    observed: float
    minimum: float | None
    maximum: float | None
    is_met: bool


@dataclass(frozen=True)
class Outcome:
    """All that was judged of one delivery, or of the marts, on one day. wat: expectation -> what it measures."""

    suite: str
    name: str
    vandaag: date
    results: tuple[Judged, ...]
    wat: Mapping[str, str]


@dataclass(frozen=True)
class Plausible:
    """A share of records that is odd: a field above or below a number, with some codes, or days after another field."""

    veld: str
    boven: float | None = None
    onder: float | None = None
    codes: tuple[str, ...] = ()
    na: str = ""


@dataclass(frozen=True)
class Expectations:
    """All that is expected of one bericht of one source, or of the marts of a region."""

    bounds: Mapping[str, Bounds]
    gevuld: tuple[str, ...] = ()  # fields of which the source promised that they are filled
    plausibel: Mapping[str, Plausible] = field(default_factory=dict)  # name -> what would be odd

    def judged(self, measures: Iterable[Measure]) -> list[Measure]:
        """The measures that stand on enough records to be judged, and of which something is expected."""
        return [
            measure
            for measure in measures
            if (bounds := self.bounds.get(measure.expectation))
            and measure.base >= bounds.vanaf
            and any(bounds.of(level) != (None, None) for level in LEVELS)
        ]
