"""Arrangements of gemeenten, from arrangements/<gemeente>.toml: what each asks beyond the contracts of the berichten.

    gemeente_code = "0917"

    [[invulling]]
    van        = 2026-01-01                       # of the date of a record; tot_en_met where it ends
    known_from = 2025-12-15                       # the first night that judges by it
    [invulling.aanmelding]
    contract  = 1
    verplicht = ["kanaal_code"]                   # beyond what the contract requires
    alleen    = { kanaal_code = ["1", "2"] }      # the codes that are left of a list

Such a table is never changed: a new one comes below it, and of two about one day the last known holds. All that can be
wrong is found here and said in one line: file, key, cure (DeclarationError).
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from itertools import combinations
from pathlib import Path

from exchange.declaration import Table, read_toml
from exchange.source import Source, contract_of
from exchange.words import fields_of
from schemas.arrangement import GEMEENTE, Arrangement
from schemas.codelists import CodeLists
from schemas.contract import Contract, names

ABOUT = ("van", "tot_en_met", "known_from")


def load_arrangements(
    folder: Path, gemeenten: Collection[str], codelists: CodeLists, sources: Mapping[str, Source]
) -> tuple[Arrangement, ...]:
    """Those of all gemeenten of a region. Raises DeclarationError."""
    found: list[Arrangement] = []
    of_file: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        table = read_toml(path)
        code = table.text(GEMEENTE)
        if code not in gemeenten:
            raise table.wrong(GEMEENTE, f"{code} is no gemeente of region.toml")
        if (other := of_file.setdefault(code, path.name)) != path.name:
            raise table.wrong(GEMEENTE, f"{code} has {other} already; add the [[invulling]] there")
        own = list(_of_gemeente(table, code, codelists, sources))
        _judge_history(table, own)
        found += own
        table.end()
    return tuple(found)


def _of_gemeente(table: Table, code: str, codelists: CodeLists, sources: Mapping[str, Source]) -> Iterator[Arrangement]:
    naam = codelists.periods("gemeente")[code][-1].naam
    for part in table.tables("invulling", cure="what the gemeente asks, and since when"):
        van, known_from = (date.fromisoformat(part.date(key)) for key in ("van", "known_from"))
        tot_en_met = date.fromisoformat(part.date("tot_en_met")) if part.has("tot_en_met") else None
        if tot_en_met is not None and tot_en_met < van:
            raise part.wrong("tot_en_met", f"lies before van; choose {van} or later")
        berichten = [name for name in part.names() if name not in ABOUT]
        if not berichten:
            raise part.wrong("", "says nothing of any bericht; add one: [invulling.aanmelding]")
        for bericht in berichten:
            if bericht not in names():
                raise part.wrong(bericht, f"is unknown; name a bericht ({', '.join(names())}) or {', '.join(ABOUT)}")
            asked = part.table(bericht)
            contract = contract_of(bericht, asked)
            verplicht = tuple(asked.texts("verplicht")) if asked.has("verplicht") else ()
            for path in verplicht:
                _judge_required(asked, contract, path, verplicht)
            alleen = {path: tuple(asked.table("alleen").texts(path)) for path in asked.table("alleen").names()}
            for path, codes in alleen.items():
                _judge_list(asked.table("alleen"), contract, path, codes, codelists)
                _judge_constants(asked.table("alleen"), contract, path, codes, code, sources)
            asked.end()
            yield Arrangement(bericht, contract.major, code, naam, van, tot_en_met, known_from, verplicht, alleen)
        part.end()


def _judge_required(asked: Table, contract: Contract, path: str, verplicht: tuple[str, ...]) -> None:
    known = fields_of(contract)
    field = known.get(path)
    groups = {group.name: group for group in contract.groups}
    if path not in known:
        raise asked.wrong("verplicht", f"{contract.bericht} v{contract.versie} has no field {path}; it can add none")
    if path.partition(".")[0] in groups and path not in groups:
        raise asked.wrong("verplicht", f"{path} is a part of a group; only the group as a whole can be required")
    if (field or groups[path]).verplicht:
        raise asked.wrong("verplicht", f"{path} is required by the contract already; remove it")
    if field and field.kluis:
        raise asked.wrong("verplicht", f"{path} says who somebody is, and who stays anonymous has none; remove it")
    if verplicht.count(path) > 1:
        raise asked.wrong("verplicht", f"{path} stands there twice; remove one")


def _judge_list(alleen: Table, contract: Contract, path: str, codes: tuple[str, ...], codelists: CodeLists) -> None:
    field = next((one for one in contract.fields if one.path == path), None)
    if field is None:
        raise alleen.wrong(path, f"{contract.bericht} v{contract.versie} has no field {path}")
    if field.lijst is None:
        raise alleen.wrong(path, f"{path} has no code list, so nothing can be shortened; remove it")
    for code in codes:
        if not codelists.knows(field.lijst, code):
            raise alleen.wrong(
                path, f"code {code} does not exist in the list {field.lijst}, which can only be shortened"
            )
    if len(set(codes)) < len(codes):
        raise alleen.wrong(path, "names a code twice; remove one")
    if not codes:
        raise alleen.wrong(path, "is empty, so that nothing could be delivered; name the codes that are left")
    if set(codes) >= set(codelists.periods(field.lijst)):
        raise alleen.wrong(path, f"leaves the list {field.lijst} as it is; remove it")


def _judge_constants(
    alleen: Table, contract: Contract, path: str, codes: tuple[str, ...], gemeente: str, sources: Mapping[str, Source]
) -> None:
    """A constant that every record of the gemeente would be refused for is our mistake; no sender should hear of it."""
    for source in sources.values():
        delivers = source.delivers.get(contract.bericht)
        constant = delivers.vast.get(path) if delivers and source.gemeente_code == gemeente else None
        if constant is not None and constant not in codes:
            cure = f"{source.file} gives every record code {constant} (vast); add it here, or mend it there"
            raise alleen.wrong(path, cure)


def _judge_history(table: Table, own: list[Arrangement]) -> None:
    """Of two about one day one must be known later, or nobody could tell which of them holds."""
    for one, other in combinations(own, 2):
        is_same = (one.bericht, one.major, one.known_from) == (other.bericht, other.major, other.known_from)
        meets = one.van <= (other.tot_en_met or date.max) and other.van <= (one.tot_en_met or date.max)
        if is_same and meets:
            cure = f"two about {one.bericht} overlap and are both known from {one.known_from}; end one before the other"
            raise table.wrong("invulling", cure)
