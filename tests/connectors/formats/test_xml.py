"""XML deliveries: what a record becomes, what refuses a delivery, and that both lanes agree."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.connector import RawRecord
from connectors.errors import DeliveryRefused
from connectors.formats import xml, xml_tree
from connectors.formats.form import split
from tests.connectors.weather import Weather

NAMESPACE = "urn:nl:regiohub:aanmelding:1"
HEAD = f'<levering xmlns="{NAMESPACE}" stand_op="2015-03-02T00:00:00Z" afzender="0109" omvang="wijzigingen">'
FOOT = "</levering>"


def document(*records: str, head: str = HEAD, foot: str = FOOT) -> bytes:
    return (head + "\n".join(records) + foot).encode()


def read(content: bytes) -> list[RawRecord]:
    return list(xml.read(io.BytesIO(content), "aanmelding"))


def values(record: str) -> dict[str, object]:
    (found,) = read(document(f"<aanmelding>{record}</aanmelding>"))
    return found.values


def by_tree(content: bytes) -> tuple[list[tuple[dict[str, object], str]], str]:
    return _until_refused(xml_tree.records([content], NAMESPACE, "aanmelding"))


def by_both(content: bytes) -> tuple[list[tuple[dict[str, object], str]], str]:
    return _until_refused((r.values, r.actie) for r in xml.read(io.BytesIO(content), "aanmelding"))


def _until_refused(records):  # type: ignore[no-untyped-def]
    found, code = [], ""
    try:
        for record in records:
            found.append(record)
    except DeliveryRefused as refused:
        code = refused.code
    return found, code


def test_fields_blok_repetition_group_and_emptied() -> None:
    assert values(
        "<nummer>A1</nummer><leefgebied>01</leefgebied><leefgebied>02</leefgebied><leeg/><ook></ook>"
        "<persoon><bsn>999900006</bsn><naam>De Vries &amp; Zn &lt;x&gt; &#233;</naam></persoon>"
        "<score><gebied>01</gebied><begin>1</begin></score><score><gebied>02</gebied><eind/></score>"
    ) == {
        "nummer": "A1",
        "leefgebied": ["01", "02"],
        "leeg": "",
        "ook": "",
        "persoon.bsn": "999900006",
        "persoon.naam": "De Vries & Zn <x> é",
        "score": [{"gebied": "01", "begin": "1"}, {"gebied": "02", "eind": ""}],
    }


def test_one_element_of_a_group_is_a_list_too() -> None:
    assert values("<score><gebied>01</gebied></score>") == {"score": [{"gebied": "01"}]}


def test_a_delete_message_is_told_apart() -> None:
    first, second = read(
        document(
            '<aanmelding actie="verwijderen"><nummer>1</nummer></aanmelding>',
            "<aanmelding><nummer>2</nummer></aanmelding>",
        )
    )
    assert (first.actie, first.values) == ("verwijderen", {"nummer": "1"})
    assert (second.actie, second.nummer) == ("record", 2)


def test_what_does_not_belong_shows_as_an_unknown_field() -> None:
    found = values('los<nummer soort="x">1</nummer><a xmlns="urn:x">y</a><persoon.bsn>1</persoon.bsn>')
    assert found["#tekst"] == "los"
    assert found["nummer"] == "1"
    assert found["nummer@soort"] == "x"
    assert found["{urn:x}a"] == "y"
    assert "persoon.bsn" not in found
    assert "@soort" in read(document('<aanmelding soort="x"><nummer>1</nummer></aanmelding>'))[0].values


def test_a_repeated_blok_shows_in_each_of_its_fields() -> None:
    found = values("<persoon><bsn>1</bsn></persoon><persoon><naam>x</naam></persoon>")
    assert found == {"persoon.bsn": ["1", ""], "persoon.naam": ["", "x"]}


@pytest.mark.parametrize("newline", ["", "\n", "\r\n", "\n\t  "])
def test_byte_ranges_point_at_the_record(newline: str) -> None:
    records = [f"<aanmelding>{newline}<naam>Ønë {number}</naam>{newline}</aanmelding>" for number in range(5)]
    content = document(*records, head="\ufeff<?xml version='1.0' encoding='utf-8'?>" + newline + HEAD + newline)
    for found, record in zip(read(content), records, strict=True):
        assert content[found.start : found.end].decode() == record


def test_an_odd_record_keeps_its_byte_range_and_that_of_the_next() -> None:
    records = [
        "<aanmelding><a>1</a></aanmelding>",
        "<aanmelding><!-- x --><a>a > b</a></aanmelding>",
        "<aanmelding><a>é</a></aanmelding>",
    ]
    content = document(*records)
    assert [content[r.start : r.end].decode() for r in read(content)] == records


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "L005"),
        (b"  \n", "L005"),
        (b"geen xml", "L001"),
        (b"<levering", "L001"),
        (document("<aanmelding><a>1</a></aanmelding>", foot=""), "L001"),
        (document("<aanmelding><a>1</a>"), "L001"),
        (document("<aanmelding><a>1</b></aanmelding>"), "L001"),
        (document("<aanmelding><a>\x01</a></aanmelding>"), "L001"),
        (document("<aanmelding><a>\ufffe</a></aanmelding>"), "L001"),
        (document("<aanmelding><a>&eacute;</a></aanmelding>"), "L001"),
        (document("<aanmelding><a>&#0;</a></aanmelding>"), "L001"),
        (document("<aanmelding><a>]]></a></aanmelding>"), "L001"),
        (document("<aanmelding>>a/<</aanmelding>"), "L001"),
        (document("<aanmelding><a>>b/<</a></aanmelding>"), "L001"),
        (document("<aanmelding><a>1</a></aanmelding>") + b"nog wat", "L001"),
        (document("los") , "L001"),
        (document("<aanmelding/>los"), "L001"),
        (document("<aanmelding><a><aanmelding></aanmelding></a></aanmelding>"), "L001"),
        (document("\u00a0<aanmelding></aanmelding>"), "L001"),
        (HEAD.encode() + b"<aanmelding><a>\xff</a></aanmelding></levering>", "L001"),
        (document("<onderzoek/>"), "L002"),
        (document(head="<levering>"), "L002"),
        (document(head='<levering xmlns="urn:elders:aanmelding:1">'), "L002"),
        (document(head=HEAD.replace("aanmelding", "onderzoek")), "L002"),
        (b"<!DOCTYPE levering>" + document(), "L010"),
        (b'<!DOCTYPE levering [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + document("&e;"), "L010"),
        (document("<aanmelding><a>" + "x" * (1 << 20) + "</a></aanmelding>"), "L006"),
        (document("<aanmelding>" + "<a>x</a>" * (1 << 18) + "</aanmelding>"), "L006"),
    ],
)  # fmt: skip
def test_a_delivery_that_cannot_be_read_is_refused_by_code(content: bytes, code: str) -> None:
    with pytest.raises(DeliveryRefused) as caught:
        read(content)
    assert caught.value.code == code


def test_what_is_whole_comes_before_the_refusal() -> None:
    records = [f"<aanmelding><nummer>{number}</nummer></aanmelding>" for number in range(1000)]
    content = document(*records)
    found, code = by_both(content[: len(content) // 2])
    assert code == "L001"
    assert len(found) in (499, 500)


def test_a_refusal_holds_no_value() -> None:
    with pytest.raises(DeliveryRefused) as caught:
        read(document("<aanmelding><a>geheim</a><b>geheim</c></aanmelding>"))
    assert "geheim" not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"


def test_the_billion_laughs_stay_unheard() -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    content = f'<!DOCTYPE levering [<!ENTITY l0 "ha">{entities}]>'.encode() + document(
        "<aanmelding><a>&l11;</a></aanmelding>"
    )
    tracemalloc.start()
    with pytest.raises(DeliveryRefused):
        read(content)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_laughs_in_an_attribute_stay_unheard_too() -> None:
    """There libxml2 unfolds entities whatever it is told, up to a limit of its own."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    content = f'<!DOCTYPE levering [<!ENTITY l0 "ha">{entities}]>' + HEAD.replace("<levering", '<levering a="&l11;"')
    tracemalloc.start()
    with pytest.raises(DeliveryRefused) as caught:
        read(content.encode() + FOOT.encode())
    assert caught.value.code in ("L001", "L010")
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(
    "dtd",
    [
        '<!DOCTYPE levering SYSTEM "{url}levering.dtd">',
        '<!DOCTYPE levering PUBLIC "-//X//Y" "{url}levering.dtd">',
        '<!DOCTYPE levering [<!ENTITY e SYSTEM "{url}geheim">]>',
        '<!DOCTYPE levering [<!ENTITY % p SYSTEM "{url}geheim.dtd"> %p;]>',
        '<!DOCTYPE levering [<!ENTITY e SYSTEM "file://{file}">]>',
        '<?xml-stylesheet href="{url}opmaak.xsl" type="text/xsl"?><!DOCTYPE levering>',
    ],
)
def test_nothing_outside_the_file_is_fetched(tmp_path: Path, dtd: str) -> None:
    secret = tmp_path / "geheim"
    secret.write_text("inhoud van elders")
    with Weather() as outside:
        content = dtd.format(url=outside.url, file=secret).encode() + document("<aanmelding><a>&e;</a></aanmelding>")
        with pytest.raises(DeliveryRefused, match="L010") as caught:
            read(content)
        assert outside.seen == []
    assert "elders" not in f"{caught.value!r} {caught.value.__context__!r}"


@pytest.mark.parametrize("before", ["\n", " ", "\ufeff\n", "\x00"])
def test_what_stands_before_the_declaration_is_named(before: str) -> None:
    """XML 1.0 section 2.8: nothing may, not even a blank line, which is easily made and hard to see."""
    content = before.encode() + b'<?xml version="1.0" encoding="utf-8"?>' + document("<aanmelding/>")
    with pytest.raises(DeliveryRefused) as caught:
        read(content)
    assert caught.value.code == "L001"
    assert caught.value.detail == "voor de XML-declaratie mag niets staan, ook geen lege regel"


def test_other_encodings_and_prefixes_are_read_too() -> None:
    content = document("<aanmelding><naam>Ønë</naam></aanmelding>").decode()
    latin = ("<?xml version='1.0' encoding='iso-8859-1'?>" + content).encode("iso-8859-1")
    wide = ("<?xml version='1.0' encoding='utf-16'?>" + content).encode("utf-16")
    prefixed = (
        content.replace("xmlns=", "xmlns:h=").replace("<levering", "<h:levering").replace("</levering", "</h:levering")
    )
    prefixed = prefixed.replace("<aanmelding>", "<h:aanmelding>").replace("</aanmelding>", "</h:aanmelding>")
    prefixed = prefixed.replace("<naam>", "<h:naam>").replace("</naam>", "</h:naam>")
    for form in (latin, wide, prefixed.encode()):
        (record,) = read(form)
        assert record.values == {"naam": "Ønë"}


def test_the_header_says_what_the_root_says() -> None:
    found = xml.header(io.BytesIO(document()))
    assert (found.bericht, found.versie, found.afzender, found.omvang) == ("aanmelding", 1, "0109", "wijzigingen")
    assert found.scope == ()
    assert found.stand_op is not None
    assert found.stand_op.isoformat() == "2015-03-02T00:00:00+00:00"
    assert xml.header(io.BytesIO(document(head=HEAD.replace("wijzigingen", "volledig")))).scope == ("",)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("2015-03-02T00:00:00Z", "2015-03-02T00:00:00", "L007"),
        ("2015-03-02T00:00:00Z", "gisteren", "L007"),
        ('stand_op="2015-03-02T00:00:00Z"', "", "L007"),
        ("wijzigingen", "alles", "L009"),
        ("aanmelding:1", "aanmelding:0", "L002"),
    ],
)
def test_a_header_without_its_words_is_refused(old: str, new: str, code: str) -> None:
    with pytest.raises(DeliveryRefused) as caught:
        xml.header(io.BytesIO(document(head=HEAD.replace(old, new))))
    assert caught.value.code == code


def test_another_version_is_refused_where_one_is_asked() -> None:
    content = document(head=HEAD.replace("aanmelding:1", "aanmelding:2"))
    assert xml.header(io.BytesIO(content)).versie == 2
    with pytest.raises(DeliveryRefused, match="L003"):
        list(xml.read(io.BytesIO(content), "aanmelding", 1))


# ---- both lanes agree

NAMES = st.sampled_from(["a", "b", "persoon", "score", "aanmelding", "x.y", "é", "b "])
PIECES = [
    "",
    "tekst",
    " ",
    "\r\n",
    "&amp;",
    "&#233;",
    "&#xD;",
    "&x;",
    "&",
    ">",
    "a > b",
    "]]>",
    "<!-- x -->",
    "\x02",
]
PIECES += [
    "<![CDATA[<a>]]>",
    "<![CDATA[</aanmelding>]]>",
    "<!-- </aanmelding><aanmelding> -->",
    "<?pi?>",
    "é",
    "\ufffe",
]
TEXT = st.sampled_from(PIECES)


def element(name: str, content: str, attribute: str) -> str:
    return f"<{name}{attribute}/>" if content == "/" else f"<{name}{attribute}>{content}</{name.strip()}>"


ATTRIBUTES = st.sampled_from(
    ["", "", "", "", ' k="v"', ' k=">"', ' k="</aanmelding>"', ' xmlns="urn:x"', ' xmlns:p="urn:x"']
)
LEAVES = st.builds(element, NAMES, st.one_of(st.just("/"), TEXT), ATTRIBUTES)
NESTED = st.recursive(
    st.one_of(LEAVES, LEAVES, TEXT),
    lambda inner: st.builds(element, NAMES, st.lists(inner, max_size=3).map("".join), ATTRIBUTES),
    max_leaves=8,
)
RECORDS = st.builds(
    element,
    st.sampled_from(["aanmelding"] * 6 + ["onderzoek"]),
    st.lists(NESTED, max_size=4).map("".join),
    st.sampled_from(["", "", "", ' actie="verwijderen"', ' actie="x"']),
)
BETWEEN = st.sampled_from(["", "", "\n", "\r\n ", "<!-- </aanmelding> -->", "los", "&#32;", "\u00a0"])
DOCUMENTS = st.lists(st.tuples(BETWEEN, RECORDS).map("".join), max_size=5).map(
    lambda records: HEAD + "".join(records) + FOOT
)


@settings(max_examples=300, deadline=None)
@given(DOCUMENTS, st.one_of(st.none(), st.integers(0, 400)))
@example(HEAD + "<aanmelding><a>>b/></a></aanmelding>" + FOOT, None)
@example(HEAD + "<aanmelding><a>&#13;\r\n</a></aanmelding>" + FOOT, None)
@example(HEAD + "<aanmelding><aanmelding/></aanmelding>" + FOOT, None)
def test_the_fast_lane_and_the_tree_agree(text: str, cut: int | None) -> None:
    content = text.encode()[:cut]
    by_tree_records, tree_code = by_tree(content)
    records, code = by_both(content)
    if len(content) > len(HEAD):
        assert code == tree_code
        assert records == by_tree_records


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS, st.integers(2, 4), st.integers(1, 64))
def test_the_parts_together_are_the_whole(text: str, parts: int, chunk: int) -> None:
    content = text.encode()
    whole, code = by_both(content)
    found, codes = [], []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("connectors.formats.split.CHUNK", chunk)
        patch.setattr("connectors.formats.split.MAX_HEAD", len(HEAD))
        for number in range(parts):
            part = split("xml", io.BytesIO(content), "aanmelding", len(content), number, parts)
            records, refused = _until_refused(xml.read(part, "aanmelding"))
            found += [(r.values, r.actie) for r in records]
            assert all(content[r.start : r.end].startswith(b"<aanmelding") for r in records if r.start >= 0)
            codes.append(refused)
    assert any(codes) == bool(code)
    if not code:
        assert found == whole


def test_two_parts_of_a_plain_file_are_about_equal() -> None:
    content = document(*[f"<aanmelding><nummer>{number}</nummer></aanmelding>" for number in range(10_000)])
    counts = [
        sum(1 for _ in xml.read(split("xml", io.BytesIO(content), "aanmelding", len(content), part, 2), "aanmelding"))
        for part in range(2)
    ]
    assert sum(counts) == 10_000
    assert abs(counts[0] - counts[1]) < 30


def test_a_comment_with_records_in_it_is_not_cut_in_two() -> None:
    record = "<aanmelding><nummer>1</nummer></aanmelding>"
    content = document(record, "<!--" + record * 100 + "-->", record)
    counts = [
        sum(1 for _ in xml.read(split("xml", io.BytesIO(content), "aanmelding", len(content), part, 2), "aanmelding"))
        for part in range(2)
    ]
    assert counts == [2, 0]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def peak(number: int) -> int:
        path = tmp_path / f"{number}.xml"
        with path.open("wb") as out:
            out.write(HEAD.encode())
            for _ in range(number):
                out.write(b"<aanmelding><a>1</a><b>twee</b><persoon><c>3</c></persoon></aanmelding>\n" * 100)
            out.write(FOOT.encode())
        tracemalloc.start()
        with path.open("rb") as stream:
            assert sum(1 for _ in xml.read(stream, "aanmelding")) == 100 * number
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(200) < peak(50) * 1.3
