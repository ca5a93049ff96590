"""vroeghulp.toml is read strictly: a phase that does not exist would be a norm that never counts."""

from pathlib import Path

import pytest

from exchange.errors import DeclarationError
from exchange.region import load_regions
from exchange.vroeghulp import load_vroeghulp


def test_a_region_without_the_file_has_no_norm(tmp_path: Path) -> None:
    assert load_vroeghulp(tmp_path / "vroeghulp.toml") == {}


def test_drenthe_has_a_norm_for_every_phase() -> None:
    (drenthe,) = [region for region in load_regions() if region.name == "drenthe"]
    assert drenthe.vroeghulp_norm["triage"] == 14
    assert len(drenthe.vroeghulp_norm) == 9


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[norm_dagen]\ntriagge = 14", "norm_dagen.triagge: is no phase; choose from triage, huisbezoek"),
        ("[norm_dagen]\ntriage = 0", "norm_dagen.triage: must be at least 1"),
        ('[norm_dagen]\ntriage = "14"', "norm_dagen.triage: must be a whole number"),
        ("[norm_dagen]\ntriage = 14\n[norm]\nx = 1", "norm: is unknown"),
        ("", "norm_dagen: is missing"),
    ],
)
def test_a_mistake_is_told_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "vroeghulp.toml"
    path.write_text(text)
    with pytest.raises(DeclarationError) as caught:
        load_vroeghulp(path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
