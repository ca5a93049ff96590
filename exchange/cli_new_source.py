"""`hub new-source`: the draft of a declaration, and what is left for a person to fill in."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from connectors.connection import Connection
from exchange.declaration import OPEN
from exchange.drafting.draft import not_found
from exchange.drafting.match import GUESS, LIKELY, SURE
from exchange.errors import DeclarationError
from exchange.new_source import Drafted, joins, new_source
from exchange.region import Region, region_folder
from exchange.shell import Json, app, one_line, out, print_json, regions

Name = Annotated[str, typer.Argument(help="The name of the source: of its file, its folder and its DAG.")]
Samples = Annotated[
    list[Path] | None,
    typer.Argument(
        exists=True, dir_okay=False, help="Files as it delivers them: CSV, XLSX, XML or JSON, one a bericht."
    ),
]
Code = Annotated[str, typer.Option(help="The CBS-gemeentecode, or the AGB or KvK number of an aanbieder.")]
RegionName = Annotated[
    str, typer.Option("--region", help="The region; not needed where there is one, or one knows the code.")
]
ConnectionId = Annotated[
    str,
    typer.Option(
        "--connection",
        help="An Airflow connection (`AIRFLOW_CONN_<ID>`): the source is asked; with a SAMPLE only how it is reached.",
    ),
]
Title = Annotated[str, typer.Option(help="How the party is called; of a gemeente it is known.")]
Out = Annotated[
    Path | None, typer.Option("--out", dir_okay=False, help="Write here instead of beside the other sources.")
]


@app.command(
    "new-source",
    epilog="Examples: `hub new-source assen aanmelding_20150302.csv onderzoek_20150302.csv --code 0106` · "
    "`hub new-source assen --code 0106 --connection assen_zgw`",
)
@one_line
def draft_source(
    name: Name,
    samples: Samples = None,
    code: Code = "",
    region: RegionName = "",
    connection: ConnectionId = "",
    title: Title = "",
    file: Out = None,
    as_json: Json = False,
) -> None:
    """Draft the declaration of a new source from what it delivers; what could be seen is not asked.

    Each guess says why and how sure it is. What nobody can see (legal basis, agreement, DPIA, owner) is INVULLEN, and
    keeps the source from loading. No value of a person reaches the draft.
    """
    everywhere = regions()
    chosen = _region(everywhere, region, code)
    target = file or region_folder(chosen.name) / "sources" / f"{name}.toml"
    if target.exists():
        raise DeclarationError(str(target), "file", "exists already; remove it, or draft beside it with --out")
    asked = Connection.from_env(connection) if connection else None
    drafted = new_source(everywhere, chosen, name, code, samples or [], asked, title)
    try:
        target.write_text(drafted.text, encoding="utf-8")
    except OSError as error:
        cure = f"{error.strerror}; give a file in a folder that exists and lets you write"
        raise DeclarationError(str(target), "file", cure) from None
    _tell(drafted, target, as_json)


def _region(everywhere: list[Region], name: str, code: str) -> Region:
    if not code:
        raise DeclarationError("command line", "--code", "give the CBS-gemeentecode, or the AGB or KvK number")
    found = [one for one in everywhere if (one.name == name if name else code in one.organisaties)]
    found = found or ([] if name else everywhere)
    if len(found) != 1:
        raise DeclarationError("command line", "--region", f"choose from {', '.join(one.name for one in everywhere)}")
    return found[0]


def _tell(drafted: Drafted, target: Path, as_json: bool) -> None:
    open_lines = [line.partition(" =")[0].strip('"') for line in drafted.text.splitlines() if f'"{OPEN}"' in line]
    found = [
        {
            "bericht": each.contract.bericht,
            "records": each.sample.records,
            "columns": len(each.sample.columns),
            "certain": dict(Counter(one.certainty for one in each.matches)),
            "unknown": [column.name for column in each.unknown],
            "missing": [path for path in each.missing if not each.sample.is_ours],
        }
        for each in drafted.matched
    ]
    if as_json:
        print_json({"file": str(target), "found": found, "fill_in": open_lines, "join": joins(drafted)})
        return
    out.print(f"{target} is drafted", soft_wrap=True)
    for one, each in zip(found, drafted.matched, strict=True):
        if each.sample.is_ours:
            out.print(f"  {one['bericht']}: {one['records']} records after the published schema")
            continue
        sure = ", ".join(f"{one['certain'].get(word, 0)} {word}" for word in (SURE, LIKELY, GUESS))  # type: ignore[attr-defined]
        out.print(f"  {one['bericht']}: {one['records']} records, {one['columns']} columns: {sure}, "
                  f"{len(each.unknown)} niet herkend")  # fmt: skip
    for each in drafted.matched:
        if paths := not_found(each):
            bericht = each.contract.bericht
            out.print(f"  required, and in no column of {bericht}: {', '.join(paths)}", soft_wrap=True)
    out.print(f"  to fill in: {', '.join(open_lines)}", soft_wrap=True)
    for line in joins(drafted):
        out.print(f"  first, {line}", soft_wrap=True)
    first = next(iter(each.sample.name for each in drafted.matched))
    name = drafted.party.name
    out.print(f"  then: hub check {first} --source {name} · hub try {name} {first}", soft_wrap=True)
