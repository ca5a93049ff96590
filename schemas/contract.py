"""The contract language: what one bericht is, read from `schemas/<bericht>/v<major>.toml`.

A contract has flat fields, blocks (`schemas/blok/*.toml`; nested or flat) and one level of groups. Everything
else (checks, XSD, JSON Schema, tables, documentation) is derived from it. Whatever is wrong in a declaration
is a ContractError of one line: file, key, cure.
"""

import hashlib
import json
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from schemas.declaration import Table, read_field, wrong_field
from schemas.errors import ContractError
from schemas.fields import Block, Condition, Field, Group
from schemas.rules import RULES

__all__ = ["Block", "Condition", "Contract", "Field", "Group", "load", "load_all", "names"]

ROOT = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Contract:
    """One bericht in one version. `fields` is flat, blocks included, keys first: also the order in XML."""

    bericht: str
    versie: str
    titel: str
    omschrijving: str
    sleutel: tuple[str, ...]
    peildatum: str
    fields: tuple[Field, ...]
    blocks: tuple[Block, ...]
    groups: tuple[Group, ...]
    regels: tuple[str, ...]
    digest: str

    @property
    def major(self) -> int:
        return int(self.versie.split(".")[0])

    @property
    def namespace(self) -> str:
        return f"urn:nl:regiohub:{self.bericht}:{self.major}"

    def field(self, path: str) -> Field:
        """Raises KeyError for a path that is not in the contract."""
        for field in self.fields:
            if field.path == path:
                return field
        raise KeyError(path)

    @property
    def paths(self) -> tuple[str, ...]:
        """The keys of checked values, in order: fields with their `_precisie` companions, then groups."""
        paths: list[str] = []
        for field in self.fields:
            paths += [field.path, field.precision] if field.precision else [field.path]
        return (*paths, *(group.name for group in self.groups))

    @property
    def flat(self) -> tuple[Field, ...]:
        """Fields that do not stand in a nested block."""
        nested = {block.name for block in self.blocks if block.genest}
        return tuple(field for field in self.fields if field.blok not in nested)


@cache
def names(root: Path = ROOT) -> tuple[str, ...]:
    """The berichten that have a contract, in the order of a client's road through the region."""
    order = ("aanmelding", "traject", "activiteit", "vroeghulp", "onderzoek", "inzet")
    found = {path.parent.name for path in root.glob("*/v*.toml")}
    return (*(name for name in order if name in found), *sorted(found - set(order)))


@cache
def load(bericht: str, versie: int = 1, root: Path = ROOT) -> Contract:
    """One contract. Raises ContractError when it does not exist or is wrong."""
    file = root / bericht / f"v{versie}.toml"
    if not file.is_file():
        cure = f"does not exist; choose from {', '.join(names(root))}"
        raise ContractError(f"schemas/{bericht}/v{versie}.toml", "", cure)
    return _build(file, root)


def load_all(versie: int = 1, root: Path = ROOT) -> dict[str, Contract]:
    """The newest shape of every bericht that exists in this major version, by name."""
    return {name: load(name, versie, root) for name in names(root) if (root / name / f"v{versie}.toml").is_file()}


def _read(file: Path, root: Path) -> tuple[Table, dict[str, Any]]:
    label = f"schemas/{file.relative_to(root).as_posix()}"
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ContractError(label, "", f"is not TOML ({error})") from None
    return Table(label, "", data), data


def _build(file: Path, root: Path) -> Contract:
    table, data = _read(file, root)
    sources = [data]
    table.only(
        "bericht", "versie", "titel", "omschrijving", "sleutel", "peildatum", "blok", "blok_optioneel", "regels",
        "veld", "groep",
    )  # fmt: skip
    bericht = table.text("bericht")
    if bericht != file.parent.name:
        raise table.wrong("bericht", f"name it {file.parent.name}, like its folder")
    versie = table.text("versie")
    if f"v{versie.split('.')[0]}" != file.stem or not all(part.isdigit() for part in versie.split(".")):
        raise table.wrong("versie", f"write major.minor, with the major of {file.name}")
    own = tuple(read_field(table.table("veld"), name, "") for name in table.table("veld").names())
    regels = list(table.texts("regels"))
    blocks = []
    for key, verplicht in (("blok", True), ("blok_optioneel", False)):
        for name in table.texts(key):
            block_file = root / "blok" / f"{name}.toml"
            if not block_file.is_file():
                raise table.wrong(key, f"schemas/blok/{name}.toml does not exist")
            block_table, block_data = _read(block_file, root)
            sources.append(block_data)
            blocks.append(_block(block_table, name, verplicht))
            regels += block_table.texts("regels")
    groups = tuple(_group(table.table("groep").table(name), name) for name in table.table("groep").names())
    sleutel = table.texts("sleutel")
    in_blocks = tuple(field for block in blocks for field in block.fields)
    flat = {block.name for block in blocks if not block.genest}
    fields = sorted(
        (*own, *in_blocks),
        key=lambda field: (
            sleutel.index(field.path) if field.path in sleutel else len(sleutel),
            1 if field.blok in flat else 2 if not field.blok else 3,
        ),
    )
    contract = Contract(
        bericht=bericht,
        versie=versie,
        titel=table.text("titel"),
        omschrijving=table.text("omschrijving"),
        sleutel=sleutel,
        peildatum=table.text("peildatum"),
        fields=tuple(fields),
        blocks=tuple(blocks),
        groups=groups,
        regels=tuple(regels),
        digest=hashlib.sha256(json.dumps(sources, sort_keys=True, default=str).encode()).hexdigest(),
    )
    _judge(contract, table)
    return contract


def _block(table: Table, name: str, verplicht: bool) -> Block:
    table.only("blok", "genest", "omschrijving", "regels", "veld")
    if table.text("blok") != name:
        raise table.wrong("blok", f"name it {name}, like its file")
    genest = table.flag("genest")
    if not genest and not verplicht:
        raise table.wrong("genest", "only a nested block can be optional")
    prefix = f"{name}." if genest else ""
    fields = tuple(read_field(table.table("veld"), key, prefix, name) for key in table.table("veld").names())
    return Block(name, table.text("omschrijving"), genest, verplicht, fields)


def _group(table: Table, name: str) -> Group:
    table.only("meervoud", "omschrijving", "verplicht", "veld")
    fields = tuple(read_field(table.table("veld"), key, "") for key in table.table("veld").names())
    if not fields:
        raise table.wrong("veld", "give the group at least one field")
    for field in fields:
        if field.meervoud or field.vereist_als or field.kluis or field.onvolledig:
            raise table.wrong(
                f"veld.{field.name}", "a field of a group has no meervoud, vereist_als, kluis or onvolledig"
            )
    meervoud = table.number("meervoud")
    if meervoud is None or meervoud < 1:
        raise table.wrong("meervoud", "say how often the group may occur, at least 1")
    return Group(name, table.text("omschrijving"), meervoud, table.flag("verplicht"), fields)


def _judge(contract: Contract, table: Table) -> None:
    """What can only be seen with all fields together. Raises ContractError."""
    by_path = {field.path: field for field in contract.fields}
    columns = [field.column for field in contract.fields] + [group.name for group in contract.groups]
    columns += [f"{field.column}_precisie" for field in contract.fields if field.onvolledig]
    for column in columns:
        if columns.count(column) > 1:
            raise table.wrong(f"veld.{column}", "stands twice, here or in a block; give it another name")
    if not contract.sleutel:
        raise table.wrong("sleutel", "name at least one field")
    for path in contract.sleutel:
        field = by_path.get(path)
        if field is None or field.blok in {block.name for block in contract.blocks if block.genest}:
            raise table.wrong("sleutel", f"{path} is no flat field of this contract")
        if not field.verplicht or field.meervoud or field.klasse or field.kluis:
            raise table.wrong("sleutel", f"{path} must be verplicht, occur once and be no personal data")
    day = by_path.get(contract.peildatum)
    if day is None or day.type not in ("datum", "maand") or day.onvolledig or not day.verplicht:
        raise table.wrong("peildatum", f"{contract.peildatum} must be a required datum or maand of this contract")
    if not any(field.verplicht for field in contract.flat if field.path not in contract.sleutel):
        raise table.wrong("veld", "one flat field beside the key must be verplicht, to tell record from removal")
    for field in contract.fields:
        for condition in field.vereist_als:
            problem = wrong_field(condition.veld, condition.waarden, by_path)
            if problem:
                raise table.wrong(f"veld.{field.path}.vereist_als", problem)
    for name in contract.regels:
        rule = RULES.get(name)
        if rule is None:
            raise table.wrong("regels", f"{name} is no rule of schemas/rules.py")
        for path in rule.fields:
            if path not in by_path:
                raise table.wrong("regels", f"{name} reads {path}, which is no field of this contract")
    if len(set(contract.regels)) != len(contract.regels):
        raise table.wrong("regels", "names a rule twice")
