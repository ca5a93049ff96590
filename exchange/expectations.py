"""Reading what is expected of deliveries and marts: from general to particular, each layer over the one before.

    quality/levering.toml            every delivery             [kwijt] hold_max = 0.25
    quality/<bericht>.toml           one bericht                [plausibel.lange_dag] veld = "minuten"
    regions/<region>/quality.toml    a region                   [kwijt] … and [aanmelding.kwijt] …
    [quality] of a source            a source                   [quality.aanmelding.gevuld.kanaal_code] warn_min = 0.9

What is wrong is a DeclarationError: file, key, cure.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from exchange.declaration import Table, read_toml
from quality.expectations import BOUNDS, OF_A_DELIVERY, OF_THE_MARTS, Bounds, Expectations, Plausible
from schemas.contract import Contract, load_all
from schemas.render.tables import columns

FOLDER = Path(__file__).resolve().parent.parent / "quality"
ITEMS = ("gevuld", "plausibel")  # expectations that a declaration has many of, each with a name
NUMBERS = ("integer", "bigint", "numeric")


@dataclass(frozen=True)
class Layer:
    """What one place says: per expectation the bounds that it sets, and the items with their own."""

    bounds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    plausibel: Mapping[str, Plausible] = field(default_factory=dict)


Layers = Mapping[str, Layer]  # by bericht; "" for all


def read_layers(table: Table, berichten: Collection[str]) -> Layers:
    """The expectations of a region or a source: for all its berichten, and for one. Raises DeclarationError."""
    known = load_all()
    layers = {bericht: _layer(table.table(bericht), known[bericht]) for bericht in berichten if table.has(bericht)}
    layers[""] = _layer(table, None)
    return layers


def read_region(file: Path) -> Layers:
    """Those of a region; none where it has no such file."""
    return read_layers(read_toml(file), tuple(load_all())) if file.is_file() else {}


def expected(bericht: str, *above: Layers) -> Expectations:
    """All that is expected of one bericht, with the layers of its region and its source over the general ones."""
    layers = [_general()[""], _general()[bericht]]
    layers += [layer for one in above for key in ("", bericht) if (layer := one.get(key))]
    return _laid(layers)


@cache
def marts() -> Expectations:
    """What is expected of the warehouse and the marts."""
    return _laid([_bounds_of(read_toml(FOLDER / "marts.toml"), OF_THE_MARTS)])


@cache
def _general() -> Layers:
    own = {bericht: _layer(read_toml(FOLDER / f"{bericht}.toml"), contract) for bericht, contract in load_all().items()}
    return own | {"": _every_delivery()}


@cache
def _every_delivery() -> Layer:
    """What is expected of every delivery; the layers over it only move bounds."""
    return _bounds_of(read_toml(FOLDER / "levering.toml"), OF_A_DELIVERY)


def _laid(layers: Iterable[Layer]) -> Expectations:
    bounds: dict[str, Bounds] = {}
    plausibel: dict[str, Plausible] = {}
    for layer in layers:
        for name, values in layer.bounds.items():
            below = bounds.get(name) or bounds.get(name.partition(".")[0]) or Bounds()
            bounds[name] = replace(below, **values)
        plausibel |= layer.plausibel
    gevuld = tuple(name.removeprefix("gevuld.") for name in bounds if name.startswith("gevuld."))
    return Expectations(bounds, gevuld, plausibel)


def _bounds_of(table: Table, measured: Collection[str]) -> Layer:
    """A file that says what is expected of all that is measured: what it left out nobody would look at."""
    bounds: dict[str, Mapping[str, Any]] = {}
    for name in measured:
        if table.has(name):
            own = table.table(name)
            bounds[name] = _bounds(own)
            own.end()
    table.end()
    for name in measured:
        if name not in bounds:
            raise table.wrong(name, f"is missing, so nobody looks at it; put it back: [{name}]")
    return Layer(bounds)


def _layer(table: Table, contract: Contract | None) -> Layer:
    """Bounds over known expectations; with a contract also items, that name its fields."""
    bounds: dict[str, Mapping[str, Any]] = {}
    plausibel: dict[str, Plausible] = {}
    for name in _every_delivery().bounds:
        if not table.has(name):
            continue
        own = table.table(name)
        bounds[name] = _bounds(own)
        if name in ITEMS and contract:
            for item in own.names():
                if isinstance(own.values[item], Mapping):
                    inner = own.table(item)
                    if name == "plausibel":
                        plausibel[item] = _plausible(inner, contract)
                    else:
                        _field(own, item, contract)
                    bounds[f"{name}.{item}"] = _bounds(inner)
                    inner.end()
        own.end()
    table.end()
    return Layer(bounds, plausibel)


def _bounds(table: Table) -> dict[str, Any]:
    values: dict[str, Any] = {name: table.real(name) for name in BOUNDS if table.has(name)}
    if table.has("vanaf"):
        values["vanaf"] = table.number("vanaf")
    if table.has("wat"):
        values["wat"] = table.text("wat")
    for level in ("warn", "hold"):
        low, high = values.get(f"{level}_min"), values.get(f"{level}_max")
        if low is not None and high is not None and low > high:
            raise table.wrong(f"{level}_min", f"lies above {level}_max; swap them")
    return values


def _plausible(table: Table, contract: Contract) -> Plausible:
    veld = table.text("veld")
    kind = _field(table, veld, contract, "veld")
    codes = tuple(table.texts("codes")) if table.has("codes") else ()
    na = table.text("na") if table.has("na") else ""
    boven, onder = (table.real(name) if table.has(name) else None for name in ("boven", "onder"))
    if bool(codes) == (boven is not None or onder is not None):
        raise table.wrong("boven", "say either codes, or boven or onder")
    if na and (_field(table, na, contract, "na"), kind) != ("date", "date"):
        raise table.wrong("na", "counts days between two dates; name two fields of type datum")
    if not codes and not na and kind not in NUMBERS:
        raise table.wrong("veld", f"{veld} is no number; name a number, give codes, or say na which date")
    return Plausible(veld, boven, onder, codes, na)


def _field(table: Table, name: str, contract: Contract, key: str = "") -> str:
    """The type of a column of ACCEPTED. Raises DeclarationError where the contract leaves no such column."""
    types = {column.name: column.pg_type for column in columns(contract)}
    if name not in types:
        cure = f"{name} is no column of {contract.bericht}; choose from {', '.join(types)}"
        raise table.wrong(key or name, cure)
    return types[name]
