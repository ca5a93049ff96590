"""Files that a party puts in a folder: on an SFTP server, or on a disk that we can reach.

What is fetched is whole and stays where it is until `confirm`; then it moves to the archive, by rename. A run
that is killed in between fetches the same bytes again, and the ledger knows them by their hash.
"""

from __future__ import annotations

import fnmatch
import json
import logging
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, BinaryIO, Self

from connectors.connector import Connection, Header, Payload, RawRecord, Request
from connectors.errors import DeclarationError, SourceRefused, SourceUnavailable
from connectors.formats import xml
from connectors.formats.xml_split import split
from connectors.settings import build, setting
from connectors.store import FolderStore, Stat, Store, Vanished
from connectors.store_sftp import SftpStore

log = logging.getLogger(__name__)

UNFINISHED = (".part", ".tmp", ".filepart", ".partial", ".crdownload", ".swp", "~")
MEDIA_TYPES = {".xml": "application/xml"}


@dataclass(frozen=True)
class FileDropSettings:
    """The [connection] table of a file drop. settle_seconds: how long a file must keep its size to be whole."""

    directory: str = setting("uit")
    archive: str = setting("verwerkt")
    settle_seconds: float = setting(2.0, low=0.0, high=600)
    connect_timeout: float = setting(15.0, low=0.01, high=120)
    read_timeout: float = setting(60.0, low=0.01, high=600)
    attempts: int = setting(3, low=1, high=20)
    backoff: float = setting(1.0, low=0.0, high=60)
    max_megabytes: int = setting(2048, low=1, high=65536)


@dataclass(frozen=True)
class FileDropOptions:
    """The [delivers.<bericht>] table of a file drop. pattern: shell pattern; default <bericht>*.xml."""

    pattern: str = setting("")


class FileDropConnector:
    """See connectors.connector.Connector. conn_type sftp, or fs with extra path for a folder."""

    locator = ""
    qualifiers: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()

    def __init__(self, connection: Connection | None, settings: Mapping[str, Any]) -> None:
        name = connection.id if connection else "filedrop"
        self._settings = build(FileDropSettings, settings, name)
        _inside(self._settings, name)
        self._connection = connection
        self._open: Store | None = None

    @classmethod
    def check(cls, settings: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]], file: str) -> None:
        """Judge a declaration. Raises DeclarationError."""
        _inside(build(FileDropSettings, settings, file), file)
        for bericht, table in options.items():
            found = build(FileDropOptions, table, file, f"delivers.{bericht}")
            if "/" in found.pattern:
                raise DeclarationError(file, f"delivers.{bericht}.pattern", "names a file, without a folder")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._open:
            self._open.close()
            self._open = None

    @property
    def _store(self) -> Store:
        if self._open is None:
            self._open = _store(self._connection, self._settings)
        return self._open

    def fetch(
        self, requests: Sequence[Request], workdir: Path, vandaag: date, seen: Mapping[str, bool]
    ) -> Iterator[Payload]:
        before = self._store.list(self._settings.directory)
        patterns = [
            (request.bericht, request.options.get("pattern") or f"{request.bericht}*.xml") for request in requests
        ]
        chosen = [(bericht, name) for bericht, pattern in patterns for name in sorted(_matching(before, pattern))]
        strange = len(before) - len({name for _, name in chosen})
        if strange:
            log.warning("%d files in %s match no pattern and stay there", strange, self._settings.directory)
        if not chosen:
            return
        time.sleep(self._settings.settle_seconds)
        after = self._store.list(self._settings.directory)
        for number, (bericht, name) in enumerate(chosen):
            if before[name] != after.get(name):
                log.warning("%s: still being written, left for the next time", name)
                continue
            payload = self._fetch(bericht, name, after[name], workdir / f"{number:04d}-{bericht}")
            if payload is not None:
                yield payload

    def _fetch(self, bericht: str, name: str, stat: Stat, target: Path) -> Payload | None:
        place = str(PurePosixPath(self._settings.directory) / name)
        limit = self._settings.max_megabytes << 20
        if stat.size > limit:
            raise SourceRefused(f"{name}: larger than {self._settings.max_megabytes} MB")
        try:
            size = self._store.download(place, target, limit)
            now = self._store.stat(place)
        except Vanished:
            log.warning("%s: gone before it was fetched", name)
            return None
        if now != stat:
            log.warning("%s: written while it was fetched, left for the next time", name)
            return None
        if size != stat.size:
            raise SourceUnavailable(f"{name}: {size} bytes came of {stat.size}")
        suffix = PurePosixPath(name).suffix.lower()
        receipt = json.dumps({"name": name, "size": stat.size, "mtime": stat.mtime})
        media_type = MEDIA_TYPES.get(suffix, "application/octet-stream")
        return Payload(bericht, name, target, media_type, None, (), receipt)

    def confirm(self, payload: Payload) -> None:
        """Move the file to the archive. A file that was replaced meanwhile stays: it is the next delivery."""
        receipt = json.loads(payload.receipt)
        name = receipt["name"]
        place = PurePosixPath(self._settings.directory) / name
        try:
            if self._store.stat(str(place)) != Stat(receipt["size"], receipt["mtime"]):
                log.warning("%s: replaced after it was fetched, not archived", name)
                return
            self._store.make(self._settings.archive)
            archived = self._store.list(self._settings.archive)
            self._store.rename(str(place), str(PurePosixPath(self._settings.archive) / _free(name, archived)))
        except Vanished:
            return  # archived before, or taken back by the sender

    def header(self, stream: BinaryIO) -> Header:
        return xml.header(stream)

    def read(self, bericht: str, options: Mapping[str, Any], stream: BinaryIO) -> Iterator[RawRecord]:
        return xml.read(stream, bericht)

    def split(self, bericht: str, stream: BinaryIO, size: int, part: int, parts: int) -> BinaryIO:
        """A part of a large delivery, for `read` in one of several processes; see formats.xml_split."""
        return split(stream, bericht, size, part, parts)

    def still_there(self, bericht: str, options: Mapping[str, Any], locators: Iterable[str]) -> Iterator[bool]:
        """A file with omvang volledig is its own proof of absence: there is nothing to ask."""
        raise SourceRefused("a file drop cannot be asked for one record")


def _matching(found: Mapping[str, Stat], pattern: str) -> Iterator[str]:
    for name in found:
        if not fnmatch.fnmatchcase(name, pattern) or name.lower().endswith(UNFINISHED):
            continue
        if not re.fullmatch(r"[^/\\\x00-\x1f\x7f]{1,255}", name) or name in (".", ".."):
            raise SourceRefused("the folder holds a file name that is a path or holds control characters")
        yield name


def _free(name: str, taken: Iterable[str]) -> str:
    """The name itself, or name.2.xml and so on when the archive has it."""
    names, path, number = set(taken), PurePosixPath(name), 1
    while name in names:
        number += 1
        name = f"{path.stem}.{number}{path.suffix}"
    return name


def _inside(settings: FileDropSettings, file: str) -> None:
    for key in ("directory", "archive"):
        path = PurePosixPath(getattr(settings, key))
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise DeclarationError(file, f"connection.{key}", "give a folder below that of the connection")
    if settings.directory == settings.archive:
        raise DeclarationError(file, "connection.archive", "must be another folder than directory")


def _store(connection: Connection | None, settings: FileDropSettings) -> Store:
    if connection is None:
        raise DeclarationError("filedrop", "connection", "fetching needs a connection")
    if connection.conn_type == "sftp":
        return SftpStore(
            connection,
            settings.connect_timeout,
            settings.read_timeout,
            settings.attempts,
            settings.backoff,
        )
    if connection.conn_type == "fs":
        return FolderStore(connection)
    raise DeclarationError(connection.id, "conn_type", "use sftp, or fs for a folder")
