"""The kit sees each way in which an answer can be wrong, in rooms made here from the truth itself."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.verify import Result
from kit.verify_answers import COUNTED, AnswersVerifier
from kit.world import World

pytestmark = pytest.mark.pure
SOURCE = "coevorden"


def truthful(world: World) -> list[dict[str, Any]]:
    """The answers of the first night, as a hub that makes no mistake would send them."""
    answers = []
    for number, bericht in enumerate(world.parties[SOURCE].berichten, 1):
        truth = world.truth.deliveries(SOURCE, bericht)[0]
        levering = world.levering(SOURCE, bericht, 1)
        assert levering is not None
        answers.append(
            {
                "soort": "definitief",
                "uitkomst": "verwerkt",
                "weigering": None,
                "afzender": {"code": world.parties[SOURCE].code},
                "levering": {
                    "nummer": number, "bericht": bericht, "stand_op": truth.stand_op, "opgehaald_voor": "2015-03-02",
                },
                "aantallen": {name: getattr(truth, column) for name, column in COUNTED.items()},
                "afgekeurde_records": [
                    {"sleutel": " ".join(map(str, regel.key)), "fouten": [{"code": code} for code in regel.faulty]}
                    for regel in levering.regels
                    if regel.faulty
                ],
            }
        )  # fmt: skip
    return answers


def failures(world: World, rooms: Path, answers: list[dict[str, Any]]) -> Counter[str]:
    """What the kit finds wrong, without the numbers in it."""
    box = rooms / SOURCE / "in"
    box.mkdir(parents=True, exist_ok=True)
    for place, answer in enumerate(answers):
        (box / f"r{place}.json").write_text(json.dumps(answer))
        (box / f"r{place}.html").write_text("<p>pagina</p>")
    result = Result("drenthe", 1, "2015-03-02")

    def rows(*_: object) -> list[tuple[Any, ...]]:
        return [(number, "merged") for number in (1, 2, 3)]

    AnswersVerifier(world, 1, rooms, rows, result.check).run([SOURCE])
    return Counter(failure.check for failure in result.failures)


def test_the_truth_is_found_true(world: World, tmp_path: Path) -> None:
    assert failures(world, tmp_path, truthful(world)) == Counter()


Spoil = Callable[[list[dict[str, Any]]], object]
WRONG: dict[str, tuple[Spoil, str]] = {
    "one is missing": (lambda all: all.pop(), "deliveries without their answer"),
    "one came twice": (lambda all: all.append(all[0]), "answers too many"),
    "not final": (lambda all: all[0].update(soort="ontvangen"), "deliveries without their answer"),
    "of another": (lambda all: all[0]["afzender"].update(code="0114"), "answers to another party"),
    "refused as a whole": (
        lambda all: all[0].update(weigering={"code": "L001"}), "night 1: refused as a whole",
    ),
    "a count": (lambda all: all[0]["aantallen"].update(aangenomen=1), "night 1: aangenomen"),
    "a record is missing": (lambda all: all[0]["afgekeurde_records"].pop(), "refused records told"),
    "a fault is missing": (
        lambda all: [one["fouten"].clear() for one in all[0]["afgekeurde_records"]], "keys without their fault",
    ),
    "a key is another": (
        lambda all: [one.update(sleutel="X") for one in all[0]["afgekeurde_records"]], "keys without their fault",
    ),
    "a BSN": (lambda all: all[0].update(samenvatting="999900006"), "numbers like a BSN"),
}  # fmt: skip


@pytest.mark.parametrize("illness", WRONG)
def test_what_is_wrong_is_seen(world: World, tmp_path: Path, illness: str) -> None:
    answers = truthful(world)
    spoil, said = WRONG[illness]
    spoil(answers)
    found = failures(world, tmp_path, answers)
    assert any(said in check for check in found), found
    assert not any("COE-" in check for check in found)


def test_a_file_that_was_not_finished_is_seen(world: World, tmp_path: Path) -> None:
    (tmp_path / SOURCE / "in").mkdir(parents=True)
    (tmp_path / SOURCE / "in" / "r0.json.part").write_text("{")
    assert failures(world, tmp_path, truthful(world)) == {f"retourbericht {SOURCE}: files that are no answer": 1}
