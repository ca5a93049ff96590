"""A declaration that sets gemeente_code itself: no record of another on the same server becomes ours."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from connectors.connection import Connection
from exchange.context import Context
from exchange.incidents import judge
from exchange.region import load_source
from tests.connectors.weather import Weather
from tests.connectors.zaken import SECRET, Zaken
from tests.exchange.hub import NIGHT, Hub

OURS, NEIGHBOUR = "811401182", "811416902"
DECLARATION = f"""
name      = "Gemeente Hoogeveen"
kind      = "gemeente"
code      = "0118"
connector = "zgw"
schedule  = "15 1 * * *"
owner     = "gegevensbeheer@hoogeveen.example"
[verwerking]
grondslag              = "AVG6-1e/Wmo5.1.1"
verwerkersovereenkomst = 2014-12-18
dpia                   = "DPIA-2014-12"
[connection]
id              = "proef"
attempts        = 1
bronorganisatie = "{OURS}"
[shared.vast]
gemeente_code          = "0118"
organisatie_code       = "0118"
verantwoordelijke_code = "0118"
financier_code         = "1"
grondslag_code         = "1"
loket_code             = "0118-WMO"
clientrol_code         = "1"
verwijzer_code         = "01"
"persoon.client_nummer_bron" = "C-1"
"persoon.is_anoniem"         = "false"
"persoon.woongemeente_code"  = "0118"
"persoon.is_geheim_adres"    = "false"
[delivers.aanmelding]
contract = 1
zaaktype = "CLO"
[delivers.aanmelding.rename]
"zaak.identificatie" = "aanmelding_nummer"
"zaak.startdatum"    = "datum_aanmelding"
[answer]
channel    = "folder"
connection = "proef_antwoord"
"""
OPEN = "select reason from exchange.incident where kind = 'attention' and recovered_on is null"


@dataclass
class ZgwHub(Hub):
    """The hub with one gemeente on a server that several share."""

    port: int = 0

    def context(self, vandaag: date = NIGHT, run_id: str | None = None) -> Context:
        self.runs += 1
        connection = Connection("proef", "http", "127.0.0.1", self.port, "http", "hub", SECRET, {"path": "/gemeente/"})
        return Context(self.region, self.source, vandaag, run_id or f"run-{self.runs}", connection)

    def attention(self) -> list[str]:
        """What stands open for a person after the night."""
        judge(self.region, self.source, NIGHT)
        return [reason for (reason,) in self.rows(OPEN)]


Site = tuple[ZgwHub, Zaken]


@pytest.fixture
def deaf_server(hub: Hub, tmp_path: Path) -> Iterator[Site]:
    """It gives all zaken to who asks for those of one organisation, and does not say of each whose it is."""
    zaken = Zaken()
    file = tmp_path / "proef.toml"
    file.write_text(DECLARATION)
    source = load_source(file, hub.region.name, hub.region.gemeenten, hub.region.codelists)
    with Weather(zaken) as weather:
        zaken.root = weather.url + zaken.base
        zaken._fits = lambda zaak, query: query["zaaktype"] == zaak["zaaktype"]  # type: ignore[method-assign]
        for number, rsin in enumerate((OURS, OURS, NEIGHBOUR, "")):
            zaken.add(number, "2015-02-10", rsin=rsin)
        region = replace(hub.region, sources={source.id: source})
        yield ZgwHub(region, source, tmp_path, port=weather.port), zaken


def test_only_what_is_proven_ours_gets_our_code(deaf_server: Site) -> None:
    hub, _ = deaf_server
    (counts,) = hub.night()
    assert (counts.received, counts.accepted, counts.rejected) == (3, 2, 1)
    assert hub.current(shown="aanmelding_nummer, gemeente_code") == {("Z0000", "0118"), ("Z0001", "0118")}
    ((faults,),) = hub.rows("select faults from exchange.reject")
    assert [(one["code"], one["field"]) for one in faults] == [("R036", "gemeente_code")]
    (said,) = hub.attention()
    assert "1 zaken van een andere bronorganisatie" in said
    assert "1 zaken zeggen niet van welke bronorganisatie zij zijn" in said


def test_a_zaak_that_lost_its_organisation_stays_as_it_was_until_it_says_whose_it_is(deaf_server: Site) -> None:
    hub, zaken = deaf_server
    hub.night()
    before = hub.current()
    next(zaak for zaak in zaken.zaken.values() if zaak["identificatie"] == "Z0001")["bronorganisatie"] = ""
    (counts,) = hub.night(date(2015, 3, 3))
    assert (counts.accepted, counts.withdrawn) == (0, 0)
    assert hub.current() == before


def test_that_nothing_is_of_the_organisation_that_was_declared_is_told_until_it_is_mended(deaf_server: Site) -> None:
    hub, zaken = deaf_server
    for zaak in zaken.zaken.values():
        zaak["bronorganisatie"] = NEIGHBOUR
    (counts,) = hub.night()
    assert counts.received == 0
    (said,) = hub.attention()
    assert f"gevraagd zijn de zaken met bronorganisatie {OURS}, en daarvan kwam er geen" in said
    for zaak in zaken.zaken.values():
        zaak["bronorganisatie"] = OURS
    hub.night(date(2015, 3, 3))
    assert hub.attention() == []
