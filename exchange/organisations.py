"""Who takes part in a region: its gemeenten, its organisations with their RSIN, and the desks where people turn up.

All of it is held against the lists of the country and against itself. What is wrong is a DeclarationError.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from exchange.declaration import Table
from exchange.errors import DeclarationError
from exchange.source import Source
from schemas.codelists import CodeLists
from schemas.types import elfproef

RSIN = re.compile(r"(?!0{9})[0-9]{9}")


@dataclass(frozen=True)
class Loket:
    """A desk where a resident can turn up."""

    loket_code: str
    naam: str
    soort_loket_code: str
    organisatie_code: str
    gemeente_code: str


def read_gemeenten(table: Table) -> tuple[str, ...]:
    """The CBS codes of the gemeenten of a region, each once."""
    codes = table.texts("gemeenten")
    for number, code in enumerate(codes):
        if not CodeLists.standard().knows("gemeente", code):
            raise table.wrong("gemeenten", f"{code} is no gemeente; see schemas/codelists/gemeente.csv")
        if code in codes[:number]:
            raise table.wrong("gemeenten", f"{code} stands there twice; leave one out")
    if not codes:
        raise table.wrong("gemeenten", "is empty; name the gemeenten of this region")
    return tuple(codes)


def read_organisaties(table: Table) -> tuple[dict[str, str], dict[str, str]]:
    """The organisations of a region: code -> name, and RSIN -> code for those that declare theirs."""
    organisaties: dict[str, str] = {}
    rsins: dict[str, str] = {}
    for code in table.names():
        row = table.table(code)
        organisaties[code] = row.text("naam")
        row.text("soort")
        if row.has("rsin"):
            rsin = row.text("rsin")
            if not RSIN.fullmatch(rsin) or not elfproef(rsin):
                raise row.wrong("rsin", f"{rsin} is no RSIN: nine digits that pass the elfproef; mend it")
            if rsin in rsins:
                raise row.wrong("rsin", f"{rsin} is that of {rsins[rsin]} already; an organisation has one of its own")
            rsins[rsin] = code
        row.end()
    return organisaties, rsins


def read_lokets(table: Table, gemeenten: Collection[str], organisaties: Collection[str]) -> tuple[Loket, ...]:
    """The desks of lokets.toml."""
    lokets = []
    for code in table.table("loket").names():
        row = table.table("loket").table(code)
        loket = Loket(
            code, row.text("naam"), row.text("soort"), row.text("organisatie_code"), row.text("gemeente_code")
        )
        row.end()
        if not CodeLists.standard().knows("soort_loket", loket.soort_loket_code):
            raise row.wrong("soort", f"code {loket.soort_loket_code} does not exist in the list soort_loket")
        if loket.organisatie_code not in organisaties:
            raise row.wrong(
                "organisatie_code", f"{loket.organisatie_code} is no organisation of region.toml; add it there"
            )
        if loket.gemeente_code not in gemeenten:
            raise row.wrong("gemeente_code", f"{loket.gemeente_code} is no gemeente of region.toml")
        lokets.append(loket)
    table.end()
    return tuple(lokets)


def of_its_own(source: Source, rsins: Mapping[str, str]) -> Source:
    """The same source. Raises DeclarationError where it would take in the records of another organisation as its own.

    On a shared server the RSIN is all that keeps two apart: `vast` gives what comes the code of the source itself, so
    no later check could tell.
    """
    owner = rsins.get(str(source.settings.get("bronorganisatie")), source.code)
    if owner != source.code:
        known = next((rsin for rsin, code in rsins.items() if code == source.code), "the one of this source")
        cure = f"is the RSIN of {owner}, and this source is of {source.code}; make it {known}"
        raise DeclarationError(source.file, "connection.bronorganisatie", cure)
    return source


def asking_alone(source: Source, others: Iterable[Source]) -> Source:
    """The same source. Raises DeclarationError where another asks the same of the same connection.

    One organisation may have several sources, and one server several organisations; but every record of these two
    would come twice, or each file to the one that is first.
    """
    for other in others:
        if (source.connection_id, source.settings) != (other.connection_id, other.settings):
            continue
        for bericht, delivers in source.delivers.items():
            if bericht in other.delivers and delivers.options == other.delivers[bericht].options:
                cure = f"source {other.id} asks the same of connection {source.connection_id}; leave one of them out"
                raise DeclarationError(source.file, f"delivers.{bericht}", cure)
    return source
