"""A gemeente over StUF-ZKN, against a small zaaksysteem on a real socket and a drop on disk."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from connectors.connection import Connection
from connectors.connector import Before, RawRecord, Request, check_declaration, open_connector
from connectors.errors import DeclarationError, DeliveryRefused, SourceRefused, SourceUnavailable
from connectors.notice import URGENT, WARNING
from connectors.store import FolderStore
from tests.connectors.suite import VANDAAG, ConnectorSuite, HttpSite, fails, records_of
from tests.connectors.weather import Reply, Weather
from tests.connectors.zaaksysteem import SECRET, Zaaksysteem, enveloped, fault, lk01, soap_fault, zaak

PATH = Zaaksysteem.path
INZET = (
    '<levering xmlns="urn:nl:regiohub:inzet:1" stand_op="2015-03-02T00:00:00Z" afzender="0109" omvang="volledig">'
    "<inzet><maand>2015-02</maand></inzet></levering>"
)


class StufSite(HttpSite):
    """Eight zaken of one type, and one of another; a drop beside it."""

    kind = "stuf"
    requests = (Request("aanmelding", {"zaaktype": "CLO"}),)
    secret = SECRET
    secrets = (SECRET, "Voorbeeld", "Medewerker")
    settings: Mapping[str, Any] = {"settle_seconds": 0.02}

    def __init__(self, weather: Weather, system: Zaaksysteem, drop: Path) -> None:
        super().__init__(weather, {"path": PATH, "drop": {"conn_type": "fs", "extra": {"path": str(drop)}}})
        self.system = system
        self.drop = drop

    def cut(self) -> None:
        self.weather.always(Reply(body=enveloped("<la01/>"), kind="text/xml", cut=True))

    def tell(self, name: str, message: str) -> None:
        (self.drop / "uit" / f"zakLk01_{name}.xml").write_bytes(enveloped(message))

    @property
    def waiting(self) -> list[str]:
        return sorted(path.name for path in (self.drop / "uit").iterdir())


@pytest.fixture
def site(tmp_path: Path) -> Iterator[StufSite]:
    system = Zaaksysteem()
    weather = Weather(system)
    drop = tmp_path / "drop"
    (drop / "uit").mkdir(parents=True)
    for number in range(8):
        system.add(f"Z{number:04d}", f"2014{number + 1:02d}10", "20141231")
    system.add("P0001", "20140110", zaaktype="PARKEREN")
    yield StufSite(weather, system, drop)
    if weather._thread.is_alive():
        weather.close()


class TestStuf(ConnectorSuite):
    """All that is promised of any connector."""


NOTICES: dict[str, Any] = {"kennisgevingen": "zakLk01_*.xml"}


def keys(records: list[RawRecord]) -> list[object]:
    return [record.values["zaak.identificatie"] for record in records]


def test_the_bytes_do_not_depend_on_pages(site: StufSite, tmp_path: Path) -> None:
    contents = []
    for size in (1, 3, 100):
        folder = tmp_path / str(size)
        folder.mkdir()
        contents.append(site.fetch(folder, page_size=size)[0].path.read_bytes())
    assert contents[0] == contents[1] == contents[2]


def test_staff_and_others_are_not_taken_in(site: StufSite, tmp_path: Path) -> None:
    payload, records = site.fetch(tmp_path)
    assert b"Medewerker" not in payload.path.read_bytes()
    assert records[0].values["heeftAlsInitiator.natuurlijkPersoon.geslachtsnaam"] == "Voorbeeld"
    assert records[0].values["isVan.code"] == "CLO"


def test_a_night_reads_open_window_and_a_seventh(site: StufSite, tmp_path: Path) -> None:
    site.seen = {"aanmelding": Before("")}
    site.system.add("Z0030", "20120601")
    site.system.add("Z0031", "20150225", "20150226")
    payload, records = site.fetch(tmp_path)
    assert {"Z0030", "Z0031"} <= set(keys(records))
    assert len(records) < 10
    assert "2015-03" in payload.scope
    assert "2015-02" not in payload.scope, "of which only the last days were read"
    assert {record.partitie for record in records} >= {"2012-06", "2015-02"}


def test_what_waits_to_be_judged_is_not_asked_for_again_on_its_day(site: StufSite, tmp_path: Path) -> None:
    for waiting, payloads in ((VANDAAG, 0), (VANDAAG - timedelta(days=1), 1)):
        site.seen = {"aanmelding": Before("", waiting=waiting)}
        with site.connector() as connector:
            assert len(list(connector.fetch(site.requests, tmp_path, VANDAAG, site.seen))) == payloads


def test_within_a_week_everything_is_read_again(site: StufSite, tmp_path: Path) -> None:
    site.seen = {"aanmelding": Before("")}
    read: set[object] = set()
    for night in range(7):
        read.update(keys(site.fetch(tmp_path, VANDAAG + timedelta(days=night))[1]))
    assert len(read) == 8


def test_a_row_that_comes_twice_is_one_record(site: StufSite, tmp_path: Path) -> None:
    site.system.by_place = True
    added: list[str] = []

    def insert() -> None:
        if not added:
            added.append("A0000")
            site.system.add("A0000", "20140101", "20140102")

    site.system.between = insert
    _, records = site.fetch(tmp_path)
    assert len(keys(records)) == len(set(keys(records))) == 8


def test_a_zaak_hidden_between_pages_is_found_by_reading_again(site: StufSite, tmp_path: Path) -> None:
    site.system.by_place = True
    gone = iter(["Z0000"])
    site.system.between = lambda: site.system.zaken.pop(next(gone, ""), None)
    _, records = site.fetch(tmp_path)
    assert {f"Z{number:04d}" for number in range(1, 8)} <= set(keys(records))


def test_zaken_that_keep_disappearing_are_no_answer(site: StufSite, tmp_path: Path) -> None:
    """Each time that the list is read one goes that was counted, and another comes before what was read."""
    turns = count()

    def one_goes_one_comes() -> None:
        del site.system.zaken[max(number for number in site.system.zaken if number.startswith("Z"))]
        site.system.add(f"A{next(turns):04d}", "20140101", "20140102")

    site.system.between = one_goes_one_comes
    with fails(site, SourceUnavailable), site.connector() as connector:
        list(connector.fetch(site.requests, tmp_path, VANDAAG, {}))


def test_zaken_that_are_counted_and_never_shown_are_hidden(site: StufSite, tmp_path: Path) -> None:
    three = site.system.la01(
        "<StUF:indicatorVervolgvraag>false</StUF:indicatorVervolgvraag><StUF:aantalVoorkomens>9</StUF:aantalVoorkomens>",
        f"<ZKN:antwoord>{site.system.object('Z0001')}</ZKN:antwoord>",
    )
    site.weather.always(three)
    with pytest.raises(SourceRefused, match=r"counts zaken that it does not show \(8\): we lost the right"):
        site.fetch(tmp_path)


def test_a_system_that_does_not_count_is_believed(site: StufSite, tmp_path: Path) -> None:
    site.system.counts = False
    assert len(site.fetch(tmp_path)[1]) == 8


def test_pages_without_end_are_refused(site: StufSite, tmp_path: Path) -> None:
    site.weather.always(
        site.system.la01(
            "<StUF:indicatorVervolgvraag>true</StUF:indicatorVervolgvraag>",
            f"<ZKN:antwoord>{site.system.object('Z0001')}</ZKN:antwoord>",
        )
    )
    with pytest.raises(SourceRefused, match="do not end"):
        site.fetch(tmp_path)


def test_a_system_that_answers_another_question_is_refused(site: StufSite, tmp_path: Path) -> None:
    site.weather.always(
        site.system.la01(
            "<StUF:indicatorVervolgvraag>false</StUF:indicatorVervolgvraag>",
            f"<ZKN:antwoord>{site.system.object('P0001')}</ZKN:antwoord>",
        )
    )
    with pytest.raises(SourceRefused, match="not asked for"):
        site.fetch(tmp_path)


@pytest.mark.parametrize("form", ["Fo01", "Fo02", "Fo03"])
@pytest.mark.parametrize(
    ("code", "plek", "kind"),
    [
        ("StUF058", "server", SourceUnavailable),
        ("StUF960", "server", SourceUnavailable),
        ("StUF040", "server", SourceRefused),
        ("StUF133", "server", SourceRefused),
        ("StUF013", "client", SourceRefused),
        ("StUF052", "client", SourceRefused),
        ("StUF055", "client", SourceRefused),
    ],
)
def test_a_fault_tells_who_must_act_and_nothing_else(
    site: StufSite, tmp_path: Path, form: str, code: str, plek: str, kind: type[Exception]
) -> None:
    site.weather.always(fault(form, code, plek))
    with fails(site, kind), site.connector() as connector:
        list(connector.fetch(site.requests, tmp_path, VANDAAG, {}))
    assert len(site.weather.seen) == (2 if kind is SourceUnavailable else 1)


def test_a_fault_shows_its_code_and_the_cure(site: StufSite, tmp_path: Path) -> None:
    site.weather.always(fault("Fo02", "StUF013", "client"))
    with pytest.raises(SourceRefused, match="StUF013: it does not know us; check zender and organisatie"):
        site.fetch(tmp_path)
    site.weather.always(fault("Fo02", "Voorbeeld", "client"))
    with fails(site, SourceRefused), site.connector() as connector:
        list(connector.fetch(site.requests, tmp_path, VANDAAG, {}))


def test_a_fault_that_passes_costs_nothing(site: StufSite, tmp_path: Path) -> None:
    site.weather.on(PATH, fault("Fo02", "StUF058", "server"))
    assert len(site.fetch(tmp_path)[1]) == 8


@pytest.mark.parametrize(("faultcode", "kind"), [("Server", SourceUnavailable), ("Client", SourceRefused)])
def test_a_soap_fault_without_stuf_in_it_goes_by_its_faultcode(
    site: StufSite, tmp_path: Path, faultcode: str, kind: type[Exception]
) -> None:
    site.weather.always(soap_fault(faultcode))
    with fails(site, kind), site.connector() as connector:
        list(connector.fetch(site.requests, tmp_path, VANDAAG, {}))


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500, b"<h1>Server Error</h1>", kind="text/html"),
        Reply(503, b"", headers={"Retry-After": "0"}),
        Reply(429, b"", headers={"Retry-After": "0"}),
        Reply(body=enveloped("<la01/>"), kind="text/xml", cut=True),
        Reply(body=enveloped("<la01/>")[:-9], kind="text/xml"),
        Reply(500, b"", kind="text/xml"),
    ],
)
def test_bad_weather_that_passes_costs_nothing(site: StufSite, tmp_path: Path, reply: Reply) -> None:
    site.weather.on(PATH, reply)
    assert len(site.fetch(tmp_path)[1]) == 8


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(body=b"<h1>log in</h1>", kind="text/html"), "text/html instead of XML"),
        (Reply(body={"a": 1}), "application/json instead of XML"),
        (Reply(body=enveloped("<other/>"), kind="text/xml"), "another message than zakLa01"),
        (Reply(302, b"", headers={"Location": "http://elders.example/"}), "an answer that we did not expect|outside"),
        (Reply(body=enveloped("x" * (2 << 20)), kind="text/xml"), "larger than 1 MB"),
        (Reply(404, b"", kind="text/html"), "nothing at this address"),
    ],
)
def test_what_is_no_answer_is_told_to_the_owner(site: StufSite, tmp_path: Path, reply: Reply, said: str) -> None:
    site.weather.always(reply)
    with pytest.raises(SourceRefused, match=said):
        site.fetch(tmp_path, max_megabytes=1)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    ("dtd", "inner"),
    [
        ('<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">', "<x>&b;</x>"),
        (f'<!ENTITY l0 "ha">{LAUGHS}', "<x>&l11;</x>"),
        (f'<!ENTITY l0 "ha">{LAUGHS}', '<x a="&l11;"/>'),
        ('<!ENTITY e SYSTEM "%s">', "<x>&e;</x>"),
        ('<!ENTITY %% p SYSTEM "%s"> %%p;', "<x/>"),
        ('<!ENTITY e SYSTEM "file:///etc/hostname">', "<x>&e;</x>"),
    ],
    ids=["two", "a billion", "a billion in an attribute", "from elsewhere", "a DTD from elsewhere", "from a file"],
)
def test_an_answer_with_entities_is_not_read(site: StufSite, tmp_path: Path, dtd: str, inner: str) -> None:
    with Weather() as outside:
        dtd = dtd % (outside.url + "x") if "%s" in dtd else dtd
        site.weather.always(Reply(body=f"<!DOCTYPE x [{dtd}]>".encode() + enveloped(inner), kind="text/xml"))
        with pytest.raises(SourceRefused, match="DTD or entities, which SOAP forbids"):
            site.fetch(tmp_path)
        assert outside.seen == []
    assert len(site.weather.seen) == 1, "no time cures it"


def test_a_server_that_expects_another_action_says_so(
    site: StufSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.stuf_system.ACTION", "urn:anders")
    with pytest.raises(SourceRefused, match=r"StUF040: it does not support zakLv01.*check the path and the SOAPAction"):
        site.fetch(tmp_path)
    monkeypatch.undo()
    site.weather.always(soap_fault("ActionNotSupported"))
    with pytest.raises(SourceRefused, match="does not take our message; check path and SOAPAction"):
        site.fetch(tmp_path)


def test_a_right_that_was_lost_is_no_mass_deletion(site: StufSite, tmp_path: Path) -> None:
    site.seen = {"aanmelding": Before("")}
    site.system.rights = False
    with pytest.raises(SourceRefused, match="no zaak of type CLO here, or we lost the right"):
        site.fetch(tmp_path)
    with site.connector() as connector, pytest.raises(SourceRefused, match="lost the right"):
        list(connector.still_there("aanmelding", {"zaaktype": "CLO"}, ["Z0001"]))


@pytest.mark.parametrize("says_not_found", [False, True])
def test_what_is_gone_is_proven_by_asking_for_it(site: StufSite, says_not_found: bool) -> None:
    del site.system.zaken["Z0001"]
    app = site.weather.app
    if says_not_found:

        def answer(seen: Any) -> Reply:
            return fault("Fo02", "StUF064", "server") if b">Z0001<" in seen.body else app(seen)

        site.weather.app = answer
    with site.connector() as connector:
        asked = ["Z0000", "Z0001", "P0001", "Z0002"]
        assert list(connector.still_there("aanmelding", {"zaaktype": "CLO"}, asked)) == [True, False, False, True]
        with pytest.raises(SourceRefused):
            list(connector.still_there("aanmelding", {"zaaktype": "CLO"}, [""]))
        with pytest.raises(SourceRefused):
            list(connector.still_there("inzet", {"pattern": "inzet*"}, ["x"]))


def test_a_zaak_that_is_counted_and_not_shown_is_hidden_and_not_gone(site: StufSite) -> None:
    site.system.hidden["Z0001"] = True
    with site.connector() as connector, pytest.raises(SourceRefused, match="counts a zaak that it does not show"):
        list(connector.still_there("aanmelding", {"zaaktype": "CLO"}, ["Z0000", "Z0001"]))


@pytest.mark.parametrize("code", ["StUF052", "StUF013"])
def test_a_zaak_that_we_may_not_ask_for_is_not_gone(site: StufSite, code: str) -> None:
    """Of one zaak only: the others still show."""
    app = site.weather.app
    site.weather.app = lambda seen: fault("Fo02", code, "client") if b">Z0001<" in seen.body else app(seen)
    with site.connector() as connector, pytest.raises(SourceRefused, match=code):
        list(connector.still_there("aanmelding", {"zaaktype": "CLO"}, ["Z0000", "Z0001"]))


def test_a_zaak_of_which_nothing_may_be_seen_is_not_gone(site: StufSite) -> None:
    hidden = '<ZKN:identificatie xsi:nil="true" StUF:noValue="nietGeautoriseerd"/>'
    shown = zaak("x").replace("<ZKN:identificatie>x</ZKN:identificatie>", hidden)
    app = site.weather.app
    reply = site.system.la01("", f"<ZKN:antwoord>{shown}</ZKN:antwoord>")
    site.weather.app = lambda seen: reply if b">Z0001<" in seen.body else app(seen)
    with site.connector() as connector, pytest.raises(SourceRefused, match="whose number it hides"):
        list(connector.still_there("aanmelding", {"zaaktype": "CLO"}, ["Z0001"]))


def test_a_system_that_answers_with_another_zaak_proves_nothing(site: StufSite) -> None:
    app = site.weather.app
    reply = site.system.la01("", f"<ZKN:antwoord>{site.system.object('Z0002')}</ZKN:antwoord>")
    site.weather.app = lambda seen: reply if b">Z0001<" in seen.body else app(seen)
    with site.connector() as connector, pytest.raises(SourceRefused, match="another zaak than was asked for"):
        list(connector.still_there("aanmelding", {"zaaktype": "CLO"}, ["Z0001"]))


def test_an_empty_answer_without_a_count_is_no_proof_and_is_told(site: StufSite) -> None:
    del site.system.zaken["Z0001"]
    site.system.counts = False
    with site.connector() as connector:
        asked = ["Z0000", "Z0001", "Z0002"]
        assert list(connector.still_there("aanmelding", {"zaaktype": "CLO"}, asked)) == [True, True, True]
        (told,) = connector.notices
    assert (told.code, told.level) == ("afwezig", WARNING)
    assert told.text.startswith("het zaaksysteem achter bron_stuf telt niet")


def test_a_drop_that_is_down_holds_up_only_what_lies_in_it(site: StufSite, tmp_path: Path) -> None:
    site.tell("1", lk01("V", zaak("Z0099")))
    (site.drop / "uit" / "inzet_1.xml").write_text(INZET)
    requests = (*site.requests, Request("inzet", {"pattern": "inzet*.xml"}))
    (site.drop / "uit").rename(site.drop / "weg")
    with site.connector(**NOTICES) as connector:
        (payload,) = connector.fetch(requests, tmp_path, VANDAAG, {})
        connector.confirm(payload)
        assert len(records_of(connector, payload)) == 8
        (told,) = connector.notices
    assert (told.code, told.level) == ("drop", URGENT)
    assert "uit: there is no such folder" in told.text
    (site.drop / "weg").rename(site.drop / "uit")
    with site.connector(**NOTICES) as connector:
        inzet, zaken = connector.fetch(requests, tmp_path, VANDAAG, {"aanmelding": Before("")})
        assert inzet.bericht == "inzet"
        gone = [record for record in records_of(connector, zaken) if record.actie == "verwijderen"]
        assert keys(gone) == ["Z0099"]
        assert connector.notices == []


def test_kennisgevingen_of_which_some_did_not_come_are_all_left_for_the_next_time(
    site: StufSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The addition came and the change did not: together they are a state, the one alone an older one."""
    begun = "<ZKN:omschrijving>eerst</ZKN:omschrijving><ZKN:startdatum>20150227</ZKN:startdatum>"
    site.tell("a", lk01("T", zaak("Z0099", begun), made="20150228"))
    site.tell("b", lk01("W", zaak("Z0099"), zaak("Z0099", "<ZKN:omschrijving>dan</ZKN:omschrijving>")))
    whole = FolderStore.download

    def breaks(store: FolderStore, path: str, target: Path, limit: int) -> int:
        if path.endswith("_b.xml"):
            raise SourceUnavailable("the line is down")
        return whole(store, path, target, limit)

    monkeypatch.setattr(FolderStore, "download", breaks)
    with site.connector(**NOTICES) as connector:
        (payload,) = connector.fetch(site.requests, tmp_path, VANDAAG, {})
        assert "Z0099" not in keys(records_of(connector, payload))
        connector.confirm(payload)
    assert site.waiting == ["zakLk01_a.xml", "zakLk01_b.xml"]
    monkeypatch.undo()
    _, records = site.fetch(tmp_path, **NOTICES)
    (found,) = (record for record in records if record.values["zaak.identificatie"] == "Z0099")
    assert found.values["zaak.omschrijving"] == "dan"


def test_a_drop_alone_that_is_down_is_unavailable(site: StufSite, tmp_path: Path) -> None:
    (site.drop / "uit").rmdir()
    site.drop.rmdir()
    with site.connector() as connector, pytest.raises(SourceUnavailable):
        list(connector.fetch([Request("inzet", {"pattern": "inzet*.xml"})], tmp_path, VANDAAG, {}))


def test_a_strange_file_in_the_drop_is_told(site: StufSite, tmp_path: Path) -> None:
    (site.drop / "uit" / "Kopie van inzet.xml").write_text(INZET)
    site.tell("1", lk01("V", zaak("Z0001")))
    with site.connector(**NOTICES, max_megabytes=64) as connector:
        list(connector.fetch(site.requests, tmp_path, VANDAAG, {}))
        assert [(one.bericht, one.name, one.fault) for one in connector.left] == [("", "Kopie van inzet.xml", "L011")]  # type: ignore[attr-defined]


def test_a_kennisgeving_is_a_signal_to_ask(site: StufSite, tmp_path: Path) -> None:
    """Z0003 is closed and not in its turn; what counts is the zaak as it is now, not what the message says."""
    site.seen = {"aanmelding": Before("")}
    without = keys(site.fetch(tmp_path)[1])
    untouched = next(number for number in site.system.zaken if number not in without and number != "P0001")
    site.tell("1", lk01("W", zaak(untouched), zaak(untouched, "<ZKN:omschrijving>oud</ZKN:omschrijving>")))
    payload, records = site.fetch(tmp_path, **NOTICES)
    (found,) = (record for record in records if record.values["zaak.identificatie"] == untouched)
    assert found.values["heeftAlsInitiator.natuurlijkPersoon.geslachtsnaam"] == "Voorbeeld"
    assert "zaak.omschrijving" not in found.values
    assert site.waiting == ["zakLk01_1.xml"], "it waits until the payload is safe"
    with site.connector(**NOTICES) as connector:
        connector.confirm(payload)
        connector.confirm(payload)
    assert site.waiting == []
    assert [path.name for path in (site.drop / "verwerkt").iterdir()] == ["zakLk01_1.xml"]


def test_a_zaak_that_was_removed_is_a_removal(site: StufSite, tmp_path: Path) -> None:
    site.tell("1", lk01("V", zaak("Z0099")))
    _, records = site.fetch(tmp_path, **NOTICES)
    (gone,) = (record for record in records if record.actie == "verwijderen")
    assert gone.values == {"zaak.identificatie": "Z0099"}
    assert len(records) == 9


def test_a_zaak_that_is_there_after_all_was_not_removed(site: StufSite, tmp_path: Path) -> None:
    site.tell("1", lk01("V", zaak("Z0001")))
    _, records = site.fetch(tmp_path, **NOTICES)
    assert {record.actie for record in records} == {"record"}
    assert len(records) == 8


def test_a_zaak_that_is_told_of_and_not_answered_is_not_lost(site: StufSite, tmp_path: Path) -> None:
    added = "<ZKN:omschrijving>eerst</ZKN:omschrijving><ZKN:startdatum>20150227</ZKN:startdatum>"
    site.tell("b", lk01("C", zaak("Z0099"), zaak("Z0099", "<ZKN:omschrijving>dan</ZKN:omschrijving>"), made="20150301"))
    site.tell("c", lk01("T", zaak("Z0099", added), made="20150228235959999"))
    site.tell("a", lk01("F", zaak("Z0098"), zaak("Z0098", "<ZKN:omschrijving>dan</ZKN:omschrijving>")))
    _, records = site.fetch(tmp_path, **NOTICES)
    found = {record.values["zaak.identificatie"]: record for record in records}
    assert found["Z0099"].values["zaak.omschrijving"] == "dan", "in the order in which they were made"
    assert found["Z0099"].partitie == "2015-02"
    assert found["Z0098"].values == {"zaak.identificatie": "Z0098"}, "a change without its beginning is no state"
    assert {record.actie for record in found.values()} == {"record"}


def test_what_cannot_be_read_is_a_delivery_that_is_refused(site: StufSite, tmp_path: Path) -> None:
    texts = {"1": "<halve", "2": "<anders/>", "3": lk01("Q", zaak("Z1")), "4": lk01("W"), "5": "<!DOCTYPE x []><x/>"}
    for name, content in texts.items():
        (site.drop / "uit" / f"zakLk01_{name}.xml").write_text(content)
    with site.connector(**NOTICES) as connector:
        payloads = list(connector.fetch(site.requests, tmp_path, VANDAAG, {}))
        assert [payload.bericht for payload in payloads] == ["aanmelding"] * 6
        for payload in payloads[:5]:
            with payload.path.open("rb") as stream, pytest.raises(DeliveryRefused):
                connector.header(stream)
            connector.confirm(payload)
    assert site.waiting == []


def test_what_is_about_another_zaaktype_stays_with_the_sender(
    site: StufSite, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    site.tell("1", lk01("T", zaak("P0001", zaaktype="PARKEREN")))
    with caplog.at_level(logging.WARNING):
        payload, records = site.fetch(tmp_path, **NOTICES)
    assert len(records) == 8
    with site.connector(**NOTICES) as connector:
        connector.confirm(payload)
    assert site.waiting == ["zakLk01_1.xml"]
    assert "another" not in caplog.text
    assert "a zaaktype that we do not receive" in caplog.text


def test_kennisgevingen_wait_while_the_zaaksysteem_is_down(site: StufSite, tmp_path: Path) -> None:
    site.tell("1", lk01("V", zaak("Z0001")))
    site.weather.always(fault("Fo02", "StUF058", "server"))
    with pytest.raises(SourceUnavailable):
        site.fetch(tmp_path, **NOTICES)
    assert site.waiting == ["zakLk01_1.xml"]


def test_the_drop_also_holds_files_of_our_own_schema(site: StufSite, tmp_path: Path) -> None:
    (site.drop / "uit" / "inzet_1.xml").write_text(INZET)
    requests = (*site.requests, Request("inzet", {"pattern": "inzet*.xml"}))
    with site.connector() as connector:
        inzet, zaken = connector.fetch(requests, tmp_path, VANDAAG, {})
        with inzet.path.open("rb") as stream:
            assert connector.header(stream).afzender == "0109"
        assert [record.values for record in records_of(connector, inzet)] == [{"maand": "2015-02"}]
        assert len(records_of(connector, zaken)) == 8
        for payload in (inzet, zaken):
            connector.confirm(payload)
    assert site.waiting == []


def test_files_come_in_while_the_zaaksysteem_is_down(site: StufSite, tmp_path: Path) -> None:
    (site.drop / "uit" / "inzet_1.xml").write_text(INZET)
    requests = (*site.requests, Request("inzet", {"pattern": "inzet*.xml"}))
    site.weather.always(fault("Fo02", "StUF058", "server"))
    with site.connector() as connector:
        payloads = connector.fetch(requests, tmp_path, VANDAAG, {})
        assert next(payloads).bericht == "inzet"
        with pytest.raises(SourceUnavailable):
            next(payloads)


def test_files_without_a_place_are_a_mistake_in_the_connection(site: StufSite, tmp_path: Path) -> None:
    connection = Connection("x_stuf", "http", "127.0.0.1", extra={"path": PATH})
    with (
        open_connector("stuf", connection, NOTICES) as connector,
        pytest.raises(DeclarationError, match=r"extra\.drop"),
    ):
        list(connector.fetch(site.requests, tmp_path, VANDAAG, {}))
    with (
        open_connector("stuf", Connection("x_stuf", "http", "127.0.0.1"), {}) as connector,
        pytest.raises(DeclarationError, match=r"extra\.path"),
    ):
        list(connector.fetch(site.requests, tmp_path, VANDAAG, {}))


@pytest.mark.parametrize(
    "line", ["{}", '{"zaak": "<half"}', '{"kennisgeving": []}', '{"kennisgeving": "x"}', '{"zaak": 3}']
)
def test_a_file_that_only_looks_like_ours_is_refused(site: StufSite, tmp_path: Path, line: str) -> None:
    payload, _ = site.fetch(tmp_path)
    head = payload.path.read_bytes().split(b"\n")[0]
    payload.path.write_bytes(head + b"\n" + line.encode() + b"\n")
    with site.connector() as connector, pytest.raises(DeliveryRefused):
        records_of(connector, payload)


def test_the_question_is_put_by_the_names_that_were_agreed(site: StufSite, tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="StUF010: it does not know itself by the name"):
        site.fetch(tmp_path, ontvanger="ANDERS")
    assert json.loads(site.fetch(tmp_path)[0].path.read_bytes().split(b"\n")[0])["zaaktype"] == "CLO"


@pytest.mark.parametrize(
    ("settings", "options", "key"),
    [
        ({"window": 3}, {"zaaktype": "X"}, "connection.window"),
        ({"page_size": 0}, {"zaaktype": "X"}, "connection.page_size"),
        ({"directory": "/etc"}, {"zaaktype": "X"}, "connection.directory"),
        ({"kennisgevingen": "a/b"}, {"zaaktype": "X"}, "connection.kennisgevingen"),
        ({}, {}, "delivers.aanmelding.zaaktype"),
        ({}, {"zaaktype": "X", "pattern": "y"}, "delivers.aanmelding.zaaktype"),
        ({}, {"pattern": "a/b"}, "delivers.aanmelding.pattern"),
        ({}, {"zaaktype": "X", "zaaktypen": "Y"}, "delivers.aanmelding.zaaktypen"),
    ],
)
def test_a_wrong_declaration_says_file_key_and_cure(
    settings: dict[str, Any], options: dict[str, Any], key: str
) -> None:
    with pytest.raises(DeclarationError) as caught:
        check_declaration("stuf", settings, {"aanmelding": options}, "meppel.toml")
    assert (caught.value.file, caught.value.key) == ("meppel.toml", key)


def test_a_zaaktype_makes_one_bericht() -> None:
    with pytest.raises(DeclarationError, match="one bericht"):
        check_declaration("stuf", {}, {"aanmelding": {"zaaktype": "X"}, "onderzoek": {"zaaktype": "X"}}, "x.toml")


def answering_for(site: StufSite, organisatie: str) -> None:
    """The zaaksysteem names for whom it answers."""
    sender = f"<StUF:zender><StUF:organisatie>{organisatie}</StUF:organisatie></StUF:zender>"
    head = f"</ZKN:parameters><ZKN:stuurgegevens>{sender}</ZKN:stuurgegevens><ZKN:parameters>"
    plain = site.system.la01
    site.system.la01 = lambda asked, answer: plain(head + asked, answer)  # type: ignore[method-assign]


def test_a_system_that_answers_for_a_neighbour_is_not_read(site: StufSite, tmp_path: Path) -> None:
    answering_for(site, "1699")
    assert len(site.fetch(tmp_path, organisatie="1699")[1]) == 8
    with pytest.raises(SourceRefused, match="answers for another organisatie than the one declared"):
        site.fetch(tmp_path, organisatie="1730")


def test_a_system_that_does_not_say_for_whom_it_answers_is_told(site: StufSite, tmp_path: Path) -> None:
    with site.connector(organisatie="1699") as connector:
        list(connector.fetch(site.requests, tmp_path, VANDAAG, {}))
        assert [(one.code, one.level) for one in connector.notices] == [("organisatie", WARNING)]


def test_a_kennisgeving_of_a_neighbour_stays_in_the_drop_and_makes_nothing(site: StufSite, tmp_path: Path) -> None:
    """Of a zaak that the system does not answer the messages themselves would be the state."""
    head = "<ZKN:stuurgegevens><StUF:zender><StUF:organisatie>{}</StUF:organisatie></StUF:zender>"
    for name, organisatie in (("1", "1699"), ("2", "1730")):
        message = lk01("T", zaak(f"N{name}", "<ZKN:startdatum>20150301</ZKN:startdatum>", kind="T"))
        site.tell(name, message.replace("<ZKN:stuurgegevens>", head.format(organisatie)))
    with site.connector(organisatie="1699", kennisgevingen="zakLk01_*.xml") as connector:
        (payload,) = connector.fetch(site.requests, tmp_path, VANDAAG, {})
        told = [record.values["zaak.identificatie"] for record in records_of(connector, payload)]
        assert ("N1" in told, "N2" in told) == (True, False)
        connector.confirm(payload)
        assert "organisatie" in [one.code for one in connector.notices]
    assert site.waiting == ["zakLk01_2.xml"]
