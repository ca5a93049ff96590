"""The shape of plain XML records, learned from the records themselves, as one pattern that takes them apart.

    shape = Shape("aanmelding")
    shape.learn('<aanmelding><a>1</a><persoon><b>2</b></persoon>')     # a record without its closing tag
    shape.values(shape.match('<aanmelding><a>3</a>').groups())         # {"a": "3"}

The pattern has every element that was seen, in the one order that agrees with all records seen, and each may be
absent. What does not fit (another order, an attribute, a text between elements) does not match.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from graphlib import CycleError, TopologicalSorter
from operator import itemgetter
from typing import NamedTuple

from connectors.formats.xml_tree import BLOKKEN, Values

MOST = 400  # elements; whoever has more is read by xml_tree
_BLANK = "[ \\t\\r\\n]*"
_TAG = re.compile(r"<(/?)([A-Za-z_][A-Za-z0-9_-]*)>")


class _Place(NamedTuple):
    """The n-th element of a name inside its parent. `is_nest`: it has elements, else text."""

    name: str
    number: int
    is_nest: bool


class _Nest(NamedTuple):
    place: _Place
    inside: list[_Place]


class _NotLearned(Exception):
    """Not of the plain form, or in an order that contradicts what was seen."""


class Shape:
    """What is known of the records of one document."""

    def __init__(self, bericht: str) -> None:
        self._bericht = bericht
        # Of each parent: which elements came directly before an element. The parent "" is the record itself.
        self._before: dict[_Place, dict[_Place, set[_Place]]] = {}
        self._top = _Place("", 0, True)
        self.match: Callable[[str], re.Match[str] | None] = lambda record: None
        self._keys: tuple[str, ...] = ()
        self._single: Callable[[Sequence[str | None]], Sequence[str | None]] = lambda texts: ()
        self._repeated: list[tuple[str, list[int]]] = []
        self._groups: dict[str, list[list[tuple[str, int]]]] = {}

    def learn(self, record: str) -> bool:
        """Take the elements of a record into the pattern; False when they cannot be."""
        try:
            nests = _nests(record, self._bericht, self._top)
            before = {place: {one: set(some) for one, some in known.items()} for place, known in self._before.items()}
            for place, inside in nests:
                known = before.setdefault(place, {})
                for number, one in enumerate(inside):
                    known.setdefault(one, set()).update(inside[max(number - 1, 0) : number])
            order = {place: list(TopologicalSorter(known).static_order()) for place, known in before.items()}
            self._compile(order)
        except (_NotLearned, CycleError):
            return False
        self._before = before
        return True

    def values(self, texts: Sequence[str | None]) -> Values:
        """The values of a record, of the groups of its match."""
        values: Values = {
            key: text for key, text in zip(self._keys, self._single(texts), strict=True) if text is not None
        }
        for key, places in self._repeated:
            given = [text for at in places if (text := texts[at]) is not None]
            if given:
                values[key] = given if len(given) > 1 else given[0]
        for name, elements in self._groups.items():
            found = [{key: text for key, at in one if (text := texts[at]) is not None} for one in elements]
            if any(found):
                values[name] = [one for one in found if one]
        return values

    def _compile(self, order: dict[_Place, list[_Place]]) -> None:
        """Raises _NotLearned where one name is both a text and a group, or there is too much."""
        if sum(map(len, order.values())) > MOST:
            raise _NotLearned
        places: dict[str, list[int]] = {}
        groups: dict[str, list[list[tuple[str, int]]]] = {}
        pattern, at = [f"{_BLANK}<{self._bericht}>{_BLANK}"], 0
        for one in order[self._top]:
            if not one.is_nest:
                pattern.append(_leaf(one))
                places.setdefault(one.name, []).append(at)
                at += 1
                continue
            leaves = []
            for leaf in order[one]:
                leaves.append(_leaf(leaf))
                if one.name in BLOKKEN:
                    places.setdefault(f"{one.name}.{leaf.name}", []).append(at)
                at += 1
            if one.name not in BLOKKEN:
                numbers = range(at - len(leaves), at)
                groups.setdefault(one.name, []).append(
                    list(zip([leaf.name for leaf in order[one]], numbers, strict=True))
                )
            # Never empty: an element without any inside it is the tree's.
            pattern.append(f"(?:<{one.name}>{_BLANK}(?!</){''.join(leaves)}</{one.name}>{_BLANK})?+")
        if places.keys() & groups.keys():
            raise _NotLearned
        self.match = re.compile("".join(pattern)).fullmatch
        self._keys = tuple(key for key, some in places.items() if len(some) == 1)
        single = [places[key][0] for key in self._keys]
        # Never one place alone: itemgetter would then give no tuple.
        self._single = itemgetter(*single) if len(single) > 1 else lambda texts: [texts[at] for at in single]
        self._repeated = [(key, some) for key, some in places.items() if len(some) > 1]
        self._groups = groups


def _leaf(place: _Place) -> str:
    return f"(?:<{place.name}>([^<]*)</{place.name}>{_BLANK})?+"


def _nests(record: str, bericht: str, top: _Place) -> list[_Nest]:
    """The elements of a record, and of each nested element. Raises _NotLearned."""
    tags = [(bool(tag[1]), tag[2]) for tag in _TAG.finditer(record)]
    if not tags or tags[0] != (False, bericht) or (False, bericht) in tags[1:]:
        raise _NotLearned  # a record in a record: the tree knows what to say of it
    nests = [_Nest(top, [])]
    inside, counts, at = nests[0], [Counter[str]()], 1
    while at < len(tags):
        closes, name = tags[at]
        if closes:
            if inside is nests[0] or name != inside.place.name:
                raise _NotLearned
            inside = nests[0]
            counts.pop()
            at += 1
            continue
        is_nest = at + 1 >= len(tags) or tags[at + 1] != (True, name)
        place = _Place(name, counts[-1][name], is_nest)
        counts[-1][name] += 1
        if is_nest and (inside is not nests[0] or (name in BLOKKEN and place.number)):
            raise _NotLearned
        if not is_nest and ((inside is nests[0] and name in BLOKKEN) or (place.number and _is_group(inside))):
            raise _NotLearned
        inside.inside.append(place)
        if is_nest:
            inside = _Nest(place, [])
            nests.append(inside)
            counts.append(Counter())
        at += 1 if is_nest else 2
    if inside is not nests[0]:
        raise _NotLearned
    return nests


def _is_group(nest: _Nest) -> bool:
    return bool(nest.place.name) and nest.place.name not in BLOKKEN
