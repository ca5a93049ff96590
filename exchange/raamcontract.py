"""The framework contract of a region, from contract.toml: term, norm amounts, budget, who pays which share.

    raamcontract = load_raamcontract(folder / "contract.toml", gemeenten, organisaties)
    raamcontract.rows()  -> {"raamcontract": [...], "raamcontract_gemeente": [...], "normbedrag": [...]}

The words are those of the declaration. Amounts are whole euros in it, and euros with two decimals where a budget is
divided. What is wrong in it is a DeclarationError: file, key, cure.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from exchange.declaration import Table, read_toml
from schemas.codelists import CodeLists

# Below these a single person can be recognised; a region may ask for more, never for less.
LEAST = {"kenmerk": 5, "doelgroep": 10}
COURSE = "E"
CENTS = 100

Row = dict[str, Any]


@dataclass(frozen=True)
class Normbedragen:
    """Euros per unit of each dienst, in force from 1 January of `jaar`."""

    jaar: int
    bron: str
    eur: Mapping[str, int]


@dataclass(frozen=True)
class Raamcontract:
    """One contract between the gemeenten of a region and one aanbieder.

    budget_eur: per year the amount that the contract text names; what it stands for is `lezing`:
    A, it is the contract; B, it is all funds, and the contract is `deel_via_contract` of it.
    gewichten: per gemeente its weight in the division; inwoners: its inhabitants.
    """

    naam: str
    aanbieder: str
    vergelijken_vanaf: date
    datum_van: date
    datum_tot_en_met: date
    lezing: str
    deel_via_contract: Decimal
    vloer: Decimal
    budget_eur: Mapping[int, int]
    inwoners: Mapping[str, int]
    gewichten: Mapping[str, int]
    normbedragen: tuple[Normbedragen, ...]  # oldest first
    collectief_max_eur_per_1000: int
    ivh_vast_eur: int
    ivh_leeftijd_tot_en_met: int
    ivh_leeftijd_overgang: int
    drempel_kenmerk: int
    drempel_doelgroep: int

    def contract_eur(self, jaar: int, lezing: Literal["A", "B"]) -> Decimal:
        """The budget of the contract in a year, in one of both readings."""
        return self.budget_eur[jaar] * (self.deel_via_contract if lezing == "B" else Decimal(1))

    def rows(self) -> dict[str, list[Row]]:
        """The rows of the tables in WAREHOUSE, by name of the table."""
        parts = {
            (jaar, lezing): divide(self.contract_eur(jaar, lezing), self.gewichten)
            for jaar in self.budget_eur
            for lezing in ("A", "B")
        }
        return {
            "raamcontract": [
                {
                    "naam": self.naam,
                    "verantwoordelijke_code": self.aanbieder,
                    "datum_van": self.datum_van,
                    "datum_tot_en_met": self.datum_tot_en_met,
                    "vergelijken_vanaf": self.vergelijken_vanaf,
                    "lezing": self.lezing,
                    "vloer": self.vloer,
                    "ivh_vast_eur": self.ivh_vast_eur,
                    "ivh_leeftijd_tot_en_met": self.ivh_leeftijd_tot_en_met,
                    "ivh_leeftijd_overgang": self.ivh_leeftijd_overgang,
                    "drempel_kenmerk": self.drempel_kenmerk,
                    "drempel_doelgroep": self.drempel_doelgroep,
                }
            ],
            "raamcontract_gemeente": [
                {
                    "gemeente_code": gemeente,
                    "jaar": jaar,
                    "inwoners": self.inwoners[gemeente],
                    "budget_a_eur": parts[jaar, "A"][gemeente],
                    "budget_b_eur": parts[jaar, "B"][gemeente],
                    "collectief_max_eur": Decimal(self.collectief_max_eur_per_1000 * self.inwoners[gemeente]) / 1000,
                }
                for jaar in self.budget_eur
                for gemeente in self.gewichten
            ],
            "normbedrag": [
                {
                    "dienst_code": dienst,
                    "jaar": jaar,
                    "eur": eur,
                    "is_per_bijeenkomst": dienst == COURSE,
                    "bron": norm.bron,
                }
                for jaar in self.budget_eur
                for norm in [self._norm(jaar)]
                for dienst, eur in norm.eur.items()
            ],
        }  # fmt: skip

    def _norm(self, jaar: int) -> Normbedragen:
        return [norm for norm in self.normbedragen if norm.jaar <= jaar][-1]


def divide(amount: Decimal, weights: Mapping[str, int]) -> dict[str, Decimal]:
    """An amount in euros over weights, to the cent: the parts add up to the amount (largest remainders first)."""
    cents, total = int(amount * CENTS), sum(weights.values())
    parts = {name: divmod(cents * weight, total) for name, weight in weights.items()}
    left = cents - sum(whole for whole, _ in parts.values())
    favoured = sorted(parts, key=lambda name: (-parts[name][1], name))[:left]
    return {name: Decimal(whole + (name in favoured)) / CENTS for name, (whole, _) in parts.items()}


def load_raamcontract(path: Path, gemeenten: Collection[str], organisaties: Collection[str]) -> Raamcontract | None:
    """The contract that a file declares; None for a region without one. Raises DeclarationError."""
    return _read(read_toml(path), gemeenten, organisaties) if path.exists() else None


def _read(table: Table, gemeenten: Collection[str], organisaties: Collection[str]) -> Raamcontract:
    aanbieder = table.text("aanbieder")
    if aanbieder not in organisaties:
        raise table.wrong("aanbieder", f"{aanbieder} is no organisation of the region; see organisaties in region.toml")
    looptijd, budget = table.table("looptijd"), table.table("budget")
    verdeling, inwoners = table.table("verdeling"), table.table("inwoners")
    collectief, vroeghulp = table.table("collectief"), table.table("vroeghulp")
    drempels = table.table("kleine_aantallen")
    van, tot_en_met = _term(looptijd)
    inwoners.text("bron")
    per_gemeente = _per_gemeente(inwoners.table("gemeente"), gemeenten)
    sleutel = verdeling.choice("sleutel", ("inwoners", "gewichten"))
    collectief.text("bron")
    vroeghulp.text("bron")
    raamcontract = Raamcontract(
        naam=table.text("naam"),
        aanbieder=aanbieder,
        vergelijken_vanaf=date.fromisoformat(table.date("vergelijken_vanaf")),
        datum_van=van,
        datum_tot_en_met=tot_en_met,
        lezing=budget.choice("lezing", ("A", "B")),
        deel_via_contract=budget.share("deel_via_contract"),
        vloer=budget.share("vloer"),
        budget_eur=_budget(budget.table("bedrag_eur"), van, tot_en_met),
        inwoners=per_gemeente,
        gewichten=per_gemeente if sleutel == "inwoners" else _per_gemeente(verdeling.table("gewichten"), gemeenten),
        normbedragen=_norms(table.table("normbedragen"), van),
        collectief_max_eur_per_1000=_amount(collectief, "max_eur_per_1000_inwoners"),
        ivh_vast_eur=_amount(vroeghulp, "vast_eur"),
        ivh_leeftijd_tot_en_met=_amount(vroeghulp, "leeftijd_tot_en_met"),
        ivh_leeftijd_overgang=_amount(vroeghulp, "leeftijd_overgang"),
        drempel_kenmerk=_threshold(drempels, "kenmerk"),
        drempel_doelgroep=_threshold(drempels, "doelgroep"),
    )
    if raamcontract.vergelijken_vanaf > van:
        raise table.wrong("vergelijken_vanaf", f"lies after the contract began; choose {van} or earlier")
    for read in (looptijd, budget, verdeling, inwoners, collectief, vroeghulp, drempels, table):
        read.end()
    return raamcontract


def _term(looptijd: Table) -> tuple[date, date]:
    van = date.fromisoformat(looptijd.date("van"))
    until = date.fromisoformat(looptijd.date("tot_en_met"))
    option = date.fromisoformat(looptijd.date("optie_tot_en_met"))
    if until < van:
        raise looptijd.wrong("tot_en_met", f"lies before van; choose {van} or later")
    if option <= until:
        raise looptijd.wrong("optie_tot_en_met", f"must lie after tot_en_met; choose a day after {until}")
    return van, option if looptijd.flag("optie_gelicht") else until


def _budget(bedragen: Table, van: date, tot_en_met: date) -> dict[int, int]:
    """One amount for each year of the term."""
    years = [str(year) for year in range(van.year, tot_en_met.year + 1)]
    found = {int(year): _amount(bedragen, year) for year in years}
    bedragen.end()
    return found


def _per_gemeente(table: Table, gemeenten: Collection[str]) -> dict[str, int]:
    found = {code: _amount(table, code) for code in gemeenten}
    table.end()
    return found


def _norms(table: Table, van: date) -> tuple[Normbedragen, ...]:
    diensten = [code.code for code in CodeLists.standard().rows("dienst")]
    found = []
    for jaar in sorted(table.names()):
        if not (jaar.isdigit() and len(jaar) == 4):
            raise table.wrong(jaar, 'is no year; write it as in [normbedragen."2014"]')
        norm = table.table(jaar)
        eur = norm.table("eur", cure="an amount for every dienst")
        found.append(Normbedragen(int(jaar), norm.text("bron"), {dienst: _amount(eur, dienst) for dienst in diensten}))
        eur.end()
        norm.end()
    if not found or found[0].jaar > van.year:
        raise table.wrong("", f'has no amounts for {van.year}; add [normbedragen."{van.year}"] or an earlier year')
    return tuple(found)


def _amount(table: Table, key: str) -> int:
    amount = table.number(key)
    if amount < 1:
        raise table.wrong(key, "must be 1 or more")
    return amount


def _threshold(table: Table, key: str) -> int:
    threshold = table.number(key)
    if threshold < LEAST[key]:
        raise table.wrong(key, f"must be {LEAST[key]} or more: a smaller group can be recognised")
    return threshold
