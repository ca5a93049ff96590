"""The bench of a ZGW source runs from end to end on a few zaken, without latency. It is not timed here."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from bench import zgw
from kit.nights import Change


def test_hub_and_plain_puller_bring_the_same(tmp_path: Path) -> None:
    found = zgw.measure(25, tmp_path, lambda what: None, latency=False)
    assert (found.differing, found.parallel) == (0, 8)
    assert found.parts > 25 * 3  # of each zaak at least the team, a status and some eigenschappen
    assert min(found.hub, found.plain) > 0
    assert list(tmp_path.iterdir()) == []


def test_a_zaak_that_one_of_them_misses_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = zgw.pull

    def short(*where: str) -> Iterator[Any]:
        return islice(whole(*where), 6)

    monkeypatch.setattr(zgw, "pull", short)
    assert zgw.measure(8, tmp_path, lambda what: None, latency=False).differing == 2


@pytest.mark.pure
def test_a_register_is_filled_over_and_over_under_other_numbers() -> None:
    known = [Change(1, "emmen", "aanmelding", "nieuw", (n,), {"aanmelding_nummer": n}) for n in ("a", "b")]
    many = list(zgw.Many(5, known).changes("emmen", "aanmelding", 1))
    assert [change.key for change in many] == [
        ("a-000001",), ("b-000002",), ("a-000003",), ("b-000004",), ("a-000005",)
    ]  # fmt: skip
    assert all(change.record["aanmelding_nummer"] == change.key[0] for change in many)
    assert list(zgw.Many(5, known).changes("emmen", "onderzoek", 1)) == []
