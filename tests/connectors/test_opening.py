"""What is opened at first use is closed on leaving, and opens anew."""

from __future__ import annotations

import pytest

from connectors.notice import URGENT, Notice
from connectors.opening import Opening

pytestmark = pytest.mark.pure


class Door:
    """Knows whether it is open."""

    def __init__(self) -> None:
        self.is_open = True

    def close(self) -> None:
        self.is_open = False


class House(Opening[Door]):
    """Opens doors, and counts them."""

    def __init__(self) -> None:
        super().__init__()
        self.doors: list[Door] = []

    def _open(self) -> Door:
        self.doors.append(Door())
        return self.doors[-1]


def test_nothing_is_opened_before_it_is_asked_for() -> None:
    with House() as house:
        pass
    assert house.doors == []


def test_one_thing_is_opened_and_closed_even_when_it_fails() -> None:
    house = House()
    with pytest.raises(ZeroDivisionError), house:
        _ = 1 / (house._opened is not house._opened)
    assert [door.is_open for door in house.doors] == [False]


def test_what_it_notices_is_told_once_and_kept_after_leaving() -> None:
    with House() as house:
        for _ in range(2):
            house._tell(Notice("drop", URGENT, "de drop is er niet"))
    assert [one.text for one in house.notices] == ["de drop is er niet"]


def test_after_leaving_it_opens_anew() -> None:
    house = House()
    for _ in range(2):
        with house:
            assert house._opened.is_open
    assert [door.is_open for door in house.doors] == [False, False]
