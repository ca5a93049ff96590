"""A source that is read on by a cursor: whatever dies, nothing that it told is missed, and nothing is lost twice."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, text

from connectors.connection import Connection
from exchange.context import Context
from exchange.delivery import Counts, close
from exchange.errors import DeliveryRefused, SourceRefused
from exchange.merge import merge
from exchange.receive import receive
from exchange.region import load_source
from exchange.release import release
from exchange.replay import again
from exchange.validate import validate
from tests.connectors.feed import LIST, SECRET, TOKEN, FeedApi
from tests.connectors.weather import Reply, Weather
from tests.connectors.zaken import problem
from tests.exchange.hub import NIGHT, Hub
from tests.exchange.killed import killed, night_that_dies

DECLARATION = """
name      = "MEE Drenthe"
kind      = "aanbieder"
code      = "41018393"
connector = "rest"
schedule  = "0 1 * * *"
owner     = "gegevensbeheer@mee.example"
[verwerking]
grondslag              = "AVG6-1e/Wmo5.1.1"
verwerkersovereenkomst = 2014-12-15
dpia                   = "DPIA-2014-07"
[answer]
channel    = "folder"
connection = "proef_antwoord"
[connection]
id       = "proef"
scope    = "lezen"
attempts = 1
[shared.vast]
organisatie_code       = "41018393"
verantwoordelijke_code = "41018393"
financier_code         = "1"
grondslag_code         = "1"
[delivers.activiteit]
contract = 1
path     = "trajecten"
[delivers.activiteit.rename]
nummer   = "activiteit_nummer"
gemeente = "gemeente_code"
"""
PLACES = [
    ("before", "exchange.landing", "Landing.store"),
    ("after", "exchange.landing", "Landing.store"),
    ("after", "exchange.delivery", "record"),
    ("after", "connectors.rest", "RestConnector.confirm"),
    ("before", "warehouse.load", "judge"),
    ("after", "exchange.delivery", "close"),
    ("before", "exchange.merge", "merge_delivery"),
    ("after", "exchange.merge", "merge_delivery"),
]


@dataclass
class RestHub(Hub):
    """The hub with one source behind a cursor; each night is a day later."""

    port: int = 0

    def context(self, vandaag: date = NIGHT, run_id: str | None = None) -> Context:
        self.runs += 1
        connection = Connection(
            "proef", "http", "127.0.0.1", self.port, "http", "hub", SECRET, {"path": "/mee/api", "token_url": TOKEN}
        )
        return Context(self.region, self.source, vandaag, run_id or f"run-{self.runs}", connection)

    def after(self, days: int) -> Counts:
        """A night, so many days after the first: the counts of all that was judged in it."""
        return sum(self.night(NIGHT + timedelta(days=days)), Counts())

    def present(self) -> dict[str, str]:
        """What the warehouse holds: number -> minutes."""
        return dict(self.current("activiteit", "activiteit_nummer, minuten::text"))


Site = tuple[RestHub, FeedApi, Weather]


@pytest.fixture
def site(hub: Hub, tmp_path: Path) -> Iterator[Site]:
    api = FeedApi()
    for number in range(7):
        put(api, f"A{number}", 30)
    file = tmp_path / "mee_proef.toml"
    file.write_text(DECLARATION)
    source = load_source(file, hub.region.name, hub.region.gemeenten, hub.region.codelists)
    with Weather(api) as weather:
        region = replace(hub.region, sources={source.id: source})
        yield RestHub(region, source, tmp_path, port=weather.port), api, weather


def put(api: FeedApi, number: str, minutes: int) -> None:
    api.add(number, gemeente="0114", datum="2015-02-10", minuten=minutes, soort_code="6", uitvoerder_code="1")


def truth(api: FeedApi) -> dict[str, str]:
    return {number: str(row["minuten"]) for number, row in api.held().items()}


def change(api: FeedApi, turn: int) -> None:
    """One night at the source: something new, something else, something gone."""
    put(api, f"N{turn}", 10 + turn)
    put(api, f"A{turn}", 100 + turn)
    api.add(f"A{turn + 3}", removed=True)


def test_each_night_brings_what_changed_and_no_more(site: Site) -> None:
    hub, api, _ = site
    first = hub.after(0)
    assert (first.received, first.accepted) == (7, 7)
    change(api, 1)
    second = hub.after(1)
    assert (second.received, second.accepted, second.deleted) == (3, 2, 1)
    assert hub.present() == truth(api)
    assert hub.after(2) == Counts()  # nothing changed: no delivery
    assert hub.value("select count(*) from exchange.delivery") == 2


@pytest.mark.parametrize(("when", "module", "name"), PLACES)
def test_a_killed_run_leaves_no_hole_and_nothing_comes_twice(site: Site, when: str, module: str, name: str) -> None:
    """The source moves on between the nights: what the dead run had asked for comes again, or is there."""
    hub, api, _ = site
    hub.after(0)
    change(api, 1)
    killed(hub, night_that_dies, hub, when, module, name)
    change(api, 2)
    hub.after(2)
    change(api, 3)
    hub.after(3)
    assert hub.present() == truth(api)
    assert hub.value("select max(abs(residual)) from exchange.delivery") == 0
    assert hub.value("select sum(received) from exchange.delivery") == 7 + 3 * 3  # each word once, in one delivery


@pytest.mark.parametrize(("when", "module", "name"), PLACES)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_run_that_died_and_is_run_again_is_one_delivery_with_one_answer(
    site: Site, is_first: bool, when: str, module: str, name: str
) -> None:
    hub, api, _ = site
    if not is_first:
        hub.after(0)
        change(api, 1)
    killed(hub, night_that_dies, hub, when, module, name)
    hub.after(0)
    hub.after(0)
    assert hub.present() == truth(api)
    assert hub.rows("select state, received from exchange.delivery order by delivery_id") == (
        [("merged", 7)] if is_first else [("merged", 7), ("merged", 3)]
    )
    assert hub.value("select count(distinct delivery_id) from exchange.answer") == (1 if is_first else 2)


def test_what_waits_to_be_judged_is_not_asked_for_again(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """Also when the source says more by then: that comes when the first is merged, and the cursor has moved."""
    hub, api, weather = site
    hub.after(0)
    change(api, 1)
    (waiting,) = receive(hub.context(NIGHT + timedelta(days=1)))
    change(api, 2)
    assert receive(hub.context(NIGHT + timedelta(days=2))) == [waiting]
    assert "waits to be judged first" in caplog.text
    hub.after(2)
    hub.after(3)
    asked = [seen.query.get("cursor") for seen in weather.seen if seen.path == LIST]
    assert asked[-2:] == ["7", "10"]
    assert hub.present() == truth(api)
    assert hub.rows("select state, received from exchange.delivery order by delivery_id") == [
        ("merged", 7),
        ("merged", 3),
        ("merged", 3),
    ]


def test_what_is_held_does_not_move_the_cursor(site: Site) -> None:
    """What it brought is asked for again, with what is new: nothing of it is lost if nobody ever releases it."""
    hub, api, _ = site
    hub.after(0)
    change(api, 1)
    (odd,) = receive(hub.context(NIGHT + timedelta(days=1)))
    validate(hub.context(), odd)
    with hub.context().engine.begin() as connection:
        close(connection, odd, "held", Counts(received=3, accepted=2, deleted=1), assessed_at=func.clock_timestamp())
    change(api, 2)
    hub.after(2)
    assert hub.present() == truth(api)
    assert hub.after(3) == Counts()
    release(hub.context(), odd, "het klopt toch", "een coordinator")
    change(api, 3)
    hub.after(4)
    assert hub.present() == truth(api)


def test_what_was_fetched_and_never_asked_what_is_gone_takes_nothing_away(site: Site) -> None:
    """The run died before the source was asked: the next asks, and who judges without asking withdraws nothing."""
    hub, api, weather = site
    hub.after(0)
    before = hub.present()
    api.oldest = len(api.changes) + 1
    rows = [dict(row) for row in api.changes]
    weather.on(LIST, problem(410, "vervallen"), Reply(body={"data": rows[:3], "cursor": "7", "more": False}))
    killed(hub, night_that_dies, hub, "before", "exchange.proof", "prove")
    assert hub.rows("select received, gone from exchange.delivery where state = 'received'") == [(0, None)]
    (waiting,) = receive(hub.context(NIGHT))
    assert hub.value("select gone from exchange.delivery where delivery_id = :id", id=waiting) == []
    with hub.context().engine.begin() as connection:
        connection.execute(text("update exchange.delivery set gone = null where delivery_id = :id"), {"id": waiting})
    validate(hub.context(), waiting)
    merge(hub.context(), waiting)
    assert hub.present() == before


def test_a_delivery_that_is_judged_again_does_not_take_the_cursor_back(site: Site) -> None:
    hub, api, weather = site
    hub.after(0)
    change(api, 1)
    hub.after(1)
    (first,) = hub.rows("select min(delivery_id) from exchange.delivery")
    replayed = again(hub.context(), first[0]).delivery_id
    validate(hub.context(), replayed)
    merge(hub.context(), replayed)
    change(api, 2)
    hub.after(2)
    assert [seen.query.get("cursor") for seen in weather.seen if seen.path == LIST][-1] == "10"
    assert hub.present() == truth(api)


def test_after_a_forgotten_cursor_what_is_absent_is_gone_when_the_source_says_so(site: Site) -> None:
    hub, api, _ = site
    hub.after(0)
    change(api, 1)
    api.oldest = len(api.changes)
    counts = hub.after(1)
    assert (counts.received, counts.withdrawn) == (7, 1)
    assert hub.present() == truth(api)


def test_a_list_that_shrank_by_a_lost_right_withdraws_nothing(site: Site) -> None:
    hub, api, weather = site
    hub.after(0)
    before = hub.present()
    held = dict(api.held())
    weather.on(LIST, problem(410, "vervallen"), api._list({}))  # three of seven, and it says that this is all
    weather._scripts[LIST][1].body["more"] = False
    for number in held:
        weather.on(f"{LIST}/{number}", problem(403, "geen-rechten"))
    with pytest.raises(SourceRefused, match="lost rights"):
        hub.after(1)
    assert hub.present() == before


def test_of_several_words_on_one_record_the_last_counts(site: Site) -> None:
    """No entry bears a moment of its own here: the order in which the source tells them is all there is."""
    hub, api, _ = site
    hub.after(0)
    for minutes in range(40, 60):
        put(api, "A1", minutes)
    put(api, "A2", 41)
    api.add("A2", removed=True)
    api.add("A3", removed=True)
    put(api, "A3", 42)
    put(api, "N1", 43)
    api.add("N1", removed=True)
    api.add("A4", removed=True)
    put(api, "A4", 44)
    api.add("A4", removed=True)
    hub.after(1)
    assert hub.present() == truth(api)
    put(api, "A4", 45)
    hub.after(2)
    assert hub.present() == truth(api)


def test_a_day_that_is_run_again_does_not_put_what_is_new_behind_what_is_old(site: Site) -> None:
    hub, api, _ = site
    hub.after(5)
    change(api, 1)
    hub.after(4)
    change(api, 2)
    put(api, "A1", 7)
    hub.after(4)
    assert hub.present() == truth(api)


def test_what_was_refused_comes_again_with_what_came_since(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal moves no cursor: once its cause is gone, the next night brings and judges all of it."""
    hub, api, _ = site
    hub.after(0)
    change(api, 1)

    def refuses(*_: object) -> None:
        raise DeliveryRefused("L003", "2")

    with monkeypatch.context() as broken:
        broken.setattr("exchange.validate.judge_header", refuses)
        assert hub.after(1) == Counts()
    assert hub.value("select state from exchange.delivery order by delivery_id desc limit 1") == "refused"
    assert hub.present() != truth(api)
    counts = hub.after(2)  # the source has nothing new, and is asked for what we did not take
    assert (counts.received, counts.accepted, counts.deleted) == (3, 2, 1)
    assert hub.present() == truth(api)
    assert hub.after(3) == Counts()
