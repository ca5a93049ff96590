"""A large delivery is read by two processes and judged by two sessions, and is all there or not at all."""

from typing import Any

import pytest

from exchange import late
from exchange.receive import receive
from exchange.validate import validate
from tests.exchange.hub import Hub
from tests.exchange.levering import aanmelding


@pytest.fixture(autouse=True)
def every_delivery_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exchange.workers.LARGE", 1)


def people(count: int) -> list[dict[str, Any]]:
    """Aanmeldingen of half as many people: each comes once in the first half of the file and once in the second."""
    return [
        aanmelding(str(number), persoon={"client_nummer_bron": f"C-{number % (count // 2)}"}) for number in range(count)
    ]


def test_a_person_in_both_halves_is_one_reference_with_one_identity(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", people(40))
    assert hub.value("select count(*) from accepted.aanmelding") == 40
    assert hub.value("select count(distinct client_ref) from accepted.aanmelding") == 20
    assert hub.value("select count(*) from kluis.persoon join accepted.aanmelding using (client_ref)") == 40
    assert hub.value("select count(*) from kluis.identiteit") == 20


def test_a_verdict_that_breaks_off_is_given_again_with_the_same_references(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.put("aanmelding_1.xml", people(40))
    (delivery_id,) = receive(hub.context())
    with monkeypatch.context() as broken:
        broken.setattr(late, "restore", _break_off)
        with pytest.raises(InterruptedError):
            validate(hub.context(), delivery_id)
    known = set(hub.rows("select lookup, client_ref from kluis.persoon"))
    assert hub.value("select count(*) from accepted.aanmelding") == 0
    assert hub.rows("select state, accepted from exchange.delivery") == [("received", 0)]

    assert validate(hub.context(), delivery_id).accepted == 40
    assert len(known) == 20
    assert set(hub.rows("select lookup, client_ref from kluis.persoon")) == known
    assert set(hub.rows("select client_ref from accepted.aanmelding")) == {(ref,) for _, ref in known}
    assert hub.value("select count(*) from kluis.identiteit") == 20
    assert hub.rows("select tablename from pg_tables where schemaname = 'stage'") == []


def _break_off(*_: Any) -> int:
    raise InterruptedError


def test_identities_that_cannot_be_kept_leave_no_record_accepted(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.put("aanmelding_1.xml", people(40))
    (delivery_id,) = receive(hub.context())
    monkeypatch.setattr("warehouse.load._keep_identities", _break_off)
    with pytest.raises(InterruptedError):
        validate(hub.context(), delivery_id)
    assert hub.value("select count(*) from accepted.aanmelding") == 0
