"""The draft of a source's declaration: what was seen, what was guessed and why, and what nobody can see."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from exchange.declaration import OPEN
from exchange.drafting import toml
from exchange.drafting.match import ORGANISATIONS, SURE, Match, Matched
from exchange.region import Region
from schemas.codelists import CodeLists
from schemas.masking import shown

TOLD = 6  # choices of a code list in one comment


@dataclass(frozen=True)
class Party:
    """Who will deliver."""

    name: str
    title: str
    kind: str
    code: str
    region: Region
    connection: str
    channel: str


@dataclass(frozen=True)
class Word:
    """One line of [delivers.<bericht>.<section>]."""

    section: str
    name: str
    value: Any
    why: str


def draft(party: Party, matched: Sequence[Matched]) -> str:
    """The declaration as text."""
    first = matched[0].sample
    lines = [
        f"# Concept van `hub new-source`, uit {', '.join(_told(each) for each in matched)}.",
        "# Achter elke regel staat waarom: zeker, waarschijnlijk of gok. Kijk ze na; zolang hier nog iets INVULLEN is,",
        "# laadt de bron niet. Daarna: hub check, hub try, en weg met proef = true.",
        "proef = true",
        toml.line("name", party.title, "uit de lijst van gemeenten" if party.kind == "gemeente" else ""),
        toml.line("kind", party.kind),
        toml.line("code", party.code),
        toml.line("connector", first.connector),
        toml.line("schedule", _schedule(party.region), "het eerste vrije moment na de andere bronnen van de regio"),
        toml.line("owner", OPEN, "het mailadres van wie bij de afzender over de gegevens gaat"),
        *toml.section("verwerking", [
            toml.line("grondslag", OPEN, 'het artikel dat de levering toestaat, zoals "AVG6-1e/Wmo5.1.1"'),
            toml.line("verwerkersovereenkomst", OPEN, "de datum van tekenen, zonder aanhalingstekens: 2026-01-31"),
            toml.line("dpia", OPEN, "het kenmerk van de DPIA"),
        ]),
        *toml.section("connection", _connection(party, matched)),
    ]  # fmt: skip
    shared, own = _split({each.contract.bericht: list(_words(party, each)) for each in matched})
    for each in matched:
        bericht = each.contract.bericht
        lines += toml.section(f"delivers.{bericht}", _delivers(each))
        lines += _notes(own[bericht]) + _unknown(each) + _sections(f"delivers.{bericht}", own[bericht])
    lines += _sections("shared", shared)
    lines += toml.section("answer", _answer(party, first.connector))
    return "\n".join(lines) + "\n"


def _told(each: Matched) -> str:
    name = shown(each.sample.name)
    return f"{name} ({each.sample.records} records)" if each.sample.records else name


def _schedule(region: Region) -> str:
    times = (source.schedule.split() for source in region.sources.values())
    taken = {(int(minute), int(hour)) for minute, hour, *_ in times if minute.isdigit() and hour.isdigit()}
    free = ((minute, hour) for hour in (2, 3, 1, 4) for minute in range(0, 60, 5))
    minute, hour = next((each for each in free if each not in taken), (0, 2))
    return f"{minute} {hour} * * *"


def _connection(party: Party, matched: Sequence[Matched]) -> Iterator[str]:
    yield toml.line("id", party.connection, "de connection in Airflow, met adres en geheim; nooit hier")
    seen: dict[str, tuple[Any, str]] = {}
    for each in matched:
        seen |= each.sample.settings
    for name, (value, why) in seen.items():
        yield toml.line(name, value, why)
    removed = [each.removed for each in matched if each.removed]
    if removed:
        word = next((word for _, word in removed if word), OPEN)
        why = "het enige woord in die kolom" if word != OPEN else "het woord dat daar bij een vervallen record staat"
        yield toml.line(
            "removed_column", removed[0][0], "waarschijnlijk: bijna altijd leeg, en zo heten zulke kolommen"
        )
        yield toml.line("removed_word", word, why)


def _delivers(each: Matched) -> Iterator[str]:
    yield toml.line("contract", each.contract.major)
    for name, (value, why) in each.sample.options.items():
        yield toml.line(name, value, why)


def _words(party: Party, each: Matched) -> Iterator[Word]:
    if each.sample.is_ours:
        return
    for path in each.missing:
        if path in ORGANISATIONS and (party.kind == "gemeente" or path != "gemeente_code"):
            yield Word("vast", path, party.code, "staat niet in de levering; de afzender zelf")
        elif _is_constant(path):
            yield Word("vast", path, OPEN, f"staat niet in de levering. {_choices(each, path, party.region.codelists)}")
        else:
            yield Word("", path, None, "is verplicht en in geen kolom gevonden: zeg het in rename, hieronder")
    same = [one.column for one in each.matches if one.column == one.path and one.certainty == SURE]
    if same:
        yield Word("", "zeker, heten al zo", None, ", ".join(same))
    for one in each.matches:
        yield from _of(one)


def not_found(each: Matched) -> list[str]:
    """The fields that every record needs, that no column was taken for and that no constant can stand for."""
    return [path for path in each.missing if not each.sample.is_ours and not _is_constant(path)]


def _is_constant(path: str) -> bool:
    return path.rpartition(".")[2] in ("financier_code", "grondslag_code", *ORGANISATIONS)


def _choices(each: Matched, path: str, codelists: CodeLists) -> str:
    rows = codelists.rows(each.contract.field(path).lijst or "")
    told = ", ".join(f"{row.code} {row.naam.partition(':')[2].strip() or row.naam}" for row in rows[:TOLD])
    return f"Kies: {told}" if len(rows) <= TOLD + 4 else "Zie de codelijst"


def _of(one: Match) -> Iterator[Word]:
    why = f"{one.certainty}: {one.why}"
    if one.column != one.path:
        yield Word("rename", one.column, one.path, why)
    elif one.certainty != SURE:
        yield Word("", one.column, None, f"heet al zo ({why})")
    fit = one.fit
    if fit.notation:
        yield Word("formats", one.path, fit.notation, f"{fit.share:.0%} van de waarden is zo geschreven")
    if fit.repair:
        yield Word("repair", one.path, fit.repair, f"{fit.share:.0%} van de waarden past zo; dat telt als waarschuwing")
    if fit.separator:
        yield Word("split", one.path, fit.separator, "meer waarden in een cel")
    if fit.codes:
        strange = f"; niet herkend: {', '.join(map(toml.text, fit.strange))}" if fit.strange else ""
        yield Word("codes", one.path, dict(fit.codes), f"naar de teksten van de codelijst{strange}")
    elif fit.strange:
        yield Word("", one.path, None, f"woorden die bij geen code passen: {', '.join(map(toml.text, fit.strange))}")


def _split(words: Mapping[str, list[Word]]) -> tuple[list[Word], dict[str, list[Word]]]:
    """The lines that hold for more than one bericht, and those of each."""
    where: dict[tuple[str, str], list[Word]] = {}
    for each in words.values():
        for one in each:
            where.setdefault((one.section, one.name), []).append(one)
    common = {
        place: together
        for place, found in where.items()
        if place[0] and len(found) > 1 and (together := _together(found)) is not None
    }
    return list(common.values()), {
        bericht: [one for one in each if (one.section, one.name) not in common] for bericht, each in words.items()
    }


def _together(found: Sequence[Word]) -> Word | None:
    """One line for the same thing in several berichten: equal, or words for codes that do not contradict."""
    first = found[0]
    if all(one.value == first.value for one in found):
        return first
    if first.section != "codes":
        return None
    codes: dict[str, str] = {}
    for one in found:
        if any(codes.get(word, code) != code for word, code in one.value.items()):
            return None
        codes |= one.value
    return replace(first, value=dict(sorted(codes.items(), key=lambda each: each[1])))


def _notes(words: Sequence[Word]) -> list[str]:
    notes = [f"# {one.name}: {one.why}" for one in words if not one.section]
    return [part for note in notes for part in textwrap.wrap(note, 120, subsequent_indent="#   ")]


def _sections(prefix: str, words: Sequence[Word]) -> list[str]:
    lines: list[str] = []
    for section in ("vast", "rename", "codes", "formats", "split", "repair"):
        chosen = [toml.line(one.name, one.value, one.why) for one in words if one.section == section]
        lines += toml.section(f"{prefix}.{section}", chosen)
    return lines


def _unknown(each: Matched) -> list[str]:
    """Columns that were taken for nothing: their names, and how often they hold anything."""
    return [
        f"# niet herkend: {toml.text(column.name)} (gevuld in {column.filled} van {each.sample.records} records)"
        for column in each.unknown
    ]


def _answer(party: Party, connector: str) -> Iterator[str]:
    yield toml.line("channel", party.channel, "waar de retourberichten heen gaan")
    if connector != "filedrop":
        yield toml.line("connection", f"{party.name}_antwoord", "de connection naar het postvak van de afzender")
