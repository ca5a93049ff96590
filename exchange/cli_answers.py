"""What `hub` knows of answers: the one about a delivery, and what still waits to be sent."""

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from exchange.document import document, records
from exchange.outbox import age_first
from exchange.shell import Json, app, delivered_by, one_line, print_json, print_table, rows_of
from reports import retourbericht
from warehouse.engine import engine_for

HEADS = ("source", "delivery_id", "bericht", "soort", "versie", "made_at", "tries", "problem")


@app.command(epilog="Example: `hub answer 12 > antwoord.html`, or `hub answer 12 --json`")
@one_line
def answer(
    delivery_id: Annotated[int, typer.Argument(help="A delivery; `hub deliveries` lists them.")],
    as_json: Json = False,
) -> None:
    """Print the answer to a delivery as its sender gets it: the page, or the file for its system."""
    region, _ = delivered_by(delivery_id)
    with engine_for(region.database, "loader").connect() as connection, tempfile.TemporaryDirectory() as folder:
        found = document(connection, region, delivery_id)
        retourbericht.write(Path(folder), found.name, found.head, records(connection, region, found))
        file = Path(folder) / f"{found.name}.{'json' if as_json else 'html'}"
        sys.stdout.write(file.read_text(encoding="utf-8"))


@app.command(epilog="Example: `hub answers`; what waits is brought by the next night, or by `hub run SOURCE`")
@one_line
def answers(as_json: Json = False) -> None:
    """The answers that wait to be sent, the oldest first, and why the last try failed."""
    rows = [row for _, row in rows_of(age_first())]
    if as_json:
        print_json(rows)
    else:
        print_table("Answers that wait", HEADS, [[row[head] for head in HEADS] for row in rows])
