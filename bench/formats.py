"""The same records in every form that a source may send, from landed bytes to ACCEPTED, in turns.

Held to ACCEPTED and not only through reader and judge: what a form costs shows in how the hub can go about it (XML
and CSV are read by two processes where the file is large, a workbook and a reading of an API by one), and the night
has to do all of it. Fetching is left out: that is the sender's line, not the form. Each measurement begins with an
empty database; the forms take turns, so that what else the machine does weighs on all; the best round counts.
"""

import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import perf_counter

from bench import deliveries
from bench.aanmeldingen import REPEATED
from bench.hub import Hub, hub, settle
from connectors.formats import jsonl
from connectors.formats.form import MEDIA_TYPES
from exchange.delivery import Counts
from exchange.validate import validate

STAND_OP = "2015-03-01T22:00:00Z"
SPLIT = "\n".join(["[delivers.aanmelding.split]", *(f'{name} = "{deliveries.BETWEEN}"' for name in REPEATED)])


@dataclass(frozen=True)
class Form:
    """One form: how it is written, what the declaration of its source says, which media type it lands under."""

    write: Callable[[Path, int, str], int]
    media_type: str
    connector: str = "filedrop"
    connection: str = ""
    delivers: str = ""


FORMS: Mapping[str, Form] = {
    "xml": Form(deliveries.write_xml, MEDIA_TYPES[".xml"]),
    "csv": Form(deliveries.write_csv, MEDIA_TYPES[".csv"], connection='format = "csv"', delivers=SPLIT),
    "json": Form(
        deliveries.write_json,
        jsonl.MEDIA_TYPE,
        "rest",
        f'removed = "{deliveries.REST.removed}"\ncontent = "{deliveries.REST.content}"',
        'path = "aanmeldingen"',
    ),
    "xlsx": Form(deliveries.write_xlsx, MEDIA_TYPES[".xlsx"], connection='format = "xlsx"', delivers=SPLIT),
}


@dataclass
class Measured:
    """Per form: records and bytes of its delivery, what the hub made of it, and the seconds to ACCEPTED a round."""

    records: dict[str, int]
    bytes: dict[str, int] = field(default_factory=dict)
    accepted: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, list[float]] = field(default_factory=dict)


def measure(records: Mapping[str, int], rounds: int, home: Path, tell: Callable[[str], None]) -> Measured:
    """Run it all on the server of HUB_DATABASE_URL, with files below `home`. records: per name in FORMS.

    Raises RuntimeError where the hub does not make the same of the same records.
    """
    found = Measured(dict(records))
    with tempfile.TemporaryDirectory(prefix="bench-", dir=home) as folder:
        for name, count in records.items():
            tell(f"writing {count:,} aanmeldingen as {name}")
            found.bytes[name] = FORMS[name].write(Path(folder) / f"aanmelding.{name}", count, STAND_OP)
        for number in range(1, rounds + 1):
            for name in records:
                tell(f"round {number} of {rounds}: {name}")
                _one(found, name, Path(folder))
    _must_agree(found)
    return found


def _one(found: Measured, name: str, folder: Path) -> None:
    form = FORMS[name]
    with ExitStack() as stack:
        workdir = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=folder)))
        ours = stack.enter_context(hub(workdir, form.connector, form.connection, form.delivers))
        ours.empty()
        counts, seconds = _judged(ours, folder / f"aanmelding.{name}", form)
    found.accepted[name], found.rejected[name] = counts.accepted, counts.rejected
    found.seconds.setdefault(name, []).append(seconds)


def _judged(ours: Hub, file: Path, form: Form) -> tuple[Counts, float]:
    delivery_id = ours.land(file, form.media_type, datetime.fromisoformat(STAND_OP))
    settle()
    begin = perf_counter()
    return validate(ours.context("bench"), delivery_id), perf_counter() - begin


def _must_agree(found: Measured) -> None:
    """The same number of records gives the same verdicts in each form: else one of them was measured at less work."""
    told = {(count, found.accepted[name], found.rejected[name]) for name, count in found.records.items()}
    if len(told) > len(set(found.records.values())):
        raise RuntimeError(f"the forms differ: accepted {found.accepted}, rejected {found.rejected}")
    if short := [n for n, count in found.records.items() if found.accepted[n] + found.rejected[n] != count]:
        raise RuntimeError(f"not every record was judged: {', '.join(short)}")
