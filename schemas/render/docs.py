"""The contract as a page for the sender, in Dutch (Markdown)."""

import json
from collections.abc import Iterable
from typing import Any

from schemas.codelists import DATED, REGION_LISTS, CodeLists
from schemas.contract import ROOT, Contract, Field
from schemas.faults import CATALOGUE
from schemas.messages import condition, form
from schemas.record import flatten
from schemas.render.xml_record import write_delivery, write_record
from schemas.rules import RULES

_CLASS = {"w": "gewoon", "b": "bijzonder", "bsn": "bsn", "m": "medewerker", None: ""}
_MADE = "<!-- Gemaakt met python -m schemas.publish; wijzig het contract, niet deze pagina. -->"
_MOMENT = "2015-03-02T00:00:00Z"

_DELIVER = """\
Lever één XML-bestand per bericht, gecodeerd in UTF-8, dat geldig is volgens
[`{bericht}/v{major}.xsd`](../../schemas/published/{bericht}/v{major}.xsd). Wie JSON levert, volgt
[`v{major}.schema.json`](../../schemas/published/{bericht}/v{major}.schema.json); de beide schema's en de hub
oordelen gelijk over de opbouw.

- `stand_op` is het moment waarop de gegevens zo in uw systeem stonden, met `Z` of een tijdzone.
- `afzender` is uw CBS-code (gemeente, vier cijfers) of KvK-nummer (aanbieder, acht cijfers).
- `omvang="volledig"` betekent: dit zijn al uw records, en wat ontbreekt, is ingetrokken.
  `omvang="wijzigingen"` betekent: alleen nieuwe, gewijzigde en te verwijderen records.
- Een record is altijd volledig: lever bij een wijziging het hele record opnieuw.
- Een **leeg element** (in JSON `null`) maakt het veld leeg. Een element dat **ontbreekt**, is niet geleverd.
  Een verplicht veld kan niet leeg zijn.
- Een record dat ten onrechte is geleverd, verwijdert u met `actie="verwijderen"` en alleen de sleutel.
- De velden staan in XML in de volgorde van de tabel.
- Velden die hier niet staan, weigert het schema; de hub neemt ze niet over en meldt dat één keer per levering.

Wie **CSV of XLSX** levert, zet op de eerste regel de namen van de kolommen (`persoon.bsn`, `score.1.begin`, of eigen
namen die met de regio zijn afgesproken) en daarna één record per regel. Scheidingsteken en tekenset zijn afgesproken.
De naam van het bestand zegt de rest: `{bericht}_20150302.csv` bevat wijzigingen, `{bericht}_20150302_volledig.csv`
al uw records van die dag. Een lege cel maakt het veld leeg; een kolom die ontbreekt, is niet geleverd. Maak codes op
als tekst, zodat een rekenblad geen voorloopnullen weghaalt.
"""


def render(contract: Contract) -> str:
    """The page of one bericht."""
    keys = ", ".join(f"`{path}`" for path in contract.sleutel)
    lines = [
        _MADE,
        f"# {contract.titel} {contract.versie}",
        "",
        contract.omschrijving,
        "",
        f"- **Sleutel:** {keys}. Dezelfde sleutel is hetzelfde record; zij bevat geen persoonsgegevens.",
        f"- **Datum van het record:** `{contract.peildatum}`; op die dag moet een code gelden.",
        f"- **Namespace:** `{contract.namespace}`",
        "",
        "## Zo levert u",
        "",
        _DELIVER.format(bericht=contract.bericht, major=contract.major),
        *_example(contract),
        "## Velden",
        "",
        "Een gemeente kan van haar eigen records meer vragen: zie [invullingen](../invullingen.md).",
        "",
        *_table(contract, contract.flat),
    ]
    for block in contract.blocks:
        if block.genest:
            lines += ["", f"### Blok `{block.name}`", "", block.omschrijving]
            lines += [*_when(block.name, block.verplicht), ""]
            lines += _table(contract, block.fields)
    for group in contract.groups:
        told = f"{group.omschrijving} Komt hoogstens {group.meervoud} keer voor."
        lines += ["", f"### Groep `{group.name}`", "", told, *_when(group.name, group.verplicht), ""]
        lines += _table(contract, group.fields)
    lines += ["", "## Regels tussen velden", "", *_rules(contract), "", "## Codes", "", *_codes(contract)]
    lines += ["## Fouten", "", "Alle fouten van een record komen in één keer terug; zie [fouten](fouten.md).", ""]
    return "\n".join(lines)


def _when(name: str, required: bool) -> list[str]:
    if required:
        return ["", f"`{name}` is verplicht."]
    told = "mag ontbreken of leeg zijn. Staat er iets in, dan gelden de verplichte velden hieronder."
    return ["", f"`{name}` {told}"]


def _table(contract: Contract, fields: Iterable[Field]) -> list[str]:
    lines = ["| veld | verplicht | vorm | uitleg | persoonsgegeven |", "|---|---|---|---|---|"]
    for field in fields:
        required = "ja" if field.verplicht else ""
        if field.vereist_als:
            required = f"als {condition(contract, field, {})}"
        kept = ", versleuteld bewaard" if field.kluis else ""
        klasse = f"{_CLASS[field.klasse]}{kept}"
        lines.append(f"| `{field.name}` | {required} | {_form(field)} | {field.omschrijving} | {klasse} |")
    return lines


def _form(field: Field) -> str:
    told = form(field)
    if field.type == "tekst":
        told = f"tekst, hoogstens {field.lengte} tekens" + (f", vorm `{field.patroon}`" if field.patroon else "")
    elif field.type == "code":
        told = f"code uit [{field.lijst}](#codelijst-{field.lijst})"
    elif field.type in ("geheel", "decimaal"):
        told = f"{form(field)}; {field.min} tot en met {field.max}"
    return f"{told}; hoogstens {field.meervoud} keer" if field.meervoud else told


def _rules(contract: Contract) -> list[str]:
    lines = ["| regel | velden | fout | gevolg |", "|---|---|---|---|"]
    for name in contract.regels:
        rule = RULES[name]
        fields = ", ".join(f"`{path}`" for path in rule.fields)
        severity = CATALOGUE[rule.code].severity
        lines.append(f"| {rule.omschrijving} | {fields} | [{rule.code}](fouten.md#{rule.code}) | {severity} |")
    return lines


def _codes(contract: Contract) -> list[str]:
    lists: dict[str, None] = {}
    groups = tuple(field for group in contract.groups for field in group.fields)
    for field in (*contract.fields, *groups):
        if field.lijst:
            lists.setdefault(field.lijst)
    lines = []
    for name in lists:
        lines += [f"### Codelijst {name}", ""]
        if name in REGION_LISTS:
            lines += ["Deze lijst hoort bij de regio; u krijgt haar bij het aansluiten.", ""]
        elif name in DATED:
            lines += ["CBS-codes van vier cijfers, met voorloopnul; de code geldt op de datum van het record.", ""]
        else:
            rows = CodeLists.standard().rows(name)
            lines += ["| code | betekenis | geldig |", "|---|---|---|"]
            lines += [f"| `{row.code}` | {row.naam} | {_period(row.geldig_van, row.geldig_tot)} |" for row in rows]
            lines.append("")
    return lines


def _period(van: Any, tot: Any) -> str:
    return " ".join(part for part in (f"vanaf {van}" if van else "", f"tot en met {tot}" if tot else "") if part)


def _example(contract: Contract) -> list[str]:
    """The first good example, in XML and JSON, with a removal behind it."""
    file = sorted((ROOT / "examples" / contract.bericht).glob("goed-*.json"))[0]
    nested = json.loads(file.read_text(encoding="utf-8"))
    raw = flatten(contract, nested)
    key = {path: f"{raw[path]}" for path in contract.sleutel}
    records = [write_record(contract, raw, indent="  "), write_record(contract, key, "verwijderen", "  ")]
    text = write_delivery(contract, records, _MOMENT, str(raw["verantwoordelijke_code"]))
    return [
        "```xml",
        text.rstrip(),
        "```",
        "",
        "Hetzelfde record in JSON:",
        "",
        "```json",
        json.dumps(nested, ensure_ascii=False, indent=2),
        "```",
        "",
        "De gegevens in de voorbeelden zijn verzonnen. Meer voorbeelden, goede en foute, staan in "
        f"[`schemas/examples/{contract.bericht}`](../../schemas/examples/{contract.bericht}).",
        "",
    ]


def faults() -> str:
    """The page of all faults."""
    levels = {
        "veld": "Fouten in één veld",
        "record": "Velden die niet bij elkaar passen",
        "levering": "De levering",
    }
    lines = [
        _MADE,
        "# Fouten",
        "",
        "Elke fout heeft een vaste code. Bij een **afkeur** wordt het record (of de levering) niet overgenomen;",
        "herstel het en lever opnieuw. Bij een **waarschuwing** is het overgenomen; kijk of het klopt. Van elk",
        "veld krijgt u de eerste fout, en van elk record alle velden tegelijk, met uw eigen veldnamen.",
    ]
    for level, title in levels.items():
        lines += ["", f"## {title}", "", "| code | gevolg | tekst | herstel | bron |", "|---|---|---|---|---|"]
        for entry in CATALOGUE.values():
            if entry.level == level:
                text = entry.tekst.replace("{", "‹").replace("}", "›")
                anchor = f'<a id="{entry.code}"></a>{entry.code}'
                lines.append(f"| {anchor} | {entry.severity} | {text} | {entry.herstel} | {entry.bron} |")
    return "\n".join([*lines, ""])


def overview(contracts: Iterable[Contract]) -> str:
    """The page that leads to the others."""
    lines = [
        _MADE,
        "# Berichten",
        "",
        "Wat een bericht is, staat in één contract; het XSD, het JSON Schema, de tabellen en deze pagina's zijn",
        "daaruit gemaakt.",
        "",
        "| bericht | versie | één record is |",
        "|---|---|---|",
    ]
    for contract in contracts:
        told = contract.omschrijving
        lines.append(f"| [{contract.bericht}]({contract.bericht}.md) | {contract.versie} | {told} |")
    more = "Wat gemeenten daarboven vragen: [invullingen](../invullingen.md)."
    return "\n".join([*lines, "", f"Alle fouten en hun codes: [fouten](fouten.md). {more}", ""])
