"""What the hub may not have is destroyed in landing too: nothing of it is left, and all around it stays."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.hub import DECLARATION
from exchange.delivery import Counts, find
from exchange.keys import Keys, fresh
from exchange.landing import Landing
from exchange.receive import receive
from exchange.redact import redact
from exchange.region import load_source
from exchange.replay import again
from exchange.validate import validate
from schemas.faults import CATALOGUE
from tests.exchange.hub import Hub
from tests.exchange.levering import deliver, xml

LATER = date(2015, 3, 5)
KIND = {
    "client_nummer_bron": "M-3003",
    "is_anoniem": "false",
    "geslachtsnaam": "Toverstaf",
    "geboortedatum": "2011-06-01",
    "woongemeente_code": "0109",
    "is_geheim_adres": "false",
}


def stap(nummer: str, **changes: Any) -> dict[str, Any]:
    """A step of vroeghulp as Coevorden reports it, about nobody by name."""
    codes = ("gemeente_code", "organisatie_code", "verantwoordelijke_code", "partij_code", "eigenaar_organisatie_code")
    return {
        "stap_nummer": nummer,
        **dict.fromkeys(codes, "0109"),
        "financier_code": "1",
        "grondslag_code": "1",
        "dossier_nummer": "IVH-1",
        "partij_kenmerk": f"K-{nummer}",
        "stap_code": "05",
        "datum_stap": "2015-02-10",
    } | changes


@pytest.fixture
def ivh(hub: Hub, tmp_path: Path) -> Hub:
    """The same hub, whose source delivers vroeghulp."""
    file = tmp_path / "ivh.toml"
    file.write_text(DECLARATION.replace("[delivers.aanmelding]", "[delivers.vroeghulp]"))
    source = load_source(file, hub.region.name, hub.region.gemeenten, hub.region.codelists)
    return Hub(replace(hub.region, sources={source.id: source}), source, hub.folder)


def leave(ivh: Hub, name: str, records: list[dict[str, Any]], stand_op: str = "2015-03-02T00:00:00Z") -> int:
    """The source leaves a delivery and it is received."""
    deliver(ivh.folder, name, xml(records, stand_op, bericht="vroeghulp"))
    (delivery_id,) = receive(ivh.context(LATER))
    return delivery_id


def landed(ivh: Hub, delivery_id: int) -> bytes:
    """The bytes of a delivery as landing has them now."""
    context = ivh.context(LATER)
    with context.engine.connect() as connection:
        found = find(connection, delivery_id)
    with context.landing.open(found.landing_path, found.sha256) as stream:
        return stream.read()


def test_identity_without_consent_is_refused_and_nothing_of_it_is_kept(ivh: Hub) -> None:
    delivery_id = leave(ivh, "vroeghulp_1.xml", [stap("A"), stap("B", persoon=KIND), stap("C")])
    before = landed(ivh, delivery_id)
    counts = validate(ivh.context(LATER), delivery_id)
    assert (counts.received, counts.accepted, counts.rejected) == (3, 2, 1)
    after = landed(ivh, delivery_id)
    assert b"Toverstaf" in before
    assert b"M-3003" not in after
    assert b"Toverstaf" not in after
    assert len(after) == len(before)
    assert after.count(b"<vroeghulp>") == 2
    assert ivh.rows("select record_nummer, fault_code, is_whole from exchange.redaction") == [(2, "R005", False)]
    assert ivh.value("select count(*) from kluis.persoon") == 0


def test_what_was_refused_for_another_reason_stays_for_a_replay(ivh: Hub) -> None:
    records = [stap("A", stap_code="77"), stap("B", persoon=KIND)]
    deliver(ivh.folder, "vroeghulp_1.xml", xml(records, bericht="vroeghulp"))
    ivh.night(LATER)
    delivery_id = ivh.value("select delivery_id from exchange.delivery")
    made = again(ivh.context(LATER), delivery_id)
    assert validate(ivh.context(LATER), made.delivery_id) == Counts(received=1, rejected=1)
    assert b"<stap_nummer>A</stap_nummer>" in landed(ivh, delivery_id)


def test_where_the_place_of_a_record_is_not_known_all_bytes_go(ivh: Hub) -> None:
    """In another encoding the reader tells no places."""
    records = xml([stap("A"), stap("B", persoon=KIND)], bericht="vroeghulp")
    deliver(ivh.folder, "vroeghulp_1.xml", records.replace("UTF-8", "ISO-8859-1"))
    (delivery_id,) = receive(ivh.context(LATER))
    assert validate(ivh.context(LATER), delivery_id).rejected == 1
    assert landed(ivh, delivery_id).strip() == b""
    assert ivh.rows("select record_nummer, is_whole from exchange.redaction") == [(2, True)]


def test_a_kill_before_the_receipt_is_made_good_by_the_next_run(ivh: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    delivery_id = leave(ivh, "vroeghulp_1.xml", [stap("A"), stap("B", persoon=KIND)])
    with monkeypatch.context() as broken:
        broken.setattr(Landing, "blank", _killed)
        with pytest.raises(InterruptedError):
            validate(ivh.context(LATER), delivery_id)
    assert b"Toverstaf" in landed(ivh, delivery_id)
    validate(ivh.context(LATER), delivery_id)
    assert b"Toverstaf" not in landed(ivh, delivery_id)
    with ivh.context(LATER).engine.connect() as connection:
        assert redact(ivh.context(LATER), find(connection, delivery_id)) == 0


def _killed(*_: Any) -> None:
    raise InterruptedError


@pytest.mark.pure
def test_only_identity_without_consent_or_of_who_was_erased_asks_for_destruction() -> None:
    assert [code for code, entry in CATALOGUE.items() if entry.vernietigen] == ["R005", "R035"]


@pytest.mark.pure
@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=8))
def test_blanking_touches_the_bytes_in_range_and_no_other(
    tmp_path_factory: Any, content: bytes, cuts: list[int]
) -> None:
    places = sorted({min(cut, len(content)) for cut in cuts})
    ranges = list(zip(places[::2], places[1::2], strict=False))
    folder = tmp_path_factory.mktemp("landing")
    (folder / "delivered").write_bytes(content)
    landing = Landing(folder, Keys.from_env("drenthe", fresh("drenthe")))
    landed = landing.store(folder / "delivered", "proef")
    landing.blank(landed.path, landed.sha256, ranges)
    with landing.open(landed.path, landed.sha256) as stream:
        after = stream.read()
    inside = {place for first, last in ranges for place in range(first, last)}
    assert len(after) == len(content)
    for place, (was, now) in enumerate(zip(content, after, strict=True)):
        assert now == (ord(" ") if place in inside and was not in b"\r\n" else was)
