"""check: judge a file on the spot, without a database, as the hub would judge it at night.

For a sender before delivering, and for us with a file in hand. The report names record numbers, fields and
faults in the sender's own words, never a value.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from connectors import file_names
from connectors.connector import Connector, Found, named
from connectors.filedrop_settings import settings_of
from exchange.clock import midnight
from exchange.context import Context
from exchange.errors import DeliveryRefused
from exchange.judge import Judge
from exchange.source import Source
from exchange.validate import complete, judge_header
from schemas.faults import Fault, fault

SHOWN = 20
# What the text of a delivery-level fault says was expected.
EXPECTED = {
    "L001": "het formaat in de aansluiting van de bron (XML, CSV, XLSX of JSON)",
    "L002": "een bericht dat met deze bron is afgesproken, in de namespace van het gepubliceerde schema",
    "L003": "de versie in de aansluiting van de bron",
    "L011": "het bericht en de dag",
    "L012": "zie de aansluiting van de bron",
    "L013": "zie de aansluiting van de bron",
}


NAMING = ("L015", "L017", "L018")  # their text names what the detail says


@dataclass
class Report:
    """The verdict on one file. `lines` are the first refused records: number and faults in Dutch."""

    bericht: str = ""
    received: int = 0
    rejected: int = 0
    refused: str = ""
    by_code: Counter[str] = field(default_factory=Counter)
    lines: list[tuple[int, list[str]]] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)

    @property
    def sound(self) -> bool:
        """Whether the hub would take all of it."""
        return not self.refused and not self.rejected


def check(context: Context, file: Path) -> Report:
    """Judge a file as a delivery of the context's source."""
    report = Report()
    connector = context.connector()
    try:
        with file.open("rb") as stream:
            header = connector.header(stream)
        found = _found(context, connector, file.name) if not header.bericht else None
        if found:
            header = complete(header, found.bericht, found.scope)
        report.bericht = header.bericht
        stand_op = header.stand_op or (found and found.stand_op) or midnight(context.vandaag)
        judge_header(context.source, header, stand_op, context.vandaag)
        delivers = context.source.delivers[header.bericht]
        judge = Judge(context.region, context.source, header.bericht, connector, stand_op, vandaag=context.vandaag)
        with file.open("rb") as stream:
            for raw in connector.read(header.bericht, delivers.options, stream):
                report.received += 1
                _count(report, raw.nummer, judge(raw).faults)
    except DeliveryRefused as refused:
        report.refused = f"{refused.code}: {refusal(refused.code, refused.detail, context.source)}"
    return report


def _count(report: Report, nummer: int, faults: list[Fault]) -> None:
    wrong = [one for one in faults if one.rejects]
    for one in faults:
        if not one.rejects:
            report.warnings[f"{one.code} {one.text()}"] += 1
    if wrong:
        report.rejected += 1
        report.by_code.update(one.code for one in wrong)
        if len(report.lines) < SHOWN:
            report.lines.append((nummer, [f"{one.code}: {one.text()}" for one in wrong]))


def _found(context: Context, connector: Connector, name: str) -> Found:
    """What the name of a file says, for a format that does not say it itself. Raises DeliveryRefused."""
    requests = context.source.requests
    found = named(connector, name, requests)
    if found is None:
        raise DeliveryRefused("L011", "deze bron levert " + ", ".join(one.bericht for one in requests))
    return found


def refusal(code: str, detail: str = "", source: Source | None = None) -> str:
    """Why a whole delivery was refused, in Dutch. `detail` is the place or the names that came with the code.

    source: whose it is, where that is known: its own names then are the example.
    """
    expected = EXPECTED.get(code, "zoals afgesproken")
    if code == "L011" and source and source.connector == "filedrop":
        format = settings_of(source.settings, source.file).format
        expected += f", zoals {file_names.example(source.requests[0], format)}"
    if code in NAMING:
        return fault(code, velden=detail).text()
    text = fault(code, vorm=expected, max="zoals afgesproken").text()
    return f"{text} ({detail})" if detail else text
