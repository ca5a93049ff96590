"""Files that a party puts in a folder: on an SFTP server, or on a disk that we can reach.

What is fetched is whole and stays where it is until `confirm`; then it moves to the archive, by rename. A run
that is killed in between fetches the same bytes again, and the ledger knows them by their hash.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from connectors import file_names
from connectors.connection import Connection
from connectors.connector import Before, Found, Header, Left, Marker, Payload, RawRecord, Request
from connectors.errors import DeclarationError, SourceRefused, SourceUnavailable
from connectors.filedrop_settings import FileDropOptions, FileDropSettings, settings_of
from connectors.formats import form
from connectors.opening import Opening
from connectors.settings import build
from connectors.store import FolderStore, Stat, Store, TooLarge, Vanished
from connectors.store_sftp import SftpStore

log = logging.getLogger(__name__)

BEYOND_LIMIT, STRANGE_NAME = "L006", "L011"


class FileDropConnector(Opening[Store]):
    """See connectors.connector.Connector. conn_type sftp, or fs with extra path for a folder."""

    locator = ""
    qualifiers: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()

    def __init__(self, connection: Connection | None, settings: Mapping[str, Any]) -> None:
        super().__init__()
        name = connection.id if connection else "filedrop"
        found = self._settings = settings_of(settings, name)
        self._form = form.form_of(found)
        self._connection = connection
        self.left: list[Left] = []

    @classmethod
    def check(cls, settings: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]], file: str) -> None:
        """Judge a declaration. Raises DeclarationError."""
        settings_of(settings, file)
        for bericht, table in options.items():
            found = build(FileDropOptions, table, file, f"delivers.{bericht}")
            if "/" in found.pattern:
                raise DeclarationError(file, f"delivers.{bericht}.pattern", "names a file, without a folder")

    def _open(self) -> Store:
        return open_store(self._connection, self._settings)

    def fetch(
        self, requests: Sequence[Request], workdir: Path, vandaag: date, seen: Mapping[str, Before]
    ) -> Iterator[Payload]:
        self.left = []
        before = self._opened.list(self._settings.directory)
        chosen = [
            (request.bericht, name)
            for request in requests
            for name in file_names.of_bericht(before, request, self._settings.format)
        ]
        for name in sorted(before.keys() - {name for _, name in chosen}):
            if not file_names.is_unfinished(name):
                self._leave("", name, before[name], STRANGE_NAME)
        if not chosen:
            return
        time.sleep(self._settings.settle_seconds)
        after = self._opened.list(self._settings.directory)
        for number, (bericht, name) in enumerate(chosen):
            found = self.found(name, requests)
            if not file_names.is_safe(name) or (found is None and self._settings.format != "xml"):
                self._leave(bericht, name, before[name], STRANGE_NAME)
                continue
            if before[name] != after.get(name):
                log.warning("%s: still being written, left for the next time", file_names.shown(name))
                continue
            try:
                payload = self._fetch(bericht, name, after[name], workdir / f"{number:04d}-{bericht}", found)
            except TooLarge:
                self._leave(bericht, name, after[name], BEYOND_LIMIT)
                continue
            if payload is not None:
                yield payload

    def _leave(self, bericht: str, name: str, stat: Stat, fault: str) -> None:
        """This file holds up nobody but itself; whoever asked for files is told of it."""
        self.left.append(Left(bericht, file_names.shown(name), stat.size, fault, f"{name!r} {stat.size} {stat.mtime}"))

    def _fetch(self, bericht: str, name: str, stat: Stat, target: Path, found: Found | None) -> Payload | None:
        place = str(PurePosixPath(self._settings.directory) / name)
        limit = self._settings.max_megabytes << 20
        if stat.size > limit:
            raise TooLarge(name)
        try:
            size = self._opened.download(place, target, limit)
            now = self._opened.stat(place)
        except Vanished:
            log.warning("%s: gone before it was fetched", file_names.shown(name))
            return None
        if now != stat:
            log.warning("%s: written while it was fetched, left for the next time", file_names.shown(name))
            return None
        if size != stat.size:
            raise SourceUnavailable(f"{file_names.shown(name)}: {size} bytes came of {stat.size}")
        suffix = PurePosixPath(name).suffix.lower()
        receipt = json.dumps({"name": name, "size": stat.size, "mtime": stat.mtime})
        media_type = form.MEDIA_TYPES.get(suffix, "application/octet-stream")
        stand_op, scope = (found.stand_op, found.scope) if found else (None, ())
        return Payload(bericht, name, target, media_type, stand_op, scope, receipt)

    def confirm(self, payload: Payload) -> None:
        """Move the file to the archive. A file that was replaced meanwhile stays: it is the next delivery."""
        receipt = json.loads(payload.receipt)
        name = receipt["name"]
        place = PurePosixPath(self._settings.directory) / name
        try:
            if self._opened.stat(str(place)) != Stat(receipt["size"], receipt["mtime"]):
                log.warning("%s: replaced after it was fetched, not archived", file_names.shown(name))
                return
            self._opened.make(self._settings.archive)
            archived = self._opened.list(self._settings.archive)
            self._opened.rename(str(place), str(PurePosixPath(self._settings.archive) / _free(name, archived)))
        except Vanished:
            return  # archived before, or taken back by the sender

    def found(self, name: str, requests: Sequence[Request]) -> Found | None:
        """What the name of a file says, where the file itself cannot; None where it says too little. XML can."""
        if self._settings.format == "xml":
            return None
        found = file_names.found(name, requests, self._settings.format)
        return replace(found, stand_op=None) if found and self._settings.stand_op else found

    def header(self, stream: BinaryIO) -> Header:
        return self._form.header(stream)

    def read(self, bericht: str, options: Mapping[str, Any], stream: BinaryIO) -> Iterator[RawRecord]:
        return self._form.read(stream, bericht)

    def read_marked(
        self, bericht: str, options: Mapping[str, Any], stream: BinaryIO, marker: Marker
    ) -> Iterator[RawRecord]:
        """As `read`, with a mark on what can be recognised: records in XML are apart in the bytes."""
        if isinstance(self._form, form.XmlFormat):
            return self._form.read(stream, bericht, marker)
        return self._form.read(stream, bericht)

    def split(self, bericht: str, stream: BinaryIO, size: int, part: int, parts: int) -> BinaryIO:
        """A part of a large delivery, for `read` in one of several processes; see formats.split."""
        return form.split(self._settings.format, stream, bericht, size, part, parts)

    def still_there(self, bericht: str, options: Mapping[str, Any], locators: Iterable[str]) -> Iterator[bool]:
        """A file with omvang volledig is its own proof of absence: there is nothing to ask."""
        raise SourceRefused("a file drop cannot be asked for one record")


def _free(name: str, taken: Iterable[str]) -> str:
    """The name itself, or name.2.xml and so on when the archive has it."""
    names, path, number = set(taken), PurePosixPath(name), 1
    while name in names:
        number += 1
        name = f"{path.stem}.{number}{path.suffix}"
    return name


def open_store(connection: Connection | None, settings: FileDropSettings) -> Store:
    """The place where files lie; touched only when it is asked for something. Raises DeclarationError."""
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
