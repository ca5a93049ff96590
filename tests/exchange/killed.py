"""Runs that are killed at a place of the code, each in a process of its own: as when their machine stops."""

import importlib
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from itertools import count
from typing import Any

from tests.exchange.hub import Hub

LOCKS = """
    select count(*) from pg_locks
    where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
"""


def die(*_: Any) -> None:
    """The end of this process, now."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(when: str, module: str, name: str, call: int = 1) -> None:
    """From now on this process dies `before` or `after` that call of a function or method of a module."""
    owner: Any = importlib.import_module(module)
    *parents, last = name.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    original, calls = getattr(owner, last), count(1)

    def mortal(*arguments: Any, **more: Any) -> Any:
        is_ours = next(calls) == call
        if is_ours and when == "before":
            die()
        result = original(*arguments, **more)
        if is_ours:
            die()
        return result

    setattr(owner, last, mortal)


def killed(hub: Hub, work: Callable[..., Any], *arguments: Any) -> None:
    """Run it in a process that dies of it, until the database has noticed: it does so in its own time."""
    child = multiprocessing.get_context("fork").Process(target=work, args=arguments)
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL, f"it did not die with {arguments}"
    wait_until(lambda: hub.value(LOCKS) == 0)


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Look until it is so."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.05)


def night_that_dies(hub: Hub, when: str, module: str, name: str) -> None:
    """A whole night, for `killed`."""
    die_at(when, module, name)
    hub.night()
    hub.publish()
