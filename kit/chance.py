"""Chance that repeats itself: every person, case and record draws from a generator of its own.

A generator is seeded by the seed of the world and the names of the thing it is for, so one thing can be made or
left out without moving another, and two processes with one seed make the same world.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


def rng(seed: int, *names: object) -> Random:
    """A generator for the thing with these names."""
    return Random(f"{seed}:" + ":".join(map(str, names)))


class Weighted(Generic[T]):
    """A choice with weights, for example Weighted({"01": 5, "02": 1})."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self.values: Sequence[T] = tuple(weights)
        self._sums = list(accumulate(weights.values()))

    def pick(self, r: Random) -> T:
        """One value, with the chance of its weight."""
        return r.choices(self.values, cum_weights=self._sums)[0]

    def some(self, r: Random, count: int) -> tuple[T, ...]:
        """At most `count` different values, the first drawn first."""
        return tuple(dict.fromkeys(r.choices(self.values, cum_weights=self._sums, k=count)))


def workday(day: date) -> date:
    """The day itself, or the Monday after it: desks are closed in the weekend."""
    return day + timedelta(days=(0, 0, 0, 0, 0, 2, 1)[day.weekday()])


def after(r: Random, day: date, low: int, high: int) -> date:
    """A workday, `low` to `high` days after `day`."""
    return workday(day + timedelta(days=r.randint(low, high)))
