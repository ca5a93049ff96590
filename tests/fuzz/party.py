"""One declared source under fuzz: bytes go as they go at night, from header to stage line, without a server."""

import traceback
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from io import BytesIO
from typing import Any

from connectors.connector import RawRecord
from connectors.errors import DeliveryRefused, SourceRefused, SourceUnavailable
from exchange.context import Context
from exchange.judge import Judge
from exchange.keys import Keys, fresh
from exchange.region import Region, load_regions
from exchange.stage import NEXT, StageWriter
from exchange.validate import complete, judge_header
from exchange.workers import _lines
from schemas.contract import ROOT
from schemas.record import flatten
from tests.schemas.support import EXAMPLES, example

#: What stands in every seed where a person's name belongs: no error and no fault may ever say it.
SECRET = "Zwanenburg"
NIGHT = date(2015, 3, 2)
MOMENT = datetime.combine(NIGHT, time(), UTC)
#: The errors that the house names: their catcher knows what to do. Whatever else comes out is a crash.
NAMED = (DeliveryRefused, SourceRefused, SourceUnavailable)

assert EXAMPLES, f"no examples below {ROOT}"


@cache
def region() -> Region:
    """Drenthe, as it is declared."""
    return next(region for region in load_regions() if region.name == "drenthe")


@cache
def keys() -> Keys:
    """Keys of this process."""
    return Keys.from_env("fuzz", fresh("fuzz"))


def said(error: BaseException) -> str:
    """All that a log would show of an error: itself, and what Python prints with it."""
    return "".join(traceback.format_exception(error))


def must_be_silent(error: BaseException) -> None:
    """No value of a record in an error, nor in what is chained to it; and nothing without end."""
    assert SECRET not in said(error), "an error tells the name of a person"
    assert len(str(error)) < 300, "an error that repeats what was delivered"


class Party:
    """A source and one of its berichten."""

    def __init__(self, source: str, bericht: str = "aanmelding") -> None:
        self.source = region().sources[source]
        self.delivers = self.source.delivers[bericht]
        self.bericht = bericht
        self.connector = Context(region(), self.source, NIGHT, "fuzz").connector()
        self._judge = Judge(region(), self.source, bericht, self.connector, MOMENT)
        qualifiers = getattr(self.connector, "qualifiers", ())
        contract = self.delivers.contract
        self._writer = StageWriter(contract, keys(), self.source.id, self.source.code, qualifiers)
        self._faults = self._writer.names.index("fouten")

    def deliver(self, content: bytes) -> int:
        """Judge a delivery as `validate` does, up to the lines for COPY. Returns how many records it read.

        A refusal by name is a verdict like any other; what else is raised is a crash, and leaves as it is.
        """
        number = 0
        try:
            header = complete(self.connector.header(BytesIO(content)), self.bericht, ())
            judge_header(self.source, header, header.stand_op or MOMENT, NIGHT)
            for raw in self.connector.read(self.bericht, self.delivers.options, BytesIO(content)):
                number += 1
                self.stage(raw)
        except DeliveryRefused as refused:
            must_be_silent(refused)
        return number

    def stage(self, raw: RawRecord) -> None:
        """One record to its line: as many cells as the table has, text that a database takes, no name in a fault."""
        warnings: Counter[tuple[str, str]] = Counter()
        (line,) = _lines([raw], self._judge, self._writer, self.connector.locator, warnings)
        line.encode()
        bare = line.replace("\\\\", "").replace("\\" + NEXT, "")
        cells = bare.split(NEXT)
        assert len(cells) == len(self._writer.names), "a line with a cell too many or too few"
        assert not set("\n\r\x00") & set(bare), "a line that COPY would take for two, or not at all"
        assert "\\u0000" not in line, "a character that no database keeps"
        assert SECRET not in cells[self._faults], "a fault tells the name of a person"
        for _, name in warnings:
            assert name.isprintable(), "a name that no database keeps, or no page shows"

    def in_their_words(self, start: str = "goed-1") -> dict[str, Any]:
        """An example of the contract as this source would deliver it: its own names, notations, words and code."""
        flat = flatten(self.delivers.contract, example(self.bericht, start))
        if "persoon.geslachtsnaam" in flat:
            flat["persoon.geslachtsnaam"] = SECRET
        theirs = self.delivers.theirs
        return {theirs.get(path, path): self._theirs(path, value) for path, value in flat.items()}

    def _theirs(self, path: str, value: Any) -> Any:
        if isinstance(value, list):
            each = [self._theirs(path, item) for item in value]
            return self.delivers.split[path].join(each) if path in self.delivers.split else each
        if not isinstance(value, str):
            return value
        notation = self.delivers.formats.get(path)
        year, month, day = value[:4], value[5:7], value[8:10]
        if notation == "dd-mm-yyyy":
            return f"{day}-{month}-{year}"
        if notation == "yyyymmdd":
            return year + month + day
        if notation == "tijdstip_lokaal":
            return f"{day}-{month}-{year} 10:15"
        words = {code: word for word, code in self.delivers.codes.get(path, {}).items()}
        return words.get(value, self.here(value))

    def here(self, value: str) -> str:
        """The examples are of Emmen: the same of this gemeente, and of a desk that it has."""
        return value.replace("-SCH", "-WMO").replace("0114", self.source.gemeente_code or "0114")


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """{"a.b": 1} -> {"a": {"b": 1}}, as an API would answer."""
    found: dict[str, Any] = {}
    for path, value in flat.items():
        *above, name = path.split(".")
        place = found
        for step in above:
            place = place.setdefault(step, {})
        place[name] = value
    return found


def examples(bericht: str) -> Iterator[str]:
    """The names of all examples of a bericht, good and faulty."""
    return (path.stem for path in EXAMPLES if path.parent.name == bericht)
