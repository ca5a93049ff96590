"""After a publication the marts are judged, and the pages about quality ask nothing of the outside."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from lxml import html

from exchange.assess_marts import assess_marts
from exchange.data_docs import data_docs, folder_of
from exchange.release import release
from exchange.try_out import try_file
from tests.exchange.hub import NIGHT, Hub
from tests.exchange.levering import BSN, xml
from tests.exchange.test_assess import many, send
from warehouse.engine import engine_for
from warehouse.scripts import run_ddl
from warehouse.tables import metadata

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FETCHED = re.compile(r"""url\s*\(|@import|https?://|(?:src|srcset|poster)\s*=""", re.IGNORECASE)


@pytest.fixture
def site(hub: Hub) -> Path:
    """The pages of a source whose second delivery is held, and of a publication."""
    send(hub, 1, many(40), omvang="volledig")
    send(hub, 2, many(1), omvang="volledig")
    hub.publish()
    assess_marts(hub.region, NIGHT)
    assert data_docs(hub.region) == 2
    return folder_of(hub.region)


def test_the_pages_name_what_is_held_and_what_was_seen(site: Path) -> None:
    index = (site / "index.html").read_text()
    assert "kwijt" in index
    assert "mart_loket" not in index  # what was as expected is only on its own page
    (page,) = site.glob("validations/proef/**/*.html")
    text = " ".join(html.parse(str(page)).getroot().text_content().split())
    assert "kwijt" in text
    assert "0.975" in text  # 39 of 40 records gone
    assert BSN[0] not in text + index
    for link in html.fromstring(index.encode()).xpath("//a/@href"):
        assert (site / link).is_file()


def verdicts(site: Path) -> dict[str, str]:
    """What the page to begin at says of each delivery, and of the publication."""
    rows = html.fromstring((site / "index.html").read_bytes()).xpath("//tr[td]")
    return {row[2].text_content(): row[3].text_content() for row in rows}


def test_the_index_says_what_follows_from_what_was_not_met(hub: Hub, site: Path) -> None:
    said = verdicts(site)
    (number,) = [name for name in said if name.startswith("levering-")]
    assert said["publicatie"] == "zoals verwacht"
    assert said[number] == "aangehouden: kwijt"
    release(hub.context(), int(number.removeprefix("levering-")), "het archief is gesloten", "toezicht")
    data_docs(hub.region)
    assert verdicts(folder_of(hub.region))[number].startswith("aangehouden en vrijgegeven: kwijt")


def test_a_trial_is_no_newest_delivery(hub: Hub) -> None:
    send(hub, 1, many(40), omvang="volledig")
    real = hub.value("select delivery_id from exchange.delivery")
    file = hub.folder.parent / "aanmelding_2.xml"
    file.write_text(xml(many(1), omvang="volledig", stand_op="2015-03-03T00:00:00Z"), "utf-8")
    assert try_file(hub.context(), file).held
    assert data_docs(hub.region) == 1
    assert verdicts(folder_of(hub.region)) == {f"levering-{real}": "zoals verwacht"}


def test_no_page_has_anything_that_a_browser_would_fetch_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*"))
    assert {page.suffix for page in pages if page.is_file()} == {".html"}
    for page in site.rglob("*.html"):
        source = page.read_text()
        assert not FETCHED.findall(source), page.name
        assert "default-src 'none'" in source
        for place in html.fromstring(source.encode()).xpath("//@href"):
            assert place == "data:," or not (urlsplit(place).scheme or urlsplit(place).netloc)


def test_nothing_on_a_page_waits_for_a_script_that_is_gone(site: Path) -> None:
    for page in site.rglob("*.html"):
        found = html.fromstring(page.read_bytes())
        assert (
            found.xpath("//input | //button | //select | //*[@data-toggle='buttons' or @data-toggle='collapse']") == []
        )
        assert len(found.xpath("//meta[@name='viewport']")) == 1
        text = found.text_content()
        assert not {word for word in ("Actions", "Validation Filter", "Show more", "Observed Value") if word in text}


def test_a_page_says_in_dutch_what_was_expected_and_what_follows(site: Path) -> None:
    (page,) = site.glob("validations/proef/**/*.html")
    rows = [[" ".join(cell.itertext()).split() for cell in row] for row in html.parse(str(page)).getroot().iter("tr")]
    told = {" ".join(row[1]): row[0] for row in rows if len(row) == 3}
    lost = "Deel van wat er was dat deze levering intrekt of verwijdert: hoogstens 0.25; anders wordt de levering"
    assert told[f"{lost} vastgehouden"] == ["nee"]
    assert html.parse(str(page)).getroot().get("lang") == "nl"


def asked_by(page: Path, folder: Path) -> set[str]:
    """The addresses that a page asked a browser for, itself left out; what the browser wants for itself is not its."""
    log = folder / "net.json"
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--dump-dom"]
    command += [
        "--disable-background-networking",
        "--disable-component-update",
        "--host-resolver-rules=MAP * ~NOTFOUND",
    ]
    command += [f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}", page.as_uri()]
    subprocess.run(command, capture_output=True, timeout=90, check=True)
    asked = (event.get("params", {}) for event in json.loads(log.read_text())["events"])
    return {one["url"] for one in asked if "url" in one and one.get("initiator", "not an origin") != "not an origin"}


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here to look at the pages with")
def test_a_browser_asks_for_nothing_but_the_page(site: Path, tmp_path: Path) -> None:
    curious = tmp_path / "curious.html"
    curious.write_text('<img src="http://elders.example/logo.png">')
    assert asked_by(curious, tmp_path) == {"http://elders.example/logo.png"}
    for page in site.rglob("*.html"):
        assert asked_by(page, tmp_path) == set()


def test_building_again_replaces_the_pages(hub: Hub, site: Path) -> None:
    (site / "old.html").write_text("yesterday")
    assert data_docs(hub.region) == 2
    assert not (site / "old.html").exists()
    assert [path.name for path in site.parent.iterdir()] == [hub.region.name]


def test_what_was_published_is_sound_and_its_results_are_rows(hub: Hub) -> None:
    send(hub, 1, many(40))
    hub.publish()
    results = assess_marts(hub.region, NIGHT)
    assert [one for one in results if not one.is_met] == []
    rows = dict(hub.rows("select expectation, count(*) from exchange.quality_result where mart is not null group by 1"))
    assert sum(rows.values()) == len(results)
    assert {"zonder_gemeente", "negatief", "toekomst", "vandaag", "ongelijk"} <= set(rows)


@pytest.mark.parametrize(
    ("damage", "expectation", "subject"),
    [
        ("gemeente_code = '0363'", "zonder_gemeente", "gemeente_code"),
        ("geleverd_tot = '2015-04-01'", "toekomst", "geleverd_tot"),
        ("vandaag = '2015-03-01'", "vandaag", "vandaag"),
        (
            "aanmeldingen = aanmeldingen + 1, beantwoord = beantwoord + 1",
            "ongelijk",
            "aanmeldingen",
        ),
        ("anoniem = -1", "negatief", ""),
    ],
)
def test_a_mart_that_is_wrong_is_remarked_on(hub: Hub, damage: str, expectation: str, subject: str) -> None:
    send(hub, 1, many(40))
    hub.publish()
    with engine_for(hub.region.database, "owner").begin() as owner:
        run_ddl(owner, f"update mart_loket.aanmeldingen set {damage}")
    found = [one for one in assess_marts(hub.region, NIGHT) if not one.is_met]
    assert (expectation, f"mart_loket.aanmeldingen {subject}", "warn") in [
        (one.expectation, one.subject, one.level) for one in found
    ]


def test_every_mart_has_a_grain_that_the_database_keeps_unique() -> None:
    for table in metadata.tables.values():
        if str(table.schema).startswith("mart_"):
            assert list(table.primary_key) or any(index.unique for index in table.indexes), table.fullname
