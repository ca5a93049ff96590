"""Flattening a zaak object, the three states of a field, and the state that kennisgevingen make."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from connectors.stuf_notice import Kennisgeving, as_made, fold, read_notice
from connectors.stuf_question import Parties, Question, message
from connectors.stuf_record import flatten, moment, month, overlay
from connectors.stuf_xml import NAMES, Unreadable, body, parse, said, written
from tests.connectors.zaaksysteem import EMPTY, enveloped, lk01, zaak


def values(inner: str) -> dict[str, object]:
    return flatten(parse(zaak("Z1", inner)))


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('StUF:noValue="geenWaarde" xsi:nil="true"', ""),
        ('StUF:noValue="vastgesteldOnbekend" xsi:nil="true"', ""),
        ('xsi:nil="true"', ""),
        ("", ""),
        ('StUF:noValue="nietOndersteund" xsi:nil="true"', None),
        ('StUF:noValue="nietGeautoriseerd" xsi:nil="true"', None),
        ('StUF:noValue="waardeOnbekend" xsi:nil="true"', None),
    ],
)
@pytest.mark.parametrize(
    ("element", "path"),
    [
        ("<ZKN:omschrijving {}/>", "zaak.omschrijving"),
        ("<ZKN:opschorting><ZKN:reden {}/></ZKN:opschorting>", "zaak.opschorting.reden"),
        (
            '<StUF:extraElementen><StUF:extraElement naam="loket" {}/></StUF:extraElementen>',
            "extraElement.loket",
        ),
        (
            "<ZKN:heeftAlsInitiator><ZKN:gerelateerde><ZKN:natuurlijkPersoon><BG:inp.bsn {}/></ZKN:natuurlijkPersoon>"
            "</ZKN:gerelateerde></ZKN:heeftAlsInitiator>",
            "heeftAlsInitiator.natuurlijkPersoon.inp.bsn",
        ),
    ],
)
def test_a_field_without_a_value_is_emptied_or_not_said(
    element: str, path: str, attributes: str, expected: str | None
) -> None:
    assert values(element.format(attributes)).get(path) == expected


def test_an_absent_field_is_not_said() -> None:
    assert values("") == {"zaak.identificatie": "Z1", "isVan.code": "CLO"}


@pytest.mark.parametrize(
    ("text", "attributes", "expected"),
    [
        ("19500304", "", "19500304"),
        ("19500304", 'StUF:indOnvolledigeDatum="V"', "19500304"),
        ("19500301", 'StUF:indOnvolledigeDatum="D"', "19500300"),
        ("19500000", 'StUF:indOnvolledigeDatum="M"', "19500000"),
        ("19500101", 'StUF:indOnvolledigeDatum="M"', "19500000"),
        ("19500101", 'StUF:indOnvolledigeDatum="J"', ""),
        ("", f'{EMPTY} StUF:indOnvolledigeDatum="V"', ""),
    ],
)
def test_an_incomplete_date_shows_what_is_unknown(text: str, attributes: str, expected: str) -> None:
    person = f"<ZKN:natuurlijkPersoon><BG:geboortedatum {attributes}>{text}</BG:geboortedatum></ZKN:natuurlijkPersoon>"
    inner = f"<ZKN:heeftAlsInitiator><ZKN:gerelateerde>{person}</ZKN:gerelateerde></ZKN:heeftAlsInitiator>"
    assert values(inner)["heeftAlsInitiator.natuurlijkPersoon.geboortedatum"] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20150302103015", "2015-03-02T09:30:15Z"),
        ("20150702103015", "2015-07-02T08:30:15Z"),
        ("20150302103015999", "2015-03-02T09:30:15Z"),
        ("2015030210301599", "2015-03-02T09:30:15Z"),
        ("201503021030", "2015-03-02T09:30:00Z"),
        ("20150302", "2015-03-01T23:00:00Z"),
        ("20150332103015", "20150332103015"),
        ("gisteren", "gisteren"),
    ],
)
def test_a_moment_is_dutch_time(text: str, expected: str) -> None:
    assert moment(text) == expected
    inner = f"<StUF:tijdstipRegistratie>{text}</StUF:tijdstipRegistratie>"
    assert values(inner)["zaak.tijdstipRegistratie"] == expected


def status(number: str, name: str, when: str, latest: str = "N") -> str:
    return (
        f"<ZKN:heeft><ZKN:gerelateerde><ZKN:volgnummer>{number}</ZKN:volgnummer><ZKN:omschrijving>{name}"
        f"</ZKN:omschrijving></ZKN:gerelateerde><ZKN:datumStatusGezet>{when}</ZKN:datumStatusGezet>"
        f"<ZKN:indicatieLaatsteStatus>{latest}</ZKN:indicatieLaatsteStatus></ZKN:heeft>"
    )


def test_a_status_set_twice_counts_by_the_last_time() -> None:
    found = values(
        status("0002", "Klaar", "2015030209000000")
        + status("0001", "Open", "2015030309000000")
        + status("0002", "Klaar", "2015030309000000", "J")
    )
    assert found["status.2"] == found["status.Klaar"] == "20150303"
    assert (found["status.1"], found["status.laatste"], found["status.laatste.datum"]) == (
        "20150303",
        "Klaar",
        "20150303",
    )


def test_what_occurs_twice_shows_as_a_list_and_metadata_and_history_do_not_show() -> None:
    one = (
        "<ZKN:heeftAlsInitiator><ZKN:gerelateerde><ZKN:natuurlijkPersoon>{}</ZKN:natuurlijkPersoon></ZKN:gerelateerde>"
    )
    both = "".join(
        one.format(
            f'<BG:geslachtsnaam>{name}</BG:geslachtsnaam><BG:authentiek StUF:metagegeven="true">J</BG:authentiek>'
        )
        + "</ZKN:heeftAlsInitiator>"
        for name in ("Een", "Twee")
    )
    history = "<ZKN:historieFormeel><ZKN:omschrijving>oud</ZKN:omschrijving></ZKN:historieFormeel>"
    found = values(both + history)
    assert found.pop("heeftAlsInitiator.natuurlijkPersoon.geslachtsnaam") == ["Een", "Twee"]
    assert set(found) == {"zaak.identificatie", "isVan.code"}


def test_a_month_is_only_read_from_a_whole_date() -> None:
    assert month({"zaak.startdatum": "20150302"}) == "2015-03"
    assert [month({"zaak.startdatum": text}) for text in ("", "2015", "2015-03-02")] == ["", "", ""]


def folded(*messages: str) -> tuple[dict[str, object], bool]:
    state, is_gone = fold(messages)
    return {path: value for path, value in state.items() if path not in ("zaak.identificatie", "isVan.code")}, is_gone


ADDED = (
    "<ZKN:omschrijving>eerst</ZKN:omschrijving><ZKN:toelichting>blijft</ZKN:toelichting>"
    "<ZKN:opschorting><ZKN:indicatie>J</ZKN:indicatie><ZKN:reden>x</ZKN:reden></ZKN:opschorting>"
)


@pytest.mark.parametrize("mutatie", ["W", "C", "F"])
def test_of_the_pair_the_new_object_says_what_changed(mutatie: str) -> None:
    new = (
        f"<ZKN:omschrijving>dan</ZKN:omschrijving><ZKN:opschorting {EMPTY}/>"
        '<ZKN:toelichting xsi:nil="true" StUF:noValue="nietGeautoriseerd"/>' + status("1", "Open", "2015030309000000")
    )
    state, is_gone = folded(
        lk01("T", zaak("Z1", ADDED)),
        lk01(mutatie, zaak("Z1", "<ZKN:omschrijving>oud</ZKN:omschrijving>"), zaak("Z1", new)),
    )
    assert state == {
        "zaak.omschrijving": "dan",
        "zaak.toelichting": "blijft",
        "zaak.opschorting": "",
        "zaak.opschorting.indicatie": "",
        "zaak.opschorting.reden": "",
        "status.1": "20150303",
        "status.Open": "20150303",
        "status.laatste": "Open",
        "status.laatste.datum": "20150303",
    }
    assert not is_gone


@pytest.mark.parametrize("removed", [EMPTY, 'StUF:verwerkingssoort="V"'])
def test_a_relation_that_is_removed_is_emptied(removed: str) -> None:
    person = "<ZKN:natuurlijkPersoon><BG:geslachtsnaam>Een</BG:geslachtsnaam></ZKN:natuurlijkPersoon>"
    link = f"<ZKN:heeftAlsInitiator><ZKN:gerelateerde>{person}</ZKN:gerelateerde></ZKN:heeftAlsInitiator>"
    gone = f"<ZKN:heeftAlsInitiator {removed}/><ZKN:heeft {EMPTY}/>"
    state, _ = folded(
        lk01("T", zaak("Z1", link + status("1", "Open", "20150303"))), lk01("W", zaak("Z1"), zaak("Z1", gone))
    )
    assert set(state.values()) == {""}
    assert {"heeftAlsInitiator.natuurlijkPersoon.geslachtsnaam", "status.Open", "status.laatste"} <= set(state)


def test_what_was_removed_is_gone_until_it_is_added_again() -> None:
    added, removed = lk01("T", zaak("Z1", ADDED, kind="T")), lk01("V", zaak("Z1", kind="V"))
    changed = lk01("W", zaak("Z1"), zaak("Z1", "<ZKN:omschrijving>dan</ZKN:omschrijving>"))
    assert fold([added, changed, removed]) == ({"zaak.identificatie": "Z1"}, True)
    assert folded(removed, added) == (folded(added)[0], False)
    assert fold([removed, changed]) == ({"zaak.identificatie": "Z1"}, False)
    assert fold([changed]) == ({"zaak.identificatie": "Z1"}, False)


FIELDS = st.dictionaries(
    st.sampled_from(["omschrijving", "toelichting", "startdatum", "einddatum"]),
    st.sampled_from(["value", "empty", "silent"]),
)


@given(st.lists(FIELDS, max_size=6), st.sampled_from("WCF"))
def test_folding_follows_every_field_through_its_three_states(changes: list[dict[str, str]], mutatie: str) -> None:
    expected: dict[str, object] = {"zaak.omschrijving": "begin"}
    messages = [lk01("T", zaak("Z1", "<ZKN:omschrijving>begin</ZKN:omschrijving>"))]
    for turn, change in enumerate(changes):
        inner = ""
        for name, state in change.items():
            if state == "value":
                inner += f"<ZKN:{name}>{turn}</ZKN:{name}>"
                expected[f"zaak.{name}"] = str(turn)
            elif state == "empty":
                inner += f"<ZKN:{name} {EMPTY}/>"
                expected[f"zaak.{name}"] = ""
            else:
                inner += f'<ZKN:{name} xsi:nil="true" StUF:noValue="nietOndersteund"/>'
        messages.append(lk01(mutatie, zaak("Z1", "<ZKN:omschrijving>oud</ZKN:omschrijving>"), zaak("Z1", inner)))
    assert folded(*messages) == (expected, False)


@given(st.permutations(["20150301", "20150301120000", "20150301120000001", "20150302"]))
def test_messages_are_taken_in_the_order_in_which_they_were_made(made: list[str]) -> None:
    notices = [Kennisgeving("Z1", "CLO", when, when) for when in made]
    assert as_made(notices) == ["20150301", "20150301120000", "20150301120000001", "20150302"]


@given(st.dictionaries(st.sampled_from(["a", "a.b", "a.b.c", "ab"]), st.sampled_from(["", "x"])))
def test_emptying_a_group_leaves_its_neighbours(changes: dict[str, str]) -> None:
    known: dict[str, Any] = dict.fromkeys(["a", "a.b", "a.b.c", "ab"], "k")
    overlay(known, dict(changes))
    assert known["ab"] == changes.get("ab", "k")
    for path, value in changes.items():
        assert known[path] == value or any(changes.get(above) == "" for above in ("a", "a.b"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<half",
        b"<anders/>",
        enveloped(""),
        enveloped(lk01("Q", zaak("Z1"))),
        enveloped(lk01("W")),
        enveloped(lk01("T", zaak(""))),
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + enveloped(lk01("T", zaak("&a;"))),
    ],
)
def test_what_is_no_kennisgeving_is_unreadable(content: bytes) -> None:
    with pytest.raises(Unreadable):
        read_notice(content)


def test_a_kennisgeving_needs_no_envelope() -> None:
    text = lk01("T", zaak("Z1"), made="20150301")
    assert read_notice(text.encode()) == read_notice(enveloped(text))
    assert read_notice(text.encode()).identificatie == "Z1"


def test_equal_content_is_written_equally_whatever_the_prefixes() -> None:
    first = parse('<a:x xmlns:a="urn:a" xmlns:b="urn:b" q="1" p="2"><!-- c --><a:y/></a:x>')
    second = parse('<a:x p="2" q="1" xmlns:a="urn:a"><a:y></a:y></a:x>')
    assert written(first) == written(second)


def test_a_question_for_a_month_ends_with_its_last_day() -> None:
    filters = {"startdatum__gte": "2015-02-01", "startdatum__lt": "2015-03-01"}
    asked = body(parse(message(Parties("REGIOHUB", "ZAAKSYS", "1699"), Question.of("B1301", filters), 200)))
    assert said(asked, "ZKN:vanaf/ZKN:startdatum") == "20150201"
    assert said(asked, "ZKN:totEnMet/ZKN:startdatum") == "20150228"
    assert asked.find("ZKN:gelijk/ZKN:einddatum", NAMES) is None


@pytest.fixture
def standard() -> Path:
    """The published schemas and messages of a real suite, where somebody has them: HUB_STANDARDS names the folder."""
    folder = Path(os.environ.get("HUB_STANDARDS", "")) / "stuf"
    if not os.environ.get("HUB_STANDARDS") or not folder.is_dir():
        pytest.skip("HUB_STANDARDS names no folder with the StUF schemas and messages of a real suite")
    return folder


def test_real_kennisgevingen_are_read_and_fold(standard: Path) -> None:
    found = {path.name[:2]: path.read_bytes() for path in (standard / "suites4sociaaldomein").glob("*request-zakLk01*")}
    assert sorted(found) == ["02", "03", "06"]
    notices = [read_notice(content) for content in found.values()]
    assert {(notice.identificatie, notice.zaaktype) for notice in notices} == {("1900208938", "B1026")}
    state, is_gone = fold(as_made(notices))
    assert not is_gone
    assert state["zaak.startdatum"] == "20200309"
    assert state["zaak.einddatumGepland"] == "20200530", "the last of the three messages moved it"
    assert state["zaak.opschorting.indicatie"] == "J"
    assert state["status.Ontvangen"] == "20200309"
    assert state["status.2"] == state["status.In behandeling"] == state["status.laatste.datum"] == "20200311"
    person = "heeftAlsInitiator.natuurlijkPersoon."
    assert state[f"{person}geslachtsaanduiding"] == "M"
    assert state[f"{person}voorvoegselGeslachtsnaam"] == ""
    assert state[f"{person}verblijfsadres.aoa.huisnummer"] == "1"
    assert f"{person}authentiek" not in state
    assert month(state) == "2020-03"
    for name in ("01-request-genereerZaakIdentificatie_Di02.xml", "02-response-zakLk01_Generen_Zaak.xml"):
        with pytest.raises(Unreadable):
            read_notice((standard / "suites4sociaaldomein" / name).read_bytes())


@pytest.mark.parametrize("after", ["", "1900208938"])
@pytest.mark.parametrize(
    "filters",
    [{}, {"einddatum__isnull": "true"}, {"startdatum__gte": "2015-01-01", "startdatum__lt": "2015-02-01"}],
)
def test_our_questions_are_after_the_published_schema(standard: Path, filters: dict[str, str], after: str) -> None:
    schema = etree.XMLSchema(etree.parse(str(standard / "schema" / "_lxml_entry_zkn0310.xsd")))
    asked = message(Parties("REGIOHUB", "ZAAKSYS", "1699"), Question.of("B1301", filters), 200, after)
    schema.assertValid(parse(written(body(parse(asked)))))
