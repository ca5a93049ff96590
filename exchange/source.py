"""A source is one party that delivers: what it is, how it is reached, and how its words become ours.

One file in regions/<region>/sources, which may stand on a file in shared/. All that can be wrong in it is found
here, before anything runs, and said in one line: file, key, cure (DeclarationError).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from connectors.connection import Connection
from connectors.connector import KINDS, Request, check_declaration
from exchange.declaration import Table, read_toml
from exchange.errors import DeclarationError
from exchange.expectations import Layers, read_layers
from exchange.words import read_words
from schemas.codelists import CodeLists
from schemas.contract import Contract, load, names
from schemas.errors import ContractError

NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
RESERVED = ("publish", "housekeeping", "replay")  # what Airflow runs for a region bears names like these
PROEF = "**PROEF**: wat deze bron levert wordt getoetst en beantwoord; er wordt niets van bewaard of verwerkt.\n\n"
# Article 6, first member; c and e stand on another law, which has to be named (third member).
GRONDSLAG = re.compile(r"AVG6-1([abdf]|[ce]/[A-Z][A-Za-z]*[0-9][0-9a-z.]*)")
CHANNELS: Mapping[str, str] = {"sftp": "sftp", "folder": "fs"}  # channel of an answer -> conn_type of its connection


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
    repair: Mapping[str, str] = field(default_factory=dict)  # contract path -> damage to undo, see mapping.REPAIRS

    @property
    def theirs(self) -> dict[str, str]:
        """Contract path -> the sender's own name, where it has one."""
        return {path: theirs for theirs, path in self.rename.items()}


@dataclass(frozen=True)
class Verwerking:
    """Why the hub may process what this source delivers (AVG 6, 28, 35). Without it a source does not load.

    verantwoordelijken: the controllers whose records it may carry; the party itself, unless others are declared.
    """

    grondslag: str
    verwerkersovereenkomst: str
    dpia: str
    verantwoordelijken: tuple[str, ...]


@dataclass(frozen=True)
class Answering:
    """Where the answers to a source go: a folder in its own box, below the place of the connection."""

    channel: str
    connection_id: str
    directory: str

    def connection(self) -> Connection:
        """The connection as the environment gives it (AIRFLOW_CONN_<ID>), for use outside Airflow."""
        return Connection.from_env(self.connection_id, wanted=self.channel)


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
    answer: Answering
    region: str
    file: str
    quality: Layers = field(default_factory=dict)  # what is expected of its deliveries, beside what is of all
    is_proef: bool = False  # its deliveries are judged and answered, and nothing of them is kept

    def connection(self) -> Connection:
        """The connection as the environment gives it (AIRFLOW_CONN_<ID>), for use outside Airflow."""
        return Connection.from_env(self.connection_id, wanted=self.connector)

    @property
    def requests(self) -> list[Request]:
        """What its connector is asked for: every bericht that it delivers."""
        return [Request(bericht, delivers.options) for bericht, delivers in self.delivers.items()]

    @property
    def gemeente_code(self) -> str | None:
        """The gemeente whose own this is; None where it is no gemeente."""
        return self.code if self.kind == "gemeente" else None

    def digest(self, bericht: str) -> str:
        """A short hash of all that is declared of one bericht and decides what its bytes mean."""
        delivers = self.delivers[bericht]
        words = [getattr(delivers, field.name) for field in fields(delivers) if field.name != "contract"]
        rights = (self.kind, self.code, self.verwerking.verantwoordelijken)
        return sha256(repr((rights, self.settings, words)).encode()).hexdigest()[:16]

    def markdown(self) -> str:
        """A page about this source, made from its declaration."""
        rows = "\n".join(
            f"| `{bericht}` | {delivers.contract.versie} | "
            f"{', '.join(f'{key} = {value}' for key, value in delivers.options.items()) or '-'} |"
            for bericht, delivers in self.delivers.items()
        )
        return (
            f"### {self.title}\n\n"
            f"{PROEF if self.is_proef else ''}"
            f"{self.kind.capitalize()} `{self.code}` in regio `{self.region}`, via `{self.connector}` "
            f"(connection `{self.connection_id}`). Eigenaar: {self.owner}.\n\n"
            f"| bericht | contract | levert als |\n|---|---|---|\n{rows}\n\n"
            f"**Grondslag** {self.verwerking.grondslag} · "
            f"**verwerkersovereenkomst** {self.verwerking.verwerkersovereenkomst} · "
            f"**namens** {', '.join(self.verwerking.verantwoordelijken)} · "
            f"**DPIA** {self.verwerking.dpia}\n\n"
            f"Declaratie: `{self.file}`. Een connection of een adres hoort in Airflow, nooit in dit bestand.\n"
        )


def load_source(path: Path, region: str, gemeenten: tuple[str, ...], codelists: CodeLists) -> Source:
    """One source from its file. Raises DeclarationError: file, key, cure."""
    # What sources of one region share, and what those of all regions do.
    table = read_toml(path, [path.parent.parent / "shared", path.parent.parent.parent / "shared"])
    if wrong := wrong_name(path.stem):
        raise table.wrong("file name", wrong)
    kind = table.choice("kind", ("gemeente", "aanbieder"))
    code = table.text("code")
    if kind == "gemeente" and code not in gemeenten:
        raise table.wrong("code", f"{code} is no gemeente of region {region}; see gemeenten in region.toml")
    if kind == "aanbieder" and code in gemeenten:
        raise table.wrong("kind", f'{code} is a gemeente of region {region}; make it "gemeente"')
    if not codelists.knows("organisatie", code):
        raise table.wrong("code", f"{code} is no organisation of region.toml; add it there")
    verwerking = table.table("verwerking", cure="a source without a legal basis does not load")
    connection = table.table("connection")
    connection_id = connection.text("id")
    quality = read_layers(table.table("quality"), table.table("delivers").names())
    source = Source(
        id=path.stem,
        title=table.text("name"),
        kind=kind,
        code=code,
        connector=table.choice("connector", tuple(KINDS)),
        schedule=table.cron("schedule"),
        owner=table.email("owner"),
        verwerking=Verwerking(
            _grondslag(verwerking),
            verwerking.date("verwerkersovereenkomst"),
            verwerking.text("dpia"),
            _controllers(verwerking, code, codelists),
        ),
        connection_id=connection_id,
        settings=connection.rest(),
        delivers=_delivered(table, codelists),
        answer=_answering(table, connection_id),
        region=region,
        file=f"regions/{region}/sources/{path.name}",
        quality=quality,
        is_proef=table.has("proef") and table.flag("proef"),
    )
    verwerking.end()
    table.end()
    _judge_constants(table, source)
    options = {bericht: delivers.options for bericht, delivers in source.delivers.items()}
    try:
        check_declaration(source.connector, source.settings, options, source.file)
    except DeclarationError as fault:
        raise table.wrong(fault.key, fault.cure) from None  # it may stand in a shared file
    return source


def _grondslag(table: Table) -> str:
    """Why the hub may process it: the part of AVG 6, and the article that it stands on."""
    grondslag = table.text("grondslag", cure="name the article, for example AVG6-1e/Wmo5.1.1")
    if not GRONDSLAG.fullmatch(grondslag):
        cure = (
            f'"{grondslag}" is no basis of AVG article 6; write AVG6-1a, b, d or f, or AVG6-1c or AVG6-1e with the law'
        )
        raise table.wrong("grondslag", f"{cure}, as in AVG6-1e/Wmo5.1.1")
    return grondslag


def _controllers(table: Table, code: str, codelists: CodeLists) -> tuple[str, ...]:
    """Whose records a source may carry: those of the party itself, or of exactly those that are named."""
    if not table.has("verantwoordelijken"):
        return (code,)
    named = table.texts("verantwoordelijken")
    for one in named:
        if not codelists.knows("organisatie", one):
            raise table.wrong("verantwoordelijken", f"{one} is no organisation of region.toml; add it there")
    if not named:
        raise table.wrong("verantwoordelijken", "is empty; name the controllers, or remove it for the party itself")
    return tuple(named)


def _judge_constants(table: Table, source: Source) -> None:
    """A constant that every record would be refused for is a mistake of ours, and no sender should hear of it."""
    for bericht, delivers in source.delivers.items():
        code = delivers.vast.get("verantwoordelijke_code", source.code)
        if code not in source.verwerking.verantwoordelijken:
            own = table.values["delivers"][bericht].get("vast", {})
            place = f"delivers.{bericht}.vast" if "verantwoordelijke_code" in own else "shared.vast"
            cure = f"{code} is none of the verantwoordelijken of this source; mend it, or name it in [verwerking]"
            raise table.wrong(f"{place}.verantwoordelijke_code", cure)


def _answering(table: Table, connection_id: str) -> Answering:
    """Where answers go. A source that leaves files gets them beside these; any other names a box of its own."""
    answer = table.table("answer", cure='each delivery is answered: channel = "sftp"')
    channel = answer.choice("channel", tuple(CHANNELS))
    has_files = table.values.get("connector") == "filedrop"
    if answer.has("connection") or not has_files:
        connection_id = answer.text("connection", cure="the id of the connection to the box of this sender")
    directory = answer.text("directory") if answer.has("directory") else "in"
    path = PurePosixPath(directory)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise answer.wrong("directory", "give a folder below that of the connection")
    answer.end()
    return Answering(channel, connection_id, directory)


def wrong_name(name: str) -> str:
    """Why a source cannot have this name, with its cure; "" where it can.

    The name of the file is that of the source in every table, folder and address, and its DAG in Airflow.
    """
    if not NAME.fullmatch(name):
        return f'"{name}" is no name for a source; rename it with a-z, 0-9 and _, a letter first'
    if (first := name.partition("_")[0]) in RESERVED:
        return f'names that begin with "{first}" are those of the hub; rename it'
    return ""


def _delivered(table: Table, codelists: CodeLists) -> dict[str, Delivers]:
    """What a source delivers, in the words of each bericht over those that all its berichten share."""
    delivered = table.table("delivers", cure="a source delivers at least one bericht: [delivers.aanmelding]")
    sections = {bericht: delivered.table(bericht) for bericht in delivered.names()}
    if not sections:
        raise table.wrong("delivers", "is empty; a source delivers at least one bericht: [delivers.aanmelding]")
    contracts = {bericht: contract_of(bericht, section) for bericht, section in sections.items()}
    shared = read_words(table.table("shared"), contracts.values(), codelists)
    table.table("shared").end()
    delivers = {}
    for bericht, section in sections.items():
        contract = contracts[bericht]
        words = read_words(section, [contract], codelists).over(shared.of(contract))
        delivers[bericht] = Delivers(contract, section.rest(), **vars(words))
    return delivers


def contract_of(bericht: str, table: Table) -> Contract:
    """The contract that a table about a bericht names. Raises DeclarationError."""
    if bericht not in names():
        raise table.wrong("", f"{bericht} is no bericht; choose from {', '.join(names())}")
    number = table.number("contract")
    try:
        return load(bericht, number)
    except ContractError as error:
        raise table.wrong("contract", f"{number} cannot be used: {error}") from None
