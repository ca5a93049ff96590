"""The bench of the forms runs from end to end on small deliveries. It is not timed here."""

import csv
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bench import formats
from bench.deliveries import write_csv, write_json, write_xlsx
from demo.postgres import Server

STAND_OP = "2015-03-01T22:00:00Z"


@pytest.mark.pure
def test_the_same_records_stand_in_each_form(tmp_path: Path) -> None:
    for write, name in ((write_csv, "csv"), (write_json, "json"), (write_xlsx, "xlsx")):
        assert write(tmp_path / f"a.{name}", 80, STAND_OP) == (tmp_path / f"a.{name}").stat().st_size
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    head, *entries = [json.loads(line) for line in (tmp_path / "a.json").read_text().splitlines()]
    names, *cells = load_workbook(tmp_path / "a.xlsx", read_only=True).active.iter_rows(values_only=True)
    assert (len(rows), len(entries), len(cells)) == (80, 80, 80)
    assert head["omvang"] == "wijzigingen"
    for row, entry, line in zip(rows, entries, cells, strict=True):
        assert dict(zip(names, (cell or "" for cell in line), strict=True)) == row
        record = entry["gegevens"]
        assert record["aanmelding_nummer"] == row["aanmelding_nummer"]
        assert ",".join(record["leefgebied_code"]) == row["leefgebied_code"]
        assert str(record["persoon"]["huisnummer"]) == row["persoon.huisnummer"]
        assert record["persoon"].get("bsn", "") == row["persoon.bsn"]


def test_every_form_is_measured_and_judged_alike(
    postgres_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exchange.workers.LARGE", 1)  # two processes where the form allows it
    found = formats.measure({"xml": 120, "csv": 120, "json": 120, "xlsx": 30}, 1, tmp_path, lambda what: None)
    assert {name: len(seconds) for name, seconds in found.seconds.items()} == dict.fromkeys(formats.FORMS, 1)
    assert found.accepted["xml"] == found.accepted["csv"] == found.accepted["json"] > 100
    assert found.accepted["xlsx"] + found.rejected["xlsx"] == 30
    assert list(tmp_path.iterdir()) == []


@pytest.mark.pure
def test_a_form_at_less_work_is_no_measurement() -> None:
    found = formats.Measured({"xml": 10, "csv": 10}, accepted={"xml": 10, "csv": 9}, rejected={"xml": 0, "csv": 1})
    with pytest.raises(RuntimeError, match="differ"):
        formats._must_agree(found)
