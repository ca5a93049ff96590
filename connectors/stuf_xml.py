"""StUF over SOAP as XML: its namespaces, a parser that follows nothing, and one way of writing things down.

StUF 03.01 with sector model ZKN 03.10 (which borrows persons from BG 03.10), in SOAP 1.1.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from connectors.formats.xml_tree import OPTIONS

STUF = "http://www.egem.nl/StUF/StUF0301"
ZKN = "http://www.egem.nl/StUF/sector/zkn/0310"
BG = "http://www.egem.nl/StUF/sector/bg/0310"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
DTD = "<!DOCTYPE"
NAMES = {"StUF": STUF, "ZKN": ZKN, "BG": BG, "SOAP": SOAP, "xsi": XSI}


class Unreadable(Exception):
    """No whole XML, or XML with a DTD. Says nothing of what is in it."""


class Forbidden(Unreadable):
    """XML with a DTD: entities that unfold, or that point elsewhere. No system sends it by accident."""


def parse(content: bytes | str) -> Any:
    """The root element. Entities are not resolved, nothing outside is fetched. Raises Unreadable, Forbidden."""
    root: Any = None
    try:
        root = etree.fromstring(content, etree.XMLParser(**OPTIONS))
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is not None and not root.getroottree().docinfo.doctype:
        return root
    raise Forbidden if DTD in (content if isinstance(content, str) else content.decode("latin-1")) else Unreadable


def body(root: Any) -> Any:
    """The message: the first element in the SOAP body, or the root itself where there is no envelope."""
    if root.tag != f"{{{SOAP}}}Envelope":
        return root
    found = root.find("SOAP:Body/*", NAMES)
    if found is None:
        raise Unreadable
    return found


def written(element: Any) -> str:
    """An element with the namespaces that it uses, in canonical form: equal content gives equal text.

    Raises Unreadable for what has no such form (a namespace that is no whole address).
    """
    text = b""
    try:
        text = etree.tostring(element, method="c14n", exclusive=True, with_comments=False)
    except etree.C14NError:
        text = b""
    if not text:
        raise Unreadable
    return str(text, "utf-8")


def local(element: Any) -> str:
    """The name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def said(element: Any, path: str) -> str:
    """The text at a path below an element, "" where there is none."""
    return (element.findtext(path, "", NAMES) or "").strip()
