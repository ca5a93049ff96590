"""The command `kit`: Drenthe-in-een-doos.

A synthetic region with known answers: its people, the systems of all who deliver on this machine, and
the truth against which the hub is held.
"""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from kit import calendar, verify
from kit.nights import NIGHTS, vandaag
from kit.world import World

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)
KINDS = ("nieuw", "gewijzigd", "laat", "ingetrokken", "fout", "dubbel")
SHOWN_FAILURES = 40
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def home() -> Path:
    """The folder of the state on this machine: HUB_HOME, else .hub in the working directory."""
    return Path(os.environ.get("HUB_HOME", ".hub")).resolve()


@app.callback()
def _join() -> None:
    """Take over the environment of a trial on this machine, where there is one."""
    file = home() / "env"
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        name, _, value = line.partition("=")
        os.environ.setdefault(name, value)


def say(values: object) -> None:
    """Print JSON."""
    print(json.dumps(values, indent=2, ensure_ascii=False))


def stop(error: Exception) -> typer.Exit:
    """Say in one line what is wrong, on stderr; exit code 2."""
    print(f"kit: {error}", file=sys.stderr)
    return typer.Exit(2)


@app.command(
    epilog="Examples: [bold]kit generate[/bold] · [bold]kit generate --night 4 --json[/bold] · "
    "[bold]kit generate --out /tmp/region --night 1[/bold] writes the records of night 1 as JSON lines"
)
def generate(
    seed: Annotated[int, typer.Option(help="The seed that decides everything.")] = 1,
    night: Annotated[int, typer.Option(min=1, max=NIGHTS, help="Which night to show.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder for the records, one .jsonl per party and bericht.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make the synthetic region and show what moves in one night, per party and bericht."""
    world = World.build(seed)
    rows = []
    for party in world.parties.values():
        for bericht in party.berichten:
            changes = world.changes(party.name, bericht, night)
            kinds = {kind: sum(change.kind == kind for change in changes) for kind in KINDS}
            valid = len(world.state(party.name, bericht, night))
            rows.append({"party": party.name, "bericht": bericht, **kinds, "valid": valid})
            if out is not None:
                out.mkdir(parents=True, exist_ok=True)
                with (out / f"{party.name}.{bericht}.jsonl").open("w", encoding="utf-8") as stream:
                    for change in changes:
                        line = {"kind": change.kind, "faulty": change.faulty, "record": change.record}
                        stream.write(json.dumps(line, ensure_ascii=False) + "\n")
    if as_json:
        say({"seed": seed, "night": night, "vandaag": vandaag(night).isoformat(), "changes": rows})
        return
    table = Table("party", "bericht", *KINDS, "valid", title=f"night {night}, {vandaag(night)}")
    for row in rows:
        table.add_row(*[str(value) for value in row.values()])
    Console().print(table)


@app.command(
    epilog="Examples: [bold]kit serve[/bold] · [bold]kit serve --http-port 8100 --sftp-port 2200[/bold]. "
    "Ctrl-C stops it; the addresses stand in .hub/kit/services.json while it runs."
)
def serve(
    http_port: Annotated[int, typer.Option(envvar="KIT_HTTP_PORT", help="Port of the zaken APIs; 0: a free one.")] = 0,
    sftp_port: Annotated[int, typer.Option(envvar="KIT_SFTP_PORT", help="Port of the SFTP server; 0: a free one.")] = 0,
    latency: Annotated[bool, typer.Option(help="Answer as slowly as the real systems do.")] = True,
) -> None:
    """Run the source systems of both regions on this machine, as they are in the night of the calendar."""
    from kit import serve as servers  # the servers need more libraries than the truth does
    from kit.parkstad.cast import PARKSTAD
    from kit.servers.region import DRENTHE

    try:
        servers.serve(home(), http_port, sftp_port, latency, (DRENTHE, PARKSTAD))
    except (calendar.CalendarError, OSError) as error:
        raise stop(error) from None


@app.command(
    epilog="Example: [bold]kit advance[/bold] moves the calendar to the next night; the running servers follow"
)
def advance(as_json: AsJson = False) -> None:
    """Move the calendar of the kit one night on."""
    try:
        now = calendar.advance(home())
    except calendar.CalendarError as error:
        raise stop(error) from None
    if as_json:
        say({"seed": now.seed, "night": now.night, "vandaag": now.day.isoformat()})
    else:
        print(f"night {now.night}, {now.day}")


@app.command(
    name="verify",
    epilog="Examples: [bold]kit verify[/bold] · [bold]kit verify --json[/bold] · "
    "[bold]kit verify --night 3 --region parkstad[/bold]. Needs HUB_DATABASE_URL. "
    "Exit code 1 when a figure is wrong, 2 when nothing can be read.",
)
def verify_command(
    night: Annotated[
        int | None, typer.Option(min=1, max=NIGHTS, help="Which night; without it that of the calendar.")
    ] = None,
    region: Annotated[
        str | None, typer.Option(help="drenthe or parkstad; without it every region that has a database.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Hold the hub's warehouse against the truth of a night, figure by figure."""
    try:
        now = calendar.read(home())
        if region not in (None, *verify.REGIONS):
            raise verify.VerifyError(f"{region} is no region of the kit; choose from {', '.join(verify.REGIONS)}")
        names = [region] if region else verify.present()
        results = [verify.verify(now.seed, night or now.night, home() / "kit", name) for name in names]
    except (calendar.CalendarError, verify.VerifyError) as error:
        raise stop(error) from None
    if as_json:
        say(verify.together(results))
    else:
        for result in results:
            show(result)
    if any(result.failed for result in results):
        raise typer.Exit(1)


def show(result: verify.Result) -> None:
    """A table for people: what failed, and how much was compared."""
    console = Console()
    if result.failures:
        table = Table("check", "expected", "found", title=f"{result.region}, night {result.night}, {result.vandaag}")
        for failure in result.failures[:SHOWN_FAILURES]:
            table.add_row(failure.check, failure.expected, failure.found)
        console.print(table)
        if result.failed > SHOWN_FAILURES:
            console.print(f"and {result.failed - SHOWN_FAILURES} more: kit verify --json shows all")
    verdict = "all true" if not result.failed else f"{result.failed} failed"
    compared = f"{result.checks} figures of {len(result.sources)} sources"
    console.print(f"{result.region}, night {result.night}, {result.vandaag}: {compared}, {verdict}")
