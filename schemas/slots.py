"""The check of one place in a record: a field, a repeated field, or a group of fields.

A slot is a pair (find, judge): both give the outcome of a value. `judge` takes anything; `find` remembers what
it saw and raises TypeError for what cannot be remembered (a list, a dict). An outcome is a text or a list of texts
where all is well; what else it can be stands in `schemas.types` and here (Many).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.contract import Field, Group
from schemas.masking import shown
from schemas.types import EMPTIED, Emptied, Judge, Timed, Wrong, judge_for

MEMO_LIMIT = 50_000
#: Types whose values hardly repeat, or that identify somebody, are not remembered.
_NOT_REMEMBERED = frozenset({"tekst", "bsn", "tijdstip"})
WRONG_KIND = Wrong("V002")

Slot = tuple[Callable[[Any], Any], Callable[[Any], Any]]


@dataclass(frozen=True, slots=True)
class Many:
    """The outcome of a repeated field or a group in which not all is well, or not all can be known yet.

    `faults` are (code, path inside the element, index), `timed` (code with periods, path, index); the path is
    empty for the element itself.
    """

    value: list[Any] | None
    faults: tuple[tuple[str, str, int | None], ...]
    timed: tuple[tuple[Timed, str, int], ...]


class _Memo(dict[Any, Any]):
    """Outcomes by value; a value that is new is judged when it is asked for."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def __missing__(self, value: Any) -> Any:
        if len(self) > MEMO_LIMIT:
            self.clear()
        outcome = self[value] = self._judge(value)
        return outcome


def _single(field: Field, judge: Judge) -> Slot:
    """A field that occurs once."""
    return (judge if field.type in _NOT_REMEMBERED else _Memo(judge).__getitem__), judge


def _repeated(field: Field, judge: Judge, strict: bool) -> Slot:
    """A field that may occur more often. Its value keeps the order and holds each value once; nobody changes it."""
    one, _ = _single(field, judge)
    most = field.meervoud or 1

    def check(value: Any) -> Any:
        items = [value] if value is None or value.__class__ is str else value
        if items.__class__ is not list and items.__class__ is not tuple:
            return WRONG_KIND
        if len(items) > most:
            return Wrong("V013")
        good: list[str] = []
        faults: list[tuple[str, str, int | None]] = []
        timed: list[tuple[Timed, str, int]] = []
        for index, item in enumerate(items, 1):
            outcome = one(item) if item.__class__ is str else judge(item)
            if outcome.__class__ is Timed:
                timed.append((outcome, "", index))
                outcome = outcome.value
            if outcome.__class__ is str:
                if outcome not in good:
                    good.append(outcome)
                elif not strict:
                    faults.append(("V024", "", None))
            elif outcome.__class__ is Wrong:
                faults.append((outcome.code, "", index))
            elif outcome.__class__ is Emptied and field.verplicht:
                faults.append(("V001", "", index))
        if faults or timed:
            return Many(good or None, tuple(dict.fromkeys(faults)), tuple(timed))
        return good or EMPTIED

    if field.type in _NOT_REMEMBERED:
        return check, check
    known = _Memo(check)
    return lambda value: known[value] if value.__class__ is str else check(value), check


class Fields:
    """The compiled checks of one flat set of fields: of a contract, or of one element of a group."""

    def __init__(self, fields: Sequence[Field], lists: Callable[[Field], Any], strict: bool) -> None:
        self.slots: dict[str, Slot] = {}
        for field in fields:
            judge = judge_for(field, lists(field), strict)
            self.slots[field.path] = _repeated(field, judge, strict) if field.meervoud else _single(field, judge)

    def group(self, group: Group) -> Slot:
        """The check of a group whose elements consist of these fields."""
        required = [field.path for field in group.fields if field.verplicht]
        empty = dict.fromkeys(field.path for field in group.fields)

        def check(value: Any) -> Any:
            items = [value] if value is None or value == "" or isinstance(value, Mapping) else value
            if not isinstance(items, list | tuple):
                return WRONG_KIND
            if len(items) > group.meervoud:
                return Wrong("V013")
            good: list[dict[str, str | None]] = []
            faults: list[tuple[str, str, int | None]] = []
            timed: list[tuple[Timed, str, int]] = []
            for index, item in enumerate(items, 1):
                if not item:
                    if group.verplicht:
                        faults.append(("V001", "", index))
                    continue
                if not isinstance(item, Mapping):
                    faults.append(("V002", "", index))
                    continue
                values: dict[str, str | None] = dict(empty)
                faulty = set()
                for name, text in item.items():
                    slot = self.slots.get(name)
                    outcome = Wrong("V015") if slot is None else slot[1](text)
                    if outcome.__class__ is Timed:
                        timed.append((outcome, name, index))
                        outcome = outcome.value
                    if outcome.__class__ is str:
                        values[name] = outcome
                    elif outcome.__class__ is Wrong:
                        faults.append((outcome.code, name if slot else shown(name), index))
                        faulty.add(name)
                missing = [name for name in required if values[name] is None and name not in faulty]
                faults += [("V001", name, index) for name in missing]
                good.append(values)
            if faults or timed:
                return Many(good or None, tuple(faults), tuple(timed))
            return good or EMPTIED

        return check, check
