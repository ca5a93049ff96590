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
:root { color-scheme: light dark; --lijn: #8886; --zacht: #8881; --schakel: #14508c; --fout: #a3201d; --goed: #17603a }
@media (prefers-color-scheme: dark) { :root { --schakel: #8ab4f8; --fout: #ff8a80; --goed: #81c995 } }
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, "Segoe UI", Roboto, Arial, sans-serif; max-width: 64rem; margin: 0 auto;
       padding: 1.5rem 1rem }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; font-variant-numeric: tabular-nums }
th, td { text-align: left; vertical-align: top; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid var(--lijn) }
th { font-size: .9rem }
h1, h4 { font-size: 1.5rem; margin: .6rem 0 } h2, h5 { font-size: 1.1rem; margin: 1.6rem 0 .2rem }
h6 { font-size: 1rem; margin: 1rem 0 0 }
ul { padding-left: 1.2rem } ol { list-style: none; padding: 0; margin: 0; font-size: .9rem }
a[href] { color: var(--schakel) }
summary { cursor: pointer } details { background: var(--zacht); border-radius: 4px; padding: .4rem .8rem }
td { overflow-wrap: anywhere }
@media (max-width: 40rem) { table { display: block; overflow-x: auto } }
.nee, .text-danger { color: var(--fout); font-weight: 600; font-style: normal }
.text-success { color: var(--goed); font-style: normal }
"""
#: What a browser fetches by itself, what only works with a script (buttons, a filter, what folds out), and the letter
#: of the library to its own readers.
GONE = "//script | //link | //style | //img | //iframe | //button | //comment() | //base | //footer" \
       " | //meta | //title[not(text())] | //*[@data-toggle='collapse']" \
       " | //*[contains(@class, 'card ') and .//input] | //input | //select | //textarea" \
       " | //*[contains(@class, 'ge-newsletter') or contains(@class, 'newsletter')]"  # fmt: skip
#: The fixed words of the library, for readers of Dutch. What is not named here stays as it is.
WORDS = {
    "Data documentation compiled by Great Expectations": "Kwaliteit van een levering",
    "Home": "Naar het overzicht",
    "Expectation Validation Result": "Oordeel over kwaliteit",
    "Evaluates whether a batch of data matches expectations.": "Wat verwacht werd, en wat gezien is.",
    "Table of Contents": "Inhoud",
    "Overview": "In het kort",
    "Expectation Suite:": "Wat:",
    "Data asset: None": "",
    "Status:": "Oordeel:",
    "Succeeded": "zoals verwacht",
    "Failed": "niet zoals verwacht",
    "Statistics": "Aantallen",
    "Evaluated Expectations": "Verwachtingen",
    "Successful Expectations": "Zoals verwacht",
    "Unsuccessful Expectations": "Niet zoals verwacht",
    "Success Percent": "Deel zoals verwacht",
    "Info": "Gemaakt met",
    "Great Expectations Version": "Great Expectations",
    "Run Name": "Dag",
    "Run Time": "Moment",
    "Status": "In orde",
    "Expectation": "Verwacht",
    "Observed Value": "Gezien",
}


FETCHES = ("src", "srcset", "background", "poster", "action", "data", "formaction")


def close_off(folder: Path) -> None:
    """Rewrite every page below a folder, and drop what the library laid beside them."""
    shutil.rmtree(folder / "static", ignore_errors=True)
    for path in sorted(folder.rglob("*.html")):
        page = html.parse(str(path)).getroot()
        _without_outside(page)
        _in_dutch(page)
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


def _in_dutch(page: HtmlElement) -> None:
    """The fixed words in Dutch, marks as words where they were pictures of a font, and a long list of links folded."""
    page.set("lang", "nl")
    for element in page.iter():
        for place in ("text", "tail"):
            said = " ".join((getattr(element, place) or "").split())
            if said in WORDS:
                setattr(element, place, f" {WORDS[said]} ")
    for mark in page.xpath("//i[contains(@class, 'text-success') or contains(@class, 'text-danger')]"):
        if not mark.get("aria-hidden"):
            mark.text = "ja" if "text-success" in mark.get("class") else "nee"
    for links in page.xpath("//nav[@id='navigation']"):
        folded = html.fragment_fromstring("<details><summary>Onderwerpen</summary></details>")
        links.addprevious(folded)
        folded.append(links)


def _dress(page: HtmlElement) -> None:
    """Our own style and a policy; an icon of nothing, which a browser would else ask for."""
    head = page.find("head")
    head.insert(0, html.fragment_fromstring(f"<style>{STYLE}</style>"))
    head.insert(0, html.fragment_fromstring('<link rel="icon" href="data:,">'))
    head.insert(0, html.fragment_fromstring(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'))
    head.insert(0, html.fragment_fromstring('<meta name="viewport" content="width=device-width, initial-scale=1">'))
    head.insert(0, html.fragment_fromstring('<meta charset="utf-8">'))
