"""The zaaksystemen that speak StUF behave as such systems do, and what they say is after the published schema."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from lxml import etree

from kit import calendar
from kit.parties import parties
from kit.serve import running, wait_for_night
from kit.servers.dialect import dialects
from kit.servers.region import Region
from kit.servers.stuf_xml import BG, NAMES, SOAP, STUF, XSI, ZKN, add, digits
from kit.servers.stuf_zaken import Zaken
from kit.world import World

STUF_PARTIES = sorted(party.name for party in parties().values() if party.protocol == "stuf")
Kit = tuple[dict[str, Any], Region]


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kit]:
    with running(tmp_path_factory.mktemp("hub")) as found:
        yield found


def question(kind: str = "B1301", size: str = "100", after: str = "", **changed: str) -> bytes:
    """zakLv01 for a zaaktype; `changed` puts another text in an element of that name."""
    root = etree.Element(f"{{{SOAP}}}Envelope", nsmap=NAMES)
    asked = add(add(root, SOAP, "Body"), ZKN, "zakLv01")
    head = add(asked, ZKN, "stuurgegevens")
    add(head, STUF, "berichtcode", changed.get("berichtcode", "Lv01"))
    for role, name in (("zender", "REGIOHUB"), ("ontvanger", "ZAAKSYS")):
        system = add(head, STUF, role)
        add(system, STUF, "organisatie", "1699")
        add(system, STUF, "applicatie", changed.get(role, name))
    add(head, STUF, "entiteittype", "ZAK")
    parameters = add(asked, ZKN, "parameters")
    add(parameters, STUF, "sortering", changed.get("sortering", "1"))
    add(parameters, STUF, "indicatorVervolgvraag", "true" if after else "false")
    if size:
        add(parameters, STUF, "maximumAantal", size)
    add(parameters, STUF, "indicatorAantal", "true")
    equal = add(asked, ZKN, "gelijk")
    if "gelijk" in changed:
        add(equal, ZKN, changed["gelijk"])
    if "open" in changed:
        add(equal, ZKN, "einddatum", None, noValue="geenWaarde").set(f"{{{XSI}}}nil", "true")
    add(add(add(equal, ZKN, "isVan"), ZKN, "gerelateerde"), ZKN, "code", kind)
    for name in ("vanaf", "totEnMet"):
        if name in changed:
            add(add(asked, ZKN, name), ZKN, "startdatum", changed[name])
    if after:
        add(add(add(asked, ZKN, "start"), ZKN, "object"), ZKN, "identificatie", after)
    return etree.tostring(root)


def ask(kit: Kit, content: bytes, action: str = f"{ZKN}/zakLv01", party: str = "noordenveld") -> tuple[int, Any]:
    stuf = kit[0]["stuf"][party]
    headers = {"SOAPAction": f'"{action}"', "Content-Type": "text/xml"}
    with requests.Session() as session:
        session.trust_env = False
        auth = (stuf["login"], stuf["password"])
        answer = session.post(stuf["url"], content, headers=headers, auth=auth, timeout=10)
    return answer.status_code, etree.fromstring(answer.content).find(f"{{{SOAP}}}Body")[0]  # type: ignore[index]


def numbers(answer: Any) -> list[str]:
    return [found.text for found in answer.iterfind("ZKN:antwoord/ZKN:object/ZKN:identificatie", NAMES)]


def test_pages_follow_each_other_by_the_last_number(kit: Kit, world: World) -> None:
    found: list[str] = []
    while True:
        status, answer = ask(kit, question(after=found[-1] if found else ""))
        assert status == 200
        page = numbers(answer)
        found += page
        assert answer.findtext("ZKN:parameters/StUF:aantalVoorkomens", None, NAMES) == str(
            len(world.sender_state("noordenveld", "aanmelding", 1))
        )
        if answer.findtext("ZKN:parameters/StUF:indicatorVervolgvraag", None, NAMES) == "false":
            break
        assert len(page) == 100
    assert found == sorted(key for (key,) in world.sender_state("noordenveld", "aanmelding", 1))


@pytest.mark.parametrize(("asked", "given"), [("", 15), ("3", 3), ("9999", 250)])
def test_a_page_has_a_size_of_its_own(kit: Kit, asked: str, given: int) -> None:
    assert len(numbers(ask(kit, question(size=asked))[1])) == given


def test_a_question_chooses_by_period_and_by_what_is_open(kit: Kit, world: World) -> None:
    held = world.sender_state("noordenveld", "aanmelding", 1).items()
    february = sorted(key for (key,), record in held if record["datum_aanmelding"].startswith("2015-02"))
    assert numbers(ask(kit, question(vanaf="20150201", totEnMet="20150228", size="200"))[1]) == february
    is_open = sorted(key for (key,), record in held if not record.get("datum_afgehandeld"))
    assert numbers(ask(kit, question(open="", size="200"))[1]) == is_open
    assert is_open


@pytest.mark.parametrize(
    ("changed", "code", "plek"),
    [
        ({"berichtcode": "Lv02"}, "StUF022", "client"),
        ({"ontvanger": "ANDERS"}, "StUF010", "client"),
        ({"zender": "ANDERS"}, "StUF013", "client"),
        ({"sortering": "5"}, "StUF133", "server"),
        ({"gelijk": "toelichting"}, "StUF055", "client"),
    ],
)
def test_a_question_that_is_wrong_gets_a_fault(kit: Kit, changed: dict[str, str], code: str, plek: str) -> None:
    status, answer = ask(kit, question(**changed))
    body = answer.find("detail/StUF:Fo02Bericht/StUF:body", NAMES)
    assert status == 500
    assert body is not None
    assert (body.findtext("StUF:code", None, NAMES), body.findtext("StUF:plek", None, NAMES)) == (code, plek)


def test_another_soapaction_and_no_xml_get_a_fault_too(kit: Kit) -> None:
    status, answer = ask(kit, question(), action=f"{ZKN}/updateZaak_Lk01")
    assert status == 500
    assert answer.findtext("detail/StUF:Fo01Bericht/StUF:body/StUF:code", None, NAMES) == "StUF040"
    status, answer = ask(kit, b"<half")
    assert answer.findtext("detail/StUF:Fo02Bericht/StUF:body/StUF:code", None, NAMES) == "StUF055"


def test_without_the_password_nothing_is_said(kit: Kit) -> None:
    services = {"stuf": {"noordenveld": kit[0]["stuf"]["noordenveld"] | {"password": "guess"}}}
    with pytest.raises(etree.XMLSyntaxError):
        ask((services, kit[1]), question())


def test_a_right_that_is_lost_shows_as_nothing(kit: Kit) -> None:
    asker = kit[1].stuf["noordenveld"].asker
    rights, asker.rights = asker.rights, {"B1302"}
    try:
        status, answer = ask(kit, question())
    finally:
        asker.rights = rights
    assert (status, numbers(answer)) == (200, [])


def test_only_one_gemeente_tells_of_its_changes_and_each_once(tmp_path: Path, world: World) -> None:
    home = tmp_path / "hub"
    rooms = home / "kit" / "sftp"
    with running(home):
        assert not [*rooms.glob("*/uit/zakLk01*")], "of what was there before nobody tells"
        for _ in range(2):
            calendar.advance(home)
        wait_for_night(home, 3)
        told = sorted(rooms.glob("*/uit/zakLk01*"))
        assert {path.parts[-3] for path in told} == {"tynaarlo"}
        changes = [change for night in (2, 3) for name in ("aanmelding", "onderzoek")
                   for change in world.changes("tynaarlo", name, night)]  # fmt: skip
        assert len(told) == len(changes)
        told[0].unlink()
    with running(home):
        assert sorted(rooms.glob("*/uit/zakLk01*")) == told[1:], "what the hub took away does not come back"


def test_every_kind_of_change_is_told(world: World) -> None:
    zaken = Zaken("tynaarlo", "1730", dialects("tynaarlo"))
    zaken.move(world, 30)
    found: set[str] = set()
    for message in (message for night in zaken.told.values() for message in night):
        lk01 = etree.fromstring(message).find(f"{{{SOAP}}}Body/{{{ZKN}}}zakLk01")
        assert lk01 is not None
        mutatie = lk01.findtext("ZKN:parameters/StUF:mutatiesoort", "", NAMES)
        assert len(lk01.findall("ZKN:object", NAMES)) == (2 if mutatie in "WCF" else 1)
        found.add(mutatie)
    assert found == set("TWVCF")


def test_going_back_a_night_begins_anew(world: World) -> None:
    zaken = Zaken("meppel", "0119", dialects("meppel"))
    zaken.move(world, 5)
    zaken.move(world, 2)
    other = Zaken("meppel", "0119", dialects("meppel"))
    other.move(world, 2)
    assert (zaken.zaken, zaken.told) == (other.zaken, other.told)


def test_moments_are_written_in_dutch_time() -> None:
    assert [digits("2015-03-02T10:15:30Z"), digits("2015-07-02T10:15:30Z")] == ["20150302111530", "20150702121530"]
    assert digits("2015-03-02") == "20150302"


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    """The published schemas, where somebody has them: HUB_STANDARDS names the folder."""
    path = Path(os.environ.get("HUB_STANDARDS", "")) / "stuf" / "schema" / "_lxml_entry_zkn0310.xsd"
    if not os.environ.get("HUB_STANDARDS") or not path.is_file():
        pytest.skip("HUB_STANDARDS names no folder with the StUF schemas")
    return etree.XMLSchema(etree.parse(str(path)))


@pytest.mark.parametrize("party", STUF_PARTIES)
def test_answers_and_kennisgevingen_are_after_the_published_schema(
    schema: etree.XMLSchema, world: World, party: str, kit: Kit
) -> None:
    system = kit[1].stuf[party]
    zaken = Zaken(party, system.zaken.code, dialects(party))
    zaken.move(world, 30)
    messages = [system._la01(zaken.zaken.values(), False, len(zaken.zaken))]
    messages += [message for night in zaken.told.values() for message in night]
    for message in messages:
        found = etree.fromstring(message).find(f"{{{SOAP}}}Body")[0]  # type: ignore[index]
        schema.validate(etree.fromstring(etree.tostring(found)))
        # Types only, as in the log of the schema: its messages hold values.
        assert [error.type_name for error in schema.error_log] == []  # type: ignore[attr-defined]
    assert BG.encode() in messages[0]
