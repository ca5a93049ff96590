"""contract.toml: read strictly, and divided so that no cent gets lost."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.errors import DeclarationError
from exchange.raamcontract import divide, load_raamcontract
from exchange.region import load_regions
from tests.warehouse.contract_records import ASSEN, CONTRACT, EMMEN, contract_of

pytestmark = pytest.mark.pure


def test_drenthe_reads_its_budget_in_two_ways_over_twelve_gemeenten() -> None:
    (drenthe,) = [region for region in load_regions() if region.name == "drenthe"]
    contract = drenthe.raamcontract
    assert contract is not None
    assert (contract.contract_eur(2015, "A"), contract.contract_eur(2015, "B")) == (3_500_000, 2_625_000)
    assert round(3_500_000 / contract.deel_via_contract) == 4_666_667  # all funds, in reading A
    shares = contract.rows()["raamcontract_gemeente"]
    assert {row["gemeente_code"] for row in shares} == set(drenthe.gemeenten)
    assert sum(row["budget_a_eur"] for row in shares) == 3_500_000
    assert sum(row["budget_b_eur"] for row in shares) == 2_625_000
    emmen = next(row for row in shares if row["gemeente_code"] == "0114")
    assert emmen["budget_a_eur"] == Decimal("758925.79")  # 107,048 of 493,682 inhabitants
    assert emmen["collectief_max_eur"] == Decimal("455917.432")
    norms = {row["dienst_code"]: row["eur"] for row in contract.rows()["normbedrag"]}
    assert norms == {"A": 287, "B1": 1066, "B2": 1476, "B3": 1230, "B4": 697, "B5": 902, "C": 1210, "D": 1722, "E": 574}


def test_the_optional_year_counts_when_it_is_taken_and_norms_hold_until_newer_ones(tmp_path: Path) -> None:
    taken = contract_of(tmp_path)
    assert sorted({row["jaar"] for row in taken.rows()["raamcontract_gemeente"]}) == [2015, 2016]
    norms = {(row["jaar"], row["dienst_code"]): row["eur"] for row in taken.rows()["normbedrag"]}
    assert (norms[2015, "A"], norms[2016, "A"]) == (101, 201)
    declined = CONTRACT.replace("optie_gelicht = true", "optie_gelicht = false").replace('"2016" = 200_000', "")
    assert {row["jaar"] for row in contract_of(tmp_path, declined).rows()["normbedrag"]} == {2015}


def test_the_key_of_the_division_is_a_setting(tmp_path: Path) -> None:
    weights = f'[verdeling.gewichten]\n"{EMMEN}" = 1\n"{ASSEN}" = 3\n[inwoners]'
    declared = CONTRACT.replace('sleutel = "inwoners"', 'sleutel = "gewichten"').replace("[inwoners]", weights)
    rows = contract_of(tmp_path, declared).rows()["raamcontract_gemeente"]
    assert {row["gemeente_code"]: row["budget_a_eur"] for row in rows if row["jaar"] == 2015} == {
        EMMEN: 25_000,
        ASSEN: 75_000,
    }
    assert rows[0]["inwoners"] == 90_000


@pytest.mark.parametrize(
    ("old", "new", "key", "cure"),
    [
        ('naam = "Proef"', 'naam = "Proef"\nlooptjid = 1', "looptjid", "is unknown"),
        ("vloer = 0.90", "vloer = 0.90\nvlor = 1", "budget.vlor", "is unknown"),
        ("vloer = 0.90", "vloer = 1.5", "budget.vloer", "at most 1"),
        ("vloer = 0.90", 'vloer = "90%"', "budget.vloer", "as in 0.75"),
        ('lezing = "A"', 'lezing = "C"', "budget.lezing", "choose from A, B"),
        ('"2016" = 200_000', "", "budget.bedrag_eur.2016", "is missing"),
        ('"0106" = 10_000', "", "inwoners.gemeente.0106", "is missing"),
        ('"0106" = 10_000', '"0106" = 10_000\n"0363" = 5', "inwoners.gemeente.0363", "is unknown"),
        ("E = 139", "", "normbedragen.2014.eur.E", "is missing"),
        ("E = 139", "E = 139\nF = 1", "normbedragen.2014.eur.F", "is unknown"),
        ("E = 139", "E = 0", "normbedragen.2014.eur.E", "1 or more"),
        ('[normbedragen."2014"', '[normbedragen."2015b"', "normbedragen.2015b", "is no year"),
        ("optie_gelicht = true", "optie_gelicht = 1", "looptijd.optie_gelicht", "true or false"),
        ("tot_en_met = 2015-12-31", "tot_en_met = 2014-12-31", "looptijd.tot_en_met", "lies before"),
        ("vergelijken_vanaf = 2014", "vergelijken_vanaf = 2016", "vergelijken_vanaf", "2015-01-01 or earlier"),
        ("kenmerk = 5", "kenmerk = 4", "kleine_aantallen.kenmerk", "5 or more"),
        ("doelgroep = 10", "doelgroep = 9", "kleine_aantallen.doelgroep", "10 or more"),
        ('aanbieder = "41018393"', 'aanbieder = "12345678"', "aanbieder", "no organisation"),
        ('sleutel = "inwoners"', 'sleutel = "gewichten"', "verdeling.gewichten.0114", "is missing"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_with_file_key_and_cure(tmp_path: Path, old: str, new: str, key: str, cure: str) -> None:
    assert old in CONTRACT
    with pytest.raises(DeclarationError) as error:
        contract_of(tmp_path, CONTRACT.replace(old, new))
    assert str(error.value).count("\n") == 0
    assert error.value.file.endswith("contract.toml")
    assert error.value.key == key
    assert cure in error.value.cure


def test_norms_that_begin_after_the_contract_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="has no amounts for 2015"):
        contract_of(tmp_path, CONTRACT.replace('normbedragen."2014"', 'normbedragen."2017"'))


def test_a_region_without_a_contract_has_none(tmp_path: Path) -> None:
    assert load_raamcontract(tmp_path / "contract.toml", (EMMEN,), {}) is None


@given(
    cents=st.integers(0, 10**9),
    weights=st.dictionaries(st.text("0123456789", min_size=4, max_size=4), st.integers(1, 10**6), min_size=1),
)
def test_the_parts_add_up_to_the_amount_and_none_is_a_cent_off(cents: int, weights: dict[str, int]) -> None:
    amount = Decimal(cents) / 100
    parts = divide(amount, weights)
    assert sum(parts.values()) == amount
    for name, part in parts.items():
        assert abs(part - amount * weights[name] / sum(weights.values())) < Decimal("0.01")
