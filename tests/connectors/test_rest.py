"""A provider over REST with a cursor, against a small API on a real socket."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.connector import Before, Payload, RawRecord, Request, check_declaration
from connectors.errors import DeclarationError, SourceRefused, SourceUnavailable
from tests.connectors.feed import LIST, SECRET, TOKEN, FeedApi
from tests.connectors.suite import VANDAAG, ConnectorSuite, HttpSite
from tests.connectors.weather import Reply, Seen, Weather
from tests.connectors.zaken import problem

BERICHT = "traject"


class RestSite(HttpSite):
    """Eight trajecten on three pages. What is fetched is remembered as merged."""

    kind = "rest"
    requests = (Request(BERICHT, {"path": "trajecten"}),)
    secret = SECRET
    secrets = (SECRET, "Voorbeeld", "token-")
    settings: Mapping[str, Any] = {"scope": "lezen"}

    def __init__(self, weather: Weather, api: FeedApi) -> None:
        super().__init__(weather, {"path": "/mee/api/", "token_url": TOKEN})
        self.api = api

    def cut(self) -> None:
        self.weather.on(LIST, *[Reply(body={"data": [], "cursor": "1", "more": False}, cut=True)] * 9)

    def fetch(self, folder: Path, vandaag: date = VANDAAG, **settings: Any) -> tuple[Payload, list[RawRecord]]:
        payload, records = super().fetch(folder, vandaag, **settings)
        self.seen = {BERICHT: Before(payload.bookmark)}
        return payload, records

    def nothing(self, folder: Path) -> bool:
        with self.connector() as connector:
            return not list(connector.fetch(self.requests, folder, VANDAAG, self.seen))


@pytest.fixture
def site() -> Iterator[RestSite]:
    api = FeedApi()
    for number in range(8):
        api.add(f"T{number}", client={"naam": "Voorbeeld"}, minuten=number)
    weather = Weather(api)
    yield RestSite(weather, api)
    if weather._thread.is_alive():
        weather.close()


class TestRest(ConnectorSuite):
    """What every connector promises."""


def numbers(records: list[RawRecord]) -> list[str]:
    return [("-" if record.actie == "verwijderen" else "") + str(record.values["nummer"]) for record in records]


def asked(site: RestSite) -> list[str]:
    return [seen.query.get("cursor", "") for seen in site.weather.seen if seen.path == LIST]


def test_the_first_time_all_is_read_and_then_what_changed(site: RestSite, tmp_path: Path) -> None:
    payload, records = site.fetch(tmp_path)
    assert numbers(records) == [f"T{number}" for number in range(8)]
    assert (payload.scope, payload.bookmark, payload.media_type) == (("",), "8", "application/jsonl")
    site.api.add("T3", minuten=99)
    site.api.add("T9")
    site.api.add("T1", removed=True)
    payload, records = site.fetch(tmp_path)
    assert numbers(records) == ["T3", "T9", "-T1"]
    assert (payload.scope, payload.bookmark) == ((), "11")
    assert site.nothing(tmp_path)


def test_the_content_of_an_entry_becomes_flat_paths_of_text(site: RestSite, tmp_path: Path) -> None:
    _, (first, *_) = site.fetch(tmp_path)
    assert first.values == {"id": "T0", "nummer": "T0", "client.naam": "Voorbeeld", "minuten": "0", "@plaats": "T0"}


def test_an_envelope_around_the_content_is_opened(site: RestSite, tmp_path: Path) -> None:
    body = {"data": [{"meta": {"id": 7, "weg": True}, "inhoud": {"nummer": "T7"}}], "cursor": "1", "more": False}
    site.weather.on(LIST, Reply(body=body))
    _, (record,) = site.fetch(tmp_path, content="inhoud", record_id="meta.id", removed="meta.weg")
    assert record.values == {"nummer": "T7", "@plaats": "7"}
    assert record.actie == "verwijderen"


def test_an_entry_without_content_is_a_record_that_cannot_be_read(site: RestSite, tmp_path: Path) -> None:
    body = {"data": [{"inhoud": "stuk"}, {"inhoud": {"nummer": "T1"}}], "cursor": "1", "more": False}
    site.weather.on(LIST, Reply(body=body))
    _, (broken, sound) = site.fetch(tmp_path, content="inhoud")
    assert broken.wrong
    assert "stuk" not in broken.wrong
    assert sound.values["nummer"] == "T1"


def test_nothing_new_the_first_time_is_a_whole_of_nothing(site: RestSite, tmp_path: Path) -> None:
    site.api.changes.clear()
    payload, records = site.fetch(tmp_path)
    assert (payload.scope, records) == (("",), [])


def test_a_forgotten_cursor_has_all_read_again(site: RestSite, tmp_path: Path) -> None:
    site.fetch(tmp_path)
    site.api.add("T1", removed=True)
    site.api.oldest = 9
    payload, records = site.fetch(tmp_path)
    assert payload.scope == ("",)
    assert numbers(records) == ["T0", *(f"T{number}" for number in range(2, 8))]
    with payload.path.open("rb") as stream, site.connector() as connector:
        assert connector.header(stream).omvang == "volledig"


def test_a_cursor_forgotten_while_it_is_read_leaves_no_half(site: RestSite, tmp_path: Path) -> None:
    site.fetch(tmp_path)
    for number in range(5):
        site.api.add(f"T{number}", minuten=50)
    first_page = site.api._list({"cursor": "8"})
    site.weather.on(LIST, first_page, problem(410, "vervallen"))
    payload, records = site.fetch(tmp_path)
    assert payload.scope == ("",)
    assert numbers(records) == [f"T{number}" for number in range(8)]


def test_a_source_that_forgets_again_and_again_is_unavailable(site: RestSite, tmp_path: Path) -> None:
    site.fetch(tmp_path)
    page = site.api._list({})
    site.weather.on(LIST, problem(410, "x"), page, problem(410, "x"))
    with pytest.raises(SourceUnavailable, match="forgets its cursor"):
        site.fetch(tmp_path)


def test_a_forgotten_cursor_may_have_a_code_of_its_own(site: RestSite, tmp_path: Path) -> None:
    site.fetch(tmp_path)
    site.weather.on(LIST, problem(400, "cursor_expired"))
    assert len(site.fetch(tmp_path, forgotten_code="cursor_expired")[1]) == 8
    site.weather.on(LIST, problem(400, "cursor_expired"))
    with pytest.raises(SourceRefused, match="400 cursor_expired"):
        site.fetch(tmp_path)


def test_gone_without_a_cursor_is_a_refusal(site: RestSite, tmp_path: Path) -> None:
    site.weather.on(LIST, problem(410, "opgeheven"))
    with pytest.raises(SourceRefused, match="410 opgeheven"):
        site.fetch(tmp_path)


def test_what_changes_between_two_pages_comes_with_the_same_reading_or_the_next(site: RestSite, tmp_path: Path) -> None:
    """Inserted before and behind the page, changed and removed: nothing is missed, a double does no harm."""
    api, pages = site.weather.app, []

    def meanwhile(seen: Seen) -> Reply:
        reply = api(seen)
        if seen.path == LIST:
            pages.append(seen)
            if len(pages) == 1:
                site.api.add("T00")
                site.api.add("T8")
                site.api.add("T1", minuten=77)
                site.api.add("T5", removed=True)
        return reply

    site.weather.app = meanwhile
    _, records = site.fetch(tmp_path)
    assert numbers(records) == ["T0", "T1", "T2", "T3", "T4", "T6", "T7", "T8", "T00", "T8", "T1", "-T5"]
    assert site.nothing(tmp_path)


def test_the_same_row_on_two_pages_is_two_records(site: RestSite, tmp_path: Path) -> None:
    row = {"id": "T1", "nummer": "T1"}
    site.weather.on(
        LIST,
        Reply(body={"data": [row], "cursor": "a", "more": True}),
        Reply(body={"data": [row], "cursor": "b", "more": False}),
    )
    payload, records = site.fetch(tmp_path)
    assert (numbers(records), payload.bookmark) == (["T1", "T1"], "b")


def test_a_cursor_may_be_an_address_and_is_kept_as_one(site: RestSite, tmp_path: Path) -> None:
    site.api.by_link = True
    payload, records = site.fetch(tmp_path)
    assert len(records) == 8
    assert payload.bookmark == "/mee/api/trajecten?cursor=8"
    site.api.add("T9")
    assert numbers(site.fetch(tmp_path)[1]) == ["T9"]


@pytest.mark.parametrize("kept", [False, True], ids=["in a page", "kept from the last time"])
def test_a_cursor_leads_nowhere_else(site: RestSite, tmp_path: Path, kept: bool) -> None:
    with Weather() as foreign:
        if kept:
            site.seen = {BERICHT: Before(foreign.url + "mee/api/trajecten")}
        else:
            body = {"data": [{"id": "T1"}], "cursor": foreign.url + "mee/api/trajecten", "more": True}
            site.weather.on(LIST, Reply(body=body))
        with pytest.raises(SourceRefused, match="outside the one declared"):
            site.fetch(tmp_path)
        assert not foreign.seen


def test_where_a_page_does_not_say_if_there_is_more_the_cursor_tells(site: RestSite, tmp_path: Path) -> None:
    site.weather.on(
        LIST,
        Reply(body={"data": [{"id": "T1"}], "cursor": "a"}),
        Reply(body={"data": [{"id": "T2"}], "cursor": "b"}),
        Reply(body={"data": [], "cursor": "b"}),
    )
    payload, records = site.fetch(tmp_path)
    assert (len(records), payload.bookmark, asked(site)) == (2, "b", ["", "a", "b"])
    site.weather.on(LIST, Reply(body={"data": [{"id": "T3"}], "cursor": None}))
    payload, records = site.fetch(tmp_path)
    assert (len(records), payload.bookmark) == (1, "b")


def test_pages_that_point_to_each_other_are_refused(site: RestSite, tmp_path: Path) -> None:
    for cursor in ("a", "b", "a"):
        site.weather.on(LIST, Reply(body={"data": [{"id": "T1"}], "cursor": cursor, "more": True}))
    with pytest.raises(SourceRefused, match="do not end"):
        site.fetch(tmp_path)


@pytest.mark.parametrize("cursor", [[], {}, True, 1.5, "x" * 5000, "a\x00b", "\ud800"])
def test_what_is_no_cursor_is_not_kept(site: RestSite, tmp_path: Path, cursor: object) -> None:
    site.weather.on(LIST, Reply(body={"data": [], "cursor": cursor, "more": False}))
    with pytest.raises(SourceRefused, match="no cursor at `cursor`"):
        site.fetch(tmp_path)


@pytest.mark.parametrize("body", [[], {"data": {}}, {"data": [1]}, {}, None])
def test_what_is_no_page_is_refused(site: RestSite, tmp_path: Path, body: object) -> None:
    site.weather.on(LIST, Reply(body=json.dumps(body).encode()))
    with pytest.raises(SourceRefused, match="no list of records at `data`"):
        site.fetch(tmp_path)


def test_a_reading_without_end_is_stopped(site: RestSite, tmp_path: Path) -> None:
    numbered = iter(range(1_000_000))

    def endless(seen: Seen) -> Reply:
        if seen.path == TOKEN:
            return site.api(seen)
        return Reply(body={"data": [{"id": "T1", "x": "y" * 100_000}], "cursor": str(next(numbered)), "more": True})

    site.weather.app = endless
    with pytest.raises(SourceRefused, match="more than 1 MB in one reading"):
        site.fetch(tmp_path, max_total_megabytes=1)


def test_memory_does_not_grow_with_the_list(site: RestSite, tmp_path: Path) -> None:
    def peak(pages: int) -> int:
        row = {"id": "T1", "x": "y" * 1000}

        def long(seen: Seen) -> Reply:
            if seen.path == TOKEN:
                return site.api(seen)
            page = int(seen.query.get("cursor", "0")) + 1
            return Reply(body={"data": [row] * 100, "cursor": str(page), "more": page < pages})

        site.weather.app, site.seen = long, {}
        with site.connector() as connector:
            tracemalloc.start()
            (payload,) = connector.fetch(site.requests, tmp_path, VANDAAG, {})
            found = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert payload.path.stat().st_size > pages * 100_000
        return found

    assert peak(60) < peak(6) + (1 << 20)


def test_a_page_that_fails_once_costs_nothing(site: RestSite, tmp_path: Path) -> None:
    ill = [Reply(500, b"<h1>oeps</h1>", kind="text/html"), Reply(429, headers={"Retry-After": "0"})]
    site.weather.on(LIST, ill[0])
    site.weather.on(TOKEN, ill[1])
    assert len(site.fetch(tmp_path)[1]) == 8


def test_a_log_in_page_is_no_list(site: RestSite, tmp_path: Path) -> None:
    site.weather.on(LIST, Reply(200, b"<html>inloggen</html>", kind="text/html"))
    with pytest.raises(SourceRefused, match="text/html instead of JSON"):
        site.fetch(tmp_path)


def test_a_token_that_dies_half_way_is_renewed(site: RestSite, tmp_path: Path) -> None:
    site.api.token_uses = 1
    assert len(site.fetch(tmp_path)[1]) == 8
    assert len(site.api.tokens) == 3  # one a page


def test_a_token_is_asked_for_once_and_before_it_dies(
    site: RestSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with site.connector() as connector:
        list(connector.fetch(site.requests, tmp_path, VANDAAG, {}))
        list(connector.fetch(site.requests, tmp_path, VANDAAG, {}))
        assert len(site.api.tokens) == 1
        connector._opened.api._auth._made -= 241  # type: ignore[attr-defined]
        list(connector.fetch(site.requests, tmp_path, VANDAAG, {}))
    assert len(site.api.tokens) == 2


@pytest.mark.parametrize("said", [{}, [], {"access_token": "x"}, {"access_token": "a\nb", "token_type": "Bearer"}])
def test_a_token_endpoint_that_gives_no_token_is_refused(site: RestSite, tmp_path: Path, said: object) -> None:
    site.weather.on(TOKEN, Reply(body=json.dumps(said).encode()))
    with pytest.raises(SourceRefused, match="no bearer token"):
        site.fetch(tmp_path)


def test_a_wrong_scope_is_told_in_the_words_of_oauth(site: RestSite, tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="400 invalid_scope"):
        site.fetch(tmp_path, scope="schrijven")


def test_a_token_that_is_refused_anew_is_not_asked_for_without_end(site: RestSite, tmp_path: Path) -> None:
    site.api.token_uses = 0
    with pytest.raises(SourceRefused, match="401 invalid_token: check client_id and secret"):
        site.fetch(tmp_path)
    assert len(site.api.tokens) == 2


def test_a_lost_right_is_said_and_is_no_deletion(site: RestSite, tmp_path: Path) -> None:
    site.api.rights = False
    with pytest.raises(SourceRefused, match="403 geen-rechten: we lost rights"):
        site.fetch(tmp_path)
    with site.connector() as connector, pytest.raises(SourceRefused, match="lost rights"):
        list(connector.still_there(BERICHT, {"path": "trajecten"}, ["T1"]))


def test_what_is_gone_is_proven_by_its_own_address(site: RestSite) -> None:
    site.api.add("T1", removed=True)
    site.weather.on(f"{LIST}/T2", problem(410, "verwijderd"))
    site.weather.on(f"{LIST}/T4", Reply(body={"id": "T4", "removed": True}))
    with site.connector() as connector:
        there = connector.still_there(BERICHT, {"path": "trajecten"}, ["T0", "T1", "T2", "T3", "T4"])
        assert list(there) == [True, False, False, True, False]


@pytest.mark.parametrize(
    ("place", "reply"),
    [
        ("T1", Reply(404, b"<h1>Not Found</h1>", kind="text/html")),
        ("T1", Reply(body={"id": "T2"})),
        ("", Reply(404)),
        ("../../x", Reply(404)),
    ],
)
def test_what_does_not_come_from_the_record_itself_proves_nothing(site: RestSite, place: str, reply: Reply) -> None:
    site.weather.on(f"{LIST}/{place}", reply)
    with site.connector() as connector, pytest.raises(SourceRefused):
        list(connector.still_there(BERICHT, {"path": "trajecten"}, [place]))


def test_without_a_token_address_the_connection_is_not_complete(site: RestSite, tmp_path: Path) -> None:
    site.extra["token_url"] = ""
    with pytest.raises(DeclarationError, match=r"bron_rest: extra\.token_url"):
        site.fetch(tmp_path)


@pytest.mark.parametrize(
    ("settings", "options", "key"),
    [
        ({"cursor": "x"}, {"path": "x"}, "connection.cursor"),
        ({"page_size": 0}, {"path": "x"}, "connection.page_size"),
        ({}, {}, "delivers.traject.path"),
        ({}, {"path": "/"}, "delivers.traject.path"),
        ({}, {"path": "https://elders.example/x"}, "delivers.traject.path"),
        ({}, {"path": "x", "lijst": "y"}, "delivers.traject.lijst"),
    ],
)
def test_a_wrong_declaration_says_file_key_and_cure(
    settings: dict[str, Any], options: dict[str, Any], key: str
) -> None:
    with pytest.raises(DeclarationError) as caught:
        check_declaration("rest", settings, {BERICHT: options}, "mee.toml")
    assert (caught.value.file, caught.value.key) == ("mee.toml", key)
