"""XSD 1.0 of one bericht: for senders, and equal in verdict to the structural check.

An optional field may be an empty element (the field is emptied); a required one may not. XSD 1.0 cannot
make a content depend on an attribute, so a record is "its key, and then all or nothing of the rest", and an
`xs:key` within each record demands exactly one of the attribute `actie` and the first other required field.
"""

from collections.abc import Sequence

from lxml import etree

from schemas.codelists import DATED, REGION_LISTS, CodeLists
from schemas.contract import Block, Contract, Field, Group
from schemas.types import BSN, CODE, DECIMAL, POSTCODE, WHOLE, YEAR

XS = "http://www.w3.org/2001/XMLSchema"

_DAY = f"{YEAR}-[0-9]{{2}}-[0-9]{{2}}"
_CLOCK = r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?(Z|[+\-][0-9]{2}:[0-9]{2})"
#: type -> base and pattern; the base knows the calendar, the pattern leaves out what we do not accept
_SIMPLE: dict[str, tuple[str, str]] = {
    "datum": ("xs:date", _DAY),
    "tijdstip": ("xs:dateTime", _DAY + _CLOCK),
    "maand": ("xs:gYearMonth", f"{YEAR}-[0-9]{{2}}"),
    "jaar": ("xs:gYear", YEAR),
    "geheel": ("xs:integer", WHOLE),
    "decimaal": ("xs:decimal", DECIMAL),
    "ja_nee": ("xs:boolean", "true|false"),
    "bsn": ("xs:token", BSN),
    "postcode": ("xs:token", POSTCODE),
    "code": ("xs:token", CODE),
    "afzender": ("xs:token", "[0-9]{4}|[0-9]{8}"),
}


def _xs(parent: etree._Element, tag: str, text: str = "", **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{XS}}}{tag}", attrib=attributes)
    if text:
        note = etree.SubElement(etree.SubElement(element, f"{{{XS}}}annotation"), f"{{{XS}}}documentation")
        note.text = text
    return element


class _Types:
    """The named simple types, made when first asked for and written after the elements."""

    def __init__(self, schema: etree._Element) -> None:
        self._schema = schema
        self._made: set[str] = set()

    def of(self, field: Field) -> str:
        """The name of the type of this field; an optional one may be empty."""
        if field.type == "tekst":
            return self._text(field)
        if field.type == "datum" and field.onvolledig:
            return self._or_empty(self._union("datum_onvolledig", ["datum", "maand", "jaar"]), field.verplicht)
        return self._or_empty(self._typed(field), field.verplicht)

    def simple(self, name: str, **facets: int) -> str:
        base, pattern = _SIMPLE[name.split("_van_")[0]]
        if self._new(name):
            restriction = _xs(_xs(self._schema, "simpleType", name=name), "restriction", base=base)
            _xs(restriction, "pattern", value=pattern)
            for facet, value in facets.items():
                _xs(restriction, facet, value=str(value))
        return name

    def enumeration(self, name: str, codes: Sequence[tuple[str, str]], text: str = "") -> str:
        if self._new(name):
            restriction = _xs(_xs(self._schema, "simpleType", text, name=name), "restriction", base="xs:token")
            for code, naam in codes:
                _xs(restriction, "enumeration", naam, value=code)
        return name

    def _new(self, name: str) -> bool:
        new = name not in self._made
        self._made.add(name)
        return new

    def _typed(self, field: Field) -> str:
        if field.type == "code" and field.lijst is not None:
            if field.lijst in DATED or field.lijst in REGION_LISTS:
                return self.simple("code")
            codes = [(row.code, row.naam) for row in CodeLists.standard().rows(field.lijst)]
            return self.enumeration(f"code_{field.lijst}", codes, f"Codelijst {field.lijst}")
        if field.type in ("geheel", "decimaal"):
            name = f"{field.type}_van_{field.min}_tot_en_met_{field.max}"
            return self.simple(name, minInclusive=field.min or 0, maxInclusive=field.max or 0)
        return self.simple(field.type)

    def _text(self, field: Field) -> str:
        name = f"tekst_{field.lengte}" + ("_gevuld" if field.verplicht else "")
        if field.patroon:
            name = f"tekst_{field.path.replace('.', '_')}"
        if self._new(name):
            restriction = _xs(_xs(self._schema, "simpleType", name=name), "restriction", base="xs:string")
            _xs(restriction, "maxLength", value=str(field.lengte))
            if field.patroon:
                empty = "" if field.verplicht else r"|\s*"
                _xs(restriction, "pattern", value=f"({field.patroon}){empty}")
            elif field.verplicht:
                _xs(restriction, "pattern", value=r"[\s\S]*\S[\s\S]*")
        return name

    def _union(self, name: str, members: list[str]) -> str:
        for member in members:
            if member in _SIMPLE:
                self.simple(member)
        if self._new(name):
            _xs(_xs(self._schema, "simpleType", name=name), "union", memberTypes=" ".join(members))
        return name

    def _or_empty(self, name: str, required: bool) -> str:
        if required:
            return name
        if self._new("leeg"):
            empty = _xs(self._schema, "simpleType", "Een leeg element: het veld wordt leeggemaakt", name="leeg")
            _xs(_xs(empty, "restriction", base="xs:token"), "maxLength", value="0")
        return self._union(f"{name}_of_leeg", [name, "leeg"])


def render(contract: Contract) -> str:
    """The XSD as text, ending in a newline."""
    prefixes: dict[str | None, str] = {"xs": XS, None: contract.namespace, "b": contract.namespace}
    schema = etree.Element(f"{{{XS}}}schema", nsmap=prefixes)  # type: ignore[arg-type]  # stubs know no None
    schema.set("targetNamespace", contract.namespace)
    schema.set("elementFormDefault", "qualified")
    schema.set("version", contract.versie)
    types = _Types(schema)
    note = _xs(_xs(schema, "annotation"), "documentation")
    note.text = f"{contract.titel} {contract.versie}. {contract.omschrijving} Gemaakt uit het contract."
    _delivery(schema, contract, types)
    _record(schema, contract, types)
    etree.indent(schema)
    return etree.tostring(schema, encoding="unicode") + "\n"


def _delivery(schema: etree._Element, contract: Contract, types: _Types) -> None:
    kind = _xs(_xs(schema, "element", name="levering"), "complexType")
    sequence = _xs(kind, "sequence")
    _xs(sequence, "element", ref=contract.bericht, minOccurs="0", maxOccurs="unbounded")
    told = "Moment waarop de gegevens zo in het eigen systeem stonden"
    _xs(kind, "attribute", told, name="stand_op", type=types.simple("tijdstip"), use="required")
    told = "Wie levert: CBS-code van een gemeente of KvK-nummer van een aanbieder"
    _xs(kind, "attribute", told, name="afzender", type=types.simple("afzender"), use="required")
    scope = [
        ("volledig", "Alle records: wat ontbreekt, is ingetrokken"),
        ("wijzigingen", "Alleen nieuwe, gewijzigde en te verwijderen records"),
    ]
    _xs(kind, "attribute", name="omvang", type=types.enumeration("omvang", scope), use="required")


def _record(schema: etree._Element, contract: Contract, types: _Types) -> None:
    record = _xs(schema, "element", contract.omschrijving, name=contract.bericht)
    kind = _xs(record, "complexType")
    outer = _xs(kind, "sequence")
    keys = [field for field in contract.flat if field.path in contract.sleutel]
    others = [field for field in contract.flat if field.path not in contract.sleutel]
    for field in keys:
        _field(outer, field, types)
    rest = _xs(outer, "sequence", "Ontbreekt als geheel bij actie=verwijderen, en alleen dan", minOccurs="0")
    for field in others:
        _field(rest, field, types)
    for block in contract.blocks:
        if block.genest:
            _block(rest, block, types)
    for group in contract.groups:
        _group(rest, group, types)
    told = "Het record met deze sleutel is ten onrechte geleverd en moet weg"
    actie = types.enumeration("actie", [("verwijderen", told)])
    _xs(kind, "attribute", name="actie", type=actie)
    proof = next(field for field in others if field.verplicht)
    unique = _xs(record, "key", name=f"{contract.bericht}_of_verwijdering")
    _xs(unique, "selector", xpath=".")
    _xs(unique, "field", xpath=f"@actie|b:{proof.name}")


def _field(parent: etree._Element, field: Field, types: _Types) -> None:
    attributes = {"name": field.name, "type": types.of(field)}
    if not field.verplicht:
        attributes["minOccurs"] = "0"
    if field.meervoud:
        attributes["maxOccurs"] = str(field.meervoud)
    _xs(parent, "element", field.omschrijving, **attributes)


def _block(parent: etree._Element, block: Block, types: _Types) -> None:
    """An optional block may be absent or empty; once it holds anything, its own required fields are required."""
    optional = {} if block.verplicht else {"minOccurs": "0"}
    element = _xs(parent, "element", block.omschrijving, name=block.name, **optional)
    sequence = _xs(_xs(element, "complexType"), "sequence", **optional)
    for field in block.fields:
        _field(sequence, field, types)


def _group(parent: etree._Element, group: Group, types: _Types) -> None:
    optional = {} if group.verplicht else {"minOccurs": "0"}
    element = _xs(parent, "element", group.omschrijving, name=group.name, maxOccurs=str(group.meervoud), **optional)
    sequence = _xs(_xs(element, "complexType"), "sequence", **optional)
    for field in group.fields:
        _field(sequence, field, types)
