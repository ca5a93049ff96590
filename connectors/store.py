"""Where files of a file drop lie. A store speaks of names, sizes and times only; here the one that is a folder."""

from __future__ import annotations

import errno
import os
import shutil
import stat as modes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from connectors.connection import Connection
from connectors.errors import DeclarationError, SourceRefused, SourceUnavailable
from connectors.file_names import shown

BLOCK = 1 << 18
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # what a disk says that takes no more
NO_FILE = (errno.ELOOP, errno.EISDIR)  # a link where none is followed, a folder


@dataclass(frozen=True)
class Stat:
    """Size in bytes and time of last change in seconds: both still means that nobody writes."""

    size: int
    mtime: float


class _Times(Protocol):
    """What an operating system or an SFTP server says of a file."""

    @property
    def st_size(self) -> int | None: ...
    @property
    def st_mtime(self) -> float | None: ...


class Vanished(Exception):
    """The file is not there (any more), or is no ordinary file now."""


class TooLarge(Exception):
    """The file is larger than was agreed."""


class Store(Protocol):
    """Paths are relative to the place of the connection. Raises SourceUnavailable, SourceRefused, Vanished."""

    def list(self, folder: str) -> dict[str, Stat]:
        """The ordinary files of a folder; links and folders are left out."""
        ...

    def stat(self, path: str) -> Stat: ...

    def download(self, path: str, target: Path, limit: int) -> int:
        """Write the file to `target`; returns its size. Raises TooLarge beyond `limit` bytes."""
        ...

    def make(self, folder: str) -> None:
        """Make a folder if it does not exist."""
        ...

    def rename(self, old: str, new: str) -> None:
        """Rename; never over a file that exists."""
        ...

    def put(self, file: Path, path: str) -> None:
        """Bring a file there: under a name that says it is unfinished, then renamed over what was there before."""
        ...

    def close(self) -> None: ...


class FolderStore:
    """Files on a disk; connection extra `path` is the folder that holds the others."""

    def __init__(self, connection: Connection) -> None:
        path = str(connection.extra.get("path") or "")
        if not Path(path).is_absolute():
            raise DeclarationError(connection.id, "extra.path", "give the absolute path of the folder")
        self._root = Path(path)

    @contextmanager
    def _plainly(self, path: str) -> Iterator[Path]:
        failed: Exception | None = None
        try:
            yield self._root / path
        except FileNotFoundError:
            failed = Vanished(path) if self._root.is_dir() else SourceUnavailable(f"{self._root}: no such folder")
        except PermissionError:
            failed = SourceRefused(f"{shown(path)}: we may not read or move here")
        except OSError as error:
            is_file = error.errno not in NO_FILE
            failed = SourceUnavailable(f"{shown(path)}: {error.strerror}") if is_file else Vanished(path)
        if failed is not None:
            raise failed

    def list(self, folder: str) -> dict[str, Stat]:
        try:
            with self._plainly(folder) as path, os.scandir(path) as entries:
                return {
                    entry.name: still(entry.stat(follow_symlinks=False))
                    for entry in entries
                    if entry.is_file(follow_symlinks=False)
                }
        except Vanished:
            raise SourceRefused(f"{self._root / folder}: there is no such folder") from None

    def stat(self, path: str) -> Stat:
        with self._plainly(path) as place:
            return still(place.lstat())

    def download(self, path: str, target: Path, limit: int) -> int:
        with self._plainly(path) as place, open(place, "rb", opener=_not_waiting) as source:
            if not modes.S_ISREG(os.fstat(source.fileno()).st_mode):
                raise Vanished(path)
            with target.open("wb") as sink:
                return copy(source.read, sink, limit, path)

    def make(self, folder: str) -> None:
        with self._plainly(folder) as path:
            path.mkdir(exist_ok=True)

    def rename(self, old: str, new: str) -> None:
        with self._plainly(old) as source:
            target = self._root / new
            if target.exists():
                raise SourceUnavailable(f"{shown(new)}: exists")
            shutil.move(source, target)

    def put(self, file: Path, path: str) -> None:
        with self._plainly(unfinished(path)) as part:
            shutil.copyfile(file, part)
            part.replace(self._root / path)

    def close(self) -> None:
        """Nothing is open."""


def _not_waiting(path: str, flags: int) -> int:
    """What was a file when it was listed may be a link or a pipe by now: neither followed nor waited for."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def unfinished(path: str) -> str:
    """The name of a file while it is being written: no program takes it for finished."""
    return f"{path}.part"


def still(found: _Times) -> Stat:
    """Size and time of a file, in our words."""
    return Stat(found.st_size or 0, found.st_mtime or 0)


def copy(read: Callable[[int], bytes], sink: BinaryIO, limit: int, path: str) -> int:
    """Copy until the end, at most `limit` bytes; gives the number. Raises TooLarge, and SourceUnavailable."""
    size = 0
    while block := read(BLOCK):
        size += len(block)
        if size > limit:
            raise TooLarge(path)
        _write(sink, block)
    return size


def _write(sink: BinaryIO, block: bytes) -> None:
    failed = None
    try:
        sink.write(block)
        sink.flush()  # here and not when it is closed: there nobody could tell our disk from theirs
    except OSError as error:
        failed = own_disk(error, Path(sink.name).parent)
    if failed:
        raise failed


def own_disk(error: OSError, folder: Path) -> SourceUnavailable:
    """Not the source is in trouble but we: it is tried again, and somebody has to make room in this folder."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(there).free // 1_000_000
    return SourceUnavailable(
        f"our own disk, not the source: {error.strerror} in {folder}, {free} MB free there; make room and run again"
    )
