"""What the commands of `hub` share: the app, tables and JSON, one line for a mistake, and how a source is found."""

import functools
import json
import logging
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import Select, select

from exchange.clock import today
from exchange.context import Context, join_trial
from exchange.errors import DeclarationError, SourceRefused, SourceUnavailable, WarehouseError
from exchange.region import Region, Source, load_regions
from warehouse.engine import engine_for
from warehouse.tables import delivery

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="The data-exchange hub: receive, validate, merge and publish by hand, and see what came in.",
)
# Piped into a file or a program a table is as wide as it needs to be: nothing is cut off, nothing folded.
WIDE = None if sys.stdout.isatty() else 10_000
# Nothing that is printed is markup: declarations, commands and senders write [brackets] and :colons: of their own.
_PLAIN: dict[str, Any] = {"markup": False, "emoji": False, "highlight": False}
out, err = Console(width=WIDE, **_PLAIN), Console(stderr=True, soft_wrap=True, **_PLAIN)
FIRST, END = date(1900, 1, 1), date(2100, 1, 1)
F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program instead of a table.")]
Day = Annotated[
    str | None,
    typer.Option("--vandaag", metavar="YYYY-MM-DD", help="The day this counts for; today if not given."),
]
SourceName = Annotated[str, typer.Argument(help="A source: the name of its file in regions/*/sources.")]


@dataclass
class _Call:
    """One call of `hub`: the region it is about (empty: all), and whether a region gave no answer."""

    region: str = ""
    is_partial: bool = False


_call = _Call()


def regions() -> list[Region]:
    """The regions that the command is about. Raises DeclarationError where one does not load, or is not there."""
    found = load_regions()
    if not _call.region:
        return found
    chosen = [region for region in found if region.name == _call.region]
    if not chosen:
        names = ", ".join(region.name for region in found)
        raise DeclarationError("command line", "--region", f"is no region; choose from {names}")
    return chosen


class _Lines(logging.Handler):
    """What a verb warns of while it is at work, a certificate that runs out say: a line each, beside what it prints."""

    def emit(self, record: logging.LogRecord) -> None:
        word, colour = ("error", "red") if record.levelno >= logging.ERROR else ("warning", "yellow")
        err.print(marked(f"{word}:", colour, record.getMessage()))


@app.callback()
def _begin(
    command: typer.Context,
    region: Annotated[str, typer.Option(help="Only this region, for example `hub --region drenthe status`.")] = "",
) -> None:
    _call.region, _call.is_partial = region, False
    join_trial()
    lines = _Lines(logging.WARNING)
    logging.getLogger().addHandler(lines)
    command.call_on_close(lambda: logging.getLogger().removeHandler(lines))


def one_line(command: F) -> F:
    """Our own mistakes and the outside's refusals in one line, without a traceback."""

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            given = command(*args, **kwargs)
        except (DeclarationError, SourceRefused, SourceUnavailable, WarehouseError, LookupError) as error:
            _tell(error)
            raise typer.Exit(2) from None
        if _call.is_partial:
            raise typer.Exit(2)
        return given

    return wrapped  # type: ignore[return-value]


def _tell(error: Exception, where: str = "hub") -> None:
    err.print(marked(f"{where}:", "red", f"{type(error).__name__}: {error}"))


def marked(word: str, colour: str, rest: object) -> Text:
    """A line that begins with a word in a colour; the rest of it stands as it is."""
    return Text.assemble((word, colour), f" {rest}")


def print_json(value: Any) -> None:
    """For a program."""
    sys.stdout.write(json.dumps(value, default=str, indent=2, ensure_ascii=False) + "\n")


def print_table(title: str, heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """For people."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for index, head in enumerate(heads):
        table.add_column(head, no_wrap=index == 0)
    for row in rows:
        table.add_row(*["" if cell is None else str(cell) for cell in row])
    out.print(table)


def day(vandaag: str | None, region: str = "") -> date:
    """The day of `--vandaag`, else today as that region lives it. Raises DeclarationError."""
    try:
        asked = date.fromisoformat(vandaag) if vandaag else today(region)
    except ValueError:
        raise DeclarationError("command line", "--vandaag", "must be a date, as in 2015-03-02") from None
    if not FIRST <= asked < END:  # beyond these, days before and after could not be counted
        raise DeclarationError("command line", "--vandaag", f"must be from {FIRST} on and before {END}")
    return asked


def of_each(work: Callable[[Region], Iterable[T]]) -> list[T]:
    """What `work` gives of each region. One whose database refuses is told in a line, and holds up no other."""
    found: list[T] = []
    for region in regions():
        try:
            found += work(region)
        except WarehouseError as error:
            _call.is_partial = True
            _tell(error, region.name)
    return found


def rows_of(query: Select[Any]) -> list[tuple[Region, dict[str, Any]]]:
    """The rows of a query, of every region."""

    def rows(region: Region) -> list[tuple[Region, dict[str, Any]]]:
        with engine_for(region.database, "loader").connect() as connection:
            return [(region, dict(row)) for row in connection.execute(query).mappings()]

    return of_each(rows)


def delivered_by(delivery_id: int) -> tuple[Region, str]:
    """The region that has a delivery, and the source that delivered it. Raises LookupError.

    Each region counts its own: a number may stand for a delivery in more than one.
    """
    found = rows_of(select(delivery.c.source).where(delivery.c.delivery_id == delivery_id))
    if _call.is_partial:
        raise LookupError(f"whose delivery {delivery_id} is, is not known: say the region, as in `hub --region NAME …`")
    if len(found) > 1:
        names = " and ".join(region.name for region, _ in found)
        cure = f"say which, as in `hub --region {found[0][0].name} …`"
        raise LookupError(f"delivery {delivery_id} is there in {names}: {cure}")
    for region, row in found:
        return region, row["source"]
    raise LookupError(f"there is no delivery {delivery_id}; `hub deliveries` lists them")


def find(name: str) -> tuple[Region, Source]:
    """A source and its region. Raises DeclarationError: what is wrong in its declaration, where it does not load."""
    everywhere = regions()
    for region in everywhere:
        if name in region.sources:
            return region, region.sources[name]
        if name in region.left_out:
            raise region.left_out[name]
    known = ", ".join(source for region in everywhere for source in region.sources)
    raise DeclarationError("command line", name, f"is no source; choose from {known}")


def context_of(name: str, vandaag: str | None, connect: bool = True) -> Context:
    """What a verb needs to work on a source by hand."""
    region, source = find(name)
    run_id = f"hub/{source.id}/{datetime.now().isoformat(timespec='seconds')}"
    return Context(region, source, day(vandaag, region.name), run_id, source.connection() if connect else None)
