"""What gemeenten ask beyond the contract, as a page for the sender, in Dutch (Markdown)."""

from collections.abc import Iterable
from datetime import date

from schemas.arrangement import Arrangement
from schemas.codelists import CodeLists
from schemas.contract import Field, load

_HEAD = """\
<!-- Gemaakt met python -m exchange.invullingen; wijzig regions/*/arrangements, niet deze pagina. -->
# Invullingen

Binnen het raamcontract maakt elke gemeente haar eigen, plaatselijke invulling. Een gemeente kan vragen dat een veld van
een [bericht](contracts/README.md) altijd gevuld is, en een codelijst inkorten. Zij voegt geen velden toe.

- Een invulling geldt voor records met de `gemeente_code` van die gemeente, wie ze ook levert, en met een **datum van
  het record** in haar periode. Records van andere gemeenten, of van eerder, toetst de hub alleen aan het bericht zelf.
- De gepubliceerde schema's (XSD en JSON Schema) blijven voor alle gemeenten gelijk. Wat hieronder staat, toetst alleen
  de hub: een record dat er niet aan voldoet, wordt afgekeurd met [V028](contracts/fouten.md#V028) of
  [V029](contracts/fouten.md#V029).
- *Getoetst vanaf* is de eerste nacht waarin de hub ermee toetst. Wat toen al was aangenomen, blijft staan.
- Gelden er twee invullingen op één dag, dan geldt de jongste, en die in haar geheel.
"""


def render(regions: Iterable[tuple[str, Iterable[Arrangement], CodeLists]]) -> str:
    """The page of all regions: title, arrangements and the code lists that name their codes."""
    lines = [_HEAD]
    for title, arrangements, codelists in regions:
        lines += [f"## {title}", ""]
        told = sorted(arrangements, key=lambda one: (one.gemeente, one.van, one.known_from, one.bericht))
        lines += [line for one in told for line in _of_one(one, codelists)]
        if not told:
            lines += ["Geen gemeente vraagt meer dan het bericht.", ""]
    return "\n".join(lines)


def _of_one(one: Arrangement, codelists: CodeLists) -> list[str]:
    contract = load(one.bericht, one.major)
    until = f" tot en met {_day(one.tot_en_met)}" if one.tot_en_met else ""
    lines = [
        f"### {one.gemeente} ({one.gemeente_code}), {one.bericht}, vanaf {_day(one.van)}{until}",
        "",
        f"Datum van het record: `{contract.peildatum}`. Getoetst vanaf {_day(one.known_from)}.",
        "",
    ]
    if not (one.verplicht or one.alleen):
        return [*lines, "Vraagt niets meer dan het bericht.", ""]
    fields: dict[str, Field] = {field.path: field for field in contract.fields}
    lines += ["| veld | verplicht | codes |", "|---|---|---|"]
    for path in sorted({*one.verplicht, *one.alleen}):
        required = "ja" if path in one.verplicht else ""
        lijst = fields[path].lijst if path in fields else None
        names = {row.code: row.naam for row in codelists.rows(lijst)} if lijst else {}
        codes = ", ".join(f"`{code}` {names[code]}" for code in one.alleen.get(path, ()))
        lines.append(f"| `{path}` | {required} | {codes or 'als in het bericht'} |")
    return [*lines, ""]


def _day(day: date) -> str:
    return f"{day.day}-{day.month}-{day.year}"
