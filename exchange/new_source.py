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
from exchange.drafting.sample import FIRST_LINE, merged, read_file
from exchange.drafting.vocabulary import vocabulary
from exchange.errors import DeclarationError
from exchange.region import Region
from exchange.source import CHANNELS
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
    """Draft a source. `without`: sources whose words may not be used.

    Raises DeclarationError, SourceUnavailable, SourceRefused.
    """
    kind = "gemeente" if len(code) == 4 else "aanbieder"
    known = {row.code: row.naam for row in CodeLists.standard().rows("gemeente")}
    if kind == "gemeente" and code not in known:
        raise DeclarationError("command line", "--code", f"{code} is no gemeente; see schemas/codelists/gemeente.csv")
    samples, folder = [read_file(file) for file in files], None
    try:
        if connection is not None:
            asked, folder = ask(connection)
            samples += asked
        if not samples:
            raise DeclarationError("command line", "SAMPLE", "give a file, or --connection to ask the source itself")
        if len({sample.connector for sample in samples}) > 1:
            raise DeclarationError("command line", "SAMPLE", "give files of one kind: what is delivered together")
        words = vocabulary(regions, without)
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
