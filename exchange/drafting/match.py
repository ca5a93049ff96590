"""Which field of which bericht a column is: by its name, by its values, and by what the other columns already are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter

from exchange.drafting.sample import Column, Sample
from exchange.drafting.shapes import FITS, TELLING, Fit, fit
from exchange.drafting.vocabulary import ALMOST, Vocabulary, words
from exchange.words import fields_of
from schemas.codelists import CodeLists
from schemas.contract import Contract, load_all
from schemas.fields import Field

NAME, SHAPE = 0.7, 0.3  # what each weighs
LEAST, LEAST_NAME = 0.45, 0.55
SURE, LIKELY = "zeker", "waarschijnlijk"
GUESS = "gok"
BY_VALUES = ("bsn", "postcode", "maand", "tijdstip", "datum")  # what values alone can tell
PROTOCOL = ("zaak.", "rol.", "status.")  # a day there is of the system, until its name says whose
REMOVED = ("mutatie", "mutatiesoort", "vervallen", "verwijderd", "actie")
ORGANISATIONS = ("gemeente_code", "organisatie_code", "verantwoordelijke_code")


@dataclass(frozen=True)
class Match:
    """A column and the field that it is taken for. certainty: zeker, waarschijnlijk or gok; why: in Dutch."""

    column: str
    path: str
    score: float
    certainty: str
    why: str
    fit: Fit


@dataclass
class Matched:
    """What a sample was taken for. removed: the column that says which rows are gone, and its word ("" not seen)."""

    contract: Contract
    sample: Sample
    matches: list[Match] = field(default_factory=list)
    unknown: list[Column] = field(default_factory=list)
    removed: tuple[str, str] | None = None

    @property
    def named(self) -> int:
        """How many columns were taken for a field by their own name."""
        return sum(one.certainty != GUESS for one in self.matches)

    @property
    def missing(self) -> list[str]:
        """The fields that every record needs, and no column was taken for."""
        found = {match.path for match in self.matches}
        optional = {each.path for block in self.contract.blocks if not block.verplicht for each in block.fields}
        return [
            each.path
            for each in self.contract.fields
            if each.verplicht and each.path not in found and each.path not in optional
        ]


def match(sample: Sample, vocabulary: Vocabulary, codelists: CodeLists) -> Matched:
    """Take a sample for the bericht that its name names, else for the one that most of its columns fit."""
    contracts = load_all()
    if sample.bericht in contracts:
        return _as(sample, contracts[sample.bericht], vocabulary, codelists)
    tried = [_as(sample, contract, vocabulary, codelists) for contract in contracts.values()]
    return max(tried, key=lambda one: sum(each.score for each in one.matches) - 0.5 * len(one.missing))


def _as(sample: Sample, contract: Contract, vocabulary: Vocabulary, codelists: CodeLists) -> Matched:
    found = Matched(contract, sample)
    free, open_ = dict(sample.columns), dict(fields_of(contract))
    if removed := _removed(sample, vocabulary):
        found.removed = removed
        free.pop(removed[0])
    for one in sorted(_pairs(free, open_, vocabulary, codelists), key=lambda each: -each.score):
        if one.column in free and one.path in open_:
            found.matches.append(one)
            free.pop(one.column)
            open_.pop(one.path)
    while best := max(_left(free, open_, codelists), key=itemgetter(0), default=None):
        found.matches.append(best[1])
        free.pop(best[1].column)
        open_.pop(best[1].path)
    order = list(sample.columns)
    found.matches.sort(key=lambda each: order.index(each.column))
    groups = {each.inside for each in sample.columns.values()}
    found.unknown = [
        column
        for column in free.values()
        if column.name not in groups and not column.name.startswith(sample.foreign or ("\0",))
    ]
    return found


def _pairs(
    columns: Mapping[str, Column], fields: Mapping[str, object], vocabulary: Vocabulary, codelists: CodeLists
) -> Iterator[Match]:
    for column in columns.values():
        for path, each in fields_of_type(fields):
            inside = bool(column.inside)
            if inside != (path.count(".") == 1 and path.partition(".")[0] in _groups(fields)):
                continue
            near, word = vocabulary.nearness(column.name, path)
            if near < LEAST_NAME:
                continue
            found = fit(each, column.values, codelists, vocabulary.codes.get(path, {}))
            yield from _judged(column, path, near, word, found)


def fields_of_type(fields: Mapping[str, object]) -> Iterator[tuple[str, Field]]:
    """The paths that hold a value: not the groups themselves."""
    return ((path, each) for path, each in fields.items() if isinstance(each, Field))


def _groups(fields: Mapping[str, object]) -> set[str]:
    return {path for path, each in fields.items() if each is None}


def _judged(column: Column, path: str, near: float, word: str, found: Fit) -> Iterator[Match]:
    said = f'de naam is "{word}"' if near >= 0.97 else f'de naam lijkt op "{word}"'
    if found.share is None:
        score, shown = NAME * near, "geen waarde gezien"
    else:
        score = NAME * near + SHAPE * found.share * found.telling - (0 if found.share >= 0.8 else 0.35)
        shown = f"{found.share:.0%} van de waarden past"
    if path.endswith("_code") and near >= ALMOST:  # words that nobody translated yet: the name says which field it is
        score = max(score, LEAST)
    if score < LEAST:
        return
    fits = found.share is not None and found.share >= FITS
    certainty = SURE if near >= 0.97 and (fits or found.share is None) else LIKELY if near >= 0.8 and fits else GUESS
    yield Match(column.name, path, score, certainty, f"{said}, {shown}", found)


def _left(
    columns: Mapping[str, Column], fields: Mapping[str, object], codelists: CodeLists
) -> Iterator[tuple[float, Match]]:
    """What only values can tell: columns that of the most telling kind fit exactly one field that is still open, or
    alone fit exactly one that every record needs."""
    wide: dict[str, dict[str, Fit]] = {}
    for column in columns.values():
        if column.inside or column.name.startswith(PROTOCOL) or not column.values:
            continue
        fits = [
            (TELLING[each.type], path, shown)
            for path, each in fields_of_type(fields)
            if each.type in BY_VALUES
            and (each.type != "tijdstip" or any(":" in value for value in column.values))  # a day is no moment
            and (shown := fit(each, column.values, codelists, {})).share is not None
            and (shown.share or 0) >= FITS
        ]
        most = max((telling for telling, _, _ in fits), default=0)
        fitting = [(path, shown) for telling, path, shown in fits if telling == most]
        if len(fitting) == 1:
            path, shown = fitting[0]
            why = f"alleen dit veld is nog over en past bij de waarden ({shown.share:.0%})"
            yield most, Match(column.name, path, SHAPE * most, GUESS, why, shown)
        elif fitting:
            wide[column.name] = dict(fitting)
    needed = {path for path, each in fields_of_type(fields) if each.verplicht and "." not in path}
    for path in sorted(needed):
        claims = [(column, fitting[path]) for column, fitting in wide.items() if path in fitting]
        if len(claims) == 1 and len(needed & set(wide[claims[0][0]])) == 1:
            column_name, shown = claims[0]
            why = f"van de velden die bij de waarden passen ({shown.share:.0%}) is alleen dit verplicht"
            yield 0.0, Match(column_name, path, SHAPE * shown.telling, GUESS, why, shown)


def _removed(sample: Sample, vocabulary: Vocabulary) -> tuple[str, str] | None:
    """The column of a table that is nearly always empty, and is called as such columns are."""
    if sample.settings.get("format", ("",))[0] not in ("csv", "xlsx"):
        return None
    for column in sample.columns.values():
        named = set(words(column.name)) & set(REMOVED) or column.name in vocabulary.removals
        if named and len(column.values) <= 1 and column.filled <= sample.records / 2:
            return column.name, next(iter(column.values), "")
    return None
