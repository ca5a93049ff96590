"""What `hub` does when a controller decides that a person is to be forgotten, and again after a restore."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select

from exchange.context import Context
from exchange.erase import Decision, Erased, decide
from exchange.erase import erase as carry_out
from exchange.erase import unblock as take_off
from exchange.errors import DeclarationError
from exchange.region import Source
from exchange.shell import Day, Json, SourceName, app, context_of, err, one_line, out, print_table, rows_of
from schemas.masking import masked
from warehouse.tables import gewist

HEADS = ("source", "verantwoordelijke_code", "besluit", "datum_besluit")


Besluit = Annotated[str, typer.Option(help="Where the controller wrote the decision down; no name, no number.")]
Verantwoordelijke = Annotated[str | None, typer.Option(help="The controller; that of the source if not given.")]


@app.command(epilog="Example: `hub erase coevorden --besluit Z-2015-0412`; the number of the client is asked for")
@one_line
def erase(
    source: SourceName, besluit: Besluit, verantwoordelijke: Verantwoordelijke = None, vandaag: Day = None
) -> None:
    """Destroy what the hub has of one person of a source, and let no delivery bring them back.

    Exit code 1 when nobody of that number is known: nothing is destroyed then, and the number is blocked all the same.
    The number by which the source knows the person is read from the keyboard or from standard input, and is kept
    nowhere: not in the history of a shell, not in a log.
    """
    context = context_of(source, vandaag, connect=False)
    decision = _decision(context, besluit, verantwoordelijke)
    done = carry_out(context, decision)
    _say(source, done)
    out.print("keep this line apart from the backups: after a restore `hub reapply` asks for it")
    sys.stdout.write(f"{decision.line()}\n")
    if not done.is_known:
        raise _nobody(decision)


@app.command(epilog="Example: `hub unblock coevorden --besluit Z-2015-0413`; the number of the client is asked for")
@one_line
def unblock(source: SourceName, besluit: Besluit, verantwoordelijke: Verantwoordelijke = None) -> None:
    """Let a source bring a person again: the number was a mistake, or the controller came back on the decision.

    Exit code 1 when that number is not blocked. What was destroyed stays so; the number is asked for as by `hub erase`.
    """
    context = context_of(source, None, connect=False)
    decision = _decision(context, besluit, verantwoordelijke)
    if not take_off(context, decision):
        err.print(f"that number is not blocked at {source} of {decision.verantwoordelijke_code}: nothing was changed")
        raise typer.Exit(1)
    out.print(f"{source}: that person may come again, with what is delivered from now on")
    out.print("make the list that is kept apart from the backups anew: `hub erased --json`")


@app.command(epilog="Example: `hub erased --json > gewist.jsonl`, kept apart from the backups")
@one_line
def erased(as_json: Json = False) -> None:
    """List the decisions to erase that were carried out, without anything of a person."""
    rows = rows_of(select(gewist).order_by(gewist.c.known_from))
    decisions = [Decision(**{name: row[name] for name in Decision.__dataclass_fields__}) for _, row in rows]
    if as_json:
        sys.stdout.writelines(f"{decision.line()}\n" for decision in decisions)
    else:
        print_table("Erased", HEADS, [[getattr(decision, head) for head in HEADS] for decision in decisions])


@app.command(epilog="Example: `hub reapply gewist.jsonl`, after a restore and before the next night")
@one_line
def reapply(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Lines of `hub erased --json`.")],
) -> None:
    """Carry out decisions to erase once more: a backup from before them brought the persons back."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        cure = "is no text; give the lines that `hub erased --json` printed"
        raise DeclarationError("command line", str(file), cure) from None
    read = [Decision.read(line, str(file), number) for number, line in enumerate(lines, 1) if line.strip()]
    for decision in read:
        _say(decision.source, carry_out(context_of(decision.source, None, connect=False), decision))


def _decision(context: Context, besluit: str, verantwoordelijke: str | None) -> Decision:
    """About the person whose number is asked for; what else was given is looked at first."""
    where, code = _besluit(besluit), _controller(context.source, verantwoordelijke)
    return decide(context, _number(), code, where)


def _number() -> str:
    if sys.stdin.isatty():
        number: str = typer.prompt("Number of the client at the source", hide_input=True)
    else:
        number = sys.stdin.readline()
    if not number.strip():
        raise DeclarationError("standard input", "number of the client", "is empty; give it on one line")
    return number.strip()


def _besluit(given: str) -> str:
    """Where the decision stands, in one line that may stay in a ledger for good."""
    where = " ".join(given.split())
    if not where:
        cure = "is empty; name where the controller wrote the decision down, as in Z-2015-0412"
    elif masked(where) != where:
        cure = "holds a number that may be a BSN; name the place of the decision without it, or as in 2015/000412"
    else:
        return where
    raise DeclarationError("command line", "--besluit", cure)


def _controller(source: Source, given: str | None) -> str:
    code, known = given or source.code, source.verwerking.verantwoordelijken
    if code not in known:
        cure = f"{code} is none of the controllers whose records {source.id} carries; choose from {', '.join(known)}"
        raise DeclarationError("command line", "--verantwoordelijke", cure)
    return code


def _nobody(decision: Decision) -> typer.Exit:
    """What may be a mistake is told as one: it looks like success, and the person would still be there."""
    source, code = decision.source, decision.verantwoordelijke_code
    err.print(
        f"nobody of that number is known here, at {source} of {code}: nothing was destroyed. If that is a mistake the"
        " person is still there: look at the number as the source writes it, at the source, and at --verantwoordelijke."
        " The number that was given stays blocked (R035), as that of somebody who is yet to come;"
        f" `hub unblock {source}` ends that."
    )
    return typer.Exit(1)


def _say(source: str, done: Erased) -> None:
    out.print(f"{source}: {done.line()}")
