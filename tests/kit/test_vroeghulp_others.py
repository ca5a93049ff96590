"""Vroeghulp as JGZ and the jeugdhulp report it: own files, a shared referral, identity with consent only."""

from collections import Counter, defaultdict
from typing import Any

import pytest

from kit.nights import NIGHTS
from kit.world import World

pytestmark = pytest.mark.pure
OTHERS = ("jgz_drenthe", "jeugdhulp_drenthe")
MEE = "mee_drenthe"


def steps(world: World, party: str) -> list[dict[str, Any]]:
    return list(world.state(party, "vroeghulp", NIGHTS).values())


@pytest.mark.parametrize("party", OTHERS)
def test_who_the_child_is_goes_along_with_consent_and_never_without(world: World, party: str) -> None:
    seen = Counter()
    for night in range(1, NIGHTS + 1):
        for change in world.changes(party, "vroeghulp", night):
            if change.kind != "ingetrokken" and not change.faulty:
                has_consent = "toestemming_door_code" in change.record
                assert has_consent == ("persoon" in change.record)
                seen[has_consent] += 1
    assert min(seen[True], seen[False]) > 10


@pytest.mark.parametrize("party", OTHERS)
def test_some_send_it_without_and_must_be_refused(world: World, party: str) -> None:
    faults = sum((delivery.faults for delivery in world.truth.deliveries(party, "vroeghulp")), Counter())
    assert faults["R005"] > 0


def test_a_file_of_one_party_has_no_number_of_another(world: World) -> None:
    numbers = [{step["dossier_nummer"] for step in steps(world, party)} for party in (MEE, *OTHERS)]
    assert len(set.union(*numbers)) == sum(map(len, numbers))


def test_help_runs_after_a_referral_that_mee_made_and_both_know_its_number(world: World) -> None:
    referred = {
        step["verwijzing_nummer"]: step["datum_stap"]
        for step in steps(world, MEE)
        if step["stap_code"] == "11" and step["verwezen_naar_code"] == "3"
    }
    running = [step for step in steps(world, "jeugdhulp_drenthe") if step["stap_code"] == "18"]
    known = [step for step in running if step["verwijzing_nummer"] in referred]
    assert len(known) > 0.9 * len(running) > 10  # of some the step of MEE is refused, or was taken back
    assert all(step["datum_stap"] >= referred[step["verwijzing_nummer"]] for step in known)


def test_jgz_saw_the_child_before_it_came_to_the_desk_of_ivh(world: World) -> None:
    children = defaultdict(list)
    for visit in world.visits(MEE):
        if visit.loket == "MEE-IVH" and visit.person:
            children[visit.person.bsn].append(visit.day.isoformat())
    files = defaultdict(list)
    for step in steps(world, "jgz_drenthe"):
        files[step["dossier_nummer"]].append(step)
    handed_over = [file for file in files.values() if any(step["stap_code"] == "17" for step in file)]
    assert len(handed_over) > 50
    for file in handed_over:
        bsn = next((step["persoon"].get("bsn") for step in file if "persoon" in step), None)
        if bsn and any(step["stap_code"] == "01" for step in file):
            first = min(step["datum_stap"] for step in file)
            assert any(first < day for day in children[bsn])
