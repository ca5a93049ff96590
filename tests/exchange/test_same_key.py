"""The lookup key names every person: with another one nothing is loaded and nobody erased."""

from datetime import date

import pytest

from exchange.delivery import Counts
from exchange.erase import decide, erase
from exchange.errors import DeclarationError
from exchange.keys import fresh, rotated, variable
from exchange.receive import receive
from exchange.validate import validate
from tests.exchange.hub import Hub
from tests.exchange.levering import aanmelding

NAME = variable("drenthe", "LOOKUP")
LATER = date(2015, 3, 3)
NEXT = "2015-03-03T00:00:00Z"
ANOTHER = rf"{NAME}: is another key than the one by which drenthe knows its people"


@pytest.fixture
def known(hub: Hub) -> Hub:
    """A hub that knows one person."""
    assert hub.deliver("aanmelding_1.xml", [aanmelding("A")]) == Counts(received=1, accepted=1)
    return hub


def test_another_key_loads_nothing_and_the_delivery_waits_for_the_right_one(
    known: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    known.put("aanmelding_2.xml", [aanmelding("A"), aanmelding("B")], stand_op=NEXT)
    with monkeypatch.context() as wrong:
        wrong.setenv(NAME, fresh("drenthe")[NAME])
        (waiting,) = receive(known.context(LATER))
        with pytest.raises(DeclarationError, match=ANOTHER) as error:
            validate(known.context(LATER), waiting)
    assert "\n" not in str(error.value)
    assert known.value("select count(*) from kluis.persoon") == 1
    assert validate(known.context(LATER), waiting) == Counts(received=2, accepted=1, unchanged=1)


def test_another_key_erases_nobody(known: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, fresh("drenthe")[NAME])
    context = known.context(LATER)
    with pytest.raises(DeclarationError, match=ANOTHER):
        erase(context, decide(context, "C-A", "0109", "Z-2015-0412"))
    assert known.value("select count(*) from kluis.gewist") == 0


def test_a_rotation_keeps_it(known: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in rotated("drenthe").items():
        monkeypatch.setenv(name, value)
    assert known.deliver("aanmelding_2.xml", [aanmelding("A")], LATER, stand_op=NEXT).unchanged == 1


def test_what_is_remembered_is_no_part_of_the_key(known: Hub) -> None:
    key = known.context().keys.lookup_key
    ((afdruk,),) = known.rows("select afdruk from kluis.opzoeksleutel")
    assert (len(key), len(afdruk)) == (32, 16)
    assert bytes(afdruk) not in key


def test_a_first_load_that_fails_has_remembered_the_key_all_the_same(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large delivery commits its people first: they are never there without it."""
    hub.put("aanmelding_1.xml", [aanmelding("A")])
    (waiting,) = receive(hub.context())
    monkeypatch.setattr("exchange.validate.judge", _killed)
    with pytest.raises(InterruptedError):
        validate(hub.context(), waiting)
    assert hub.value("select count(*) from kluis.opzoeksleutel") == 1


def _killed(*_: object) -> None:
    raise InterruptedError
