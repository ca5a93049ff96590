"""The record check: every fault of a record at once, and its values as canonical text.

Compiled once for a contract: per field a closure and, where values repeat, a memo from delivered text to
outcome; and per shape (which fields a record has, in their order) a plan of what is to be done.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from schemas.ages import leeftijdsklasse
from schemas.arrangement import CODES, Arranged, Arrangements
from schemas.codelists import DATED, REGION_LISTS, CodeLists
from schemas.contract import Contract, Field
from schemas.errors import ContractError
from schemas.faults import CATALOGUE, Fault
from schemas.messages import fault_at
from schemas.rules import RULES
from schemas.slots import MEMO_LIMIT, Fields, Many
from schemas.types import Emptied, Partial, Timed, Warned, looks_like_bsn

Raw = Mapping[str, Any]
Values = dict[str, Any]


@dataclass(slots=True)
class Checked:
    """A checked record.

    `values` has every path of `contract.paths`, in that order: canonical text, a list of texts (meervoud), a
    list of dicts (group) or None. `emptied` are the paths delivered without a value, `unknown` the names that
    the contract does not know. `faults` holds the first fault of each field element and the broken rules.
    """

    values: Values
    emptied: tuple[str, ...]
    faults: list[Fault]
    unknown: tuple[str, ...]

    @property
    def accepted(self) -> bool:
        """Whether no fault rejects the record; warnings do not."""
        return not any(fault.rejects for fault in self.faults)


#: What an outcome is where all is well.
_WELL = frozenset((str, list))


@dataclass(frozen=True, slots=True)
class _Plan:
    """What records of one shape ask for. `known` are the paths to look at, in the order in which they come."""

    known: tuple[str, ...]
    unknown: tuple[str, ...]
    finds: tuple[Callable[[Any], Any], ...]
    judges: tuple[Callable[[Any], Any], ...]
    required: tuple[str, ...]
    is_short: bool  # a required field is not there
    precisions: tuple[str, ...]  # of the dates that may be incomplete; of a whole one it is D
    conditions: tuple[tuple[str, str, frozenset[str] | None], ...]


class Checker:
    """Checks records of one contract against one set of code lists.

    `names` gives the sender's own field names by contract path, for the texts of faults; `arrangements` what gemeenten
    ask beyond the contract. Raises ContractError where the contract names a list that `codelists` does not have.
    """

    def __init__(
        self,
        contract: Contract,
        codelists: CodeLists,
        names: Mapping[str, str] | None = None,
        *,
        strict: bool = False,
        arrangements: Arrangements | None = None,
    ) -> None:
        self.contract = contract
        self._names = dict(names or {})
        self._strict = strict
        self._codelists = codelists
        self._structural: Checker | None = self if strict else None
        plan = Fields(contract.fields, self._list, strict)
        self._slots = plan.slots
        for group in contract.groups:
            self._slots[group.name] = Fields(group.fields, self._list, strict).group(group)
        self._empty: Values = dict.fromkeys(contract.paths)
        self._order = {path: number for number, path in enumerate(contract.paths)}
        self._optional = tuple(
            (
                frozenset(field.path for field in block.fields),
                tuple(field.path for field in block.fields if field.verplicht),
            )
            for block in contract.blocks
            if not block.verplicht
        )
        waived = {path for _, paths in self._optional for path in paths}
        self._required = tuple(f.path for f in contract.fields if f.verplicht and f.path not in waived)
        self._required += tuple(group.name for group in contract.groups if group.verplicht)
        self._precision = {field.path: field.precision for field in contract.fields if field.precision}
        self._nested_paths = {b.name: tuple(f.path for f in b.fields) for b in contract.blocks if b.genest}
        self._nested = frozenset(self._nested_paths)
        self._conditions: tuple[tuple[str, str, frozenset[str] | None], ...] = ()
        self._rules: tuple[tuple[Callable[[Values], bool], frozenset[str], Fault], ...] = ()
        self._numbers: tuple[str, ...] = ()
        if not strict:
            self._conditions = tuple(
                (field.path, one.veld, None if one.waarden is None else frozenset(one.waarden))
                for field in contract.fields
                for one in field.vereist_als
            )
            rules = [RULES[name] for name in contract.regels]
            self._rules = tuple((rule.broken, frozenset(rule.fields), rule.fault(names)) for rule in rules)
            own = (f for f in contract.fields if f.type == "tekst" and f.klasse is None and not f.meervoud)
            self._numbers = tuple(field.path for field in own)
        self._arranged = Arranged(contract, arrangements, self._names) if arrangements else None
        self._born = "persoon.geboortedatum" if "persoon.geboortedatum" in self._empty else None
        self._days: dict[str, date] = {}
        self._plans: dict[tuple[str, ...], _Plan] = {}
        self._faults: dict[tuple[str, str, int | None], Fault] = {}

    def _list(self, field: Field) -> Any:
        if field.lijst is None:
            return None
        if self._strict:
            dated = field.lijst in DATED or field.lijst in REGION_LISTS
            return None if dated else CodeLists.standard().periods(field.lijst)
        if field.lijst not in self._codelists.names():
            raise ContractError(
                f"schemas/{self.contract.bericht}/v{self.contract.major}.toml",
                f"veld.{field.path}.lijst",
                f"the list {field.lijst} is declared by a region; add it with CodeLists.with_list",
            )
        return self._codelists.periods(field.lijst)

    def structural(self, raw: Raw, actie: str = "record") -> list[Fault]:
        """The faults of structure alone: empty where the published XSD and JSON Schema accept the record too.

        Unknown names and white space around a value, which the hub itself forgives, are faults here. With
        `actie="verwijderen"` the record may hold its key and nothing else.
        """
        if self._structural is None:
            self._structural = Checker(self.contract, self._codelists, self._names, strict=True)
        checked = self._structural.removal(raw) if actie == "verwijderen" else self._structural(raw)
        return [*checked.faults, *(self._fault("V015", name) for name in checked.unknown)]

    def removal(self, raw: Raw) -> Checked:
        """Checks a message that removes a record: its key fields. All else that it carries is `unknown`.

        What an arrangement would not let in may always go.
        """
        key = self.contract.sleutel
        checked = self({path: raw[path] for path in key if path in raw})
        checked.faults = [fault for fault in checked.faults if fault.field in key and fault.code not in CODES]
        checked.unknown = tuple(name for name in raw if name not in key)
        return checked

    def __call__(self, raw: Raw) -> Checked:
        shape = tuple(raw)
        plan = self._plans.get(shape)
        if plan is None:
            plan = self._learn(shape)
        unknown = plan.unknown
        given = [raw[path] for path in plan.known] if unknown else raw.values()
        try:
            outcomes = [find(value) for find, value in zip(plan.finds, given, strict=True)]
        except TypeError:  # a list or a dict where one value belongs
            outcomes = [judge(value) for judge, value in zip(plan.judges, given, strict=True)]
        values = self._empty.copy()
        values.update(zip(plan.known, outcomes, strict=True))
        for precision in plan.precisions:
            values[precision] = "D"
        faults: list[Fault] = []
        emptied: tuple[str, ...] = ()
        if not _WELL.issuperset(map(type, outcomes)):
            odd = [pair for pair in zip(plan.known, outcomes, strict=True) if type(pair[1]) not in _WELL]
            emptied = self._odd(odd, values, faults)
        if unknown and self._nested:
            unknown, blank = self._blocks(raw, unknown, faults)
            emptied += blank
        if plan.is_short or emptied or faults:
            self._missing(plan.required, values, faults)
        if not self._strict:
            self._together(plan.conditions, values, faults)
        if self._arranged is not None:
            faults += self._arranged(values, faults)
        if len(faults) > 1:
            order = self._order
            faults.sort(key=lambda fault: order.get(fault.field.partition(".")[0], order.get(fault.field, 999)))
        return Checked(values, emptied, faults, unknown)

    def _learn(self, shape: tuple[str, ...]) -> _Plan:
        """What records of this shape ask for; remembered."""
        known = tuple(path for path in shape if path in self._slots)
        required = self._required
        for paths, inside in self._optional:
            if not paths.isdisjoint(shape):
                required += inside
        if len(self._plans) > MEMO_LIMIT:
            self._plans.clear()
        plan = self._plans[shape] = _Plan(
            known,
            tuple(path for path in shape if path not in self._slots),
            tuple(self._slots[path][0] for path in known),
            tuple(self._slots[path][1] for path in known),
            required,
            not set(required) <= set(known),
            tuple(self._precision[path] for path in known if path in self._precision),
            tuple(one for one in self._conditions if one[1] in known or one[1] not in self._slots),
        )
        return plan

    def _odd(self, odd: list[tuple[str, Any]], values: Values, faults: list[Fault]) -> tuple[str, ...]:
        emptied = []
        for path, _ in odd:
            values[path] = None
            if path in self._precision:
                values[self._precision[path]] = None
        for path, outcome in odd:
            kind = outcome.__class__
            if kind is Partial:
                values[path] = outcome.value
                values[self._precision[path]] = outcome.precision
            elif kind is Emptied:
                emptied.append(path)
            elif kind is Timed:
                if self._valid(outcome, values):
                    values[path] = outcome.value
                else:
                    faults.append(self._fault("V021", path))
            elif kind is Warned:
                faults.append(self._fault(outcome.code, path))
                values[path] = outcome.value
            elif kind is Many:
                values[path] = outcome.value
                late = [("V021", at, index) for code, at, index in outcome.timed if not self._valid(code, values)]
                for code, at, place in (*outcome.faults, *late):
                    faults.append(self._fault(code, f"{path}.{at}" if at else path, place))
            else:
                faults.append(self._fault(outcome.code, path))
        return tuple(emptied)

    def _valid(self, code: Timed, values: Values) -> bool:
        """Without a date on the record (a fault of its own) a code that ever existed passes."""
        on = values[self.contract.peildatum]
        if on is None:
            return True
        day = self._days.get(on)
        if day is None:
            if len(self._days) > MEMO_LIMIT:
                self._days.clear()
            day = self._days[on] = date.fromisoformat(on)
        return any(row.valid_on(day) for row in code.periods)

    def _blocks(
        self, raw: Raw, unknown: tuple[str, ...], faults: list[Fault]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """An empty block element comes under the name of the block: all of it emptied. A text there is a fault.

        Gives the names that are unknown indeed, and the paths that the empty blocks empty.
        """
        blank: list[str] = []
        for name in self._nested.intersection(unknown):
            value = raw[name]
            if value is None or (isinstance(value, str) and not value.strip()):
                blank += self._nested_paths[name]
            else:
                faults.append(self._fault("V002", name))
        return tuple(name for name in unknown if name not in self._nested), tuple(blank)

    def _missing(self, required: tuple[str, ...], values: Values, faults: list[Fault]) -> None:
        faulty = {fault.field for fault in faults if fault.code != "V023"}
        for path in required:
            if values[path] is None and path not in faulty:
                faults.append(self._fault("V001", path))

    def _together(
        self,
        conditions: tuple[tuple[str, str, frozenset[str] | None], ...],
        values: Values,
        faults: list[Fault],
    ) -> None:
        """Conditions and rules. A field with a fault of its own causes no second one here."""
        faulty = {fault.field for fault in faults if CATALOGUE[fault.code].level == "veld"} if faults else ()
        for path, veld, waarden in conditions:
            given = values[veld]
            if given is None or values[path] is not None or (waarden is not None and given not in waarden):
                continue
            if path not in faulty and not any(one.code == "V025" and one.field == path for one in faults):
                faults.append(self._fault("V025", path))
        for broken, fields, fault in self._rules:
            if broken(values) and fields.isdisjoint(faulty):
                faults.append(fault)
        for path in self._numbers:
            number = values[path]
            if number is not None and len(number) == 9 and looks_like_bsn(number):
                faults.append(self._fault("V026", path))
        if self._born is not None and values[self._born] is not None:
            on = values[self.contract.peildatum]
            if on is not None:
                derived = leeftijdsklasse(values[self._born], values["persoon.geboortedatum_precisie"], on)
                if derived is not None:
                    values["persoon.leeftijdsklasse_code"] = derived

    def _fault(self, code: str, path: str, index: int | None = None) -> Fault:
        made = self._faults.get((code, path, index))
        if made is None:
            made = fault_at(self.contract, code, path, index, self._names)
            if code != "V015":  # the only fault on a name that the sender makes up
                self._faults[code, path, index] = made
        return made
