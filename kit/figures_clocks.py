"""What must be found in MART_CONTRACT of the statutory clocks of the Wmo, counted from the generated records.

Support is pointed out before the investigation; the investigation is ready in six weeks, and the days of suspension;
the decision comes within two weeks of the application. What is open is late when its last day is over.
"""

from datetime import date, timedelta

from kit.figures_contract import Cell, Rows, contributed, quarter, quarters, zeros
from kit.records import Record
from kit.truth import Truth

INVESTIGATION, DECISION = 42, 14  # days


def clocks(truth: Truth, night: int, parties: list[str]) -> Rows:
    """mart_contract.termijnen: (gemeente, quarter of the melding) -> column -> figure, of gemeenten that delivered."""
    today = truth.world.vandaag(night)

    def figures(record: Record) -> dict[Cell, int]:
        if record["wet_code"] != "1" or record["datum_melding"] > str(today):
            return {}
        names = ["meldingen", f"gewezen_{_pointed_out(record)}", f"onderzoek_{_investigation(record, today)}"]
        if "datum_aanvraag" in record:
            names += ["aanvragen", f"besluit_{_decision(record, today)}"]
        return {(record["gemeente_code"], quarter(record["datum_melding"]), name): 1 for name in names}

    names = ["meldingen", "gewezen_op_tijd", "gewezen_te_laat", "gewezen_onbekend", "onderzoek_op_tijd",
             "onderzoek_te_laat", "onderzoek_loopt", "onderzoek_vervallen", "aanvragen", "besluit_op_tijd",
             "besluit_te_laat", "besluit_loopt"]  # fmt: skip
    codes = [truth.world.parties[party].code for party in parties]
    rows = zeros(names, codes, [str(day) for day in quarters(truth.world.terms.compared_from, today)])
    return contributed(truth, "onderzoek", night, figures, rows, *parties)


def _pointed_out(record: Record) -> str:
    told = record.get("datum_gewezen")
    if record.get("gewezen_wijze_code") == "4":
        return "te_laat"
    before = record.get("datum_gesprek") or record.get("datum_onderzoek_gereed")
    return "onbekend" if told is None else "te_laat" if before and told > before else "op_tijd"


def _investigation(record: Record, today: date) -> str:
    ready = record.get("datum_onderzoek_gereed")
    if ready is None and record.get("uitkomst_code") == "4":
        return "vervallen"
    days = INVESTIGATION + record.get("dagen_opgeschort", 0)
    until = date.fromisoformat(record["datum_melding"]) + timedelta(days=days)
    return "te_laat" if (ready or str(today)) > str(until) else "op_tijd" if ready else "loopt"


def _decision(record: Record, today: date) -> str:
    decided = record.get("datum_besluit")
    until = date.fromisoformat(record["datum_aanvraag"]) + timedelta(days=DECISION)
    return "te_laat" if (decided or str(today)) > str(until) else "op_tijd" if decided else "loopt"
