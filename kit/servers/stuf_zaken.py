"""The zaken of one zaaksysteem as they are in a night, and the kennisgevingen that it made about them."""

from collections import defaultdict
from collections.abc import Mapping
from uuid import NAMESPACE_URL, uuid5

from kit.calendar import date_of
from kit.servers.cases import Change, Holder, closed_on
from kit.servers.dialect import Dialect
from kit.servers.stuf_xml import STUF, ZKN, Zaak, add, envelope, stuurgegevens, written, zaak_object

TITLES = {"aanmelding": "Aanmelding clientondersteuning", "onderzoek": "Onderzoek na melding"}
ZAAKSYSTEEM, SUITE = "ZAAKSYS", "SUITESD"


class Zaken:
    """All zaken of one gemeente. Move it to a night with `move`; a night back begins anew."""

    def __init__(self, party: str, code: str, dialects: Mapping[str, Dialect]) -> None:
        self.party, self.code, self.dialects = party, code, dialects
        self.night = 0
        self.zaken: dict[str, Zaak] = {}
        self.told: dict[int, list[bytes]] = defaultdict(list)  # night -> zakLk01, in the order in which they were made

    def move(self, world: Holder, night: int) -> None:
        """Bring the zaken to a night, with the changes of every night in between."""
        if night < self.night:
            self.night = 0
            self.zaken.clear()
            self.told.clear()
        for each in range(self.night + 1, night + 1):
            for bericht in self.dialects:
                for change in world.changes(self.party, bericht, each):
                    self._apply(bericht, change, each)
        self.night = night

    def _apply(self, bericht: str, change: Change, night: int) -> None:
        """Of night 1, which brings all that was before, nobody tells."""
        (key,) = change.key
        old = self.zaken.get(key)
        if change.kind == "ingetrokken":
            if old is not None:
                del self.zaken[key]
                self._tell(night, "V", old)
            return
        dialect = self.dialects[bericht]
        new = Zaak(
            zaaktype=dialect.zaaktype,
            omschrijving=TITLES[bericht],
            steps=tuple(dialect.names("status")),
            parts=dialect.parts(change.record),
            einddatum=closed_on(bericht, change.record),
            registered=old.registered if old else date_of(night).isoformat(),
        )
        self.zaken[key] = new
        # What a desk mended is a correction, what went on a change: a system tells them apart, a reader need not.
        corrected = "C" if bericht == "aanmelding" else "F"
        if old is None:
            self._tell(night, "T", new)
        elif (old.einddatum, old.parts.statussen) == (new.einddatum, new.parts.statussen):
            self._tell(night, corrected, new, old)
        else:
            self._tell(night, "W", new, old)

    def _tell(self, night: int, mutatie: str, zaak: Zaak, old: Zaak | None = None) -> None:
        if night == 1:
            return
        root, body = envelope()
        message = add(body, ZKN, "zakLk01")
        number = len(self.told[night])
        reference = str(uuid5(NAMESPACE_URL, f"{self.party}/{night}/{number}"))
        head = stuurgegevens(message, "Lk01", (self.code, SUITE), (self.code, ZAAKSYSTEEM), reference)
        minute = f"{18 + number // 60:02d}{number % 60:02d}"
        add(head, STUF, "tijdstipBericht", f"{date_of(night - 1):%Y%m%d}{minute}00000")
        add(head, STUF, "entiteittype", "ZAK")
        parameters = add(message, ZKN, "parameters")
        add(parameters, STUF, "mutatiesoort", mutatie)
        add(parameters, STUF, "indicatorOvername", "V")
        if old is None:
            zaak_object(message, zaak, None, mutatie)
        else:
            zaak_object(message, old, zaak, "W")
            zaak_object(message, zaak, old, "W")
        self.told[night].append(written(root))
