"""The raamcontract as the parties of a region know it: who works for it, since when, at which amounts."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from kit.parties import DATA, inhabitants


@dataclass(frozen=True)
class Terms:
    """provider: the name of its source. begin: the first day of the term. compared_from: figures go back to that day.

    budget: euros of the contract in a year, in the readings a and b. weights: gemeente_code -> its part in the
    budget. norms: dienst -> euros. threshold: kenmerk -> fewest people that may be shown.
    """

    provider: str
    begin: date
    compared_from: date
    budget: Mapping[str, int]
    weights: Mapping[str, int]
    norms: Mapping[str, int]
    threshold: Mapping[str, int]

    @property
    def gemeenten(self) -> list[str]:
        """The codes of the gemeenten that share it."""
        return list(self.weights)


@cache
def of_drenthe() -> Terms:
    """One contract of 2015 by inhabitants, at the norm amounts of 2014.

    The text "3.5 million" reads as the contract (a), or as all funds of which three quarters are the contract (b).
    """
    with (DATA / "normbedragen.csv").open(encoding="utf-8", newline="") as stream:
        norms = {row["dienst_code"]: int(row["normbedrag_2014_eur"]) for row in csv.DictReader(stream)}
    return Terms(
        provider="mee_drenthe",
        begin=date(2015, 1, 1),
        compared_from=date(2012, 1, 1),
        budget={"a": 3_500_000, "b": 2_625_000},
        weights={gemeente: sum(ages.values()) for gemeente, ages in inhabitants().items()},
        norms=norms,
        threshold={"leefgebied": 5, "doelgroep": 10, "minderjarigen": 5},
    )


@cache
def of_parkstad() -> Terms:
    """Made up, as all of Parkstad: shares by need, other amounts, and a higher threshold. 60 % of all funds is the
    contract (b)."""
    return Terms(
        provider="ondersteuning_parkstad",
        begin=date(2026, 1, 1),
        compared_from=date(2024, 1, 1),
        budget={"a": 2_400_000, "b": 1_440_000},
        weights={"0882": 14, "0899": 11, "0917": 38, "0928": 18, "0965": 4, "0986": 4, "1954": 11},
        norms={"A": 360, "B1": 1340, "B2": 1850, "B3": 1540, "B4": 880, "B5": 1130, "C": 1520, "D": 2160, "E": 720},
        threshold={"leefgebied": 10, "doelgroep": 10, "minderjarigen": 10},
    )
