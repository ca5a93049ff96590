"""The box of a sender: a folder on an SFTP server, or on a disk, in which its answers come.

    with open_box(connection, "in") as box:
        box.put(file, "retourbericht_20150302_aanmelding_12.json")

A file that is sent again takes the place of itself, so a sender never finds it twice, and never half.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from connectors.connection import Connection
from connectors.errors import DeclarationError, SourceRefused
from connectors.store import FolderStore, Store, Vanished
from connectors.store_sftp import SftpStore

CONNECT_SECONDS, READ_SECONDS = 15.0, 60.0
ATTEMPTS, BACKOFF_SECONDS = 2, 1.0  # the task itself is tried again too


@dataclass(frozen=True)
class Box:
    """An open box."""

    store: Store
    directory: str

    def put(self, file: Path, name: str) -> None:
        """Bring a file. Raises SourceUnavailable, SourceRefused."""
        try:
            self.store.put(file, str(PurePosixPath(self.directory) / name))
        except Vanished:
            raise SourceRefused(f"{self.directory}: the folder went away") from None


@contextmanager
def open_box(connection: Connection, directory: str) -> Iterator[Box]:
    """The box behind a connection (conn_type sftp, or fs for a folder); the folder is made where it is missing.

    Raises DeclarationError, SourceUnavailable, SourceRefused.
    """
    store: Store
    if connection.conn_type == "sftp":
        store = SftpStore(connection, CONNECT_SECONDS, READ_SECONDS, ATTEMPTS, BACKOFF_SECONDS)
    elif connection.conn_type == "fs":
        store = FolderStore(connection)
    else:
        raise DeclarationError(connection.id, "conn_type", "use sftp, or fs for a folder")
    try:
        try:
            store.make(directory)
        except Vanished:
            raise SourceRefused(f"{directory}: cannot be made there") from None
        yield Box(store, directory)
    finally:
        store.close()
