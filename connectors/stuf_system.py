"""A zaaksysteem that answers zakLv01: page after page, every zaak once."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from requests.auth import HTTPBasicAuth

from connectors.at_once import in_order
from connectors.client import Client
from connectors.connection import Connection, addressed
from connectors.errors import DeclarationError, SourceRefused, SourceUnavailable
from connectors.notice import WARNING, Notice, Tell
from connectors.stuf_answer import Page, kind, number, page
from connectors.stuf_question import ACTION, Parties, Question, message
from connectors.stuf_settings import StufSettings
from connectors.tls import tls_of

READINGS = 3
UNSAID = (
    "het zaaksysteem achter {} zegt niet namens welke organisatie het antwoordt, dus dat de zaken van deze gemeente"
    " zijn, blijkt alleen uit de vraag; laat de beheerder organisatie invullen bij de zender"
)
NO_COUNT = (
    "het zaaksysteem achter {} telt niet hoeveel zaken er zijn: een zaak die het niet meer toont blijft daarom staan,"
    " tot een kennisgeving zegt dat zij weg is"
)


class Zaaksysteem:
    """Asks one zaaksysteem. Raises SourceUnavailable, SourceRefused. `clock`: what its server last called now."""

    def __init__(self, connection: Connection | None, settings: StufSettings, tell: Tell) -> None:
        connection = addressed(connection, "stuf")
        folder, _, self._address = str(connection.extra.get("path", "")).strip("/").rpartition("/")
        if not self._address:
            raise DeclarationError(connection.id, "extra.path", "give the path of the service that answers zakLv01")
        auth = HTTPBasicAuth(connection.login, connection.password) if connection.login else None
        self._client = Client(connection.origin + folder, settings, auth, tls_of(connection, tell))
        self._parties = Parties(settings.zender, settings.ontvanger, settings.organisatie)
        self._settings = settings
        self._name = connection.id
        self._tell = tell
        self._lock = threading.Lock()
        self.clock: datetime | None = None

    def close(self) -> None:
        """No more questions."""
        self._client.close()

    def answers(self, questions: Iterable[Question]) -> Iterator[Any]:
        """The zaken that answer the questions, some questions at a time. One that is alone is not held in memory."""
        asked = list(questions)
        if len(asked) == 1:
            yield from self.zaken(asked[0])
            return
        for found in in_order(lambda question: list(self.zaken(question)), asked, self._settings.parallel):
            yield from found

    def zaken(self, question: Question) -> Iterator[Any]:
        """The zaken that answer a question; one that changes on the way comes twice, and the last is the newest.

        A system that has more than it gave (a zaak that was taken away hid another between two pages) is asked
        again from the beginning. Where it counts the same again and gives the same, it hides what it does not give.
        """
        shown: set[tuple[int, frozenset[str]]] = set()
        for _ in range(READINGS):
            seen: set[str] = set()
            promised: int | None = None
            after, has_more = "", True
            while has_more:
                found = self._ask(question, self._settings.page_size, after)
                promised = found.count if promised is None else promised
                fresh = [zaak for zaak in found.zaken if number(zaak) not in seen]
                if found.has_more and not fresh:
                    raise SourceRefused("the pages of the zaaksysteem do not end")
                yield from fresh
                seen.update(map(number, fresh))
                after, has_more = number(found.zaken[-1]) if found.zaken else "", found.has_more
            if promised is None or len(seen) >= promised:
                return
            shown.add((promised, frozenset(seen)))
        if len(shown) == 1:
            hidden = sum(count - len(numbers) for count, numbers in shown)
            said = f"counts zaken that it does not show ({hidden}): we lost the right to see them"
            raise SourceRefused(f"the zaaksysteem {said}")
        raise SourceUnavailable(f"zaken disappear while they are read, {READINGS} times")

    def has(self, zaaktype: str, identificatie: str) -> bool:
        """Whether there is a zaak of this type with this identificatie. Gone is only what the system calls gone.

        That it says by a fault (StUF064), or by counting none. A zaak that it counts and does not show is hidden.
        """
        if not identificatie:
            raise SourceRefused("a zaak without identificatie cannot be asked for: its absence proves nothing")
        found = self._ask(Question(zaaktype, identificatie), 1)
        if any(number(zaak) == identificatie for zaak in found.zaken):
            return True
        if found.zaken:
            raise SourceRefused("the zaaksysteem answers with another zaak than was asked for: that proves no absence")
        if found.count:
            raise SourceRefused("the zaaksysteem counts a zaak that it does not show: we lost the right to see it")
        if found.count is None:
            self._tell(Notice("afwezig", WARNING, NO_COUNT.format(self._name)))
        return found.count is None

    def must_show(self, zaaktype: str) -> None:
        """Raises SourceRefused when there is nothing of a zaaktype at all: then absence proves nothing."""
        if not self._ask(Question(zaaktype), 1).zaken:
            raise SourceRefused(f"there is no zaak of type {zaaktype} here, or we lost the right to see them")

    def _ask(self, question: Question, size: int, after: str = "") -> Page:
        asked = message(self._parties, question, size, after)
        answer = self._client.soap(self._address, asked, ACTION, page)
        found: Page = answer.body
        self._must_be_ours(found)
        for zaak in found.zaken:
            if not number(zaak) or kind(zaak) != question.zaaktype:
                raise SourceRefused("the zaaksysteem answers with zaken not asked for, or whose number it hides")
        with self._lock:
            self.clock = answer.moment
        return found

    def _must_be_ours(self, found: Page) -> None:
        """No zaak says whose it is, so the system has to. Raises SourceRefused where it answers for another."""
        ours = self._settings.organisatie
        if ours and found.organisatie and found.organisatie != ours:
            said = "answers for another organisatie than the one declared: nothing of it is taken in"
            raise SourceRefused(f"the zaaksysteem {said}; check the address, and organisatie in [connection]")
        if ours and found.zaken and not found.organisatie:
            self._tell(Notice("organisatie", WARNING, UNSAID.format(self._name)))
