"""The answer as a sender reads it: all in the file, the first of each kind on the page, nothing from outside."""

import json
import re
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import retourbericht, wording
from tests.reports.answers import head, record, texts, wrong

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (head(ontvangen=120, aangenomen=120), "Alle 120 records in de levering zijn in orde. U hoeft niets te doen."),
        (head(ontvangen=1, ongewijzigd=1), "Het record in de levering is in orde. U hoeft niets te doen."),
        (
            head(ontvangen=1200, aangenomen=1198, afgekeurd=2),
            "Van de 1.200 records in de levering zijn er 2 afgekeurd; de andere zijn in orde. "
            "Herstel ze in uw systeem en lever ze opnieuw.",
        ),
        (
            head(ontvangen=2, aangenomen=1, afgekeurd=1),
            "Van de 2 records in de levering is er 1 afgekeurd; het andere is in orde. "
            "Herstel het in uw systeem en lever het opnieuw.",
        ),
        (
            head(ontvangen=1, afgekeurd=1),
            "Het record in de levering is afgekeurd. Herstel het in uw systeem en lever het opnieuw.",
        ),
        (
            head(ontvangen=3, afgekeurd=3),
            "Alle 3 records in de levering zijn afgekeurd. Herstel ze in uw systeem en lever ze opnieuw.",
        ),
        (
            head(ontvangen=5, ongewijzigd=5, ingetrokken=1),
            "Alle 5 records in de levering zijn in orde. U hoeft niets te doen. "
            "1 record dat er niet meer in stond, is ingetrokken.",
        ),
        (head(), "Er stonden geen records in de levering."),
        (head("dubbel"), "Deze levering is gelijk aan levering 7 en is niet opnieuw verwerkt. U hoeft niets te doen."),
        (head("ontvangen"), "Uw levering is ontvangen en wordt nog gekeurd. U hoeft niets te doen."),
    ],
)
def test_one_plain_sentence_says_what_became_of_it(document: dict[str, object], said: str) -> None:
    assert document["samenvatting"] == said


@pytest.mark.parametrize("outcome", ["ontvangen", "aangehouden", "verwerkt", "geweigerd", "dubbel"])
def test_the_file_is_after_the_published_schema(outcome: str, tmp_path: Path) -> None:
    retourbericht.write(tmp_path, "r", head(outcome), [record(3, "V005"), record(9, "V005", "R002")])
    retourbericht.write(tmp_path, "leeg", head(outcome), [])
    for name, records in (("r", 2), ("leeg", 0)):
        answer = json.loads((tmp_path / f"{name}.json").read_text("utf-8"))
        assert wrong(answer) == []
        assert len(answer["afgekeurde_records"]) == records


def test_the_hash_is_that_of_the_file(tmp_path: Path) -> None:
    digest = retourbericht.write(tmp_path, "r", head(), [record(1, "V005")])
    assert digest == sha256((tmp_path / "r.json").read_bytes()).digest()


def test_the_page_shows_the_first_of_each_kind_and_says_where_the_others_stand(tmp_path: Path) -> None:
    many = [record(number, "V005") for number in range(1, 101)] + [record(101, "R002")]
    retourbericht.write(tmp_path, "r", head(ontvangen=101, afgekeurd=101), many)
    page = (tmp_path / "r.html").read_text("utf-8")
    shown = [number for number in range(1, 102) if f">A-{number}<" in page]
    assert shown == [*range(1, retourbericht.SHOWN + 1), 101]
    assert "Hier staan 21 van de 101 afgekeurde records" in page
    assert "De andere 80 staan in <strong>r.json</strong>" in page
    assert len(json.loads((tmp_path / "r.json").read_text("utf-8"))["afgekeurde_records"]) == 101


@given(st.lists(st.lists(st.sampled_from(["V001", "V005", "R002"]), min_size=1, max_size=3), max_size=200))
def test_no_kind_of_fault_is_left_out_and_no_record_uncounted(faults: list[list[str]]) -> None:
    shown = retourbericht.Shown(limit=5)
    for number, codes in enumerate(faults, 1):
        shown.add(record(number, *codes))
    assert len(shown.records) + shown.left_out == len(faults)
    for code in {code for codes in faults for code in codes}:
        has = [number for number, codes in enumerate(faults, 1) if code in codes]
        seen = [one["record"] for one in shown.records if code in {fault["code"] for fault in one["fouten"]}]
        assert seen[:5] == has[:5]


REMARK = {"code": "V023", "veld": "BSN", "tekst": "Dit viel op.", "herstel": "Kijk het na.", "aantal": 2}
DONE, WOULD, SAID = "Dit is wel overgenomen.", "Dit zou wel worden overgenomen.", "Dit viel ons op."


@pytest.mark.parametrize(
    ("uitkomst", "is_trial", "remark", "is_done"),
    [
        ("verwerkt", False, DONE, True),
        ("verwerkt", True, WOULD, False),
        ("aangehouden", False, WOULD, False),
        ("aangehouden", True, WOULD, False),
        ("geweigerd", False, SAID, True),
        ("geweigerd", True, SAID, False),
        ("dubbel", False, SAID, True),
        ("ontvangen", False, SAID, None),
    ],
)
def test_a_page_says_done_only_of_what_was_done(
    uitkomst: str, is_trial: bool, remark: str, is_done: bool | None
) -> None:
    document = head(uitkomst, ontvangen=41, aangenomen=40, afgekeurd=1, ingetrokken=232)
    document |= {"waarschuwingen": [REMARK]} | ({"soort": "proef"} if is_trial else {})
    document["samenvatting"] = retourbericht.sentence(document)
    page = retourbericht.page(document, retourbericht.Shown(), "r.json")
    assert [said for said in (DONE, WOULD, SAID) if said in page] == [remark]
    tiles = re.findall(r"<b>(?:40|232)</b><span>(.*?)</span>", page)
    done, would = ["Aangenomen", "Ingetrokken"], ["Aan te nemen", "In te trekken"]
    assert tiles == ([] if is_done is None else done if is_done else would)


def test_what_a_sender_typed_is_text_and_never_markup() -> None:
    shown = retourbericht.Shown()
    shown.add(record(1, "V005", sleutel="<script>alert(1)</script>"))
    page = retourbericht.page(head(ontvangen=1, afgekeurd=1), shown, "r.json")
    assert "<script" not in page
    assert "&lt;script&gt;" in page


class Outside(HTMLParser):
    """Everything that a browser would fetch, or that is no closed part of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []
        self.headings: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("link", "script", "img", "iframe", "object", "form", "base"):
            self.found.append(tag)
        self.found += [value or "" for name, value in attrs if name in ("src", "srcset", "action")]
        self.found += [
            value or "" for name, value in attrs if name == "href" and not (value or "").startswith("mailto:")
        ]
        if tag not in ("meta", "br"):
            self.open.append(tag)
        if tag in ("h1", "h2", "h3"):
            self.headings.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_page_asks_nothing_of_the_outside_and_is_whole() -> None:
    shown = retourbericht.Shown()
    shown.add(record(1, "V005"))
    document = head(ontvangen=1, afgekeurd=1)
    document["kwaliteit"] = [{"tekst": "Er kwamen minder records dan anders.", "gevolg": "Aangehouden"}]
    page = retourbericht.page(document, shown, "r.json")
    reader = Outside()
    reader.feed(page)
    assert (reader.found, reader.open) == ([], [])
    assert reader.headings == ["h1", "h2", "h2"]
    assert not re.search(r"url\(|@import|https?://", page)
    assert '<html lang="nl">' in page


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("ground", ["#ffffff", "#f4f6f8", "#eef8f2", "#fdf1f0", "#fdf6e8"])
def test_every_colour_of_text_can_be_read_on_every_ground(ground: str) -> None:
    page = retourbericht.page(head(), retourbericht.Shown(), "r.json")
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", page))
    for name in ("inkt", "zacht", "goed", "fout", "wacht", "blauw"):
        light, dark = luminance(ground), luminance(colours[name])
        assert (light + 0.05) / (dark + 0.05) >= 4.5, name  # WCAG 2.1, 1.4.3


def test_days_moments_and_numbers_are_written_as_in_dutch() -> None:
    assert wording.day("2015-03-02") == "2 maart 2015"
    assert wording.moment("2015-07-01T22:30:00Z") == "2 juli 2015, 00:30 uur"
    assert wording.number(1234567) == "1.234.567"


DOCS = Path(__file__).resolve().parents[2] / "docs" / "retourbericht.md"


def test_the_example_for_senders_is_an_answer_as_the_hub_gives_it() -> None:
    from schemas.contract import load
    from schemas.faults import CATALOGUE
    from schemas.messages import fault_at

    (example,) = re.findall(r"```json\n(.*?)```", DOCS.read_text("utf-8"), re.S)
    answer = json.loads(example)
    assert wrong(answer) == []
    assert answer["samenvatting"] == retourbericht.sentence(answer)
    counts = answer["aantallen"]
    assert counts["afgekeurd"] == len(answer["afgekeurde_records"]) > 0
    assert counts["ontvangen"] == sum(counts.values()) - counts["ontvangen"] - counts["ingetrokken"]
    contract = load(answer["levering"]["bericht"])
    told = [fault for one in answer["afgekeurde_records"] for fault in one["fouten"]]
    told += [place | {"code": kind["code"]} for kind in answer["fouten"] for place in kind["velden"]]
    for fault in told:
        own = {fault["contractveld"]: fault["veld"]}
        assert fault["tekst"] == fault_at(contract, fault["code"], fault["contractveld"], None, own).text()
    for kind in [*answer["fouten"], *answer["waarschuwingen"]]:
        assert kind["herstel"] == CATALOGUE[kind["code"]].herstel
    assert all("…" not in text for text in texts(answer))
