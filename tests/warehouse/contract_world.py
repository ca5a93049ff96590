"""The kit's region in a database of the test: the valid records of every party after a night, through the verbs.

Every party delivers one whole XML file per bericht, whatever its system is like elsewhere: the marts do not ask how a
record came in. What must be found is the kit's own truth of that night.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from connectors.connection import Connection
from exchange.context import Context
from exchange.merge import merge
from exchange.publish import Published, publish
from exchange.receive import receive
from exchange.region import Region, load_source
from exchange.validate import validate
from kit.parties import Party
from kit.servers.files import file_name, write
from kit.world import Levering, Regel, World

BERICHTEN = ("aanmelding", "traject", "activiteit", "onderzoek")  # what the marts of the contract read
DECLARATION = """
name      = "{title}"
kind      = "{kind}"
code      = "{code}"
connector = "filedrop"
schedule  = "0 1 * * *"
owner     = "gegevensbeheer@proef.example"
[verwerking]
grondslag              = "AVG6-1e/Wmo5.1.1"
verwerkersovereenkomst = 2014-12-15
dpia                   = "DPIA-2014-07"
[answer]
channel = "folder"
[connection]
id             = "proef"
settle_seconds = 0.0
"""


def region_of_files(
    region: Region, parties: list[Party], database: str, folder: Path, delivered: Sequence[str] = BERICHTEN
) -> Region:
    """The region in another database, in which these parties leave XML in a folder of their own.

    Who delivers none of the berichten is no source of it.
    """
    sources = {}
    for party in parties:
        file = folder / f"{party.name}.toml"
        berichten = [bericht for bericht in party.berichten if bericht in delivered]
        if not berichten:
            continue
        delivers = "".join(f"[delivers.{bericht}]\ncontract = 1\n" for bericht in berichten)
        file.write_text(DECLARATION.format(title=party.title, kind=party.kind, code=party.code) + delivers)
        sources[party.name] = load_source(file, region.name, region.gemeenten, region.codelists)
    return replace(region, database=database, sources=sources)


def load_world(world: World, region: Region, folder: Path, night: int, parties: Sequence[str]) -> Published:
    """Deliver the state of a night of these parties, load it and publish it."""
    day = world.vandaag(night)
    for source in (region.sources[party] for party in parties):
        home = folder / source.id
        (home / "uit").mkdir(parents=True, exist_ok=True)
        for bericht in source.delivers:
            states = world.state(source.id, bericht, night)
            regels = tuple(Regel("record", key, record, ()) for key, record in sorted(states.items()))
            levering = Levering(source.id, bericht, night, f"{day}T00:00:00Z", "volledig", regels)
            write(levering, source.code, home / "uit" / file_name(bericht, day.isoformat()))
        context = Context(region, source, day, f"nacht-{night}", Connection("proef", "fs", extra={"path": str(home)}))
        for delivery_id in receive(context):
            validate(context, delivery_id)
            merge(context, delivery_id)
    return publish(region, day)
