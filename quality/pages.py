"""Data Docs that ask nothing of the outside: those of Great Expectations without scripts, fonts, logos, links out.

What the library makes loads sixteen files from elsewhere, and a logo whose address tells which installation looks. Here
nothing is left that a browser would fetch, and a policy in each page forbids it what might come with a next version.
"""

import shutil
from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from lxml import html
from lxml.html import HtmlElement

from quality.expectations import Outcome

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8886 }
h1 { font-size: 1.5rem } h2, h4, h5 { font-size: 1.1rem }
ul { padding-left: 1.2rem }
a { color: #2a63b8 } @media (prefers-color-scheme: dark) { a { color: #8ab4f8 } }
.nee { color: #b3261e; font-weight: 600 } @media (prefers-color-scheme: dark) { .nee { color: #ff8a80 } }
"""
#: What a browser fetches by itself, what only works with a script, and the letter of the library to its own readers.
GONE = "//script | //link | //style | //img | //iframe | //button | //comment() | //meta[@http-equiv] | //base" \
       " | //footer | //*[contains(@class, 'ge-newsletter') or contains(@class, 'newsletter')]"  # fmt: skip


FETCHES = ("src", "srcset", "background", "poster", "action", "data", "formaction")


def close_off(folder: Path) -> None:
    """Rewrite every page below a folder, and drop what the library laid beside them."""
    shutil.rmtree(folder / "static", ignore_errors=True)
    for path in sorted(folder.rglob("*.html")):
        page = html.parse(str(path)).getroot()
        _without_outside(page)
        _dress(page)
        path.write_bytes(html.tostring(page, doctype="<!DOCTYPE html>", encoding="utf-8"))


def index(folder: Path, title: str, outcomes: Sequence[Outcome]) -> None:
    """The page to begin at: what was judged, the newest first, and what of it was not as expected."""
    pages = {path.stem: path.relative_to(folder).as_posix() for path in folder.glob("validations/**/*.html")}
    rows = []
    for outcome in sorted(outcomes, key=lambda one: (one.vandaag, one.suite), reverse=True):
        unmet = [f"{one.expectation} {one.subject}".rstrip() for one in outcome.results if not one.is_met]
        said = f'<span class="nee">{escape(", ".join(dict.fromkeys(unmet)))}</span>' if unmet else "zoals verwacht"
        link = f'<a href="{escape(pages[outcome.name])}">{escape(outcome.suite)}</a>'
        rows.append(f"<tr><td>{outcome.vandaag}</td><td>{link}</td><td>{escape(outcome.name)}</td><td>{said}</td></tr>")
    head = "<tr><th>Dag</th><th>Wat</th><th>Levering</th><th>Oordeel</th></tr>"
    body = f"<h1>{escape(title)}</h1><table>{head}{''.join(rows)}</table>"
    page = html.document_fromstring(
        f'<html lang="nl"><head><title>{escape(title)}</title></head><body>{body}</body></html>'
    )
    _dress(page)
    (folder / "index.html").write_bytes(html.tostring(page, doctype="<!DOCTYPE html>", encoding="utf-8"))


def _without_outside(page: HtmlElement) -> None:
    for element in page.xpath(GONE):
        if element.getparent() is not None:
            element.drop_tree()
    for element in page.iter():
        for name, value in list(element.attrib.items()):
            if name in FETCHES or name.startswith("on") or _leads_out(name, value):
                del element.attrib[name]


def _leads_out(name: str, value: str) -> bool:
    if name == "style":
        return "url(" in value.lower()
    place = urlsplit(value)
    return name == "href" and bool(place.scheme or place.netloc or "expectations/" in place.path)


def _dress(page: HtmlElement) -> None:
    """Our own style and a policy; an icon of nothing, which a browser would else ask for."""
    head = page.find("head")
    head.insert(0, html.fragment_fromstring(f"<style>{STYLE}</style>"))
    head.insert(0, html.fragment_fromstring('<link rel="icon" href="data:,">'))
    head.insert(0, html.fragment_fromstring(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'))
    head.insert(0, html.fragment_fromstring('<meta charset="utf-8">'))
