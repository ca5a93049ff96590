"""Whatever a source does one night: what it brought the night before stays, nothing is lost, and the next goes on."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.connection import Connection
from exchange.context import Context
from exchange.errors import SourceRefused, SourceUnavailable
from exchange.region import load_source
from exchange.runs import noted
from tests.connectors.weather import Reply, Weather
from tests.connectors.zaaksysteem import SECRET, Zaaksysteem, enveloped, fault, lk01, soap_fault, zaak
from tests.exchange.hub import NIGHT, Hub

DECLARATION = """
name      = "Gemeente Emmen"
kind      = "gemeente"
code      = "0114"
connector = "stuf"
schedule  = "0 1 * * *"
owner     = "gegevensbeheer@emmen.example"
[verwerking]
grondslag              = "AVG6-1e/Wmo5.1.1"
verwerkersovereenkomst = 2014-12-15
dpia                   = "DPIA-2014-07"
[answer]
channel    = "folder"
connection = "proef_antwoord"
[connection]
id             = "proef"
attempts       = 1
max_megabytes  = 1
settle_seconds = 0.02
kennisgevingen = "zakLk01_*.xml"
[shared.vast]
gemeente_code          = "0114"
organisatie_code       = "0114"
verantwoordelijke_code = "0114"
financier_code         = "1"
grondslag_code         = "1"
loket_code             = "0114-WMO"
clientrol_code         = "1"
verwijzer_code         = "04"
"persoon.client_nummer_bron"   = "ANON"
"persoon.is_anoniem"           = "true"
"persoon.leeftijdsklasse_code" = "20"
"persoon.woongemeente_code"    = "0000"
"persoon.is_geheim_adres"      = "false"
[delivers.aanmelding]
contract = 1
zaaktype = "CLO"
[delivers.aanmelding.rename]
"zaak.identificatie" = "aanmelding_nummer"
"zaak.startdatum"    = "datum_aanmelding"
[delivers.aanmelding.formats]
datum_aanmelding = "yyyymmdd"
"""
WEEK = range(1, 8)  # within these nights every month has been read again
LAUGHS = '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">'
HTML = Reply(body=b"<html>meld u aan</html>", kind="text/html")
NIGHTS: dict[str, tuple[Reply, type[Exception]]] = {
    "a log-in page": (HTML, SourceRefused),
    "a proxy that is down": (replace(HTML, status=502), SourceUnavailable),
    "another address": (Reply(302, headers={"Location": "http://elders.example/"}), SourceRefused),
    "entities": (Reply(body=f"<!DOCTYPE x [{LAUGHS}]><x>&b;</x>".encode(), kind="text/xml"), SourceRefused),
    "an answer cut off": (Reply(body=enveloped("<la01/>"), kind="text/xml", cut=True), SourceUnavailable),
    "half an answer": (Reply(body=enveloped("<la01/>")[:-9], kind="text/xml"), SourceUnavailable),
    "another message": (Reply(body=enveloped("<anders/>"), kind="text/xml"), SourceRefused),
    "another action": (soap_fault("ActionNotSupported"), SourceRefused),
    "rights lost": (fault("Fo02", "StUF052", "client"), SourceRefused),
    "all zaken hidden": (Zaaksysteem.la01("<StUF:aantalVoorkomens>0</StUF:aantalVoorkomens>", ""), SourceRefused),
    "an answer without end": (Reply(kind="text/xml", endless=b" " * 65536), SourceRefused),
    "a bomb": (
        Reply(body=gzip.compress(b" " * (64 << 20)), kind="text/xml", headers={"Content-Encoding": "gzip"}),
        SourceRefused,
    ),
}


@dataclass
class StufHub(Hub):
    """The hub with one zaaksysteem and a drop beside it; each night is a day later."""

    port: int = 0

    def context(self, vandaag: Any = NIGHT, run_id: str | None = None) -> Context:
        self.runs += 1
        drop = {"conn_type": "fs", "extra": {"path": str(self.folder)}}
        extra = {"path": Zaaksysteem.path, "drop": drop}
        connection = Connection("proef", "http", "127.0.0.1", self.port, "http", "hub", SECRET, extra)
        return Context(self.region, self.source, vandaag, run_id or f"run-{self.runs}", connection)

    def after(self, days: int) -> None:
        """A night, so many days after the first."""
        self.night(NIGHT + timedelta(days=days))

    def present(self) -> set[str]:
        """What the warehouse holds."""
        return {number for (number,) in self.current(shown="aanmelding_nummer")}


Site = tuple[StufHub, Zaaksysteem, Weather]
ALL = {f"Z{number:04d}" for number in range(8)}


@pytest.fixture
def site(hub: Hub, tmp_path: Path) -> Iterator[Site]:
    """Eight closed zaken of as many months, received and merged."""
    system = Zaaksysteem()
    for number in range(8):
        system.add(f"Z{number:04d}", f"2014{number + 1:02d}10", "20141231")
    file = tmp_path / "stuf_proef.toml"
    file.write_text(DECLARATION)
    source = load_source(file, hub.region.name, hub.region.gemeenten, hub.region.codelists)
    drop = tmp_path / "drop"
    (drop / "uit").mkdir(parents=True)
    with Weather(system) as weather:
        region = replace(hub.region, sources={source.id: source})
        found = StufHub(region, source, drop, port=weather.port)
        found.after(0)
        assert found.present() == ALL
        yield found, system, weather


@pytest.mark.parametrize("name", NIGHTS)
def test_an_ill_night_takes_nothing_away_and_the_next_goes_on(site: Site, name: str) -> None:
    hub, system, weather = site
    reply, kind = NIGHTS[name]
    weather.always(reply)
    with pytest.raises(kind) as caught:
        hub.after(1)
    assert "\n" not in str(caught.value)
    assert hub.present() == ALL
    assert hub.value("select count(*) from exchange.delivery") == 1
    assert hub.value("select state from exchange.run order by started_at desc limit 1") == "failed"
    weather.always(None)
    system.add("Z0008", "20150301")
    hub.after(2)
    assert hub.present() == ALL | {"Z0008"}


def test_a_right_lost_for_one_zaak_stops_the_run_and_takes_nothing_away(site: Site) -> None:
    hub, system, _ = site
    system.hidden["Z0003"] = True
    refused = []
    for day in WEEK:
        try:
            hub.after(day)
        except SourceRefused as error:
            refused.append(str(error))
    # On the night whose turn its month is.
    assert refused == ["the zaaksysteem counts zaken that it does not show (1): we lost the right to see them"]
    assert hub.present() == ALL


def test_what_a_system_hides_without_a_trace_goes_and_comes_back(site: Site) -> None:
    """No question tells it from a zaak that was destroyed; nothing of it is lost."""
    hub, system, _ = site
    system.hidden["Z0003"] = False
    for day in WEEK:
        hub.after(day)
    assert hub.present() == ALL - {"Z0003"}
    system.hidden.clear()
    for day in WEEK:
        hub.after(7 + day)
    assert hub.present() == ALL


def test_a_zaak_that_is_gone_is_withdrawn_only_where_the_system_counts(site: Site) -> None:
    hub, system, _ = site
    system.counts = False
    del system.zaken["Z0003"]
    for day in WEEK:
        hub.after(day)
    assert hub.present() == ALL
    with hub.context().engine.connect() as connection:
        told = {one.code for one in noted(connection, hub.source.id)}
    assert told <= {"afwezig"}
    (hub.folder / "uit" / "zakLk01_1.xml").write_bytes(enveloped(lk01("V", zaak("Z0003"))))
    hub.after(8)
    assert hub.present() == ALL - {"Z0003"}


def test_a_drop_that_is_down_holds_up_no_zaken_and_is_told(site: Site) -> None:
    hub, system, _ = site
    (hub.folder / "uit" / "zakLk01_1.xml").write_bytes(enveloped(lk01("V", zaak("Z0003"))))
    (hub.folder / "uit").rename(hub.folder / "weg")
    system.add("Z0008", "20150301")
    hub.after(1)
    assert hub.present() == ALL | {"Z0008"}
    with hub.context().engine.connect() as connection:
        assert [(one.code, one.level) for one in noted(connection, hub.source.id)] == [("drop", "ernstig")]
    (hub.folder / "weg").rename(hub.folder / "uit")
    del system.zaken["Z0003"]
    hub.after(2)
    assert hub.present() == (ALL | {"Z0008"}) - {"Z0003"}
    with hub.context().engine.connect() as connection:
        assert noted(connection, hub.source.id) == []
    assert json.dumps(sorted(path.name for path in (hub.folder / "verwerkt").iterdir())) == '["zakLk01_1.xml"]'
