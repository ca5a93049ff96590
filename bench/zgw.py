"""Many zaken from a ZGW server with the latencies of a real one: the hub's connector beside a plain puller.

The server is the kit's own: its routes, its pages, its catalogue, its seconds. A gemeente of the kit has not as many
zaken as the bench wants, so the register is filled with those of Emmen over and over, each time under another number;
the kit's world stays as it is. The server is a process apart, as a source is: it must not take the hub's time.

The plain puller is what one would write in an afternoon: one session, one request after another, following `next`,
the same questions as the hub: the types, the zaken, and of each zaak its rollen, statussen and eigenschappen.
"""

import json
import multiprocessing
import socket
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import cycle, islice
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from time import perf_counter
from typing import Any

import jwt
import requests
import uvicorn

from bench.hub import VANDAAG
from connectors.connection import Connection
from connectors.connector import Request, open_connector
from connectors.formats import jsonl
from exchange.keys import Keys, fresh
from exchange.landing import Landing
from exchange.region import Source, load_regions
from kit.nights import Change
from kit.servers.auth import Client
from kit.servers.cases import Register
from kit.servers.catalogue import Catalogue
from kit.servers.dialect import dialects
from kit.servers.zgw import CRS, System, application
from kit.world import World

PARTY, BERICHT = "emmen", "aanmelding"
CLIENT, SECRET = "bench", "known to this machine only, and to nobody else"
PARTS = ("rollen", "statussen")
Composite = dict[str, Any]


@dataclass
class Measured:
    """Seconds for all zaken, by the hub up to the sealed bytes in landing, and by the plain puller to a file.

    `differing`: zaken that one of them has otherwise than the other, or neither has; `parts`: what belongs to them.
    """

    zaken: int
    parallel: int = 0
    hub: float = 0.0
    plain: float = 0.0
    differing: int = 0
    parts: int = 0


@dataclass(frozen=True)
class Many:
    """A world in which a gemeente has this many zaken, all there in the first night."""

    zaken: int
    known: list[Change]

    def changes(self, party: str, bericht: str, night: int) -> Iterator[Change]:
        """See kit.servers.cases.Holder."""
        if bericht != BERICHT:
            return
        for number, change in enumerate(islice(cycle(self.known), self.zaken), 1):
            key = f"{change.key[0]}-{number:06d}"
            record = {**change.record, "aanmelding_nummer": key}
            yield Change(night, party, bericht, "nieuw", (key,), record)

    def vandaag(self, night: int) -> date:
        """See kit.servers.cases.Holder."""
        return VANDAAG


def measure(zaken: int, home: Path, tell: Callable[[str], None], *, latency: bool = True) -> Measured:
    """Serve so many zaken, and have both fetch them. Files below `home`, gone afterwards."""
    (drenthe,) = (region for region in load_regions() if region.name == "drenthe")
    source = drenthe.sources[PARTY]
    found = Measured(zaken, parallel=source.settings.get("parallel", 1))
    with tempfile.TemporaryDirectory(prefix="bench-", dir=home) as folder, _served(zaken, latency) as port:
        tell(f"{zaken:,} zaken by the hub")
        fetched, found.hub = _by_hub(source, port, Path(folder))
        tell(f"{zaken:,} zaken by the plain puller, {found.hub:.0f} s by the hub")
        pulled, found.plain = _by_puller(source, port, Path(folder) / "plain.jsonl")
    both = fetched.keys() | pulled.keys()
    found.differing = sum(fetched.get(url) != pulled.get(url) for url in both) + zaken - len(both)
    found.parts = sum(len(part) for zaak in pulled.values() for part in zaak.values() if isinstance(part, list))
    return found


def _by_hub(source: Source, port: int, folder: Path) -> tuple[dict[str, Composite], float]:
    connection = Connection("bench", "http", "127.0.0.1", port, "http", CLIENT, SECRET, extra={"path": f"/{PARTY}"})
    landing = Landing(folder / "landing", Keys.from_env("drenthe", fresh("drenthe")))
    request = Request(BERICHT, source.delivers[BERICHT].options)
    begin = perf_counter()
    with open_connector("zgw", connection, source.settings) as connector:
        (payload,) = connector.fetch([request], folder, VANDAAG, {})
        landed = landing.store(payload.path, source.id)
    seconds = perf_counter() - begin
    with landing.open(landed.path, landed.sha256) as stream:
        return _by_url(content for number, content, _, _ in jsonl.read(stream) if number), seconds


def _by_puller(source: Source, port: int, target: Path) -> tuple[dict[str, Composite], float]:
    zaaktype, rsin = source.delivers[BERICHT].options["zaaktype"], source.settings["bronorganisatie"]
    begin = perf_counter()
    with target.open("w", encoding="utf-8") as out:
        for composite in pull(f"http://127.0.0.1:{port}/{PARTY}", zaaktype, rsin):
            out.write(json.dumps(composite) + "\n")
    seconds = perf_counter() - begin
    with target.open(encoding="utf-8") as lines:
        return _by_url(map(json.loads, lines)), seconds


def pull(base: str, zaaktype: str, bronorganisatie: str) -> Iterator[Composite]:
    """Every zaak of a zaaktype with what belongs to it, one request after another. Raises requests.HTTPError."""
    token = jwt.encode({"iss": CLIENT, "iat": int(time.time()), "client_id": CLIENT}, SECRET, algorithm="HS256")
    with requests.Session() as session:
        session.headers.update({"Authorization": f"Bearer {token}", "Accept-Crs": CRS})

        def ask(url: str, **params: str) -> Any:
            answer = session.get(url, params=params, timeout=60)
            answer.raise_for_status()
            return answer.json()

        def rows(url: str, **params: str) -> Iterator[Any]:
            page = ask(url, **params)
            yield from page["results"]
            while page["next"]:
                page = ask(page["next"])
                yield from page["results"]

        zaken, catalogi = f"{base}/zaken/api/v1", f"{base}/catalogi/api/v1"
        for version in list(rows(f"{catalogi}/zaaktypen", identificatie=zaaktype)):
            for kind in ("statustypen", "roltypen", "eigenschappen"):
                list(rows(f"{catalogi}/{kind}", zaaktype=version["url"]))
            query = {"zaaktype": version["url"], "bronorganisatie": bronorganisatie}
            for zaak in rows(f"{zaken}/zaken", **query):
                composite = {kind: list(rows(f"{zaken}/{kind}", zaak=zaak["url"])) for kind in PARTS}
                yield {"zaak": zaak, **composite, "eigenschappen": ask(f"{zaak['url']}/zaakeigenschappen")}


def _by_url(composites: Iterable[Composite]) -> dict[str, Composite]:
    """By the address of the zaak; what belongs to it in one order."""
    return {
        composite["zaak"]["url"]: {
            name: sorted(part, key=lambda row: str(row["url"])) if isinstance(part, list) else part
            for name, part in composite.items()
        }
        for composite in composites
    }


@contextmanager
def _served(zaken: int, latency: bool) -> Iterator[int]:
    """A server of its own process for as long as the block; gives its port."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(zaken, latency, theirs))
    server.start()
    theirs.close()
    try:
        yield int(ours.recv())
    finally:
        server.terminate()
        server.join()
        ours.close()


def _serve(zaken: int, latency: bool, bench: Pipe) -> None:
    """Runs in the process apart, until it is ended."""
    world = World.build(1)
    rsin = world.parties[PARTY].rsin
    known = [change for change in world.changes(PARTY, BERICHT, 1) if change.kind == "nieuw"]
    register = Register(Catalogue(f"/{PARTY}", rsin, dialects(PARTY)), dialects(PARTY), {PARTY: rsin})
    register.move(Many(zaken, known), 1)
    rights = {dialect.zaaktype for dialect in dialects(PARTY).values()}
    system = System(PARTY, register, {CLIENT: Client(CLIENT, SECRET, rights)}, latency)
    # With its protocol named, as kit serve has it: asyncio then sends at once.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    bench.send(listener.getsockname()[1])
    config = uvicorn.Config(application([system]), log_level="warning", access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])
