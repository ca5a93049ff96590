"""One raw record in, its verdict out: in our words, held against the contract and the source's rights."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from connectors.connector import WHOSE, Connector, RawRecord
from exchange import blocked
from exchange.blocked import Blocked
from exchange.mapping import EXCEL_DAY, Mapper
from exchange.region import Region, Source
from exchange.stage import MOMENT
from schemas.check import Checker
from schemas.faults import CATALOGUE, Fault

# A gemeente speaks for itself, and every source for the controllers that its declaration names.
OTHER_GEMEENTE, OTHER_CONTROLLER = "R030", "R031"

# On a system of several organisations a record says whose it is, or it is nobody's.
NOBODY_SAYS_WHOSE = "R036"

# A version from the future would stand before all that follow, so that no later one could take its place. One day
# is left to clocks and time zones that differ.
FROM_THE_FUTURE = "R034"
AHEAD = timedelta(days=1)

# A warning: the declaration allowed us to undo what a spreadsheet did.
REPAIRED = "V027"

# No date, and no date because Excel made a number of it.
NO_DATE, MADE_BY_EXCEL = "V005", "V030"

# What a reader calls an actie that it does not know: a removal that was misspelled is no update.
ACTIE = "@actie"


class Judged(NamedTuple):
    """values: contract path -> canonical text; faults: all of them, warnings too; unknown: sender's names."""

    values: Mapping[str, Any]
    emptied: tuple[str, ...]
    faults: list[Fault]
    unknown: tuple[str, ...]


class Judge:
    """The verdict of one source's declaration and one contract. Holds no state of a record.

    stand_op: the moment of which the delivery gives the state. blocked: whom the source may not bring back. vandaag:
    the night, which judges by the arrangements that it knows; without it by the contract alone.
    """

    def __init__(
        self,
        region: Region,
        source: Source,
        bericht: str,
        connector: Connector,
        stand_op: datetime,
        blocked: Blocked | None = None,
        vandaag: date | None = None,
    ) -> None:
        delivers = source.delivers[bericht]
        self._names = delivers.theirs
        self._map = Mapper(delivers)
        arrangements = region.arrangements_on(delivers.contract, source, vandaag) if vandaag else None
        self._check = Checker(delivers.contract, region.codelists, names=self._names, arrangements=arrangements)
        self._key = delivers.contract.sleutel
        self._blocked = blocked
        self._gemeente = source.gemeente_code
        self._controllers = (None, *source.verwerking.verantwoordelijken)
        self._foreign = tuple(getattr(connector, "foreign", ()))
        # As the check writes a moment, to the second: two texts compare as the moments do.
        self._latest = (stand_op + AHEAD).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    def __call__(self, raw: RawRecord) -> Judged:
        """Judge one record; a delete message needs its key and nothing else."""
        repaired: list[str] = []
        record = self._map(raw.values, repaired)
        removal = raw.actie == "verwijderen"
        checked = self._check.removal(record) if removal else self._check(record)
        faults, unknown = checked.faults, checked.unknown
        if removal:
            unknown = ()
            if any(fault.rejects for fault in faults):
                faults = [self._fault("R033", self._key[0])]
        if unknown and self._foreign:
            unknown = tuple(name for name in unknown if not name.startswith(self._foreign))
        if faults:
            faults = [self._of_excel(fault, record) for fault in faults]
        moment = checked.values[MOMENT]
        if moment is not None and moment > self._latest:
            faults = [*faults, self._fault(FROM_THE_FUTURE, MOMENT)]
        if repaired:
            faults = [*faults, *[self._fault(REPAIRED, path) for path in repaired]]
        if ACTIE in raw.values:
            faults = [*faults, Fault("R032", ACTIE, "record", None, {"vorm": 'actie mag alleen "verwijderen" zijn'})]
        if self._gemeente and checked.values["gemeente_code"] not in (None, self._gemeente):
            faults = [*faults, self._fault(OTHER_GEMEENTE, "gemeente_code")]
        if checked.values["verantwoordelijke_code"] not in self._controllers:
            faults = [*faults, self._fault(OTHER_CONTROLLER, "verantwoordelijke_code")]
        if WHOSE in raw.values:
            name = str(raw.values[WHOSE])
            faults = [*faults, Fault(NOBODY_SAYS_WHOSE, "gemeente_code", "record", None, {"velden": name})]
        if raw.wrong:  # whatever else is odd follows from that
            faults, unknown = [Fault("R032", "", "record", None, {"vorm": raw.wrong})], ()
        if self._blocked and (path := self._blocked.field(checked.values)):
            faults, unknown = [self._fault(blocked.CODE, path)], ()
        return Judged(checked.values, checked.emptied, faults, unknown)

    def _of_excel(self, fault: Fault, record: Mapping[str, Any]) -> Fault:
        """The fault that says why there is a number in the place of a date, where that shows."""
        given = record.get(fault.field)
        if fault.code != NO_DATE or not (isinstance(given, str) and EXCEL_DAY.fullmatch(given)):
            return fault
        return self._fault(MADE_BY_EXCEL, fault.field)

    def _fault(self, code: str, path: str) -> Fault:
        name = self._names.get(path, path)
        return Fault(code, path, CATALOGUE[code].level, None, {"veld": name, "velden": name})
