"""A region is a folder of declarations: region.toml, lokets.toml, contract.toml and one sources/*.toml a party; and one
arrangements/*.toml for a gemeente that asks more than the contract.

    for region in load_regions():
        for source in region.sources.values(): ...

Everything that can be wrong in a declaration is found here, before anything runs, and said in one line:
file, key, cure (DeclarationError). What a contract or a code list says is checked against that contract.
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path

from exchange.arrangements import load_arrangements
from exchange.declaration import read_toml
from exchange.errors import DeclarationError
from exchange.expectations import Layers, read_region
from exchange.organisations import Loket, asking_alone, of_its_own, read_gemeenten, read_lokets, read_organisaties
from exchange.raamcontract import Raamcontract, load_raamcontract
from exchange.source import NAME, Delivers, Source, Verwerking, load_source
from exchange.vroeghulp import load_vroeghulp
from schemas.arrangement import Arrangement, Arrangements
from schemas.codelists import CodeLists
from schemas.contract import Contract
from warehouse.engine import DATABASE_NAME

__all__ = ["Delivers", "Loket", "Region", "Source", "Verwerking", "load_region", "load_regions", "load_source"]

ROOT = Path(os.environ.get("HUB_REGIONS") or Path(__file__).resolve().parent.parent / "regions")
SHARED = "shared"  # what sources of all regions stand on


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
    if not (root / name / "region.toml").is_file():
        raise DeclarationError(str(root), name, "is no region here")
    return root / name


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

    Source names are unique over all regions: a second source of the same name is left out, with a fault. Of regions
    that name one database none loads: which of them is meant nobody can tell, and their records may not mix.
    """
    loaded: list[Region] = []
    faults: list[DeclarationError] = []
    for folder in _folders(root):
        try:
            loaded.append(_at_home(load_region(folder), folder))
        except DeclarationError as fault:
            faults.append(fault)
    if not loaded and not faults:
        faults.append(DeclarationError(str(root), "*/region.toml", "make a folder with a region.toml for your region"))
    named = Counter(region.database for region in loaded)
    regions: list[Region] = []
    owner: dict[str, str] = {}
    for region in loaded:
        if named[region.database] > 1:
            others = ", ".join(one.name for one in loaded if one.database == region.database and one is not region)
            cure = f"{region.database} is the database of region {others} too; give each its own"
            faults.append(DeclarationError(f"regions/{region.name}/region.toml", "database", cure))
            continue
        doubles = [name for name in region.sources if name in owner]
        taken = {
            name: DeclarationError(
                f"regions/{region.name}/sources/{name}.toml",
                "file name",
                f"region {owner[name]} has a source of this name; rename the file",
            )
            for name in doubles
        }
        sources = {name: source for name, source in region.sources.items() if name not in doubles}
        owner |= dict.fromkeys(sources, region.name)
        faults_of_region = (*region.faults, *taken.values())
        left_out = {**region.left_out, **taken}
        regions.append(replace(region, sources=sources, faults=faults_of_region, left_out=left_out))
    return regions, faults


def _folders(root: Path) -> Iterator[Path]:
    """Every folder is a region, but for what regions share and what programs leave: none is overlooked."""
    for path in sorted(root.iterdir()) if root.is_dir() else ():
        if path.is_dir() and path.name != SHARED and not path.name.startswith((".", "_")):
            yield path


def _at_home(region: Region, folder: Path) -> Region:
    """The same region. Raises DeclarationError where its folder bears another name: its errors would name no file."""
    if region.name != folder.name:
        cure = f'must be "{folder.name}", the name of its folder; mend it, or rename the folder'
        raise DeclarationError(f"regions/{folder.name}/region.toml", "name", cure)
    return region


def load_region(folder: Path) -> Region:
    """One region from its folder. Raises DeclarationError where anything but a source is wrong."""
    table = read_toml(folder / "region.toml")
    name = table.text("name")
    if not NAME.fullmatch(name):
        raise table.wrong("name", f'"{name}" is no name for a region; use a-z, 0-9 and _, a letter first')
    title = table.text("title")
    database = table.text("database")
    if not DATABASE_NAME.fullmatch(database):
        raise table.wrong("database", f'"{database}" is no name for a database; use a-z, 0-9 and _, at most 48')
    contact = table.email("contact", cure="the address that senders may mail, of the hub itself")
    gemeenten = read_gemeenten(table)
    organisaties, rsins = read_organisaties(table.table("organisaties"))
    table.end()
    lokets = read_lokets(read_toml(folder / "lokets.toml"), gemeenten, organisaties)
    raamcontract = load_raamcontract(folder / "contract.toml", gemeenten, organisaties)
    vroeghulp_norm = load_vroeghulp(folder / "vroeghulp.toml")
    quality = read_region(folder / "quality.toml")
    codelists = region_codelists(lokets, organisaties)
    sources: dict[str, Source] = {}
    left_out: dict[str, DeclarationError] = {}
    for path in sorted((folder / "sources").glob("*.toml")):
        try:
            source = of_its_own(load_source(path, name, gemeenten, codelists), rsins)
            sources[path.stem] = asking_alone(source, sources.values())
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
