"""From a code and a place in a contract to a fault with its details: limits, forms, conditions, names.

Used while checking, and again when a stored fault (code, field, index) has to be told to its sender.
"""

from collections.abc import Mapping

from schemas.contract import Contract, Field
from schemas.faults import CATALOGUE, Fault
from schemas.rules import RULES

_FORM = {
    "tekst": "één tekst",
    "code": "een code van letters en cijfers",
    "datum": "jjjj-mm-dd",
    "tijdstip": "jjjj-mm-ddTuu:mm:ss met Z of een tijdzone",
    "maand": "jjjj-mm",
    "geheel": "een heel getal, zoals 12",
    "decimaal": "een getal met een punt, zoals 12.5",
    "ja_nee": "true of false",
    "bsn": "negen cijfers",
    "postcode": "1234AB",
}


def form(field: Field) -> str:
    """How a value is written, in Dutch."""
    if field.onvolledig:
        return "jjjj-mm-dd, of jjjj-mm of jjjj als de rest onbekend is"
    return _FORM[field.type]


def condition(contract: Contract, field: Field, names: Mapping[str, str]) -> str:
    """When the field is required, in Dutch."""
    parts = []
    for one in field.vereist_als:
        veld = names.get(one.veld, one.veld)
        if one.waarden is None:
            parts.append(f"{veld} is ingevuld")
        else:
            *head, last = one.waarden
            parts.append(f"{veld} {', '.join(head)} of {last} is" if head else f"{veld} {last} is")
    return " of ".join(parts)


def details(contract: Contract, path: str, code: str, names: Mapping[str, str]) -> dict[str, str]:
    """What the text of this fault on this field may mention. Never a value."""
    told = {"veld": names.get(path, path)}
    group, _, inner = path.partition(".")
    for one in contract.groups:
        if one.name == path:
            return {**told, "meervoud": str(one.meervoud), "vorm": "een groep van velden"}
        if one.name == group and inner:
            fields: tuple[Field, ...] = one.fields
            break
    else:
        fields, inner = contract.fields, path
    field = next((field for field in fields if field.path == inner), None)
    if field is None:
        return {**told, "vorm": "een groep van velden"}
    for key in ("lijst", "lengte", "min", "max", "meervoud"):
        if getattr(field, key) is not None:
            told[key] = str(getattr(field, key))
    told["vorm"] = field.patroon if code == "V014" and field.patroon else form(field)
    told.setdefault("meervoud", "1")
    if field.vereist_als:
        told["voorwaarde"] = condition(contract, field, names)
    return told


def fault_at(
    contract: Contract, code: str, path: str, index: int | None = None, names: Mapping[str, str] | None = None
) -> Fault:
    """The fault with its full text, from what was stored of it. Raises KeyError for a code that is unknown.

    `names` maps contract paths to the sender's own field names.
    """
    spelled = names or {}
    for name in contract.regels:
        rule = RULES[name]
        if rule.code == code and rule.on == path:
            return rule.fault(spelled)
    return Fault(code, path, CATALOGUE[code].level, index, details(contract, path, code, spelled))
