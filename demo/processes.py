"""Processes of the trial: started in a session of their own, known by pid and start time, ended with all
their children. Nothing else is ever touched: a pid that another process took over is not ours."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import psutil

from demo.home import DemoError, Home

MARK = "HUB_TRIAL"
GRACE_SECONDS = 15


def start(home: Home, name: str, command: list[str], env: Mapping[str, str]) -> psutil.Process:
    """Start a process that outlives this command, with its output in logs/<name>.log."""
    marked = {**env, MARK: home.mark, "SPT_NOENV": "1"}  # the last: setproctitle must leave the mark readable
    with (home.logs / f"{name}.log").open("ab") as log:
        child = subprocess.Popen(
            command,
            env=marked,
            cwd=home.path,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    process = psutil.Process(child.pid)
    _file(home, name).write_text(json.dumps({"pid": child.pid, "created": process.create_time()}))
    return process


def running(home: Home, name: str) -> psutil.Process | None:
    """The process of this name, when it still runs and is the one that was started."""
    try:
        known = json.loads(_file(home, name).read_text())
        process = psutil.Process(known["pid"])
        # Linux counts starts in ticks of the clock: a difference of less is the same start.
        same = abs(process.create_time() - known["created"]) < 0.05
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except (FileNotFoundError, psutil.NoSuchProcess):
        return None


def names(home: Home) -> list[str]:
    """Names of all processes that were started and not yet stopped."""
    return sorted(path.stem for path in home.run.glob("*.json"))


def stop(home: Home, chosen: Iterable[str] | None = None) -> int:
    """End processes with their whole tree; without a choice all of them. Returns how many ended.

    First the trees of what was started are looked up, then whatever bears the mark of this trial and belongs to
    nothing that goes on, so that a process whose parent died before it is found too.
    """
    doomed: dict[int, psutil.Process] = {}
    stopped = list(names(home) if chosen is None else chosen)
    for name in stopped:
        doomed |= _tree(home, name)
    kept = {pid for name in set(names(home)) - set(stopped) for pid in _tree(home, name)}
    doomed |= {process.pid: process for process in marked(home) if process.pid not in kept}
    _end(list(doomed.values()))
    if chosen is None:
        _end(marked(home))  # what was born while its parents were ending
    for name in stopped:
        _file(home, name).unlink(missing_ok=True)
    return len(doomed)


def _tree(home: Home, name: str) -> dict[int, psutil.Process]:
    root = running(home, name)
    return {process.pid: process for process in (root, *root.children(recursive=True))} if root else {}


def marked(home: Home) -> list[psutil.Process]:
    """Every process that bears the mark of this trial, this one excepted."""
    found = []
    for process in psutil.process_iter():
        try:
            ours = process.pid != os.getpid() and process.environ().get(MARK) == home.mark
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue  # gone already, or of another user and so never ours
        if ours and process.status() != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def _end(processes: list[psutil.Process]) -> None:
    for process in processes:
        _signal(process.terminate)
    _, stubborn = psutil.wait_procs(processes, timeout=GRACE_SECONDS)
    for process in stubborn:
        _signal(process.kill)
    _, left = psutil.wait_procs(stubborn, timeout=GRACE_SECONDS)
    if left:
        pids = ", ".join(str(process.pid) for process in left)
        raise DemoError(f"{len(left)} processes do not end: {pids}")


def _signal(send: Callable[[], None]) -> None:
    try:
        send()
    except psutil.NoSuchProcess:
        return


def tail(home: Home, name: str, lines: int = 15) -> str:
    """The end of a log, to show what went wrong."""
    path = home.logs / f"{name}.log"
    text = path.read_text(errors="replace") if path.exists() else ""
    return "\n".join(text.splitlines()[-lines:])


def program(name: str) -> str:
    """A command of the environment that this Python runs in."""
    return str(Path(sys.executable).parent / name)


def environment(**more: str) -> dict[str, str]:
    """The environment for what we start: the owner's own, without another Airflow's settings in it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', os.defpath)}"
    local = dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost")
    return {**kept, **local, "PATH": path, "PYTHONUNBUFFERED": "1", **more}


def digest(env: Mapping[str, str]) -> str:
    """A fingerprint of an environment: tells whether a running process was given the same one."""
    return hashlib.sha256(json.dumps(sorted(env.items())).encode()).hexdigest()


def _file(home: Home, name: str) -> Path:
    return home.run / f"{name}.json"
