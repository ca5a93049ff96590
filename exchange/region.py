"""A region is a folder of declarations: region.toml, lokets.toml, contract.toml and one sources/*.toml a party; and one
arrangements/*.toml for a gemeente that asks more than the contract.

    for region in load_regions():
        for source in region.sources.values(): ...

Everything that can be wrong in a declaration is found here, before anything runs, and said in one line:
file, key, cure (DeclarationError). What a contract or a code list says is checked against that contract.
"""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path

from exchange.arrangements import load_arrangements
from exchange.declaration import Table, read_toml
from exchange.errors import DeclarationError
from exchange.expectations import Layers, read_region
from exchange.raamcontract import Raamcontract, load_raamcontract
from exchange.source import Delivers, Source, Verwerking, load_source
from exchange.vroeghulp import load_vroeghulp
from schemas.arrangement import Arrangement, Arrangements
from schemas.codelists import CodeLists
from schemas.contract import Contract

__all__ = ["Delivers", "Loket", "Region", "Source", "Verwerking", "load_region", "load_regions", "load_source"]

ROOT = Path(os.environ.get("HUB_REGIONS") or Path(__file__).resolve().parent.parent / "regions")


@dataclass(frozen=True)
class Loket:
    """A desk where a resident can turn up."""

    loket_code: str
    naam: str
    soort_loket_code: str
    organisatie_code: str
    gemeente_code: str


@dataclass(frozen=True)
class Region:
    """A region: its gemeenten, organisations, desks and sources, in a database of its own."""

    name: str
    title: str
    database: str
    contact: str  # whom a sender mails; stands in every answer
    gemeenten: tuple[str, ...]
    organisaties: Mapping[str, str]  # code -> name
    lokets: tuple[Loket, ...]
    sources: Mapping[str, Source]
    faults: tuple[DeclarationError, ...]  # what keeps sources from loading, each told once; the others run
    raamcontract: Raamcontract | None = None  # contract.toml, where the region has one
    left_out: Mapping[str, DeclarationError] = field(default_factory=dict)  # source that did not load -> why
    vroeghulp_norm: Mapping[str, int] = field(default_factory=dict)  # phase -> days, of vroeghulp.toml
    quality: Layers = field(default_factory=dict)  # quality.toml: what this region expects of deliveries
    arrangements: tuple[Arrangement, ...] = ()  # what its gemeenten ask beyond the contracts

    def arrangements_on(self, contract: Contract, source: Source, vandaag: date) -> Arrangements:
        """Those that a night knows and that can touch what this source delivers: a gemeente speaks for itself."""
        return Arrangements(
            one
            for one in self.arrangements
            if (one.bericht, one.major) == (contract.bericht, contract.major)
            and one.known_from <= vandaag
            and source.gemeente_code in (None, one.gemeente_code)
        )

    @cached_property
    def codelists(self) -> CodeLists:
        """The standard lists with the desks and organisations of this region."""
        return region_codelists(self.lokets, self.organisaties)


def region_folder(name: str, root: Path = ROOT) -> Path:
    """Where the declarations of a region stand. Raises DeclarationError."""
    for path in sorted(root.glob("*/region.toml")):
        if read_toml(path).text("name") == name:
            return path.parent
    raise DeclarationError(str(root), name, "is no region here")


def region_codelists(lokets: tuple[Loket, ...], organisaties: Mapping[str, str]) -> CodeLists:
    """The standard code lists, and the two lists that a region declares itself."""
    return (
        CodeLists.standard()
        .with_list("loket", [(loket.loket_code, loket.naam, None, None) for loket in lokets])
        .with_list("organisatie", [(code, naam, None, None) for code, naam in organisaties.items()])
    )


def load_regions(root: Path = ROOT) -> list[Region]:
    """All regions below `root`. A source that does not load stands in `Region.faults`, and stops no other.

    Raises DeclarationError where a region itself is wrong.
    """
    regions, faults = read_regions(root)
    if faults:
        raise faults[0]
    return regions


def read_regions(root: Path = ROOT) -> tuple[list[Region], list[DeclarationError]]:
    """The regions that load, and a fault for each that does not: for who must go on with the others.

    Source names are unique over all regions: a second source of the same name is left out, with a fault.
    """
    regions: list[Region] = []
    faults: list[DeclarationError] = []
    owner: dict[str, str] = {}
    for path in sorted(root.glob("*/region.toml")):
        try:
            region = load_region(path.parent)
        except DeclarationError as fault:
            faults.append(fault)
            continue
        doubles = [name for name in region.sources if name in owner]
        taken = [
            DeclarationError(
                f"regions/{region.name}/sources/{name}.toml",
                "file name",
                f"region {owner[name]} has a source of this name; rename the file",
            )
            for name in doubles
        ]
        sources = {name: source for name, source in region.sources.items() if name not in doubles}
        owner |= dict.fromkeys(sources, region.name)
        regions.append(replace(region, sources=sources, faults=(*region.faults, *taken)))
    if not regions and not faults:
        faults.append(DeclarationError(str(root), "*/region.toml", "make a folder with a region.toml for your region"))
    return regions, faults


def load_region(folder: Path) -> Region:
    """One region from its folder. Raises DeclarationError where anything but a source is wrong."""
    table = read_toml(folder / "region.toml")
    name = table.text("name")
    title = table.text("title")
    database = table.text("database")
    contact = table.text("contact", cure="the address that senders may mail, of the hub itself")
    gemeenten = tuple(table.texts("gemeenten"))
    rsins = _rsins(table.table("organisaties"))
    organisaties = _organisaties(table.table("organisaties"))
    table.end()
    lokets = _lokets(read_toml(folder / "lokets.toml"), gemeenten, organisaties)
    raamcontract = load_raamcontract(folder / "contract.toml", gemeenten, organisaties)
    vroeghulp_norm = load_vroeghulp(folder / "vroeghulp.toml")
    quality = read_region(folder / "quality.toml")
    codelists = region_codelists(lokets, organisaties)
    sources: dict[str, Source] = {}
    left_out: dict[str, DeclarationError] = {}
    for path in sorted((folder / "sources").glob("*.toml")):
        try:
            sources[path.stem] = _of_its_own(load_source(path, name, gemeenten, codelists), rsins)
        except DeclarationError as fault:
            left_out[path.stem] = fault
    arrangements = load_arrangements(folder / "arrangements", gemeenten, codelists, sources)
    # A mistake in a shared file stops every source that stands on it, and is one mistake.
    faults = tuple({(fault.file, fault.key): fault for fault in left_out.values()}.values())
    return Region(
        name,
        title,
        database,
        contact,
        gemeenten,
        organisaties,
        lokets,
        sources,
        faults,
        raamcontract,
        left_out,
        vroeghulp_norm,
        quality,
        arrangements,
    )


def _rsins(table: Table) -> dict[str, str]:
    """RSIN -> code of the organisation that has it."""
    return {str(row["rsin"]): code for code, row in table.values.items() if isinstance(row, Mapping) and "rsin" in row}


def _of_its_own(source: Source, rsins: Mapping[str, str]) -> Source:
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


def _organisaties(table: Table) -> dict[str, str]:
    organisaties = {}
    for code in table.names():
        row = table.table(code)
        organisaties[code] = row.text("naam")
        row.text("soort")
        if "rsin" in row.values:
            row.text("rsin")
        row.end()
    return organisaties


def _lokets(table: Table, gemeenten: Collection[str], organisaties: Collection[str]) -> tuple[Loket, ...]:
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
