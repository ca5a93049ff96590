"""The HTTP client in all weathers, over a real socket."""

from __future__ import annotations

import gzip
import json
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from connectors.auth import ZgwToken
from connectors.client import Client, HttpSettings, not_found
from connectors.errors import SourceRefused, SourceUnavailable
from connectors.pagination import rows
from tests.connectors.weather import Reply, Weather
from tests.connectors.zaken import problem

OK = Reply(body={"hallo": 1})


@pytest.fixture
def weather() -> Iterator[Weather]:
    with Weather() as running:
        yield running


def client(weather: Weather, **settings: Any) -> Client:
    quick = {"backoff": 0.01, "attempts": 3, "read_timeout": 0.3, "connect_timeout": 1.0, "longest_wait": 5.0}
    return Client(weather.url + "a/", HttpSettings(**(quick | settings)), ZgwToken("hub", "x" * 40))


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_time_cures_is_tried_again(weather: Weather, status: int) -> None:
    weather.on("/a/x", Reply(status, b"<h1>even niet</h1>", kind="text/html"), OK)
    assert client(weather).get("x").body == {"hallo": 1}
    assert len(weather.seen) == 2


@pytest.mark.parametrize(
    "bad",
    [
        Reply(body={"hallo": 1}, cut=True),
        Reply(body={"hallo": 1}, delay=0.6),
        Reply(body=b'{"hallo": '),
    ],
    ids=["cut", "slow", "half a JSON"],
)
def test_half_an_answer_is_tried_again(weather: Weather, bad: Reply) -> None:
    weather.on("/a/x", bad, OK)
    assert client(weather).get("x").body == {"hallo": 1}


def test_it_gives_up_in_the_end(weather: Weather) -> None:
    weather.on("/a/x", *[Reply(503)] * 3)
    with pytest.raises(SourceUnavailable, match="503, 3 times"):
        client(weather).get("x", {"identificatie": "geheim"})
    assert len(weather.seen) == 3


@pytest.mark.parametrize("as_date", [False, True])
def test_retry_after_is_respected(weather: Weather, as_date: bool) -> None:
    wait = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True) if as_date else "1"
    weather.on("/a/x", Reply(429, headers={"Retry-After": wait}), OK)
    begin = time.monotonic()
    client(weather).get("x")
    assert time.monotonic() - begin >= 0.9


def test_a_retry_after_beyond_patience_ends_at_once(weather: Weather) -> None:
    weather.on("/a/x", Reply(429, headers={"Retry-After": "3600"}))
    with pytest.raises(SourceUnavailable, match="come back after 3600 s"):
        client(weather).get("x")
    assert len(weather.seen) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 406, 412])
def test_a_refusal_is_not_repeated(weather: Weather, status: int) -> None:
    weather.on("/a/x", problem(status, "a_code"))
    with pytest.raises(SourceRefused, match=f"{status} a_code: "):
        client(weather).get("x")
    assert len(weather.seen) == 1


def test_html_where_json_belongs_is_said_clearly(weather: Weather) -> None:
    weather.on("/a/x", Reply(200, b"<html>inloggen</html>", kind="text/html; charset=utf-8"))
    with pytest.raises(SourceRefused, match="text/html instead of JSON"):
        client(weather).get("x")


def test_an_oversized_answer_is_refused(weather: Weather) -> None:
    weather.on("/a/x", Reply(body=b" " * ((1 << 20) + 1)))
    with pytest.raises(SourceRefused, match="larger than 1 MB"):
        client(weather, max_megabytes=1).get("x")


@pytest.mark.parametrize("drip", [0.0, 0.001])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("chunked", [False, True])
def test_an_answer_may_be_packed_and_come_in_pieces(weather: Weather, packed: bool, chunked: bool, drip: float) -> None:
    content = json.dumps({"hallo": list(range(200))}).encode()
    headers = {"Content-Encoding": "gzip"} if packed else {}
    body = gzip.compress(content) if packed else content
    weather.on("/a/x", Reply(body=body, headers=headers, chunked=chunked, drip=drip))
    assert client(weather, attempts=1).get("x").body == {"hallo": list(range(200))}


@pytest.mark.parametrize("chunked", [False, True])
def test_a_packed_answer_is_measured_unpacked(weather: Weather, chunked: bool) -> None:
    body = gzip.compress(b" " * (50 << 20))
    weather.on("/a/x", Reply(body=body, headers={"Content-Encoding": "gzip"}, chunked=chunked))
    with pytest.raises(SourceRefused, match="larger than 1 MB"):
        client(weather, max_megabytes=1).get("x")


@pytest.mark.parametrize("status", [200, 403])
@pytest.mark.parametrize("times", [1, 3], ids=["packed", "packed thrice"])
def test_a_packed_answer_that_is_a_bomb_costs_no_memory(weather: Weather, status: int, times: int) -> None:
    """A quarter of a gigabyte in some hundreds of bytes; a problem may be packed too."""
    content = b" " * (256 << 20)
    for _ in range(times):
        content = gzip.compress(content)
    weather.always(Reply(status, content, headers={"Content-Encoding": ", ".join(["gzip"] * times)}))
    with peak_below(8 << 20), pytest.raises(SourceRefused, match=r"larger than 1 MB|403"):
        client(weather, max_megabytes=1, read_timeout=10.0).get("x")


@pytest.mark.parametrize("status", [200, 403])
def test_an_answer_without_end_costs_no_memory(weather: Weather, status: int) -> None:
    weather.always(Reply(status, endless=b" " * 65536))
    with peak_below(8 << 20), pytest.raises(SourceRefused, match=r"larger than 1 MB|403"):
        client(weather, max_megabytes=1).get("x")


def test_a_refusal_that_drips_meets_the_deadline_and_is_a_refusal(weather: Weather) -> None:
    weather.always(Reply(403, b" " * 5000, drip=0.02))
    with pytest.raises(SourceRefused, match="403: we lost rights"):
        client(weather, deadline=0.1).get("x")


def test_only_what_can_be_unpacked_by_the_piece_is_asked_for(weather: Weather) -> None:
    weather.on("/a/x", OK)
    client(weather).get("x")
    assert weather.seen[0].headers["Accept-Encoding"] == "gzip, deflate"


@contextmanager
def peak_below(limit: int) -> Iterator[None]:
    """All that is allocated meanwhile, at its highest, in bytes."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < limit
    finally:
        tracemalloc.stop()


def test_a_chunked_answer_that_is_cut_is_tried_again(weather: Weather) -> None:
    weather.on("/a/x", Reply(body={"hallo": 1}, cut=True, chunked=True), OK)
    assert client(weather).get("x").body == {"hallo": 1}


@pytest.mark.parametrize("place", ["http://[half/a/x", "ftp://127.0.0.1/a/x", "/b/x"])
def test_a_redirect_to_nowhere_is_refused(weather: Weather, place: str) -> None:
    weather.on("/a/x", Reply(302, headers={"Location": place}))
    with pytest.raises(SourceRefused, match="outside the one declared"):
        client(weather).get("x")


def test_a_dripping_answer_meets_the_deadline(weather: Weather) -> None:
    weather.on("/a/x", Reply(body=b" " * 200, drip=0.02))
    begin = time.monotonic()
    with pytest.raises(SourceUnavailable, match="takes too long"):
        client(weather, deadline=0.1, attempts=1).get("x")
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize(
    "address",
    [
        "http://elders.example/a/x",
        "http://127.0.0.1:1/a/x",
        "https://127.0.0.1/a/x",
        "//elders.example/a/x",
        "/b/x",
        "../b/x",
        "%2e%2e/b/x",
        "%252e%252e/b/x",
        "..\\b",
        "http://iemand@127.0.0.1/a/x",
        "ftp://127.0.0.1/a/x",
        "file:///etc/hosts",
        "http://[half/a/x",
    ],
)
def test_it_goes_nowhere_outside_its_base(weather: Weather, address: str) -> None:
    with pytest.raises(SourceRefused, match="outside the one declared"):
        client(weather).get(address)
    assert not weather.seen


def test_the_full_address_below_the_base_is_fine(weather: Weather) -> None:
    weather.on("/a/x", OK)
    assert client(weather).get(f"{weather.url}a/x?page=2").body == {"hallo": 1}
    assert weather.seen[0].query == {"page": "2"}


def test_a_redirect_within_the_base_is_followed_with_our_token(weather: Weather) -> None:
    weather.on("/a/x", Reply(302, headers={"Location": "/a/y"}))
    weather.on("/a/y", OK)
    assert client(weather).get("x").body == {"hallo": 1}
    assert weather.seen[1].headers["Authorization"].startswith("Bearer ")


def test_a_redirect_to_a_foreign_host_is_refused(weather: Weather) -> None:
    with Weather() as foreign:
        weather.on("/a/x", Reply(302, headers={"Location": foreign.url + "a/x"}))
        with pytest.raises(SourceRefused, match="outside the one declared"):
            client(weather).get("x")
        assert not foreign.seen


def test_redirects_that_do_not_end_are_refused(weather: Weather) -> None:
    weather.always(Reply(302, headers={"Location": "/a/x"}))
    with pytest.raises(SourceRefused, match="from one address to the next"):
        client(weather).get("x")


def test_an_expired_token_is_renewed_once(weather: Weather) -> None:
    weather.on("/a/x", problem(403, "jwt-expired"), OK)
    hub = client(weather)
    hub._auth._made -= 10  # type: ignore[union-attr]
    assert hub.get("x").body == {"hallo": 1}
    weather.on("/a/x", problem(403, "jwt-expired"), problem(403, "jwt-expired"))
    with pytest.raises(SourceRefused, match="jwt-expired"):
        hub.get("x")


def test_a_token_is_renewed_before_it_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("connectors.auth.time.monotonic", lambda: now[0])
    monkeypatch.setattr("connectors.auth.time.time", lambda: now[0])
    token = ZgwToken("hub", "x" * 40)
    first = token.token()
    now[0] += 2999
    assert token.token() == first
    now[0] += 2
    assert token.token() != first


def test_an_absence_is_only_believed_from_the_api_itself(weather: Weather) -> None:
    weather.on("/a/x", problem(404, "not_found"))
    assert client(weather).get("x", told=not_found).status == 404
    with pytest.raises(SourceRefused, match="nothing at this address"):
        client(weather).get("x", told=not_found)


def test_errors_hold_no_query_and_no_id(weather: Weather) -> None:
    with pytest.raises(SourceRefused) as caught:
        client(weather).get("zaken/8d819c09-c653-46a5-b24a-032434a86449", {"inpBsn": "geheim"})
    assert "geheim" not in str(caught.value)
    assert "8d819c09" not in str(caught.value)
    assert "/a/zaken/{id}" in str(caught.value)


def page(numbers: list[int], following: str | None, count: int = 3) -> Reply:
    results = [{"url": f"u{number}", "n": number} for number in numbers]
    return Reply(body={"count": count, "next": following, "previous": None, "results": results})


def test_pages_are_followed_until_next_is_null_and_rows_come_once(weather: Weather) -> None:
    weather.on("/a/x", page([1, 2], weather.url + "a/x?page=2"), page([2, 3], None))
    assert [row["n"] for row in rows(client(weather), "x", {"q": "1"})] == [1, 2, 3]
    assert [seen.query for seen in weather.seen] == [{"q": "1"}, {"page": "2"}]


def test_a_count_that_shrinks_on_the_way_has_the_list_read_again(weather: Weather) -> None:
    two = weather.url + "a/x?page=2"
    weather.on("/a/x", page([1, 2], two, 4), page([4], None, 3), page([2, 3], two, 3), page([4], None, 3))
    assert [row["n"] for row in rows(client(weather), "x")] == [1, 2, 4, 3]


@pytest.mark.parametrize("way", ["by a next", "by a redirect of a next"])
@pytest.mark.parametrize(
    "place",
    ["{foreign}a/x?page=2", "https://127.0.0.1:{port}/a/x", "http://elders.example/a/x", "{own}b/x", "//x.example/a"],
)
def test_a_foreign_next_is_refused(weather: Weather, place: str, way: str) -> None:
    """Another port, scheme, host or path: what came is not given on, and nobody else sees our token."""
    with Weather() as foreign:
        address = place.format(foreign=foreign.url, own=weather.url, port=weather.port)
        if way == "by a next":
            weather.on("/a/x", page([1], address))
        else:
            weather.on("/a/x", page([1], weather.url + "a/y"))
            weather.on("/a/y", Reply(302, headers={"Location": address}))
        with pytest.raises(SourceRefused, match="outside the one declared"):
            list(rows(client(weather), "x"))
        assert not foreign.seen
        assert len(weather.seen) == (1 if way == "by a next" else 2)


def test_pages_that_point_to_themselves_are_refused(weather: Weather) -> None:
    weather.on("/a/x", *[page([1], weather.url + "a/x?page=2")] * 2)
    with pytest.raises(SourceRefused, match="do not end"):
        list(rows(client(weather), "x"))


@pytest.mark.parametrize("body", [[], {"results": {}}, {"results": [1], "next": None}, {"count": 1}])
def test_what_is_no_page_is_refused(weather: Weather, body: object) -> None:
    weather.on("/a/x", Reply(body=body))
    with pytest.raises(SourceRefused, match="no paged list"):
        list(rows(client(weather), "x"))


def test_the_environment_does_not_lead_it_astray(weather: Weather, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    weather.on("/a/x", OK)
    assert client(weather).get("x").body == {"hallo": 1}
