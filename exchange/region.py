"""A region is a folder of declarations: region.toml, lokets.toml and one sources/*.toml a party.

    for region in load_regions():
        for source in region.sources.values(): ...

Everything that can be wrong in a declaration is found here, before anything runs, and said in one line:
file, key, cure (DeclarationError). What a contract or a code list says is checked against that contract.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from connectors.connector import KINDS, Connection, check_declaration
from exchange.declaration import Table, read_toml
from exchange.errors import DeclarationError
from exchange.words import read_words
from schemas.codelists import CodeLists
from schemas.contract import Contract, load, names
from schemas.errors import ContractError

ROOT = Path(__file__).resolve().parent.parent / "regions"


@dataclass(frozen=True)
class Delivers:
    """What a source delivers of one bericht, and how its words become ours."""

    contract: Contract
    options: Mapping[str, Any]  # for the connector: zaaktype, pattern …
    vast: Mapping[str, str]  # contract path -> constant that the source cannot deliver
    rename: Mapping[str, str]  # sender's path -> contract path
    codes: Mapping[str, Mapping[str, str]]  # contract path -> sender's word -> code
    formats: Mapping[str, str]  # contract path -> notation of the sender, see mapping.FORMATS
    split: Mapping[str, str]  # contract path -> separator of repeated values


@dataclass(frozen=True)
class Verwerking:
    """Why the hub may process what this source delivers (AVG 6, 28, 35). Without it a source does not load."""

    grondslag: str
    verwerkersovereenkomst: str
    dpia: str


@dataclass(frozen=True)
class Source:
    """One party that delivers: a gemeente or an aanbieder."""

    id: str
    title: str
    kind: str
    code: str
    connector: str
    schedule: str
    owner: str
    verwerking: Verwerking
    connection_id: str
    settings: Mapping[str, Any]
    delivers: Mapping[str, Delivers]
    answer: Mapping[str, Any]
    region: str
    file: str

    def connection(self) -> Connection:
        """The connection as the environment gives it (AIRFLOW_CONN_<ID>), for use outside Airflow."""
        return Connection.from_env(self.connection_id)

    def markdown(self) -> str:
        """A page about this source, made from its declaration."""
        rows = "\n".join(
            f"| `{bericht}` | {delivers.contract.versie} | "
            f"{', '.join(f'{key} = {value}' for key, value in delivers.options.items()) or '-'} |"
            for bericht, delivers in self.delivers.items()
        )
        return (
            f"### {self.title}\n\n"
            f"{self.kind.capitalize()} `{self.code}` in regio `{self.region}`, via `{self.connector}` "
            f"(connection `{self.connection_id}`). Eigenaar: {self.owner}.\n\n"
            f"| bericht | contract | levert als |\n|---|---|---|\n{rows}\n\n"
            f"**Grondslag** {self.verwerking.grondslag} · "
            f"**verwerkersovereenkomst** {self.verwerking.verwerkersovereenkomst} · "
            f"**DPIA** {self.verwerking.dpia}\n\n"
            f"Declaratie: `{self.file}`. Een connection of een adres hoort in Airflow, nooit in dit bestand.\n"
        )


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
    gemeenten: tuple[str, ...]
    organisaties: Mapping[str, str]  # code -> name
    lokets: tuple[Loket, ...]
    sources: Mapping[str, Source]
    faults: tuple[DeclarationError, ...]  # sources that did not load; the others run

    @cached_property
    def codelists(self) -> CodeLists:
        """The standard lists with the desks and organisations of this region."""
        return region_codelists(self.lokets, self.organisaties)


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
        faults.append(
            DeclarationError(str(root), "*/region.toml", "make a folder with a region.toml for your region")
        )
    return regions, faults


def load_region(folder: Path) -> Region:
    """One region from its folder. Raises DeclarationError where region.toml or lokets.toml is wrong."""
    table = read_toml(folder / "region.toml")
    name = table.text("name")
    title = table.text("title")
    database = table.text("database")
    gemeenten = tuple(table.texts("gemeenten"))
    organisaties = _organisaties(table.table("organisaties"))
    table.end()
    lokets = _lokets(read_toml(folder / "lokets.toml"))
    codelists = region_codelists(lokets, organisaties)
    sources, faults = {}, []
    for path in sorted((folder / "sources").glob("*.toml")):
        try:
            sources[path.stem] = load_source(path, name, gemeenten, codelists)
        except DeclarationError as fault:
            faults.append(fault)
    return Region(name, title, database, gemeenten, organisaties, lokets, sources, tuple(faults))


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


def _lokets(table: Table) -> tuple[Loket, ...]:
    lokets = []
    for code in table.table("loket").names():
        row = table.table("loket").table(code)
        lokets.append(
            Loket(
                code,
                row.text("naam"),
                row.text("soort"),
                row.text("organisatie_code"),
                row.text("gemeente_code"),
            )
        )
        row.end()
    table.end()
    return tuple(lokets)


def load_source(path: Path, region: str, gemeenten: tuple[str, ...], codelists: CodeLists) -> Source:
    """One source from its file. Raises DeclarationError: file, key, cure."""
    table = read_toml(path, path.parent.parent / "shared")
    kind = table.choice("kind", ("gemeente", "aanbieder"))
    code = table.text("code")
    if kind == "gemeente" and code not in gemeenten:
        raise table.wrong("code", f"{code} is no gemeente of region {region}; see gemeenten in region.toml")
    verwerking = table.table("verwerking", cure="a source without a legal basis does not load")
    connection = table.table("connection")
    connection_id = connection.text("id")
    source = Source(
        id=path.stem,
        title=table.text("name"),
        kind=kind,
        code=code,
        connector=table.choice("connector", tuple(KINDS)),
        schedule=table.cron("schedule"),
        owner=table.text("owner"),
        verwerking=Verwerking(
            verwerking.text("grondslag", cure="name the article, for example AVG6-1e/Wmo5.1.1"),
            verwerking.date("verwerkersovereenkomst"),
            verwerking.text("dpia"),
        ),
        connection_id=connection_id,
        settings=connection.rest(),
        delivers=_delivered(table, codelists),
        answer=table.table("answer").rest(),
        region=region,
        file=f"regions/{region}/sources/{path.name}",
    )
    verwerking.end()
    table.end()
    options = {bericht: delivers.options for bericht, delivers in source.delivers.items()}
    check_declaration(source.connector, source.settings, options, source.file)
    return source


def _delivered(table: Table, codelists: CodeLists) -> dict[str, Delivers]:
    """What a source delivers, in the words of each bericht over those that all its berichten share."""
    sections = {bericht: table.table("delivers").table(bericht) for bericht in table.table("delivers").names()}
    contracts = {bericht: _contract(bericht, section) for bericht, section in sections.items()}
    shared = read_words(table.table("shared"), contracts.values(), codelists)
    table.table("shared").end()
    delivers = {}
    for bericht, section in sections.items():
        contract = contracts[bericht]
        words = read_words(section, [contract], codelists).over(shared.of(contract))
        delivers[bericht] = Delivers(contract, section.rest(), **vars(words))
    return delivers


def _contract(bericht: str, table: Table) -> Contract:
    if bericht not in names():
        raise table.wrong("", f"{bericht} is no bericht; choose from {', '.join(names())}")
    number = table.number("contract")
    try:
        return load(bericht, number)
    except ContractError as error:
        raise table.wrong("contract", f"{number} cannot be used: {error}") from None
