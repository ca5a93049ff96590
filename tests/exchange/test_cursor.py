"""A source that is read on by a cursor: whatever dies, nothing that it told is missed, and nothing is lost twice."""

import multiprocessing
import signal
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from connectors.connection import Connection
from exchange.context import Context
from exchange.delivery import Counts
from exchange.errors import SourceRefused
from exchange.merge import merge
from exchange.receive import receive
from exchange.region import load_source
from exchange.replay import again
from exchange.validate import validate
from tests.connectors.feed import LIST, SECRET, TOKEN, FeedApi
from tests.connectors.weather import Weather
from tests.connectors.zaken import problem
from tests.exchange.hub import NIGHT, Hub
from tests.exchange.test_killed import night_that_dies

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
def test_a_killed_run_leaves_no_hole(site: Site, when: str, module: str, name: str) -> None:
    """The source moves on between the nights: what the dead run had asked for comes again, or is there."""
    hub, api, _ = site
    hub.after(0)
    change(api, 1)
    child = multiprocessing.get_context("fork").Process(target=night_that_dies, args=(hub, when, module, name))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    change(api, 2)
    hub.after(2)
    change(api, 3)
    hub.after(3)
    assert hub.present() == truth(api)
    assert hub.value("select max(abs(residual)) from exchange.delivery") == 0


def test_what_was_fetched_and_not_merged_does_not_move_the_cursor(site: Site) -> None:
    hub, api, weather = site
    hub.after(0)
    change(api, 1)
    (waiting,) = receive(hub.context(NIGHT + timedelta(days=1)))
    validate(hub.context(), waiting)
    change(api, 2)
    receive(hub.context(NIGHT + timedelta(days=2)))
    asked = [seen.query.get("cursor") for seen in weather.seen if seen.path == LIST]
    assert asked.count("7") == 2  # the cursor of the first night, twice
    merge(hub.context(), waiting)
    hub.after(3)
    assert hub.present() == truth(api)


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
