"""What judging one delivery takes of memory, over what the process holds while it waits for work."""

import multiprocessing
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from bench.hub import Hub
from exchange.validate import validate

EVERY = 0.02  # seconds between two samples


def peak(hub: Hub, delivery_id: int) -> float:
    """MiB that the hub's processes together held at most, over idle, while one delivery was validated.

    Proportional set size from /proc: a page that two processes share counts once. Idle is a fresh process that
    has imported all and opened its connector; the second worker does not exist then, and counts in full.
    """
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.get_context("spawn").Process(target=_work, args=(hub, delivery_id, theirs))
    child.start()
    theirs.close()
    try:
        ours.recv()
        idle = highest = _held(child.pid)
        ours.send("go")
        while not ours.poll(EVERY):
            highest = max(highest, _held(child.pid))
        ours.recv()
    finally:
        ours.close()
        child.join()
    return (highest - idle) / 1024


def _work(hub: Hub, delivery_id: int, bench: Connection) -> None:
    context = hub.context("memory")
    with context.engine.connect():
        context.connector()
        _ = context.keys.seal, context.keys.stream
    bench.send("idle")
    bench.recv()
    validate(context, delivery_id)
    bench.send("done")


def _held(pid: int | None) -> int:
    """KiB of a process and its children. One that ends meanwhile counts as nothing."""
    return sum(_pss(process) for process in _family(str(pid)))


def _family(pid: str) -> Iterator[str]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from _family(child)


def _pss(pid: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
