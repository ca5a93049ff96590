"""The source systems of the kit in one process: `kit serve`.

Everything stands below the home folder (.hub) in kit/: calendar.json (which night), services.json (addresses and
secrets, while the servers run), secrets.json and keys/ (made once), sftp/<user>/ (the rooms of the senders).
"""

import asyncio
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from queue import Queue
from typing import Any

import asyncssh
import uvicorn

from kit import calendar
from kit.servers.region import DRENTHE, Cast, Region
from kit.servers.sftp import listen
from kit.servers.state import read_json, write_private
from kit.servers.zgw import application

POLL_SECONDS = 0.2
GRACE_SECONDS = 2


class _Server(uvicorn.Server):
    """uvicorn, without its own signal handlers: one place decides when both servers stop."""

    def capture_signals(self) -> Any:
        return nullcontext()


def services_path(home: Path) -> Path:
    """Where the running servers tell their addresses."""
    return home / "kit" / "services.json"


def serve(
    home: Path, http_port: int = 0, sftp_port: int = 0, latency: bool = True, casts: Sequence[Cast] = (DRENTHE,)
) -> None:
    """Serve until SIGTERM or SIGINT; port 0 takes a free one. Blocks.

    Prints one line when everything listens. A new night in the calendar shows without a restart.
    """

    async def main() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await run(home, http_port, sftp_port, latency, stop, _say_ready, casts)

    asyncio.run(main())


def _say_ready(services: dict[str, Any], region: Region) -> None:
    addresses = sorted({zgw["base_url"] for zgw in services["zgw"].values()})
    addresses += [rest["base_url"] for rest in services["rest"].values()]
    addresses += [stuf["url"] for stuf in services["stuf"].values()]
    addresses.append(f"sftp://{services['sftp']['host']}:{services['sftp']['port']}")
    print(f"ready: night {region.night}, {' '.join(addresses)}", flush=True)


def wait_for_night(home: Path, night: int, seconds: float = 60) -> dict[str, Any]:
    """Wait until running servers show a night everywhere; gives services.json. Raises TimeoutError."""
    until = time.monotonic() + seconds
    while (services := read_json(services_path(home))).get("night") != night:
        if time.monotonic() > until:
            raise TimeoutError(f"the servers do not show night {night} after {seconds:.0f} s")
        time.sleep(POLL_SECONDS / 4)
    return services


@contextmanager
def running(
    home: Path, latency: bool = False, casts: Sequence[Cast] = (DRENTHE,)
) -> Iterator[tuple[dict[str, Any], Region]]:
    """The servers in a thread of this process, for a test: gives services.json and the systems behind them.

    The latter may be changed meanwhile: take a zaaktype out of `region.systems[...].clients[...].rights` and
    the source has lost a right.
    """
    started: Queue[tuple[dict[str, Any], Region] | BaseException] = Queue()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def work() -> None:
        try:
            loop.run_until_complete(run(home, 0, 0, latency, stop, lambda *found: started.put(found), casts))
        except BaseException as error:  # handed to the thread that waits, which raises it
            started.put(error)
        finally:
            loop.close()

    thread = threading.Thread(target=work, name="kit")
    thread.start()
    first = started.get(timeout=60)
    if isinstance(first, BaseException):
        thread.join()
        raise first
    try:
        yield first
    finally:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)
        thread.join()
        if not started.empty() and isinstance(late := started.get(), BaseException):
            raise late


async def run(
    home: Path,
    http_port: int,
    sftp_port: int,
    latency: bool,
    stop: asyncio.Event,
    ready: Callable[[dict[str, Any], Region], None],
    casts: Sequence[Cast] = (DRENTHE,),
) -> None:
    """Serve until `stop` is set. `ready` gets what services.json holds. Raises OSError when a port is taken."""
    # With its protocol named: asyncio then sends at once (TCP_NODELAY), else each answer waits 40 ms.
    http = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    http.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    acceptor: asyncssh.SSHAcceptor | None = None
    told = False
    try:
        http.bind(("127.0.0.1", http_port))
        regions = [Region(home, latency, cast) for cast in casts]
        for region in regions:
            region.move(calendar.read(home))
        users = {name: user for region in regions for name, user in (region.users | region.boxes).items()}
        acceptor = await listen(users, regions[0].host_key, sftp_port)
        app = application([system for region in regions for system in region.served])
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=GRACE_SECONDS
        )
        server = _Server(config)
        serving = asyncio.create_task(server.serve(sockets=[http]))
        while not server.started and not serving.done():
            await asyncio.sleep(0.01)
        services = _together([region.services(http.getsockname()[1], acceptor.get_port()) for region in regions])
        write_private(services_path(home), services)
        told = True
        ready(services, regions[0])
        watching = asyncio.create_task(_watch(home, regions, services))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({serving, watching, stopping}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        stopping.cancel()
        if not watching.done():
            watching.cancel()
        await asyncio.gather(serving, stopping, return_exceptions=True)
        if watching.done() and not watching.cancelled():
            watching.result()  # it never ends by itself: this raises what broke it
    finally:
        if told:
            services_path(home).unlink(missing_ok=True)
        if acceptor is not None:
            acceptor.close()
            await acceptor.wait_closed()
        http.close()


def _together(services: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What several regions serve, on one HTTP and one SFTP server: the first says how these are known."""
    first, *others = services
    for other in others:
        for kind in ("vandaag", "zgw", "rest", "stuf"):
            first[kind] |= other[kind]
        first["sftp"]["users"] |= other["sftp"]["users"]
    return first


async def _watch(home: Path, regions: Sequence[Region], services: dict[str, Any]) -> None:
    """Follow the calendar. services.json names the night once it shows everywhere."""
    seen = -1
    region = regions[0]
    while True:
        stamp = _stamp(calendar.path_of(home))
        if stamp != seen:
            seen = stamp
            try:
                now = calendar.read(home)
            except calendar.CalendarError as error:
                print(f"{error}; still night {region.night}", file=sys.stderr, flush=True)
                continue
            if (now.seed, now.night) != (region.seed, region.night):
                for each in regions:
                    each.move(now)
                days = {each.cast.name: each.world.vandaag(now.night).isoformat() for each in regions}
                moved = {"seed": now.seed, "night": now.night, "vandaag": days}
                write_private(services_path(home), services | moved)
        await asyncio.sleep(POLL_SECONDS)


def _stamp(path: Path) -> int:
    try:
        found: os.stat_result = path.stat()
    except FileNotFoundError:
        return 0
    return found.st_mtime_ns
