"""Reading one TOML table strictly: every unknown key or wrong kind is a ContractError with its place."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from schemas.codelists import CodeLists, list_names
from schemas.errors import ContractError
from schemas.fields import Condition, Field

TYPES = (
    "tekst", "code", "datum", "tijdstip", "maand", "geheel", "decimaal", "ja_nee", "bsn", "postcode",
)  # fmt: skip
CLASSES = ("w", "b", "bsn", "m")

_KEYS = (
    "type", "omschrijving", "verplicht", "vereist_als", "lengte", "lijst", "meervoud", "klasse", "kluis",
    "onvolledig", "min", "max", "patroon",
)  # fmt: skip

#: attribute -> the only types that may have it
_ONLY_FOR: Mapping[str, tuple[str, ...]] = {
    "lengte": ("tekst",),
    "patroon": ("tekst",),
    "lijst": ("code",),
    "onvolledig": ("datum",),
    "min": ("geheel", "decimaal"),
    "max": ("geheel", "decimaal"),
}
#: type -> attributes that it cannot do without
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "tekst": ("lengte",),
    "code": ("lijst",),
    "geheel": ("min", "max"),
    "decimaal": ("min", "max"),
}


class Table:
    """One table of a declaration, that knows where it stands."""

    def __init__(self, file: str, key: str, data: Mapping[str, Any]) -> None:
        self.file = file
        self._key = key
        self._data = data

    def wrong(self, key: str, cure: str) -> ContractError:
        return ContractError(self.file, ".".join(part for part in (self._key, key) if part), cure)

    def only(self, *known: str) -> None:
        for key in self._data:
            if key not in known:
                raise self.wrong(key, f"is unknown; choose from {', '.join(known)}")

    def names(self) -> tuple[str, ...]:
        return tuple(self._data)

    def has(self, key: str) -> bool:
        return key in self._data

    def _of(self, key: str, kind: type, words: str) -> Any:
        value = self._data[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.wrong(key, f"must be {words}")
        return value

    def text(self, key: str) -> str:
        if key not in self._data:
            raise self.wrong(key, "is missing")
        value: str = self._of(key, str, "text")
        if not value.strip():
            raise self.wrong(key, "may not be empty")
        return value

    def optional_text(self, key: str) -> str | None:
        return self.text(key) if key in self._data else None

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._of(key, list, "a list of texts") if key in self._data else []
        if not all(isinstance(value, str) and value for value in values):
            raise self.wrong(key, "must be a list of texts")
        return tuple(values)

    def flag(self, key: str) -> bool:
        return bool(self._of(key, bool, "true or false")) if key in self._data else False

    def number(self, key: str) -> int | None:
        return int(self._of(key, int, "a whole number")) if key in self._data else None

    def table(self, key: str) -> "Table":
        data = self._of(key, dict, "a table") if key in self._data else {}
        return Table(self.file, ".".join(part for part in (self._key, key) if part), data)

    def tables(self, key: str) -> tuple["Table", ...]:
        """One table, or a list of tables, as a tuple."""
        if key not in self._data:
            return ()
        value = self._data[key]
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            return tuple(Table(self.file, f"{self._key}.{key}", item) for item in value)
        return (self.table(key),)


def read_field(fields: Table, name: str, prefix: str, blok: str = "") -> Field:
    """One line of `[veld]`. `prefix` is put before its path (`persoon.`). Raises ContractError."""
    table = fields.table(name)
    table.only(*_KEYS)
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,58}", name):
        raise fields.wrong(name, "name a field in small letters, digits and _, at most 59")
    kind = table.text("type")
    if kind not in TYPES:
        raise table.wrong("type", f"{kind} is unknown; choose from {', '.join(TYPES)}")
    for key, types in _ONLY_FOR.items():
        if table.has(key) and kind not in types:
            raise table.wrong(key, f"only goes with type {' or '.join(types)}")
    for key in _NEEDS.get(kind, ()):
        if not table.has(key):
            raise table.wrong(key, f"is missing; type {kind} needs it")
    conditions = []
    for condition in table.tables("vereist_als"):
        condition.only("veld", "waarden")
        conditions.append(
            Condition(condition.text("veld"), condition.texts("waarden") if condition.has("waarden") else None)
        )
    field = Field(
        path=prefix + name,
        name=name,
        type=kind,
        omschrijving=table.text("omschrijving"),
        verplicht=table.flag("verplicht"),
        vereist_als=tuple(conditions),
        lengte=table.number("lengte"),
        lijst=table.optional_text("lijst"),
        meervoud=table.number("meervoud"),
        klasse=table.optional_text("klasse"),
        kluis=table.flag("kluis"),
        onvolledig=table.flag("onvolledig"),
        min=table.number("min"),
        max=table.number("max"),
        patroon=table.optional_text("patroon"),
        blok=blok,
    )
    _judge(field, table)
    return field


def _judge(field: Field, table: Table) -> None:
    """Raises ContractError for a field that is no sense by itself."""
    if field.verplicht and field.vereist_als:
        raise table.wrong("vereist_als", "leave it out; the field is always verplicht")
    if field.klasse is not None and field.klasse not in CLASSES:
        raise table.wrong("klasse", f"{field.klasse} is unknown; choose from {', '.join(CLASSES)}")
    if (field.type == "bsn" or field.klasse == "bsn") and not (field.kluis and field.klasse == "bsn"):
        raise table.wrong("kluis", 'a bsn has klasse = "bsn" and kluis = true')
    if field.kluis and not field.klasse:
        raise table.wrong("klasse", "say which class of personal data goes to the kluis")
    if field.lengte is not None and not 1 <= field.lengte <= 4000:
        raise table.wrong("lengte", "choose from 1 up to 4000")
    if field.meervoud is not None and not 2 <= field.meervoud <= 100:
        raise table.wrong("meervoud", "choose from 2 up to 100, or leave it out")
    if field.meervoud and (field.type not in ("code", "tekst") or field.kluis):
        raise table.wrong("meervoud", "only a code or tekst outside the kluis can be repeated")
    if field.min is not None and field.max is not None and field.min > field.max:
        raise table.wrong("min", "is greater than max")
    if field.lijst is not None and field.lijst not in list_names():
        raise table.wrong("lijst", f"{field.lijst} does not exist; add schemas/codelists/{field.lijst}.csv")
    if field.type == "code" and not field.name.endswith("_code"):
        raise table.wrong("", "the name of a code ends in _code")
    if field.type == "ja_nee" and not field.name.startswith(("is_", "heeft_")):
        raise table.wrong("", "the name of a ja_nee begins with is_ or heeft_")
    if field.patroon is not None:
        if re.search(r"\(\?|\\[dwsbDWSBAZ]|[\^$]", field.patroon):
            raise table.wrong("patroon", r"write [0-9] for \d; no (?…), ^ or $: the pattern goes into the XSD too")
        try:
            re.compile(field.patroon)
        except re.error as error:
            raise table.wrong("patroon", f"is no regular expression ({error})") from None


def wrong_field(veld: str, waarden: Iterable[str] | None, fields: Mapping[str, Field]) -> str | None:
    """What is wrong with a condition on `veld`, or None."""
    field = fields.get(veld)
    if field is None:
        return f"{veld} is no field of this contract"
    if field.meervoud:
        return f"{veld} is repeated; a condition needs a single value"
    for waarde in waarden or ():
        standard = field.lijst in CodeLists.standard().names()
        if field.lijst and standard and not CodeLists.standard().knows(field.lijst, waarde):
            return f"{waarde} is not in the list {field.lijst}"
        if field.type == "ja_nee" and waarde not in ("true", "false"):
            return f"{veld} is true or false, never {waarde}"
    return None
