"""Files as the XML parties make them: one levering per bericht per night, after the published schema.

The order of the elements is read from the published XSD, and every file is held against it before it goes out:
without the records that are wrong on purpose it must be valid.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from lxml import etree

PUBLISHED = Path(__file__).resolve().parents[2] / "schemas" / "published"
XS = "{http://www.w3.org/2001/XMLSchema}"
Order = dict[str, "Order | None"]


class Regel(Protocol):
    """One line of a levering: see kit.world.Regel."""

    @property
    def actie(self) -> str: ...

    @property
    def record(self) -> Mapping[str, Any]: ...

    @property
    def faulty(self) -> tuple[str, ...]: ...


class Levering(Protocol):
    """What a party puts ready in one night: see kit.world.Levering."""

    @property
    def bericht(self) -> str: ...

    @property
    def stand_op(self) -> str: ...

    @property
    def omvang(self) -> str: ...

    @property
    def regels(self) -> tuple[Regel, ...]: ...


def file_name(bericht: str, day: str) -> str:
    """aanmelding_20150302.xml"""
    return f"{bericht}_{day.replace('-', '')}.xml"


def write(levering: Levering, afzender: str, path: Path) -> None:
    """Write a levering as XML. Raises ValueError when what is meant to be right is not after the schema.

    Streams: memory does not grow with the file. The name `path` appears when the file is whole.
    """
    namespace = f"urn:nl:regiohub:{levering.bericht}:1"
    part = path.with_name(f"{path.name}.part")
    head = {"stand_op": levering.stand_op, "afzender": afzender, "omvang": levering.omvang}
    correct = etree.Element(f"{{{namespace}}}levering", head, nsmap={None: namespace})  # type: ignore[dict-item]
    with etree.xmlfile(str(part), encoding="utf-8") as out:
        out.write_declaration()
        with out.element(f"{{{namespace}}}levering", head, nsmap={None: namespace}):
            for regel in levering.regels:
                element = _element(levering.bericht, namespace, regel)
                out.write("\n  ", element)
                if not regel.faulty:
                    correct.append(element)
            out.write("\n")
    xsd = schema(levering.bericht)
    if not xsd.validate(correct):
        part.unlink()
        log: Iterable[Any] = xsd.error_log  # type: ignore[assignment]  # the stubs miss that it can be iterated
        places = sorted({(error.type_name, error.path or "") for error in log})[:3]
        raise ValueError(f"{path.name} is not after the published schema: {places}")
    part.replace(path)


def schema_path(bericht: str) -> Path:
    """The published XSD of version 1 of a bericht."""
    return PUBLISHED / bericht / "v1.xsd"


@cache
def schema(bericht: str) -> etree.XMLSchema:
    """The published XSD, ready to validate."""
    return etree.XMLSchema(etree.parse(str(schema_path(bericht))))


@cache
def order_of(bericht: str) -> Order:
    """The elements of a record in the order of the published XSD; a nested one has an order of its own."""
    root = etree.parse(str(schema_path(bericht))).getroot()
    types = {str(each.get("name")): each for each in root.iter(f"{XS}complexType") if each.get("name")}

    def children(element: etree._Element) -> Order | None:
        inner = element.find(f"{XS}complexType")
        if inner is None:
            inner = types.get(str(element.get("type")).rpartition(":")[2])
        if inner is None:
            return None
        return {str(each.get("name")): children(each) for each in _elements(inner)}

    record = next(each for each in root.iter(f"{XS}element") if each.get("name") == bericht)
    return children(record) or {}


def _elements(type_: etree._Element) -> Iterator[etree._Element]:
    """The elements directly in a complex type, through its sequences and choices."""
    for each in type_:
        if each.tag == f"{XS}element":
            yield each
        elif each.tag in (f"{XS}sequence", f"{XS}choice", f"{XS}all"):
            yield from _elements(each)


def _element(bericht: str, namespace: str, regel: Regel) -> etree._Element:
    element = etree.Element(f"{{{namespace}}}{bericht}")
    if regel.actie == "verwijderen":
        element.set("actie", "verwijderen")
    _fill(element, namespace, order_of(bericht), regel.record)
    return element


def _fill(element: etree._Element, namespace: str, order: Order, record: Mapping[str, Any]) -> None:
    unknown = record.keys() - order.keys()
    if unknown:
        raise ValueError(f"not in the published schema of {element.tag}: {', '.join(sorted(unknown))}")
    for name, inner in order.items():
        if name not in record:
            continue
        value = record[name]
        for each in value if isinstance(value, list) else [value]:
            child = etree.SubElement(element, f"{{{namespace}}}{name}")
            if isinstance(each, Mapping):
                _fill(child, namespace, inner or {}, each)
            elif each is not None:
                child.text = str(each).lower() if isinstance(each, bool) else str(each)
