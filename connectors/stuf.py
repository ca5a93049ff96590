"""A gemeente over StUF-ZKN 3.10: its zaaksysteem is asked by zakLv01, its kennisgevingen (zakLk01) lie in a drop.

One payload per bericht: JSON lines, first what it is, then one line a zaak, sorted by identificatie. A line holds
the object of zakLa01 as the zaaksysteem wrote it; of a zaak that it tells of and does not answer, the messages.
So nothing that was told is lost: what they make (a state, a removal, or a key that is refused because nobody knows
the rest) is found when landing is read, which needs no network.

There is no "changed since" in a question either, so each night asks what `zgw_lookback` says, and every zaak of
which a kennisgeving came. The kennisgevingen stay in the drop until the payload is safe. What is no kennisgeving,
or cannot be read, is a delivery of its own, and is refused as such; what is about another zaaktype stays there.

What absence means: a system that takes a right away shows fewer zaken and says nothing. Absence counts only of a
zaak that is asked for by itself and of which the system says that there is none, and only while it shows any zaak of
its type at all.

A drop that is down holds up only what lies in it: the zaken are asked for, the drop is read the next night, and since
a kennisgeving only makes us ask, what it brings then is newer than what was asked tonight.

The same drop may hold files after our own schema, for a bericht that is no zaak.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from connectors import stuf_landing
from connectors.answers import stand_op
from connectors.at_once import in_order
from connectors.connection import Connection
from connectors.connector import NEVER, Before, Header, Left, Payload, RawRecord, Request
from connectors.errors import DeclarationError, SourceRefused, SourceUnavailable
from connectors.filedrop import FileDropConnector
from connectors.formats import jsonl
from connectors.notice import URGENT, WARNING, Notice
from connectors.opening import Opening
from connectors.settings import build
from connectors.stuf_answer import number
from connectors.stuf_landing import NOTICE, ZAAK
from connectors.stuf_notice import KEY, Kennisgeving, as_made, read_notice
from connectors.stuf_question import Question
from connectors.stuf_settings import StufSettings, check, drop_settings
from connectors.stuf_system import Zaaksysteem
from connectors.stuf_xml import Unreadable, written
from connectors.zgw_lookback import YEARS, plan
from connectors.zgw_spool import Spool

log = logging.getLogger(__name__)

DOWN = "de drop van {} is niet gelezen, wat daar ligt wacht tot een volgende nacht; gevraagd is wel ({})"
NEIGHBOUR = (
    "in de drop van {} liggen kennisgevingen namens een andere organisatie; zij zijn niet gebruikt en blijven daar."
    " Laat de beheerder nagaan waarom zij hier terechtkomen"
)


@dataclass(frozen=True)
class _Told:
    """The kennisgevingen about one zaaktype, by identificatie, and what `confirm` needs of their files."""

    about: dict[str, list[Kennisgeving]]
    receipts: list[str]


class StufConnector(Opening[Zaaksysteem]):
    """See connectors.connector.Connector. conn_type http; the drop stands in extra `drop`, as a connection."""

    locator = KEY
    qualifiers: tuple[str, ...] = ()
    foreign = ("zaak.", "status.", "isVan", "heeft")

    def __init__(self, connection: Connection | None, settings: Mapping[str, Any]) -> None:
        super().__init__()
        self._name = connection.id if connection else "stuf"
        self._settings = build(StufSettings, settings, self._name)
        self._connection = connection
        packed = connection.extra.get("drop") if connection else None
        drop = Connection.from_json(self._name, json.dumps(packed)) if packed else None
        self._drop = FileDropConnector(drop, drop_settings(self._settings))
        self._has_drop = drop is not None

    @classmethod
    def check(cls, settings: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]], file: str) -> None:
        """Judge a declaration. Raises DeclarationError."""
        check(settings, options, file)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drop.__exit__(kind, error, trace)
        super().__exit__(kind, error, trace)

    def _open(self) -> Zaaksysteem:
        return Zaaksysteem(self._connection, self._settings, self._tell)

    def fetch(
        self, requests: Sequence[Request], workdir: Path, vandaag: date, seen: Mapping[str, Before]
    ) -> Iterator[Payload]:
        zaken = {request.options["zaaktype"]: request for request in requests if request.options.get("zaaktype")}
        files = [request for request in requests if not request.options.get("zaaktype")]
        told = {zaaktype: _Told({}, []) for zaaktype in zaken}
        if zaken and self._settings.kennisgevingen:
            files.append(Request(NOTICE, {"pattern": self._settings.kennisgevingen}))
        if files and not self._has_drop:
            raise DeclarationError(self._name, "extra.drop", "give the place of the files: conn_type, host, …")
        try:
            for payload in self._drop.fetch(files, workdir, vandaag, {}) if files else ():
                if payload.bericht != NOTICE:
                    yield payload
                elif not self._sort(payload, told):
                    first = next(iter(zaken.values()))
                    yield replace(payload, bericht=first.bericht, receipt=json.dumps([payload.receipt]))
        except (SourceUnavailable, SourceRefused) as error:
            if not zaken:
                raise
            # Some of the messages about a zaak are no state: none of them is used, all of them wait.
            told = {zaaktype: _Told({}, []) for zaaktype in zaken}
            self._tell(Notice("drop", URGENT, DOWN.format(self._name, error)))
        for zaaktype, request in zaken.items():
            before = seen.get(request.bericht, NEVER)
            if before.waiting != vandaag:  # else its kennisgevingen stay in the drop, and make us ask the next time
                yield self._payload(request, told[zaaktype], workdir, vandaag, whole=before.bookmark is None)

    @property
    def left(self) -> list[Left]:
        """What lies in the drop and was not taken; of a kennisgeving nobody can say about which bericht it is."""
        return [replace(one, bericht="") if one.bericht == NOTICE else one for one in self._drop.left]

    def _sort(self, payload: Payload, told: Mapping[str, _Told]) -> bool:
        """Put a kennisgeving with the others of its zaaktype; False when it is none."""
        try:
            notice = read_notice(payload.path.read_bytes())
        except Unreadable:
            return False
        payload.path.unlink()
        if self._settings.organisatie and notice.organisatie not in ("", self._settings.organisatie):
            self._tell(Notice("organisatie", WARNING, NEIGHBOUR.format(self._name)))
        elif notice.zaaktype in told:
            told[notice.zaaktype].about.setdefault(notice.identificatie, []).append(notice)
            told[notice.zaaktype].receipts.append(payload.receipt)
        else:
            log.warning("a kennisgeving about a zaaktype that we do not receive stays in the drop")
        return True

    def _payload(self, request: Request, told: _Told, workdir: Path, vandaag: date, whole: bool) -> Payload:
        zaaktype = request.options["zaaktype"]
        # No question asks for the oldest zaak: the months of all years that a file is kept take their turn.
        reading = plan(vandaag, date(vandaag.year - YEARS, 1, 1), self._settings.window_days, whole)
        questions = [Question.of(zaaktype, filters) for filters in reading.filters]
        target = workdir / f"{request.bericht}.jsonl"
        answered: set[str] = set()
        with Spool(workdir) as spool, target.open("wb") as out:
            for zaak in self._opened.answers(questions):
                answered.add(_keep(spool, zaak))
            if not answered:
                self._opened.must_show(zaaktype)
            asked = [Question(zaaktype, identificatie) for identificatie in told.about if identificatie not in answered]
            for zaak in self._opened.answers(asked):
                answered.add(_keep(spool, zaak))
            for identificatie, notices in told.about.items():
                if identificatie not in answered:
                    spool.add({"url": identificatie, "identificatie": identificatie, NOTICE: as_made(notices)})
            moment = stand_op(vandaag, self._opened.clock)
            stuf_landing.write(out, request, moment, reading.scope, whole, spool.rows())
        receipt = json.dumps(told.receipts)
        return Payload(request.bericht, target.name, target, jsonl.MEDIA_TYPE, moment, reading.scope, receipt)

    def confirm(self, payload: Payload) -> None:
        """A file goes to the archive of the drop, and so do the kennisgevingen that a payload answers."""
        receipts = json.loads(payload.receipt)
        for receipt in receipts if isinstance(receipts, list) else [payload.receipt]:
            self._drop.confirm(replace(payload, receipt=receipt))

    def header(self, stream: BinaryIO) -> Header:
        return stuf_landing.header(stream)

    def read(self, bericht: str, options: Mapping[str, Any], stream: BinaryIO) -> Iterator[RawRecord]:
        return stuf_landing.read(bericht, stream)

    def still_there(self, bericht: str, options: Mapping[str, Any], locators: Iterable[str]) -> Iterator[bool]:
        if not options.get("zaaktype"):
            raise SourceRefused("a file drop cannot be asked for one record")
        asked = list(locators)
        if asked:
            self._opened.must_show(options["zaaktype"])
            yield from in_order(
                lambda identificatie: self._opened.has(options["zaaktype"], identificatie),
                asked,
                self._settings.parallel,
            )


def _keep(spool: Spool, zaak: Any) -> str:
    identificatie, text = number(zaak), ""
    try:
        text = written(zaak)
    except Unreadable:
        text = ""
    if not text:
        raise SourceRefused("the zaaksysteem answers with a zaak in a namespace that is no whole address")
    spool.add({"url": identificatie, "identificatie": identificatie, ZAAK: text})
    return identificatie
