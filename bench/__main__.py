"""python -m bench: what the work of the hub costs, each command held against its target."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

import bench.dags
import bench.formats
import bench.land
import bench.night
import bench.peer
import bench.xml
import bench.zgw
from bench.figures import Figure, figures, of_dags, of_formats, of_land, of_night, of_peer, of_zgw
from bench.peer_home import Unreachable
from demo import postgres
from exchange.context import home

app = typer.Typer(add_completion=False, help=__doc__)
Json = Annotated[bool, typer.Option("--json", help="figures and all that was measured as JSON")]
Rounds = Annotated[int, typer.Option(min=1, help="rounds; the best one counts")]
XLSX_SHARE = 10  # a workbook is slow, and there for information: it gets a tenth of the records


@app.callback(invoke_without_command=True)
def _default(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        xml()


@app.command()
def xml(
    records: Annotated[int, typer.Option(min=1, help="aanmeldingen in the delivery")] = 200_000,
    rounds: Rounds = 5,
    as_json: Json = False,
) -> None:
    """One XML delivery against the limit: lxml and COPY of its text into a plain table. Ends with 1 off target."""
    with _server():
        found = bench.xml.measure(records, rounds, home(), _tell)
    title = f"{found.records:,} aanmeldingen, {found.bytes / 1e6:.0f} MB of XML, best of {len(found.limit)}"
    _end(title, found, figures(found), as_json)


@app.command()
def formats(
    records: Annotated[int, typer.Option(min=10, help="aanmeldingen; in the workbook a tenth")] = 100_000,
    rounds: Rounds = 3,
    as_json: Json = False,
) -> None:
    """The same records as XML, CSV, JSON lines and XLSX, from landed bytes to ACCEPTED. There is no target."""
    with _server():
        each = {name: records // XLSX_SHARE if name == "xlsx" else records for name in bench.formats.FORMS}
        found = bench.formats.measure(each, rounds, home(), _tell)
    _end(f"{records:,} aanmeldingen in each form, best of {rounds}", found, of_formats(found), as_json)


@app.command()
def peer(
    records: Annotated[int, typer.Option(min=1, help="aanmeldingen in the delivery")] = 100_000,
    rounds: Rounds = 3,
    as_json: Json = False,
) -> None:
    """One XML delivery through MERGE by the hub and by dlt, and whether both hold the same. Ends with 1 off target."""
    try:
        with _server():
            found = bench.peer.measure(records, rounds, home(), _tell)
    except Unreachable as reason:
        _tell(str(reason))
        raise typer.Exit(2) from None
    _end(f"{records:,} aanmeldingen by the hub and by dlt, best of {rounds}", found, of_peer(found), as_json)


@app.command()
def zgw(
    zaken: Annotated[int, typer.Option(min=1, help="zaken at the server")] = 5000,
    as_json: Json = False,
) -> None:
    """All zaken of a server with the latencies of a real one, beside a plain puller. Ends with 1 off target."""
    found = _measured(bench.zgw.measure, zaken)
    _end(f"{zaken:,} zaken with rollen, statussen and eigenschappen", found, of_zgw(found), as_json)


@app.command()
def land(
    gemeenten: Annotated[int, typer.Option(min=12, max=342, help="how many of the country")] = 342,
    months: Annotated[int, typer.Option(min=1, max=12, help="how much of a year; 12 for all of it")] = 3,
    records: Annotated[int, typer.Option(min=1, help="aanmeldingen a month of each gemeente")] = 50,
    as_json: Json = False,
) -> None:
    """Months of every gemeente of the country, in turns with regions of twelve. Ends with 1 off target."""
    with _server():
        found = bench.land.measure(gemeenten, months, records, home(), _tell)
    _end(f"{gemeenten} gemeenten, {months} months, {records} aanmeldingen a delivery", found, of_land(found), as_json)


@app.command()
def night(as_json: Json = False) -> None:
    """Whole nights of all sources through Airflow, on a private server. Ends with 1 off target."""
    found = _measured(bench.night.measure)
    _end(f"whole nights of {found.sources} sources through Airflow, {os.cpu_count()} cores", found,
         of_night(found), as_json)  # fmt: skip


@app.command()
def dags(rounds: Rounds = 3, as_json: Json = False) -> None:
    """Parsing all DAG files, beyond importing Airflow. Ends with 1 off target."""
    found = _measured(bench.dags.measure, rounds)
    _end(f"{len(found.dags)} DAGs, best of {rounds}", found, of_dags(found), as_json)


def _measured(measure: Callable[..., Any], *arguments: Any) -> Any:
    home().mkdir(parents=True, exist_ok=True, mode=0o700)
    return measure(*arguments, home(), _tell)


def _tell(what: str) -> None:
    Console(stderr=True).print(what, style="dim")


@contextmanager
def _server() -> Iterator[None]:
    """The server of HUB_DATABASE_URL, else a private one for as long as this takes."""
    home().mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.environ.get("HUB_DATABASE_URL"):
        yield
        return
    server = postgres.start(home() / "bench-pg", durable=True)
    os.environ["HUB_DATABASE_URL"] = server.url
    try:
        yield
    finally:
        postgres.remove(server.data_dir)


def _end(title: str, found: Any, results: list[Figure], as_json: bool) -> None:
    """Show the figures, and end with 1 where one misses its target."""
    if as_json:
        told = [asdict(figure) | {"holds": figure.holds} for figure in results]
        print(json.dumps({"figures": told, "measured": asdict(found)}, ensure_ascii=False))
    else:
        Console().print(_table(title, results))
    raise typer.Exit(0 if all(figure.holds for figure in results) else 1)


def _table(title: str, results: list[Figure]) -> Table:
    table = Table("figure", "found", "target", "", "how", title=title)
    for figure in results:
        target = f"{figure.relation} {figure.target:g}" if figure.relation else ""
        verdict = ("[green]holds[/]" if figure.holds else "[red]misses[/]") if figure.relation else ""
        table.add_row(figure.name, _short(figure.value), target, verdict, figure.meaning)
    return table


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


if __name__ == "__main__":
    app()
