"""python -m bench: the loading figures of one large delivery, against the limit of this machine."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bench.figures import Figure, figures
from bench.xml import Measured, measure
from demo import postgres
from exchange.context import home

app = typer.Typer(add_completion=False, help=__doc__)


@app.callback(invoke_without_command=True)
def _default(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        xml()


@app.command()
def xml(
    records: Annotated[int, typer.Option(min=1, help="aanmeldingen in the delivery")] = 200_000,
    rounds: Annotated[int, typer.Option(min=1, help="rounds; the best one counts")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="figures and all that was measured as JSON")] = False,
) -> None:
    """One XML delivery against the limit: lxml and COPY of its text into a plain table. Ends with 1 off target."""
    errors = Console(stderr=True)
    home().mkdir(parents=True, exist_ok=True, mode=0o700)
    with _server():
        found = measure(records, rounds, home(), lambda what: errors.print(what, style="dim"))
    results = figures(found)
    if as_json:
        told = [asdict(figure) | {"holds": figure.holds} for figure in results]
        print(json.dumps({"figures": told, "measured": asdict(found)}, ensure_ascii=False))
    else:
        _show(found, results)
    raise typer.Exit(0 if all(figure.holds for figure in results) else 1)


@contextmanager
def _server() -> Iterator[None]:
    """The server of HUB_DATABASE_URL, else a private one for as long as this takes."""
    if os.environ.get("HUB_DATABASE_URL"):
        yield
        return
    server = postgres.start(home() / "bench-pg", durable=True)
    os.environ["HUB_DATABASE_URL"] = server.url
    try:
        yield
    finally:
        postgres.remove(server.data_dir)


def _show(found: Measured, results: list[Figure]) -> None:
    title = f"{found.records:,} aanmeldingen, {found.bytes / 1e6:.0f} MB of XML, best of {len(found.limit)}"
    table = Table("figure", "found", "target", "", "how", title=title)
    for figure in results:
        verdict = "[green]holds[/]" if figure.holds else "[red]misses[/]"
        table.add_row(
            figure.name, f"{figure.value:.3g}", f"{figure.relation} {figure.target:g}", verdict, figure.meaning
        )
    Console().print(table)


if __name__ == "__main__":
    app()
