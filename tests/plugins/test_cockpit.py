"""The pages in Airflow: nobody without a session, each by rights, and never a person."""

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from lxml import html

from demo.__main__ import PAGES as printed
from tests.exchange.hub import Hub
from tests.exchange.levering import BSN

Visit = Callable[..., Any]
PAGES = (
    "/marts",
    "/marts/drenthe/mart_loket/aanmeldingen",
    "/marts/drenthe/mart_loket/aanmeldingen.csv",
    "/retourberichten",
    "/retourberichten/drenthe/{delivery}",
    "/retourberichten/drenthe/{delivery}.json",
    "/data-docs",
    "/data-docs/drenthe/index.html",
    "/incidenten",
    "/nergens",
    "/",
)
OUTSIDE = re.compile(r"""url\s*\(|@import|https?://|(?:src|srcset|poster)\s*=|<script""", re.IGNORECASE)


@pytest.fixture
def delivery(hub: Hub) -> int:
    """The delivery with a refused record."""
    return int(hub.value("select min(delivery_id) from exchange.delivery"))


def text_of(answer: Any) -> str:
    return " ".join(html.fromstring(answer.content).text_content().split())


@pytest.mark.parametrize("path", PAGES)
def test_without_a_session_no_path_opens(visitor: Visit, path: str, delivery: int) -> None:
    address = f"/cockpit{path.format(delivery=delivery)}"
    refused = visitor(None).get(address)
    assert (refused.status_code, refused.json()) == (401, {"detail": "Not authenticated"})
    to_log_in = visitor(None).get(address, Accept="text/html")
    assert to_log_in.status_code == 303
    assert to_log_in.headers["Location"].startswith("/auth/login?next=")


@pytest.mark.parametrize("token", ["", "abc", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiIsInJvbGUiOiJhZG1pbiJ9."])
def test_a_token_that_is_not_ours_opens_nothing(server: Any, hub: Hub, token: str) -> None:
    for headers in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"_token={token}"}):
        assert server.get("/cockpit/marts", headers=headers).status_code == 401


def test_a_bad_token_that_is_sent_on_purpose_is_not_mended_by_a_good_cookie(visitor: Visit) -> None:
    assert visitor("viewer", cookie=True).get("/cockpit/marts", Authorization="Bearer abc").status_code == 401


@pytest.mark.parametrize("cookie", [True, False])
def test_a_viewer_sees_marts_quality_and_incidents(visitor: Visit, cookie: bool) -> None:
    viewer = visitor("viewer", cookie=cookie)
    marts = text_of(viewer.get("/cockpit/marts"))
    assert "aanmeldingen" in marts
    assert "Geleverd tot 2 maart 2015" in marts
    docs = viewer.get("/cockpit/data-docs")
    assert docs.headers["Location"] == "/cockpit/data-docs/drenthe/index.html"
    assert "kwijt" in text_of(viewer.get(docs.headers["Location"]))
    incidents = text_of(viewer.get("/cockpit/incidenten"))
    assert "Een bron mislukt" in incidents
    assert "proef: no answer at /zaken" in incidents


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("user", 200), ("op", 200), ("admin", 200)])
def test_answers_are_for_who_may_act_on_the_source(visitor: Visit, delivery: int, role: str, status: int) -> None:
    own = visitor(role)
    for path in (f"/retourberichten/drenthe/{delivery}", f"/retourberichten/drenthe/{delivery}.json"):
        assert own.get(f"/cockpit{path}").status_code == status
    assert own.get("/cockpit/retourberichten?bron=proef").status_code == status
    shown = text_of(own.get("/cockpit/retourberichten"))
    assert ("Gemeente Coevorden" in shown) == (status == 200)


def test_an_answer_reads_as_its_sender_gets_it(visitor: Visit, delivery: int) -> None:
    op = visitor("op")
    listed = text_of(op.get("/cockpit/retourberichten"))
    assert "aangehouden" in listed
    assert "wacht op verzending" in listed
    assert "Van de 41 records in de levering is er 1 afgekeurd" in text_of(
        op.get(f"/cockpit/retourberichten/drenthe/{delivery}")
    )
    told = json.loads(op.get(f"/cockpit/retourberichten/drenthe/{delivery}.json").content)
    assert [record["sleutel"] for record in told["afgekeurde_records"]] == ["FOUT"]


def test_a_trial_stands_among_the_answers_as_what_it_is(visitor: Visit, hub: Hub) -> None:
    page = visitor("op").get("/cockpit/retourberichten")
    assert page.status_code == 200
    marks = html.fromstring(page.content).find_class("vlag")
    assert [mark.text for mark in marks] == ["proef", "aangehouden", "definitief"]
    tried = hub.value("select delivery_id from exchange.delivery where state = 'tried'")
    assert "PROEF · in orde" in text_of(visitor("op").get(f"/cockpit/retourberichten/drenthe/{tried}"))


def test_a_mart_of_one_row_a_child_is_not_for_every_viewer(visitor: Visit) -> None:
    for table in ("dossiers", "dossier_fasen", "dossier_toestemmingen"):
        for suffix in ("", ".csv"):
            path = f"/cockpit/marts/drenthe/mart_vroeghulp/{table}{suffix}"
            assert [visitor(role).get(path).status_code for role in ("viewer", "user", "op")] == [403, 403, 200]
    assert visitor("viewer").get("/cockpit/marts/drenthe/mart_vroeghulp/looptijden").status_code == 200


@pytest.mark.parametrize("suffix", ["", ".csv"])
def test_what_the_analyst_may_not_read_has_no_page(visitor: Visit, hub: Hub, suffix: str) -> None:
    """Not for an admin of Airflow either: that is no right to read records by name."""
    admin = visitor("admin")
    assert "overdrachten" in text_of(admin.get("/cockpit/marts"))
    assert "overdracht_kanten" not in text_of(admin.get("/cockpit/marts"))
    assert admin.get(f"/cockpit/marts/drenthe/mart_loket/overdracht_kanten{suffix}").status_code == 404


def test_a_mart_as_a_file_is_the_whole_mart(visitor: Visit, hub: Hub) -> None:
    answer = visitor("viewer").get("/cockpit/marts/drenthe/mart_loket/aanmeldingen.csv")
    assert 'filename="mart_loket_aanmeldingen.csv"' in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert sum(int(row["aanmeldingen"]) for row in rows) == 40
    assert len(rows) == hub.value("select count(*) from mart_loket.aanmeldingen")
    # As a Dutch spreadsheet reads it: a decimal comma, and the clock of the wall.
    shares = {row["aandeel_leefgebied_onbekend"] for row in rows}
    assert shares
    assert all(re.fullmatch(r"\d,\d{4}", share) for share in shares)
    assert {row["geleverd_tot"] for row in rows} == {"2015-03-02 01:00:00"}


@pytest.mark.parametrize(
    "path",
    [
        "/data-docs/drenthe/../../env",
        "/data-docs/drenthe/%2e%2e/%2e%2e/env",
        "/data-docs/drenthe//etc/passwd",
        "/data-docs/elders/index.html",
        "/marts/drenthe/accepted/aanmelding",
        "/marts/drenthe/mart_loket/loket.csv",
        "/retourberichten/drenthe/999999",
    ],
)
def test_what_is_not_there_is_not_found(visitor: Visit, hub: Hub, path: str) -> None:
    assert visitor("admin").get(f"/cockpit{path}").status_code == 404


def test_nothing_is_kept_on_the_way_and_nothing_is_asked_outside(visitor: Visit, delivery: int) -> None:
    admin = visitor("admin")
    for path in PAGES:
        answer = admin.get(f"/cockpit{path.format(delivery=delivery)}")
        assert answer.headers["Cache-Control"] == "no-store, private"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        if "html" in answer.headers.get("Content-Type", ""):
            assert not OUTSIDE.findall(answer.text), path
        assert BSN[0] not in answer.text


def test_pages_only_read(server: Any, visitor: Visit) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert server.request(method, "/cockpit/marts", headers=visitor("admin").headers).status_code == 405


def test_without_a_database_the_page_says_so_on_one_line(visitor: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUB_DATABASE_URL")
    answer = visitor("viewer").get("/cockpit/marts")
    assert answer.status_code == 503
    assert "HUB_DATABASE_URL" in text_of(answer)


def test_what_the_trial_prints_is_what_the_navigation_has() -> None:
    from plugins.cockpit import PAGES as served

    assert printed == served


def test_the_navigation_names_each_page(visitor: Visit) -> None:
    plugins = visitor("admin").get("/api/v2/plugins").json()["plugins"]
    (own,) = [plugin for plugin in plugins if plugin["name"] == "hub"]
    assert [(view["name"], view["href"], view["destination"]) for view in own["external_views"]] == [
        ("Marts", "/cockpit/marts", "nav"),
        ("Retourberichten", "/cockpit/retourberichten", "nav"),
        ("Data Docs", "/cockpit/data-docs", "nav"),
        ("Incidenten", "/cockpit/incidenten", "nav"),
    ]
    assert visitor("admin").get("/api/v2/plugins/importErrors").json()["import_errors"] == []
