"""A gemeente over ZGW, against a small Zaken API on a real socket."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from connectors.connector import WHOSE, Before, RawRecord, Request, check_declaration
from connectors.errors import DeclarationError, SourceRefused, SourceUnavailable
from connectors.zgw_lookback import plan
from tests.connectors.suite import VANDAAG, ConnectorSuite, HttpSite, records_of
from tests.connectors.weather import Reply, Seen, Weather
from tests.connectors.zaken import SECRET, Zaken, problem

LIST = "/gemeente/zaken/api/v1/zaken"


class ZgwSite(HttpSite):
    """Eight zaken of two versions of their type."""

    kind = "zgw"
    requests = (Request("aanmelding", {"zaaktype": "CLO"}),)
    secret = SECRET
    secrets = (SECRET, "Voorbeeld", "CLO")

    def __init__(self, weather: Weather, zaken: Zaken) -> None:
        super().__init__(weather, {"path": "/gemeente/"})
        self.zaken = zaken

    def cut(self) -> None:
        self.weather.always(Reply(body={"count": 0, "next": None, "results": []}, cut=True))


@pytest.fixture
def site() -> Iterator[ZgwSite]:
    zaken = Zaken()
    weather = Weather(zaken)
    zaken.root = weather.url + zaken.base
    for number in range(8):
        zaken.add(number, f"2014-{number + 1:02d}-10", "2014-12-31", version=1 + number % 2)
    yield ZgwSite(weather, zaken)
    if weather._thread.is_alive():
        weather.close()


class TestZgw(ConnectorSuite):
    """What every connector promises."""


def numbers(records: list[RawRecord]) -> list[str]:
    return [str(record.values["zaak.identificatie"]) for record in records]


def test_all_versions_of_a_zaaktype_are_read_sorted(site: ZgwSite, tmp_path: Path) -> None:
    payload, records = site.fetch(tmp_path)
    assert numbers(records) == [f"Z{number:04d}" for number in range(8)]
    assert {record.partitie for record in records} == {f"2014-{month:02d}" for month in range(1, 9)}
    assert payload.scope[-1] == "2015-03"
    assert payload.media_type == "application/jsonl"


def test_a_zaak_becomes_flat_paths(site: ZgwSite, tmp_path: Path) -> None:
    _, (first, second, *_) = site.fetch(tmp_path)
    values = first.values
    assert values["zaak.bronorganisatie"] == "1"
    assert values["zaak.opschorting.indicatie"] == "false"
    assert values["eigenschap.leefgebied"] == "wonen;werk"
    assert values["rol.betrokkeneIdentificatie.geslachtsnaam"] == "Voorbeeld"
    assert values["rol.initiator.betrokkeneIdentificatie.verblijfsadres.aoaHuisnummer"] == "7"
    assert values["rol.betrokkeneIdentificatie.inpBsn"] == ""
    assert "zaak.rollen" not in values
    # 2015-02-28T23:30:00Z is the first of March in the Netherlands.
    assert values["status.1"] == values["status.Gemeld"] == values["status.laatste.datum"] == "2015-03-01"
    assert second.values["status.2"] == "2015-03-01"
    assert second.values["status.laatste"] == "Gemeld"


def test_another_bronorganisatie_on_the_same_server_is_not_read(site: ZgwSite, tmp_path: Path) -> None:
    site.zaken.add(20, "2014-01-01", rsin="2")
    assert numbers(site.fetch(tmp_path, bronorganisatie="2")[1]) == ["Z0020"]
    assert len(site.fetch(tmp_path, bronorganisatie="*")[1]) == 9  # who drafts a declaration looks at all


def deaf(site: ZgwSite) -> None:
    """The server no longer minds which bronorganisatie it is asked for."""
    listed = site.zaken._fits
    site.zaken._fits = lambda zaak, query: listed(zaak, query | {"bronorganisatie": zaak["bronorganisatie"]})  # type: ignore[method-assign]


def test_a_zaak_of_a_neighbour_does_not_become_ours_where_a_server_does_not_select(
    site: ZgwSite, tmp_path: Path
) -> None:
    site.zaken.add(20, "2014-01-01", rsin="2")
    deaf(site)
    with site.connector(bronorganisatie="2") as connector:
        (payload,) = connector.fetch(site.requests, tmp_path, VANDAAG, {})
        assert numbers(records_of(connector, payload)) == ["Z0020"]
        (notice,) = connector.notices
    assert (notice.code, notice.level) == ("bronorganisatie", "waarschuwing")
    assert notice.text.startswith("aanmelding: 8 zaken van een andere bronorganisatie dan 2 zijn niet overgenomen")


def test_a_zaak_that_does_not_say_whose_it_is_is_handed_on_as_nobodys_and_is_not_gone(
    site: ZgwSite, tmp_path: Path
) -> None:
    site.zaken.add(20, "2014-01-01", rsin="")
    deaf(site)
    with site.connector(bronorganisatie="1") as connector:
        (payload,) = connector.fetch(site.requests, tmp_path, VANDAAG, {})
        nobodys = [record for record in records_of(connector, payload) if WHOSE in record.values]
        assert numbers(nobodys) == ["Z0020"]
        (notice,) = connector.notices
        assert notice.text.startswith("aanmelding: 1 zaken zeggen niet van welke bronorganisatie zij zijn")
        uuid = str(nobodys[0].values["zaak.uuid"])
        assert list(connector.still_there("aanmelding", {"zaaktype": "CLO"}, [uuid])) == [True]


@pytest.mark.parametrize("is_deaf", [False, True])
def test_where_no_zaak_has_the_bronorganisatie_that_was_declared_somebody_is_told(
    site: ZgwSite, tmp_path: Path, is_deaf: bool
) -> None:
    if is_deaf:
        deaf(site)
    with site.connector(bronorganisatie="3") as connector:
        (payload,) = connector.fetch(site.requests, tmp_path, VANDAAG, {})
        assert records_of(connector, payload) == []
        notice = connector.notices[0]
    assert notice.level == "ernstig"
    assert "gevraagd zijn de zaken met bronorganisatie 3, en daarvan kwam er geen" in notice.text
    assert "Controleer bronorganisatie in de aansluiting" in notice.text


def test_an_empty_server_is_no_mistake(site: ZgwSite, tmp_path: Path) -> None:
    site.zaken.zaken.clear()
    with site.connector(bronorganisatie="3") as connector:
        list(connector.fetch(site.requests, tmp_path, VANDAAG, {}))
        assert connector.notices == []


def test_several_organisations_and_a_declaration_that_names_none_is_our_mistake(site: ZgwSite, tmp_path: Path) -> None:
    site.zaken.add(20, "2014-01-01", rsin="2")
    with pytest.raises(DeclarationError, match=r"connection.bronorganisatie: the server holds zaken of several"):
        site.fetch(tmp_path)


def test_a_night_reads_open_window_and_a_seventh(site: ZgwSite, tmp_path: Path) -> None:
    site.seen = {"aanmelding": Before("")}
    site.zaken.add(30, "2012-06-01")
    site.zaken.add(31, "2015-02-25", "2015-02-26")
    payload, records = site.fetch(tmp_path)
    turn = {f"2014-{month:02d}" for month in range(1, 9)} & set(payload.scope)
    assert len(turn) in (1, 2)
    assert {record.partitie for record in records} == turn | {"2012-06", "2015-02"}
    assert "2015-03" in payload.scope
    assert "2015-02" not in payload.scope or date(2015, 2, 1).toordinal() >= VANDAAG.toordinal() - 14


def test_what_waits_to_be_judged_is_not_asked_for_again_on_its_day(site: ZgwSite, tmp_path: Path) -> None:
    for waiting, payloads in ((VANDAAG, 0), (VANDAAG - timedelta(days=1), 1)):
        site.seen = {"aanmelding": Before("", waiting=waiting)}
        with site.connector() as connector:
            assert len(list(connector.fetch(site.requests, tmp_path, VANDAAG, site.seen))) == payloads


def test_within_a_week_everything_is_read_again(site: ZgwSite, tmp_path: Path) -> None:
    site.seen = {"aanmelding": Before("")}
    read: set[str] = set()
    for night in range(7):
        _, records = site.fetch(tmp_path, VANDAAG + timedelta(days=night))
        read |= set(numbers(records))
    assert len(read) == 8


def test_every_month_comes_by_within_a_week_and_no_gap_is_left_at_the_window() -> None:
    for start in range(0, 400, 13):
        begin = date(2014, 1, 1) + timedelta(days=start)
        months: set[str] = set()
        for night in range(7):
            reading = plan(begin + timedelta(days=night), date(2012, 3, 15), 14, whole=False)
            months |= set(reading.scope)
            low = min(value for filters in reading.filters if len(filters) == 1 for value in filters.values())
            assert low == (begin + timedelta(days=night - 14)).isoformat()
        expected = {f"{year}-{month:02d}" for year in range(begin.year - 19, begin.year) for month in range(1, 13)}
        assert expected <= months


def test_an_empty_month_is_read_completely_too() -> None:
    reading = plan(date(2015, 3, 2), None, 14, whole=False)
    assert len(reading.filters) == 2
    assert "2015-03" in reading.scope


def test_the_first_time_is_without_any_filter() -> None:
    assert plan(date(2015, 3, 2), date(1990, 5, 5), 14, whole=True).filters == ({},)
    assert plan(date(2015, 3, 2), date(1990, 5, 5), 14, whole=True).scope[0] == "1990-05"


def test_the_moment_is_the_servers_when_it_agrees_on_the_day(site: ZgwSite, tmp_path: Path) -> None:
    assert moment(site, tmp_path) == "2015-03-02T00:00:00+00:00"
    site.weather.date = "Mon, 02 Mar 2015 05:06:07 GMT"
    assert moment(site, tmp_path) == "2015-03-02T05:06:07+00:00"
    # Half past eleven in the evening UTC is the next day in the Netherlands.
    site.weather.date = "Sun, 01 Mar 2015 23:30:00 GMT"
    assert moment(site, tmp_path) == "2015-03-01T23:30:00+00:00"


def moment(site: ZgwSite, folder: Path) -> str:
    payload, _ = site.fetch(folder)
    assert payload.stand_op is not None
    return payload.stand_op.isoformat()


def test_a_token_that_dies_in_the_middle_is_renewed(site: ZgwSite, tmp_path: Path) -> None:
    site.zaken.requests_per_token = 7
    with site.connector(parallel=1) as connector:
        # Two tokens of one second are the same token: the server's limit is per token, so let time pass.
        connector._opened._auth._made -= 1  # type: ignore[attr-defined]
        ages = iter(range(10_000))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("connectors.auth.time.time", lambda: 1_700_000_000 + next(ages))
            (payload,) = connector.fetch(site.requests, tmp_path, VANDAAG, {})
        assert len(records_of(connector, payload)) == 8
    assert len(site.zaken.tokens) > 3


@pytest.mark.parametrize("code", ["jwt-expired", "jwt-not-yet-valid", "permission_denied"])
@pytest.mark.parametrize(("hours", "side"), [(-2, "ahead of"), (2, "behind")])
def test_clocks_that_differ_are_named_and_a_token_is_renewed_once(
    site: ZgwSite, tmp_path: Path, hours: int, side: str, code: str
) -> None:
    """A Zaken API refuses an iat in the future, and one that is an hour old: for good, until a clock is set right."""
    theirs = datetime.now(UTC) + timedelta(hours=hours)
    site.weather.date = format_datetime(theirs, usegmt=True)
    site.weather.always(problem(403, code))
    with pytest.raises(SourceRefused) as caught:
        site.fetch(tmp_path)
    said = re.search(
        rf"403 {code}: .*; the clock of this machine is (\d+) seconds {side} the source's", str(caught.value)
    )
    assert said, str(caught.value)
    assert int(said[1]) == pytest.approx(7200, abs=120)
    assert len(site.weather.seen) == (2 if code == "jwt-expired" else 1)


def test_clocks_that_agree_are_not_blamed(site: ZgwSite, tmp_path: Path) -> None:
    site.weather.always(problem(403, "jwt-expired"))
    with pytest.raises(SourceRefused) as caught:
        site.fetch(tmp_path)
    assert "clock" not in str(caught.value)


def test_lost_rights_on_the_list_stop_it(site: ZgwSite, tmp_path: Path) -> None:
    site.weather.on(LIST, problem(403, "permission_denied"))
    with pytest.raises(SourceRefused, match="permission_denied: we lost rights"):
        site.fetch(tmp_path)


def test_a_zaaktype_that_we_no_longer_see_is_refused(site: ZgwSite, tmp_path: Path) -> None:
    site.zaken.rights = False
    with pytest.raises(SourceRefused, match="no zaaktype CLO here, or we lost the right"):
        site.fetch(tmp_path)


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (412, "precondition_failed", "the server misses the header Accept-Crs"),
        (406, "crs-niet-ondersteund", "the server does not speak EPSG:4326"),
    ],
)
def test_a_missing_or_wrong_crs_is_said_clearly(
    site: ZgwSite, tmp_path: Path, status: int, code: str, said: str
) -> None:
    site.weather.on(LIST, problem(status, code))
    with pytest.raises(SourceRefused, match=f"{status} {code}: {said}"):
        site.fetch(tmp_path)


def test_html_where_zaken_belong_is_refused(site: ZgwSite, tmp_path: Path) -> None:
    site.weather.on(LIST, Reply(404, b"<h1>Page not found</h1>", kind="text/html"))
    with pytest.raises(SourceRefused, match="nothing at this address"):
        site.fetch(tmp_path)


def test_a_page_that_fails_once_costs_nothing(site: ZgwSite, tmp_path: Path) -> None:
    site.weather.on(LIST, Reply(500, b"<h1>Server Error</h1>", kind="text/html"))
    assert len(site.fetch(tmp_path)[1]) == 8


def test_a_zaak_deleted_while_it_is_read_is_left_out(site: ZgwSite, tmp_path: Path) -> None:
    url = next(iter(site.zaken.zaken.values()))["url"]
    site.weather.on(urlsplit(url).path + "/zaakeigenschappen", problem(404, "not_found"))
    assert len(site.fetch(tmp_path)[1]) == 7


def test_a_right_lost_while_details_are_read_is_no_deletion(site: ZgwSite, tmp_path: Path) -> None:
    url = next(iter(site.zaken.zaken.values()))["url"]
    site.weather.on(urlsplit(url).path + "/zaakeigenschappen", problem(403, "permission_denied"))
    with pytest.raises(SourceRefused, match="lost rights"):
        site.fetch(tmp_path)


def test_details_are_read_several_at_a_time_and_no_more(site: ZgwSite, tmp_path: Path) -> None:
    answer = site.weather.app

    def slowly(seen: Seen) -> Reply:
        time.sleep(0.02)
        return answer(seen)

    site.weather.app = slowly
    site.fetch(tmp_path, parallel=3)
    assert site.weather.busiest == 3


def test_what_is_gone_is_proven_by_its_own_address(site: ZgwSite, tmp_path: Path) -> None:
    with site.connector() as connector:
        uuids = list(site.zaken.zaken)[:3]
        del site.zaken.zaken[uuids[1]]
        assert list(connector.still_there("aanmelding", {"zaaktype": "CLO"}, uuids)) == [True, False, True]


def test_lost_rights_never_look_like_a_deletion(site: ZgwSite, tmp_path: Path) -> None:
    with site.connector() as connector:
        uuid, zaak = next(iter(site.zaken.zaken.items()))
        for answer in (
            problem(403, "permission_denied"),
            Reply(404, b"<h1>Not Found</h1>", kind="text/html"),
            Reply(404, {"message": "no route"}),
        ):
            site.weather.on(urlsplit(zaak["url"]).path, answer)
            with pytest.raises(SourceRefused):
                list(connector.still_there("aanmelding", {"zaaktype": "CLO"}, [uuid]))


def test_a_zaak_that_moved_to_another_zaaktype_or_organisation_is_gone_from_here(site: ZgwSite) -> None:
    zaken = list(site.zaken.zaken.values())
    zaken[0]["zaaktype"] = "elders"
    with site.connector(bronorganisatie="1") as connector:
        assert list(connector.still_there("aanmelding", {"zaaktype": "CLO"}, [zaken[0]["uuid"]])) == [False]
        zaken[1]["bronorganisatie"] = "2"
        assert list(connector.still_there("aanmelding", {"zaaktype": "CLO"}, [zaken[1]["uuid"]])) == [False]


def test_a_zaak_is_found_back_when_its_server_has_moved(site: ZgwSite) -> None:
    uuid, zaak = next(iter(site.zaken.zaken.items()))
    zaak["url"] = zaak["url"].replace("127.0.0.1", "verhuisd.example")
    with site.connector() as connector:
        assert connector.locator == "zaak.uuid"
        assert list(connector.still_there("aanmelding", {"zaaktype": "CLO"}, [uuid])) == [True]


@pytest.mark.parametrize("locator", ["", "..", "?page=1"])
def test_an_address_without_an_id_proves_nothing(site: ZgwSite, locator: str) -> None:
    with site.connector() as connector, pytest.raises(SourceRefused):
        list(connector.still_there("aanmelding", {"zaaktype": "CLO"}, [locator]))


def test_another_zaak_at_the_address_proves_nothing(site: ZgwSite) -> None:
    one, other = list(site.zaken.zaken.values())[:2]
    site.weather.on(f"{LIST}/{one['uuid']}", Reply(body=other))
    with site.connector() as connector, pytest.raises(SourceRefused, match="something else"):
        list(connector.still_there("aanmelding", {"zaaktype": "CLO"}, [one["uuid"]]))


def test_a_server_error_half_way_gives_no_payload(site: ZgwSite, tmp_path: Path) -> None:
    uuid = list(site.zaken.zaken)[5]
    site.weather.on(f"{LIST}/{uuid}/zaakeigenschappen", Reply(500), Reply(500))
    with pytest.raises(SourceUnavailable):
        site.fetch(tmp_path)


@pytest.mark.parametrize(
    ("settings", "options", "key"),
    [
        ({"window": 3}, {"zaaktype": "X"}, "connection.window"),
        ({"window_days": "14"}, {"zaaktype": "X"}, "connection.window_days"),
        ({"parallel": 0}, {"zaaktype": "X"}, "connection.parallel"),
        ({}, {}, "delivers.aanmelding.zaaktype"),
        ({}, {"zaaktype": "X", "zaaktypen": "Y"}, "delivers.aanmelding.zaaktypen"),
    ],
)
def test_a_wrong_declaration_says_file_key_and_cure(
    settings: dict[str, Any], options: dict[str, Any], key: str
) -> None:
    with pytest.raises(DeclarationError) as caught:
        check_declaration("zgw", settings, {"aanmelding": options}, "assen.toml")
    assert (caught.value.file, caught.value.key) == ("assen.toml", key)
