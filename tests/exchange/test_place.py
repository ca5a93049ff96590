"""Where a source keeps a record is kept too, unless the place is a number that could be a BSN."""

from collections import Counter
from typing import Any

import pytest

from connectors.connector import RawRecord
from exchange.identity import NEXT
from exchange.judge import Judged
from exchange.keys import Keys, fresh
from exchange.stage import StageWriter
from exchange.workers import _line
from schemas.contract import load
from schemas.faults import CATALOGUE, Fault
from tests.exchange.levering import BSN

ONDERZOEK = load("onderzoek", 1)


@pytest.mark.parametrize(("number", "is_covered"), [("Z-1", False), (BSN[2], True)])
@pytest.mark.parametrize("actie", ["record", "verwijderen"])
def test_a_place_that_could_be_a_bsn_is_not_kept(number: str, is_covered: bool, actie: str) -> None:
    writer = StageWriter(ONDERZOEK, Keys.from_env("drenthe", fresh("drenthe")), "noordenveld", "1699", ())
    values: dict[str, Any] = dict.fromkeys(ONDERZOEK.paths) | {
        "onderzoek_nummer": number, "datum_melding": "2015-03-02", "verantwoordelijke_code": "1699",
    }  # fmt: skip
    like = [Fault("V026", "onderzoek_nummer", CATALOGUE["V026"].level, None, {})] if is_covered else []
    raw = RawRecord(1, {"zaak.identificatie": number}, actie=actie)
    line = _line(raw, Judged(values, (), like, ()), writer, "zaak.identificatie", Counter())
    cells = dict(zip(writer.names, line.split(NEXT), strict=True))
    assert cells["vindplaats"] == ("" if is_covered else number)
    assert (number in line) is not is_covered
