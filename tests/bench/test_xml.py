"""The bench runs from end to end on a small delivery. It is not timed here."""

from pathlib import Path

import pytest
from lxml import etree

from bench import xml
from bench.deliveries import write_xml
from bench.hub import hub
from demo.postgres import Server
from exchange.receive import receive
from exchange.validate import validate


def test_the_same_seed_writes_the_same_records_after_the_published_schema(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("one.xml", "two.xml")]
    sizes = [write_xml(file, 300, "2015-03-01T22:00:00Z") for file in files]
    assert sizes == [file.stat().st_size for file in files]
    assert files[0].read_bytes() == files[1].read_bytes()
    schema = etree.XMLSchema(file="schemas/published/aanmelding/v1.xsd")
    document = etree.parse(files[0])
    faulty = {error.line for error in schema.error_log} if not schema.validate(document) else set()
    assert len(document.getroot()) == 300
    assert len(faulty) <= 15


def test_every_part_is_measured(postgres_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exchange.workers.LARGE", 1)  # two processes, as for a large file
    found = xml.measure(200, 2, tmp_path, lambda what: None)
    for seconds in (found.limit, found.receive, found.accepted, found.merged, found.same_bytes, found.same_records):
        assert len(seconds) == 2
        assert min(seconds) > 0
    assert all(accepted < merged for accepted, merged in zip(found.accepted, found.merged, strict=True))
    assert (found.same_bytes_read, found.same_records_rows) == (0, 0)
    assert found.memory > 0
    assert list(tmp_path.iterdir()) == []


def test_reading_records_is_noticed(postgres_server: Server, tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    write_xml(file, 5, "2015-03-01T22:00:00Z")
    with hub(tmp_path) as ours:
        ours.empty()
        with xml._counted() as reads:
            (delivery_id,) = ours.receive(file, "first")
            assert reads == []
            assert validate(ours.context("again"), delivery_id).accepted == 5
            assert reads == ["aanmelding"]
            assert receive(ours.context("again")) == [delivery_id]
