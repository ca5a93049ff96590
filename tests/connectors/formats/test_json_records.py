"""Records two levels deep in a JSON document: all of them, each with the word of its levering, whatever is wrong."""

import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.connector import Head, RawRecord
from connectors.errors import DeclarationError, DeliveryRefused
from connectors.filedrop import FileDropConnector
from connectors.filedrop_settings import settings_of
from connectors.formats import json_text
from connectors.formats.form import form_of, split

pytestmark = pytest.mark.pure
SETTINGS = {
    "format": "json",
    "records": "leveringen.aanmeldingen",
    "head": "aanleverende_organisatie.gemeentecode",
    "stand_op": "aanleverdatumEnTijd",
    "afzender": "codeGegevensleverancier",
    "single": "client",
    "removed_column": "vervallen",
    "removed_word": "true",
}
HEAD = SETTINGS["head"]
FORM = form_of(settings_of(SETTINGS, "test"))


def levering(gemeente: object, *records: object) -> dict[str, Any]:
    return {"teller": 1, "aanleverende_organisatie": {"gemeentecode": gemeente}, "aanmeldingen": list(records)}


def document(*leveringen: object, **instead: object) -> dict[str, Any]:
    head = {"aanleverdatumEnTijd": "2015-03-03T00:00:00Z", "codeGegevensleverancier": "00000107"}
    return head | {"leveringen": list(leveringen)} | instead


def packed(content: object) -> BytesIO:
    return BytesIO(json.dumps(content, ensure_ascii=False).encode())


def read(content: object) -> list[RawRecord]:
    return list(FORM.read(packed(content), "aanmelding"))


def refusal(stream: BytesIO) -> tuple[str, str]:
    with pytest.raises(DeliveryRefused) as caught:
        FORM.header(stream)
    return caught.value.code, caught.value.detail


def test_each_record_carries_the_word_of_its_levering() -> None:
    found = read(document(levering("GM0106", {"nummer": "A"}, {"nummer": "B"}), levering("GM0114", {"nummer": "C"})))
    assert [(raw.nummer, raw.values["nummer"], raw.values[HEAD]) for raw in found] == [
        (1, "A", "GM0106"), (2, "B", "GM0106"), (3, "C", "GM0114")
    ]  # fmt: skip


def test_the_header_says_moment_and_sender_and_each_word_once_with_its_place() -> None:
    header = FORM.header(packed(document(levering("GM0106"), levering("GM0114"), levering("GM0106"))))
    assert header.stand_op is not None
    assert (header.stand_op.isoformat(), header.afzender) == ("2015-03-03T00:00:00+00:00", "00000107")
    assert header.heads == (Head("leveringen 1", HEAD, "GM0106"), Head("leveringen 2", HEAD, "GM0114"))
    assert (header.bericht, header.omvang) == ("", "")  # that is in the name of the file


def test_what_the_file_says_of_itself_may_stand_behind_its_leveringen() -> None:
    content = {"leveringen": [levering("GM0106", {"nummer": "A"})], "aanleverdatumEnTijd": "2015-03-03T00:00:00Z"}
    header = FORM.header(packed(content))
    assert header.stand_op is not None
    assert header.afzender == ""
    assert len(read(content)) == 1


def test_objects_become_paths_and_the_only_client_is_that_of_the_record() -> None:
    client = {"clientnummer": "C1", "anoniem": False, "Huisnummer": 12}
    record = {"aanmelding": {"startdatum": "2015-03-02"}, "client": [client], "x": None}
    (raw,) = read(document(levering("GM0106", record)))
    assert raw.values == {
        "aanmelding.startdatum": "2015-03-02", "x": None, HEAD: "GM0106",
        "client.clientnummer": "C1", "client.anoniem": "false", "client.Huisnummer": "12",
    }  # fmt: skip
    assert raw.wrong == ""


@pytest.mark.parametrize(
    ("illness", "record", "wrong"),
    [
        ("two clients", {"client": [{"a": 1}, {"a": 2}]}, "client noemt er meer dan één"),
        ("no object", ["A"], "het is geen object"),
        ("a word for removal that was not agreed", {"vervallen": "misschien"}, "vervallen zegt iets anders"),
    ],
)
def test_a_record_that_cannot_be_trusted_says_why_and_the_others_are_read(
    illness: str, record: object, wrong: str
) -> None:
    first, second = read(document(levering("GM0106", record, {"nummer": "B"})))
    assert wrong in first.wrong
    assert (second.values["nummer"], second.wrong) == ("B", "")


SAID = [(True, "verwijderen"), ("TRUE", "verwijderen"), (False, "record"), (None, "record")]


@pytest.mark.parametrize(("said", "actie"), SAID)
def test_a_record_says_that_it_never_was(said: object, actie: str) -> None:
    (raw,) = read(document(levering("GM0106", {"nummer": "A", "vervallen": said})))
    assert (raw.actie, raw.wrong) == (actie, "")
    assert "vervallen" not in raw.values


BACKWARDS = {"aanmeldingen": [], "aanleverende_organisatie": {"gemeentecode": "GM0106"}}


@pytest.mark.parametrize(
    ("illness", "content", "code", "detail"),
    [
        ("no leveringen", document(leveringen=None), "L017", "leveringen"),
        ("leveringen left out", {"aanleverdatumEnTijd": "2015-03-03T00:00:00Z"}, "L017", "leveringen"),
        ("not one levering", document(), "L017", "leveringen"),
        ("a levering that is a text", document("GM0106"), "L017", "leveringen 1"),
        ("a levering without its list", document(levering("GM0106"), {"teller": 2}), "L017",
         "aanmeldingen in leveringen 2"),
        ("a list that is none", document({**levering("GM0106"), "aanmeldingen": {}}), "L017",
         "aanmeldingen in leveringen 1"),
        ("a levering of nobody", document({"aanmeldingen": []}), "L017",
         f"{HEAD} in leveringen 1, voor aanmeldingen"),
        ("an empty word", document(levering("")), "L017", f"{HEAD} in leveringen 1, voor aanmeldingen"),
        ("a word that is an object", document(levering({"a": 1})), "L017",
         f"{HEAD} in leveringen 1, voor aanmeldingen"),
        ("the head behind the records", document(BACKWARDS), "L017",
         f"{HEAD} in leveringen 1, voor aanmeldingen"),
        ("a list", [], "L001", ""),
        ("no moment", document(levering("GM0106"), aanleverdatumEnTijd=None), "L007", ""),
        ("no zone", document(levering("GM0106"), aanleverdatumEnTijd="2015-03-03T00:00:00"), "L007", ""),
    ],
)  # fmt: skip
def test_a_file_with_a_wrong_head_is_refused_with_the_place(
    illness: str, content: object, code: str, detail: str
) -> None:
    assert refusal(packed(content)) == (code, detail)


WHOLE = json.dumps(document(levering("GM0106", {"nummer": "A"}))).encode()


@pytest.mark.parametrize(
    ("illness", "raw", "code"),
    [
        ("empty", b"", "L005"),
        ("only spaces", b" \n", "L005"),
        ("cut off", WHOLE[:-5], "L001"),
        ("cut off in a text", WHOLE[:40], "L001"),
        ("two documents", WHOLE + WHOLE, "L001"),
        ("no JSON", b"<levering/>", "L001"),
        ("a comma too many", WHOLE.replace(b'"A"}', b'"A",}'), "L001"),
        ("a number that is none", WHOLE.replace(b'"A"', b"NaN"), "L001"),
        ("a number without end", WHOLE.replace(b'"A"', b"1" * 5000), "L001"),
        ("nested without end", WHOLE.replace(b'"A"', b"[" * 100_000), "L001"),
        ("another encoding", WHOLE.replace(b'"A"', '"é"'.encode("latin-1")), "L013"),
    ],
)
def test_what_is_no_json_is_refused_before_any_record(illness: str, raw: bytes, code: str) -> None:
    assert refusal(BytesIO(raw))[0] == code


def test_a_byte_order_mark_is_no_part_of_it() -> None:
    assert FORM.header(BytesIO(b"\xef\xbb\xbf" + WHOLE)).heads


def test_one_value_without_end_is_not_taken_into_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "MAX_VALUE", 4096)
    monkeypatch.setattr(json_text, "CHUNK", 512)
    assert refusal(packed(document(levering("GM0106", {"nummer": "A" * 10_000}))))[0] == "L006"


def test_a_refusal_holds_nothing_of_what_was_read() -> None:
    with pytest.raises(DeliveryRefused) as caught:
        FORM.header(BytesIO(WHOLE.replace(b'"A"', b'"geheim", "b": x')))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


WORDS = st.text(st.characters(codec="utf-8"), max_size=20)
VALUES = st.one_of(WORDS, st.integers(-(10**12), 10**12), st.booleans(), st.none(), st.lists(WORDS, max_size=3))
RECORDS = st.dictionaries(WORDS.filter(lambda name: name not in ("client", "vervallen")), VALUES, max_size=5)


@given(st.lists(st.lists(RECORDS, max_size=4), min_size=1, max_size=4), st.integers(1, 40), st.booleans())
def test_however_the_bytes_come_the_same_records_are_read(parts: list[Any], chunk: int, indented: bool) -> None:
    content = document(*(levering(f"GM{number}", *records) for number, records in enumerate(parts)))
    raw = json.dumps(content, ensure_ascii=indented, indent=2 if indented else None).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_text, "CHUNK", chunk)
        slowly = list(FORM.read(BytesIO(raw), "aanmelding"))
    assert slowly == list(FORM.read(BytesIO(raw), "aanmelding"))
    assert [raw.values[HEAD] for raw in slowly] == [f"GM{n}" for n, records in enumerate(parts) for _ in records]


@given(st.binary(max_size=200), st.integers(0, len(WHOLE)))
def test_whatever_comes_is_read_or_refused(junk: bytes, place: int) -> None:
    code = ""
    try:
        FORM.header(BytesIO(WHOLE[:place] + junk + WHOLE[place:]))
    except DeliveryRefused as refused:
        code = refused.code
    assert code in ("", "L001", "L005", "L007", "L013", "L017")


def test_a_large_file_is_not_cut_in_two() -> None:
    first, second = (split("json", BytesIO(WHOLE), "aanmelding", len(WHOLE), part, 2) for part in range(2))
    assert len(list(FORM.read(first, "aanmelding"))) == 1
    assert list(FORM.read(second, "aanmelding")) == []


@pytest.mark.parametrize(
    ("illness", "changed", "key"),
    [
        ("no records", {"records": ""}, "records"),
        ("one list", {"records": "leveringen"}, "records"),
        ("three lists", {"records": "a.b.c"}, "records"),
        ("no head", {"head": ""}, "head"),
        ("no moment", {"stand_op": ""}, "stand_op"),
        ("another format", {"format": "csv"}, "records"),
        ("a delimiter", {"delimiter": ";"}, "delimiter"),
    ],
)
def test_a_declaration_that_cannot_be_is_one_line(illness: str, changed: dict[str, str], key: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        FileDropConnector.check({**SETTINGS, **changed}, {}, "regions/proef/sources/x.toml")
    assert caught.value.key == f"connection.{key}"
