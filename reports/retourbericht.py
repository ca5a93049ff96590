"""The answer to a sender (retourbericht): a file for its system and a page for whoever works there.

The JSON is after schemas/published/retourbericht/v1.schema.json and holds every refused record. The page shows the
first of each kind, counts the others and says where they stand. Neither holds a value of a record.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from reports import wording

SHOWN = 20  # refused records per fault code, on the page
Document = Mapping[str, Any]


@dataclass
class Shown:
    """Of many refused records the first ones of each fault code: what a page has room for."""

    limit: int = SHOWN
    records: list[Document] = field(default_factory=list)
    left_out: int = 0
    _seen: Counter[str] = field(default_factory=Counter)

    def add(self, record: Document) -> None:
        """Look at one record, in the order of the delivery."""
        codes = {fault["code"] for fault in record["fouten"]}
        if all(self._seen[code] >= self.limit for code in codes):
            self.left_out += 1
            return
        self._seen.update(codes)
        self.records.append(record)


def write(folder: Path, name: str, head: Document, records: Iterable[Document]) -> bytes:
    """Write <name>.json and <name>.html below `folder`; returns the SHA-256 of the JSON.

    head: the document without `afgekeurde_records`; records: those, in one pass, so memory does not grow with them.
    """
    shown = Shown()
    file = folder / f"{name}.json"
    with file.open("w", encoding="utf-8") as stream:
        stream.write(json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "afgekeurde_records": [')
        for number, record in enumerate(records):
            stream.write(f"{',' if number else ''}\n  {json.dumps(record, ensure_ascii=False)}")
            shown.add(record)
        stream.write("\n ]\n}\n" if shown.records else "]\n}\n")
    (folder / f"{name}.html").write_text(page(head, shown, file.name), encoding="utf-8")
    with file.open("rb") as written:
        digest = sha256()
        while block := written.read(1 << 20):
            digest.update(block)
    return digest.digest()


def page(head: Document, shown: Shown, json_name: str) -> str:
    """The page: one HTML file that asks for nothing outside itself."""
    is_proef = head["soort"] == PROEF
    totals = WOULD_BE_TOTALS if is_proef or head["uitkomst"] == "aangehouden" else TOTALS
    badge = (WOULD_BE if is_proef else OUTCOME)[head["uitkomst"]]
    if head["uitkomst"] == "verwerkt" and head["aantallen"]["afgekeurd"]:
        badge = WOULD_BE_IN_PART if is_proef else IN_PART
    return _template().render(
        head=head, shown=shown, json_name=json_name, totals=totals, badge=badge, of_remarks=_of_remarks(head)
    )


#: What the counts are called on the page, and what each means.
TOTALS: dict[str, tuple[str, str]] = {
    "ontvangen": ("Ontvangen", "records in de levering"),
    "aangenomen": ("Aangenomen", "nieuw of gewijzigd"),
    "ongewijzigd": ("Ongewijzigd", "gelijk aan wat bekend was"),
    "achterhaald": ("Achterhaald", "er is al een nieuwere stand"),
    "verwijderd": ("Verwijderd", "berichten om te verwijderen"),
    "afgekeurd": ("Afgekeurd", "door u te herstellen"),
    "ingetrokken": ("Ingetrokken", "stond niet meer in uw volledige levering; telt niet mee in de som"),
}
#: The same where nothing was taken over (yet): of a delivery that is held, and of a trial.
WOULD_BE_TOTALS: Mapping[str, tuple[str, str]] = TOTALS | {
    "aangenomen": ("Aan te nemen", "nieuw of gewijzigd; zou worden overgenomen"),
    "verwijderd": ("Te verwijderen", "berichten om te verwijderen"),
    "ingetrokken": ("In te trekken", "staat niet meer in uw volledige levering; telt niet mee in de som"),
}
#: What the page says on top, and in which colour.
OUTCOME: Mapping[str, tuple[str, str]] = {
    "ontvangen": ("Ontvangen, wordt nog gekeurd", "wacht"),
    "aangehouden": ("Aangehouden", "wacht"),
    "verwerkt": ("Verwerkt", "goed"),
    "geweigerd": ("Geweigerd", "fout"),
    "dubbel": ("Al eerder ontvangen", "goed"),
}
PROEF = "proef"
NOTHING_KEPT = "Dit was een proef: er is niets van bewaard of verwerkt."
#: What it says on top of a trial, where that is another word.
WOULD_BE: Mapping[str, tuple[str, str]] = {
    "verwerkt": ("PROEF · in orde", "goed"),
    "aangehouden": ("PROEF · zou aangehouden worden", "wacht"),
    "geweigerd": ("PROEF · zou geweigerd worden", "fout"),
}
WOULD_BE_IN_PART = ("PROEF · deels afgekeurd", "wacht")
IN_PART = ("Verwerkt, deels afgekeurd", "wacht")


def sentence(head: Document) -> str:
    """What became of the delivery, in one or two plain sentences."""
    outcome, counts = head["uitkomst"], head["aantallen"]
    if head["soort"] == PROEF:
        return f"{NOTHING_KEPT} {_would_be(outcome, counts)}"
    earlier = head["levering"]["gelijk_aan"]
    if outcome == "ontvangen":
        return "Uw levering is ontvangen en wordt nog gekeurd. U hoeft niets te doen."
    if outcome == "aangehouden":
        return (
            "Uw levering is gekeurd en daarna aangehouden: er is iets ongewoons aan de levering als geheel. "
            "De gegevens die u eerder leverde, blijven intussen in gebruik. "
            "Lees hieronder waarom, en laat ons weten of de levering klopt."
        )
    if outcome == "geweigerd":
        return "Uw levering is als geheel geweigerd; er is niets van verwerkt. Herstel de oorzaak en lever opnieuw."
    if outcome == "dubbel":
        said = f"Deze levering is gelijk aan levering {earlier} en is niet opnieuw verwerkt."
        return f"{said} U hoeft niets te doen." if not counts["afgekeurd"] else f"{said} {_rejected(counts)}"
    said = _found(counts)
    if counts["ingetrokken"]:
        said += f" {_gone(counts, 'is', 'zijn')} ingetrokken."
    return said


def _would_be(outcome: str, counts: Mapping[str, int]) -> str:
    """What would become of a delivery that was only tried."""
    if outcome == "geweigerd":
        return "Een echte levering als deze wordt als geheel geweigerd. Herstel de oorzaak en probeer het opnieuw."
    said = _found(counts)
    if counts["ingetrokken"]:
        said += f" {_gone(counts, 'zou', 'zouden')} worden ingetrokken."
    if outcome == "aangehouden":
        said += " Een echte levering als deze wordt aangehouden, om wat hieronder staat over de levering als geheel."
    return said


def _of_remarks(head: Document) -> str:
    """What became of the records that were remarked on."""
    if head["uitkomst"] == "aangehouden" or (head["soort"] == PROEF and head["uitkomst"] == "verwerkt"):
        return "Dit zou wel worden overgenomen."
    return "Dit is wel overgenomen." if head["uitkomst"] == "verwerkt" else "Dit viel ons op."


def _gone(counts: Mapping[str, int], one: str, more: str) -> str:
    gone = counts["ingetrokken"]
    return wording.counted(
        gone, f"record dat er niet meer in stond, {one}", f"records die er niet meer in stonden, {more}"
    )


def _found(counts: Mapping[str, int]) -> str:
    """How many of the records are right."""
    if not counts["ontvangen"]:
        said = "Er stonden geen records in de levering."
    elif counts["afgekeurd"]:
        said = _rejected(counts)
    elif counts["ontvangen"] == 1:
        said = "Het record in de levering is in orde. U hoeft niets te doen."
    else:
        said = f"Alle {wording.number(counts['ontvangen'])} records in de levering zijn in orde. U hoeft niets te doen."
    return said


def _rejected(counts: Mapping[str, int]) -> str:
    received, rejected = wording.number(counts["ontvangen"]), wording.number(counts["afgekeurd"])
    is_one = counts["afgekeurd"] == 1
    cure = f"Herstel {'het' if is_one else 'ze'} in uw systeem en lever {'het' if is_one else 'ze'} opnieuw."
    if counts["ontvangen"] == counts["afgekeurd"]:
        all_of_it = "Het record in de levering is" if is_one else f"Alle {received} records in de levering zijn"
        return f"{all_of_it} afgekeurd. {cure}"
    verb = "is" if is_one else "zijn"
    others = "het andere is" if counts["ontvangen"] - counts["afgekeurd"] == 1 else "de andere zijn"
    return f"Van de {received} records in de levering {verb} er {rejected} afgekeurd; {others} in orde. {cure}"


def _template() -> Any:
    environment = Environment(
        loader=PackageLoader("reports", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"getal": wording.number, "dag": wording.day, "moment": wording.moment}
    return environment.get_template("retourbericht.html.j2")
