"""`hub try`: the proeflevering. What a sender would hear of a delivery, without anything of it being kept."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from connectors.filedrop_settings import settings_of
from exchange.context import Context
from exchange.document import Document, document, records
from exchange.errors import DeclarationError
from exchange.shell import Day, Json, SourceName, app, context_of, one_line, out, print_json
from exchange.try_out import Tried, try_file, try_source
from reports import retourbericht

FileName = Annotated[
    Path | None,
    typer.Argument(
        exists=True, dir_okay=False, help="A file as it would be delivered; without: what the source has now."
    ),
]
Folder = Annotated[
    Path | None, typer.Option("--out", file_okay=False, help="Write the answer here: a page and a JSON.")
]


@app.command(
    "try",
    epilog="Examples: `hub try coevorden aanmelding_20150302.xml` · "
    "`hub try coevorden aanmelding_20150302.xml --out .` · "
    "`hub try emmen` asks the source itself, and leaves there what it has",
)
@one_line
def try_out(
    source: SourceName, file: FileName = None, folder: Folder = None, vandaag: Day = None, as_json: Json = False
) -> None:
    """Judge a delivery as the night would, and keep nothing of it but the verdict. Exit code 1 when it has faults.

    Unlike `check` it holds the delivery against the warehouse, and gives the answer that its sender would get.
    """
    context = context_of(source, vandaag, connect=file is None)
    if folder:
        _make(folder)
    tried = [try_file(context, file)] if file else try_source(context)
    tell(context, tried, as_json, folder)
    if not all(one.sound for one in tried):
        raise typer.Exit(1)


def _make(folder: Path) -> None:
    """The folder for the answers, before anything is judged."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        cure = f"{folder}: {error.strerror}; give a folder that can be made there"
        raise DeclarationError("command line", "--out", cure) from None


def tell(context: Context, tried: Sequence[Tried], as_json: bool, folder: Path | None = None) -> None:
    """Show what was found of deliveries that were tried, and write the answers to a folder."""
    answers: list[dict[str, Any]] = []
    with context.engine.connect() as connection:
        for one in tried:
            found = document(connection, context.region, one.delivery_id)
            answers.append(found.head)
            if folder:
                with tempfile.TemporaryDirectory() as making:
                    told = records(connection, context.region, found)
                    retourbericht.write(Path(making), found.name, found.head, told)
                    for made in sorted(Path(making).iterdir()):
                        shutil.move(made, folder / made.name)
            if not as_json:
                _show(found, folder)
    if as_json:
        print_json(answers)
    elif not tried:
        out.print(f"{context.source.id}: nothing to try")
    elif context.source.connector == "filedrop" and any(one.is_away for one in tried):
        place = settings_of(context.source.settings, context.source.file)
        out.print(
            f"what was tried lies in the folder {place.archive} now, and is not loaded, also not later; once `proef` is"
            f" gone, let it be delivered again, or put it back in the folder {place.directory}"
        )


def _show(found: Document, folder: Path | None) -> None:
    head = found.head
    levering = head["levering"]
    out.print(f"PROEF {levering['nummer']} · {levering['bericht'] or '?'} · {levering['naam']}")
    out.print(f"  {head['samenvatting']}")
    if head["weigering"]:
        out.print(f"  {head['weigering']['code']}: {head['weigering']['tekst']}")
    for kind in head["fouten"]:
        for place in kind["velden"]:
            out.print(f"  {place['aantal']:>6} × {kind['code']}: {place['tekst']}")
    for one in head["waarschuwingen"]:
        out.print(f"  {one['aantal']:>6} × let op {one['code']}: {one['tekst']}")
    for one in head["kwaliteit"]:
        out.print(f"  geheel: {one['tekst']} {one['gevolg']}.")
    place = f"{folder / found.name}.html" if folder else f"`hub answer {found.delivery_id} > antwoord.html`"
    out.print(f"  the answer as its sender would read it: {place}")
