"""From what was measured to figures with a target and a verdict. Nothing is measured here."""

import operator
from collections.abc import Callable
from dataclasses import dataclass

from bench.xml import Measured

#: Targets: a share of the limit, MiB over idle, a share of the first time, a count.
TO_ACCEPTED, THROUGH_MERGE, MEMORY, GROWTH, SAME_RECORDS = 0.45, 0.38, 150.0, 25.0, 0.6


@dataclass(frozen=True)
class Figure:
    """One figure against its target. `meaning` says in a few words how it was found."""

    name: str
    value: float
    relation: str
    target: float
    meaning: str

    @property
    def holds(self) -> bool:
        """Whether the figure is on the right side of its target."""
        compare: Callable[[float, float], bool] = operator.ge if self.relation == "≥" else operator.le
        return compare(self.value, self.target)


def figures(found: Measured) -> list[Figure]:
    """The figures of one run, of the best round of each kind."""
    limit, accepted, merged = min(found.limit), min(found.accepted), min(found.merged)
    same = min(found.same_records)
    return [
        Figure("to ACCEPTED", limit / accepted, "≥", TO_ACCEPTED,
               f"limit {limit:.2f} s / hub {accepted:.2f} s, {found.records / accepted:,.0f} records/s"),
        Figure("through MERGE, with history", limit / merged, "≥", THROUGH_MERGE,
               f"limit {limit:.2f} s / hub {merged:.2f} s, {found.records / merged:,.0f} records/s"),
        Figure("memory over idle, MiB", found.memory, "≤", MEMORY, f"both processes, {found.records:,} records"),
        Figure("memory more than at a quarter, MiB", found.memory - found.memory_small, "≤", GROWTH,
               f"{found.memory_small:.0f} MiB at a quarter of the records"),
        Figure("same bytes again, readings of records", found.same_bytes_read, "≤", 0,
               f"{min(found.same_bytes):.2f} s; to fetch and store them the first time {min(found.receive):.2f} s"),
        Figure("same records in a new file, time", same / merged, "≤", SAME_RECORDS,
               f"{same:.2f} s / {merged:.2f} s the first time"),
        Figure("same records in a new file, rows", found.same_records_rows, "≤", 0, "in ACCEPTED and actueel_*"),
    ]  # fmt: skip
