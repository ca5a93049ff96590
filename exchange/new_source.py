"""new_source: draft the declaration of a source that nobody declared yet, from what it delivers or from its system.

What can be seen is not asked. What was guessed says why; what nobody can see is a line that keeps the source from
loading until somebody filled it in. Of what a person is, nothing reaches the draft: names of fields, and words that
stand for codes.
"""

import shutil
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.connection import Connection
from exchange.drafting.ask import ask
from exchange.drafting.draft import Party, draft
from exchange.drafting.match import Matched, match
from exchange.drafting.sample import FIRST_LINE, Sample, merged, read_file
from exchange.drafting.vocabulary import vocabulary
from exchange.errors import DeclarationError
from exchange.region import Region, region_codelists
from exchange.source import CHANNELS, wrong_name
from schemas.codelists import CodeLists
from schemas.masking import shown

KINDS = {"filedrop": "sftp", "zgw": "zgw", "rest": "rest"}  # connector -> how its connection ends


@dataclass(frozen=True)
class Drafted:
    """A draft, and what was taken for what."""

    text: str
    party: Party
    matched: tuple[Matched, ...]


def new_source(
    regions: Sequence[Region],
    region: Region,
    name: str,
    code: str,
    files: Iterable[Path],
    connection: Connection | None = None,
    title: str = "",
    without: Collection[str] = (),
) -> Drafted:
    """Draft a source: from files, else from what its connection has. `without`: sources whose words may not be used.

    Raises DeclarationError, SourceUnavailable, SourceRefused.
    """
    _judge_name(regions, region, name)
    kind = "gemeente" if len(code) == 4 else "aanbieder"
    known = {row.code: row.naam for row in CodeLists.standard().rows("gemeente")}
    if kind == "gemeente" and code not in known:
        raise DeclarationError("command line", "--code", f"{code} is no gemeente; see schemas/codelists/gemeente.csv")
    samples, folder = [read_file(file) for file in files], None
    try:
        if connection is not None and not samples:
            samples, folder = ask(connection)
        if not samples:
            raise DeclarationError("command line", "SAMPLE", "give a file, or --connection to ask the source itself")
        if len({sample.connector for sample in samples}) > 1:
            raise DeclarationError("command line", "SAMPLE", "give files of one kind: what is delivered together")
        if connection is not None:
            _judge_way(samples[0], connection)
        others_first = sorted(regions, key=lambda one: one.name == region.name)
        words = vocabulary(others_first, _own_lists(region, code), without)
        found = tuple(match(sample, words, region.codelists) for sample in merged(samples))
    finally:
        if folder:
            shutil.rmtree(folder)
    _judge(found)
    default = f"Gemeente {known[code]}" if kind == "gemeente" else region.organisaties.get(code, name)
    channel = next((word for word, each in CHANNELS.items() if connection and each == connection.conn_type), "sftp")
    own = connection.id if connection else f"{name}_{KINDS[samples[0].connector]}"
    party = Party(name, title or default, kind, code, region, own, channel)
    return Drafted(draft(party, found), party, found)


def _own_lists(region: Region, code: str) -> CodeLists:
    """The code lists with the desks of this party alone, for a gemeente: "Sociaal team" is that of whoever says so."""
    if len(code) != 4:
        return region.codelists
    return region_codelists(tuple(one for one in region.lokets if one.gemeente_code == code), region.organisaties)


def _judge_name(regions: Sequence[Region], region: Region, name: str) -> None:
    if wrong := wrong_name(name):
        raise DeclarationError("command line", "NAME", wrong)
    other = next((one.name for one in regions if one.name != region.name and name in one.sources), "")
    if other:
        raise DeclarationError("command line", "NAME", f'region {other} has a source "{name}"; choose another name')


def _judge_way(sample: Sample, connection: Connection) -> None:
    """Files come by a folder or SFTP, and a page of an API from that API."""
    if (sample.connector == "filedrop") != (connection.conn_type in CHANNELS.values()):
        ways = " or ".join(CHANNELS.values()) if sample.connector == "filedrop" else "http"
        cure = (
            f"is {connection.conn_type}, and what {shown(sample.name)} holds comes by {ways}; give another connection"
        )
        raise DeclarationError(connection.id, "conn_type", cure)


def _judge(found: Sequence[Matched]) -> None:
    for each in found:
        if each.sample.connector == "filedrop" and not each.sample.is_ours and not each.named:
            cure = f"no column is called as a field of a bericht is: {FIRST_LINE}"
            raise DeclarationError("command line", shown(each.sample.name), cure)
    berichten = [each.contract.bericht for each in found]
    double = next((bericht for bericht in berichten if berichten.count(bericht) > 1), "")
    if double:
        names = ", ".join(each.sample.name for each in found if each.contract.bericht == double)
        cure = f"look like the same bericht ({double}); put the bericht in the names of the files"
        raise DeclarationError("command line", names, cure)


def joins(drafted: Drafted) -> list[str]:
    """What the region itself has to say before this party can deliver: one line a file."""
    party, region = drafted.party, drafted.party.region
    found = []
    if party.kind == "gemeente" and party.code not in region.gemeenten:
        found.append(f'regions/{region.name}/region.toml: add "{party.code}" to gemeenten')
    if party.code not in region.organisaties:
        found.append(f'regions/{region.name}/region.toml: add [organisaties."{party.code}"] with naam and soort')
    if party.kind == "gemeente" and party.code not in {loket.gemeente_code for loket in region.lokets}:
        found.append(f'regions/{region.name}/lokets.toml: add its desks, [loket."{party.code}-WMO"] and so on')
    if party.kind == "gemeente" and region.raamcontract and party.code not in region.raamcontract.inwoners:
        found.append(f'regions/{region.name}/contract.toml: add "{party.code}" to [inwoners.gemeente]')
    return found
