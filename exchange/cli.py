"""`hub`: the verbs by hand, and what the ledger knows. Everything here works without Airflow."""

import functools
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from exchange import check as checking
from exchange import keys as keyring
from exchange.clock import today
from exchange.context import Context, join_trial
from exchange.delivery import Counts
from exchange.errors import DeclarationError, SourceRefused, SourceUnavailable, WarehouseError
from exchange.merge import merge
from exchange.publish import publish as publish_region
from exchange.receive import receive as receive_source
from exchange.region import Region, Source, load_regions
from exchange.replay import again
from exchange.status import status as status_of
from exchange.validate import validate
from warehouse.engine import engine_for
from warehouse.tables import delivery, reject

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="The data-exchange hub: receive, validate, merge and publish by hand, and see what came in.",
)
# Piped into a file or a program a table is as wide as it needs to be.
WIDE = None if sys.stdout.isatty() else 160
out, err = Console(width=WIDE), Console(stderr=True)
F = TypeVar("F", bound=Callable[..., Any])

Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program instead of a table.")]
Day = Annotated[
    str | None,
    typer.Option("--vandaag", metavar="YYYY-MM-DD", help="The day this counts for; today if not given."),
]
SourceName = Annotated[str, typer.Argument(help="A source: the name of its file in regions/*/sources.")]


@app.callback()
def _join() -> None:
    join_trial()


def one_line(command: F) -> F:
    """Our own mistakes and the outside's refusals in one line, without a traceback."""

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except (DeclarationError, SourceRefused, SourceUnavailable, WarehouseError, LookupError) as error:
            err.print(f"[red]hub:[/] {type(error).__name__}: {error}", highlight=False, soft_wrap=True)
            raise typer.Exit(2) from None

    return wrapped  # type: ignore[return-value]


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, default=str, indent=2, ensure_ascii=False) + "\n")


def _table(title: str, heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    table = Table(title=title, title_justify="left", header_style="bold")
    for index, head in enumerate(heads):
        table.add_column(head, no_wrap=index == 0)
    for row in rows:
        table.add_row(*["" if cell is None else str(cell) for cell in row])
    out.print(table)


def _day(vandaag: str | None) -> date:
    try:
        return date.fromisoformat(vandaag) if vandaag else today()
    except ValueError:
        raise DeclarationError("command line", "--vandaag", "must be a date, as in 2015-03-02") from None


def _find(name: str) -> tuple[Region, Source]:
    regions = load_regions()
    for region in regions:
        if name in region.sources:
            return region, region.sources[name]
        for fault in region.faults:
            if f"/{name}.toml" in fault.file:
                raise fault
    known = ", ".join(source for region in regions for source in region.sources)
    raise DeclarationError("command line", name, f"is no source; choose from {known}")


def _context(name: str, vandaag: str | None, connect: bool = True) -> Context:
    region, source = _find(name)
    run_id = f"hub/{source.id}/{datetime.now().isoformat(timespec='seconds')}"
    return Context(region, source, _day(vandaag), run_id, source.connection() if connect else None)


@app.command(epilog="Example: `hub sources --json`")
@one_line
def sources(as_json: Json = False) -> None:
    """List the declared sources; a declaration that does not load is shown with its cure."""
    regions = load_regions()
    rows = [source for region in regions for source in region.sources.values()]
    faults = [fault for region in regions for fault in region.faults]
    if as_json:
        keys = ("id", "title", "region", "kind", "code", "connector", "schedule", "owner", "connection_id")
        _print_json([{key: getattr(row, key) for key in keys} | {"delivers": list(row.delivers)} for row in rows])
    else:
        heads = ("source", "name", "region", "kind", "code", "connector", "schedule", "delivers")
        cells = [
            (r.id, r.title, r.region, r.kind, r.code, r.connector, r.schedule, ", ".join(r.delivers)) for r in rows
        ]
        _table("Sources", heads, cells)
    for fault in faults:
        err.print(f"[red]does not load:[/] {fault}", highlight=False, soft_wrap=True)
    if faults:
        raise typer.Exit(2)


@app.command(epilog="Example: `hub status` after a night, or `hub status --json` for a program")
@one_line
def status(as_json: Json = False) -> None:
    """How every source stands: what its last night brought, and what became of it."""
    rows = []
    for region in load_regions():
        with engine_for(region.database, "loader").connect() as connection:
            rows += [row.as_dict() for row in status_of(connection, region)]
    if as_json:
        _print_json(rows)
        return
    heads = ("source", "vandaag", *Counts.__dataclass_fields__, "state")
    _table("Last night per source", heads, [[row[head] for head in heads] for row in rows])


@app.command(epilog="Example: `hub check levering.xml --source coevorden`")
@one_line
def check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The file as it would be delivered.")],
    source: Annotated[str, typer.Option(help="The source that would deliver it.")],
    as_json: Json = False,
) -> None:
    """Judge a file on the spot, as the hub would at night; nothing is stored. Exit code 1 when it has faults."""
    report = checking.check(_context(source, None, connect=False), file)
    if as_json:
        _print_json(
            {
                "bericht": report.bericht,
                "received": report.received,
                "rejected": report.rejected,
                "refused": report.refused,
                "by_code": report.by_code,
                "warnings": report.warnings,
                "records": [{"record_nummer": number, "faults": faults} for number, faults in report.lines],
            }
        )
    else:
        out.print(f"{file.name}: {report.received} records, {report.rejected} afgekeurd", highlight=False)
        if report.refused:
            out.print(f"De levering als geheel is geweigerd. {report.refused}", highlight=False)
        for number, faults in report.lines:
            out.print(f"  record {number}", *[f"\n    {fault}" for fault in faults], highlight=False, sep="")
        if report.rejected > len(report.lines):
            out.print(f"  … en nog {report.rejected - len(report.lines)} records")
        for warning, count in report.warnings.items():
            out.print(f"  let op ({count} keer) {warning}", highlight=False)
    if not report.sound:
        raise typer.Exit(1)


@app.command(epilog="Example: `hub receive emmen --vandaag 2015-03-02`")
@one_line
def receive(source: SourceName, vandaag: Day = None, as_json: Json = False) -> None:
    """Fetch what a source has and store it unchanged; prints the deliveries that wait to be judged."""
    waiting = receive_source(_context(source, vandaag))
    _print_json(waiting) if as_json else out.print(f"{source}: waiting deliveries {waiting or 'none'}")


@app.command(epilog="Example: `hub run coevorden --vandaag 2015-03-02`")
@one_line
def run(source: SourceName, vandaag: Day = None, as_json: Json = False) -> None:
    """All verbs for one source, without Airflow: receive, validate, merge."""
    context = _context(source, vandaag)
    _judge_all(context, receive_source(context), as_json)


@app.command(epilog="Example: `hub replay 12` judges delivery 12 again under the rules of today")
@one_line
def replay(
    delivery_id: Annotated[int, typer.Argument(help="A delivery; `hub deliveries` lists them.")],
    vandaag: Day = None,
    as_json: Json = False,
) -> None:
    """Judge a delivery again from the bytes in landing; what is sound now comes in."""
    for region in load_regions():
        with engine_for(region.database, "loader").connect() as connection:
            query = select(delivery.c.source).where(delivery.c.delivery_id == delivery_id)
            source = connection.scalar(query)
        if source is not None and source in region.sources:
            context = _context(source, vandaag, connect=False)
            _judge_all(context, [again(context, delivery_id).delivery_id], as_json)
            return
    raise LookupError(f"there is no delivery {delivery_id}; `hub deliveries` lists them")


def _judge_all(context: Context, delivery_ids: list[int], as_json: bool) -> None:
    done = []
    for delivery_id in delivery_ids:
        if not as_json:
            out.print(f"{context.source.id}: delivery {delivery_id} …", highlight=False)
        validate(context, delivery_id)
        merged = merge(context, delivery_id)
        done.append({"delivery_id": delivery_id, **vars(merged.counts), "rows": vars(merged.rows)})
        if not as_json:
            out.print(f"  {merged.line()}", highlight=False)
    if as_json:
        _print_json(done)
    elif not done:
        out.print(f"{context.source.id}: nothing new", highlight=False)


@app.command(epilog="Example: `hub publish --vandaag 2015-03-02`")
@one_line
def publish(vandaag: Day = None, as_json: Json = False) -> None:
    """Make the marts anew from the current state, and say whose figures may be behind."""
    done = [publish_region(region, _day(vandaag)) for region in load_regions()]
    if as_json:
        _print_json([{"region": one.region, "rows": one.rows, "stale": [vars(s) for s in one.stale]} for one in done])
    else:
        for one in done:
            out.print(one.line(), highlight=False)


@app.command(epilog="Example: `hub deliveries --source emmen --limit 5`")
@one_line
def deliveries(
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest first.")] = 50,
    as_json: Json = False,
) -> None:
    """The ledger: every delivery, its counts and its state."""
    columns = [
        delivery.c[name]
        for name in ("delivery_id", "source", "bericht", "vandaag", "stand_op", *Counts.__dataclass_fields__)
    ] + [delivery.c.state, delivery.c.fault_code]
    query = select(*columns).order_by(delivery.c.delivery_id.desc()).limit(limit)
    _query(query.where(delivery.c.source == source) if source else query, "Deliveries", as_json)


@app.command(epilog="Example: `hub rejects 12`")
@one_line
def rejects(
    delivery_id: Annotated[int, typer.Argument(help="A delivery; `hub deliveries` lists them.")],
    as_json: Json = False,
) -> None:
    """The refused records of a delivery: number, key and faults as the sender gets them. No values."""
    columns = (reject.c.record_nummer, reject.c.sleutel, reject.c.gemeente_code, reject.c.faults)
    query = select(*columns).where(reject.c.delivery_id == delivery_id).order_by(reject.c.record_nummer)
    _query(query, f"Refused records of delivery {delivery_id}", as_json, {"faults": _fault_lines})
    if not as_json:
        for region in load_regions():
            with engine_for(region.database, "loader").connect() as connection:
                whole = select(delivery.c.fault_code).where(delivery.c.delivery_id == delivery_id)
                if code := connection.scalar(whole):
                    out.print(f"De levering als geheel is geweigerd. {code}: {checking.refusal(code)}", highlight=False)


def _fault_lines(faults: list[Mapping[str, Any]]) -> str:
    return "\n".join(f"{fault['code']} {fault['tekst']}" for fault in faults)


def _query(query: Any, title: str, as_json: bool, shown: Mapping[str, Callable[[Any], str]] | None = None) -> None:
    rows: list[dict[str, Any]] = []
    for region in load_regions():
        with engine_for(region.database, "loader").connect() as connection:
            rows += [dict(row) for row in connection.execute(query).mappings()]
    if as_json:
        _print_json(rows)
        return
    heads = [column.name for column in query.selected_columns]
    change = shown or {}
    _table(
        title,
        heads,
        [["" if row[head] is None else change.get(head, str)(row[head]) for head in heads] for row in rows],
    )


@app.command(epilog="Example: `hub keys drenthe >> /etc/hub/secrets.env`, once, for a new region")
@one_line
def keys(region: Annotated[str, typer.Argument(help="Name of the region.")]) -> None:
    """Print a fresh set of secret keys for a region, to be kept where secrets are kept."""
    for name, value in keyring.fresh(region).items():
        sys.stdout.write(f"{name}={value}\n")
