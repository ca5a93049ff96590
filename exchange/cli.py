"""`hub`: the verbs by hand, and what the ledger knows. Everything here works without Airflow."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from exchange import check as checking
from exchange import cli_answers, cli_erase, cli_incidents, cli_keys, cli_ledger, cli_new_source, cli_quality, cli_try
from exchange.answer import answer as answer_source
from exchange.assess_marts import assess_marts
from exchange.context import Context
from exchange.data_docs import data_docs, folder_of
from exchange.delivery import find as find_delivery
from exchange.errors import DeclarationError
from exchange.publish import publish as publish_region
from exchange.receive import receive as receive_source
from exchange.region import Region
from exchange.replay import again
from exchange.shell import (
    Day,
    Json,
    SourceName,
    app,
    context_of,
    day,
    delivered_by,
    marked,
    of_each,
    one_line,
    out,
    print_json,
)
from exchange.take_in import take_in
from exchange.try_out import try_night

__all__ = [
    "app",
    "cli_answers",
    "cli_erase",
    "cli_incidents",
    "cli_keys",
    "cli_ledger",
    "cli_new_source",
    "cli_quality",
    "cli_try",
]


@app.command(epilog="Example: `hub check levering.xml --source coevorden`")
@one_line
def check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The file as it would be delivered.")],
    source: Annotated[str, typer.Option(help="The source that would deliver it.")],
    as_json: Json = False,
) -> None:
    """Judge a file on the spot, as the hub would at night; nothing is stored. Exit code 1 when it has faults."""
    report = checking.check(context_of(source, None, connect=False), file)
    if as_json:
        print_json(
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
        out.print(f"{file.name}: {report.received} records, {report.rejected} afgekeurd")
        if report.refused:
            out.print(f"De levering als geheel is geweigerd. {report.refused}")
        for number, faults in report.lines:
            out.print(f"  record {number}", *[f"\n    {fault}" for fault in faults], sep="")
        if report.rejected > len(report.lines):
            out.print(f"  … en nog {report.rejected - len(report.lines)} records")
        for warning, count in report.warnings.items():
            out.print(f"  let op ({count} keer) {warning}")
    if not report.sound:
        raise typer.Exit(1)


@app.command(epilog="Example: `hub receive emmen --vandaag 2015-03-02`")
@one_line
def receive(source: SourceName, vandaag: Day = None, as_json: Json = False) -> None:
    """Fetch what a source has and store it unchanged; prints the deliveries that wait to be judged."""
    waiting = receive_source(context_of(source, vandaag))
    print_json(waiting) if as_json else out.print(f"{source}: waiting deliveries {waiting or 'none'}")


@app.command(epilog="Example: `hub run coevorden --vandaag 2015-03-02`")
@one_line
def run(source: SourceName, vandaag: Day = None, as_json: Json = False) -> None:
    """All verbs for one source, without Airflow: receive to answer; a `proef` source is only tried."""
    context = context_of(source, vandaag)
    if context.source.is_proef:
        cli_try.tell(context, try_night(context), as_json)
    else:
        _take_in_all(context, receive_source(context), as_json)
    sent = answer_source(replace(context, connection=context.source.answer.connection()))
    if not as_json:
        out.print(f"{source}: answers sent {sent}")


@app.command(
    epilog="Example: `hub replay 12 --reason 'the desk was declared too late'` judges it under the rules of today"
)
@one_line
def replay(
    delivery_id: Annotated[int, typer.Argument(help="A delivery; `hub deliveries` lists them.")],
    reason: Annotated[str, typer.Option(help="Why, in a line; stays in the ledger. No data of people.")],
    vandaag: Day = None,
    as_json: Json = False,
) -> None:
    """Judge a delivery again from the bytes in landing; what is sound now comes in. Exit code 1 when nothing can."""
    _, source = delivered_by(delivery_id)
    if not reason.strip():
        raise DeclarationError("command line", "--reason", "say why it is judged again")
    context = replace(context_of(source, vandaag, connect=False), reason=" ".join(reason.split()))
    if _take_in_all(context, [again(context, delivery_id).delivery_id], as_json):
        raise typer.Exit(1)


def _take_in_all(context: Context, delivery_ids: list[int], as_json: bool) -> int:
    """How many of them were refused as a whole."""
    done = []
    for delivery_id in delivery_ids:
        if not as_json:
            out.print(f"{context.source.id}: delivery {delivery_id} …")
        assessed, merged = take_in(context, delivery_id)
        with context.engine.connect() as connection:
            state = find_delivery(connection, delivery_id).state
        counted = {"delivery_id": delivery_id, **vars(merged.counts), "rows": vars(merged.rows)}
        done.append(counted | {"held": assessed.held, "state": state})
        if not as_json:
            out.print(f"  {merged.line()}")
            if state == "refused":
                out.print(marked("  refused as a whole:", "red", f"see `hub rejects {delivery_id}`"))
            if assessed.held:
                out.print(marked("  held:", "yellow", f"see `hub quality {delivery_id}`; yesterday's data stays"))
    if as_json:
        print_json(done)
    elif not done:
        out.print(f"{context.source.id}: nothing new")
    return sum(one["state"] == "refused" for one in done)


@app.command(
    epilog="Example: `hub --region drenthe publish --vandaag 2015-03-02`; without `--region` all are published"
)
@one_line
def publish(vandaag: Day = None, as_json: Json = False) -> None:
    """Make the marts anew from the current state, say whose figures may be behind, and whether they add up."""

    def published(region: Region) -> list[dict[str, Any]]:
        one = publish_region(region, day(vandaag, region.name))
        unmet = [
            f"{judged.expectation} {judged.subject}"
            for judged in assess_marts(region, one.vandaag)
            if not judged.is_met
        ]
        data_docs(region)
        if not as_json:
            out.print(one.line())
            out.print(f"quality: {', '.join(unmet) or 'all as expected'} · {folder_of(region)}/index.html")
        return [
            {"region": one.region, "rows": one.rows, "stale": [vars(s) for s in one.stale], "not_as_expected": unmet}
        ]

    done = of_each(published)
    if as_json:
        print_json(done)
