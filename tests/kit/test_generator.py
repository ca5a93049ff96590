"""The synthetic region: the same for one seed, with the volumes and the people it promises."""

import csv
import hashlib
import json
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.dossiers import DIENST
from kit.nights import FULL_FILE, HISTORY_END, NIGHTS, vandaag
from kit.parties import DATA, lokets, parties
from kit.people import BSN_FIRST, BSN_LAST, Population, bsn_range, passes_11_proef
from kit.records import born
from kit.stories import FIRST_DAY, LAST_DAY, Stories
from kit.world import World

pytestmark = pytest.mark.pure
FIRST_SIX = ("emmen", "assen", "hoogeveen", "de_wolden", "coevorden", "midden_drenthe")
KINDS = {"gewijzigd", "laat", "ingetrokken", "fout"}


def fingerprint(world: World) -> str:
    digest = hashlib.sha256()
    for party in ("coevorden", "emmen", "mee_drenthe"):
        for bericht in world.parties[party].berichten:
            for night in (1, 2, 15):
                for change in world.changes(party, bericht, night):
                    digest.update(
                        json.dumps([change.kind, change.key, change.record, change.faulty], sort_keys=True).encode()
                    )
    return digest.hexdigest()


@pytest.mark.slow
def test_one_seed_is_one_world_also_in_another_process(world: World) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); from kit.world import World; "
        "from test_generator import fingerprint; print(fingerprint(World.build(1)))"
    )
    elsewhere = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert elsewhere.stdout.strip() == fingerprint(world)
    assert fingerprint(World.build(2)) != fingerprint(world)


@pytest.mark.slow
def test_the_order_of_asking_changes_nothing(world: World) -> None:
    other = World.build(1)
    other.state("mee_drenthe", "activiteit", 30)
    other.changes("de_wolden", "onderzoek", 12)
    assert fingerprint(other) == fingerprint(world)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_little_over_2500_clients_a_year_half_of_them_minors(seed: int) -> None:
    clients: dict[int, set[int]] = defaultdict(set)
    minors: dict[int, set[int]] = defaultdict(set)
    for visit in Stories(seed).visits:
        if visit.person:
            clients[visit.day.year].add(visit.person.number)
            if visit.is_minor:
                minors[visit.day.year].add(visit.person.number)
    for year in (2012, 2013, 2014):
        assert 2500 <= len(clients[year]) <= 2700
        assert 0.47 <= len(minors[year]) / len(clients[year]) <= 0.53


def test_everyone_has_a_bsn_of_the_test_range_and_of_nobody_else(world: World) -> None:
    found = [person.bsn for person in world.stories.population.people if person.bsn]
    assert len(set(found)) == len(found)
    for bsn in found:
        assert BSN_FIRST <= int(bsn) <= BSN_LAST
        assert passes_11_proef(bsn)
    assert 0.9 < len(found) / len(world.stories.population.people) < 1


@given(st.integers(0, 999_999_999))
def test_the_11_proef_is_that_of_the_bsn(number: int) -> None:
    digits = f"{number:09d}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, (9, 8, 7, 6, 5, 4, 3, 2), strict=False))
    assert passes_11_proef(digits) == (total % 11 == int(digits[8]))


def test_the_test_range_is_exactly_that() -> None:
    assert (bsn_range()[0], bsn_range()[-1]) == ("999900006", "999999990")


@given(st.booleans(), st.dates(date(2012, 1, 1), date(2015, 3, 30)))
def test_who_is_met_as_a_minor_is_one(minor: bool, on: date) -> None:
    person = Population(1).meet(minor, on)
    assert (person.age(on) < 18) == minor
    assert 0 <= person.age(on) < 98
    assert person.born.isoformat().startswith(born(person))


def test_ages_and_places_follow_the_inhabitants(world: World) -> None:
    homes = Counter(person.gemeente_code for person in world.stories.population.people)
    assert homes.most_common(1)[0][0] == "0114"
    assert set(homes) == {party.code for party in parties().values() if party.kind == "gemeente"}


def test_households_share_an_address(world: World) -> None:
    homes = defaultdict(list)
    for person in world.stories.population.people:
        homes[person.huishouden].append(person)
    shared = [people for people in homes.values() if len(people) > 1]
    assert len(shared) > 300
    for people in shared:
        assert len({(p.postcode, p.huisnummer, p.achternaam, p.is_geheim) for p in people}) == 1


def test_people_come_at_several_desks_with_one_reference(world: World) -> None:
    by_reference = defaultdict(list)
    for visit in world.stories.visits:
        if visit.kenmerk:
            by_reference[visit.kenmerk].append(visit)
    chains = [visits for visits in by_reference.values() if len(visits) > 1]
    assert len(chains) > 1500
    for visits in chains:
        assert len({visit.person.number for visit in visits if visit.person}) == 1
        for sent, received in pairwise(visits):
            assert sent.naar_loket == received.loket
            assert received.van_loket == sent.loket
            assert received.day >= sent.day
    assert {visit.overdracht for visits in chains for visit in visits} == {"1", "2"}


def test_people_of_mee_and_the_gemeenten_come_to_the_social_teams_and_the_ouderenbonden_too(world: World) -> None:
    desks = defaultdict(set)
    for visit in world.stories.visits:
        if visit.person:
            desks[visit.party].add(visit.person.number)
    gemeenten = set().union(*(desks[party.name] for party in parties().values() if party.kind == "gemeente"))
    for name in ("welzijn_drenthe", "ouderenbonden"):
        assert len(desks[name] & desks["mee_drenthe"]) > 20
        assert len(desks[name] & gemeenten) > 20
    came = [visit for visit in world.visits("ouderenbonden") if not visit.kenmerk]
    ages = [visit.person.age(visit.day) for visit in came if visit.person]
    assert min(ages) >= 65


def test_social_teams_hand_over_to_others_and_take_over_from_them_warm_and_cold(world: World) -> None:
    sent = Counter((v.overdracht, v.naar_loket[:3]) for v in world.visits("welzijn_drenthe") if v.naar_loket)
    assert {kind for kind, _ in sent} == {"1", "2"}
    assert sent["1", "MEE"] > 10
    received = [visit for visit in world.visits("welzijn_drenthe") if visit.van_loket]
    assert {visit.kanaal == "5" for visit in received} == {True, False}  # warm ones come by hand-over
    assert any(visit.van_loket and visit.van_loket.startswith("MEE") for visit in received)
    assert any(visit.van_loket and visit.van_loket.endswith("WMO") for visit in received)


def test_what_others_do_is_no_work_of_the_contract(world: World) -> None:
    for party, berichten in {"welzijn_drenthe": ("aanmelding", "traject"), "ouderenbonden": ("activiteit",)}.items():
        for bericht in berichten:
            states = world.sender_state(party, bericht, NIGHTS).values()
            assert {record["financier_code"] for record in states} == {"2"}
    done = Counter(r["uitvoerder_code"] for r in world.sender_state("ouderenbonden", "activiteit", NIGHTS).values())
    assert done["2"] > 0.9 * done.total()


def test_the_kinds_of_visitors_are_there(world: World) -> None:
    visits = world.stories.visits
    unnamed = Counter(visit.party for visit in visits if visit.person is None)
    assert 400 < unnamed.total() - unnamed["ouderenbonden"] < 900
    assert unnamed["ouderenbonden"] > 0.5 * len(world.visits("ouderenbonden"))
    assert sum(person.is_geheim for person in world.stories.population.people) > 50
    children = [visit for visit in visits if visit.loket == "MEE-IVH"]
    assert 100 < len(children) / 3.2 < 250
    assert all(visit.person and visit.person.age(visit.day) <= 7 for visit in children)
    assert all(FIRST_DAY <= visit.day <= LAST_DAY for visit in visits)
    assert {visit.loket for visit in visits} <= set(lokets())


def test_every_night_brings_every_kind_of_change_to_the_first_six(world: World) -> None:
    """New ones come on workdays only: desks are closed in the weekend."""
    with_new = 0
    for night in range(2, NIGHTS + 1):
        found = {
            change.kind
            for party in FIRST_SIX
            for bericht in world.parties[party].berichten
            for change in world.changes(party, bericht, night)
        }
        assert found >= KINDS, (night, KINDS - found)
        with_new += "nieuw" in found
    assert with_new >= 20


def test_some_nights_a_party_has_nothing_to_say(world: World) -> None:
    for name, party in world.parties.items():
        silent = [
            night
            for night in range(1, NIGHTS + 1)
            if not any(world.changes(name, bericht, night) for bericht in party.berichten)
        ]
        assert 0 < len(silent) < 15, name


def test_a_zaak_is_never_sent_twice(world: World) -> None:
    for party in ("emmen", "assen"):
        for night in range(1, NIGHTS + 1):
            assert all(change.kind != "dubbel" for change in world.changes(party, "aanmelding", night))


def test_a_change_tells_nothing_of_the_future(world: World) -> None:
    for name, party in world.parties.items():
        for bericht in party.berichten:
            for night in range(1, NIGHTS + 1):
                for change in world.changes(name, bericht, night):
                    written = change.record.get("gewijzigd_op", "")
                    assert (written > f"{vandaag(night) + timedelta(days=2)}") == ("R034" in change.faulty)
                    assert written < vandaag(night).isoformat() or "R034" in change.faulty


def test_hoogeveen_and_de_wolden_give_the_same_numbers_to_other_zaken(world: World) -> None:
    one = set(world.sender_state("hoogeveen", "aanmelding", 1))
    other = set(world.sender_state("de_wolden", "aanmelding", 1))
    assert len(one & other) > 100


def test_a_full_file_holds_what_the_system_holds(world: World) -> None:
    for party, night in FULL_FILE.items():
        for bericht in world.parties[party].berichten:
            levering = world.levering(party, bericht, night)
            assert levering is not None
            assert levering.omvang == "volledig"
            assert {regel.key for regel in levering.regels} == set(world.sender_state(party, bericht, night))
            assert all(regel.actie == "record" for regel in levering.regels)
            before = set(world.sender_state(party, bericht, night - 1))
            assert before - {regel.key for regel in levering.regels}  # somebody is withdrawn by absence


def test_a_file_party_may_deliver_nothing_and_a_zaak_system_has_no_files(world: World) -> None:
    nights = [world.levering("coevorden", "inzet", night) for night in range(1, NIGHTS + 1)]
    assert None in nights
    assert world.levering("emmen", "aanmelding", 1) is None


def test_identity_travels_with_consent_only(world: World) -> None:
    seen = Counter()
    for night in range(1, NIGHTS + 1):
        for change in world.changes("mee_drenthe", "vroeghulp", night):
            if change.kind != "ingetrokken" and not change.faulty:
                has_consent = "toestemming_door_code" in change.record
                assert has_consent == ("persoon" in change.record)
                seen[has_consent] += 1
    assert seen[True] > 1000
    assert seen[False] > 500


def test_mee_gives_the_services_that_have_a_norm_amount() -> None:
    with (DATA / "normbedragen.csv").open(encoding="utf-8", newline="") as stream:
        known = {row["dienst_code"] for row in csv.DictReader(stream)}
    assert {*DIENST.values, "E"} == known


def test_the_first_night_is_the_second_of_march() -> None:
    assert vandaag(1) == date(2015, 3, 2) == HISTORY_END + timedelta(days=1)
    assert vandaag(NIGHTS) == date(2015, 3, 31)
