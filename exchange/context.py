"""What every verb needs: the source, the day, the run, and how to reach database, keys and landing."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from sqlalchemy import Engine

from connectors.connection import Connection
from connectors.connector import Connector, open_connector
from connectors.store import FULL, own_disk
from exchange.errors import DeclarationError, SourceUnavailable
from exchange.keys import Keys
from exchange.landing import Landing
from exchange.locks import session_lock
from exchange.region import Region, Source
from warehouse.engine import kept_engine_for


def home() -> Path:
    """The folder of the hub's own state: HUB_HOME, else .hub in the working directory."""
    return Path(os.environ.get("HUB_HOME", ".hub")).resolve()


def join_trial() -> None:
    """Take over the environment of a trial on this machine (`env` in the home folder), where there is one.

    What the environment says itself goes before it.
    """
    file = home() / "env"
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        name, _, value = line.partition("=")
        os.environ.setdefault(name, value)


def landing_of(region: Region) -> Landing:
    """The landing of a region: HUB_LANDING, else `landing` below the home folder."""
    root = Path(os.environ.get("HUB_LANDING", home() / "landing"))
    return Landing(root / region.name, Keys.from_env(region.name))


@dataclass(frozen=True)
class Context:
    """One source on one day. `connection` is None where a verb does not speak to the source.

    reason: why somebody has this done again, in one line without a value of a record; "" on an ordinary night.
    """

    region: Region
    source: Source
    vandaag: date
    run_id: str
    connection: Connection | None = None
    reason: str = ""

    @cached_property
    def engine(self) -> Engine:
        """The region's database, as the loader."""
        return kept_engine_for(self.region.database, "loader")

    @cached_property
    def landing(self) -> Landing:
        """Where this region keeps what was delivered."""
        return landing_of(self.region)

    @property
    def keys(self) -> Keys:
        """The secret keys of this region."""
        return self.landing.keys

    def connector(self) -> Connector:
        """The connector of this source; without a connection it can read, and not fetch."""
        return open_connector(self.source.connector, self.connection, self.source.settings)

    @contextmanager
    def workdir(self) -> Iterator[Path]:
        """A private folder for bytes on their way to landing; gone afterwards.

        Raises SourceUnavailable when our own disk is full, now or while the folder is used, DeclarationError where
        no folder can be made.
        """
        root = home() / "work"
        try:
            root.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder = tempfile.TemporaryDirectory(prefix=f"{self.source.id}-", dir=root)
        except OSError as error:
            if error.errno in FULL:
                raise own_disk(error, root) from None
            raise DeclarationError(
                "environment", "HUB_HOME", f"{root}: {error.strerror}; let the hub write there"
            ) from None
        try:
            with folder:
                yield Path(folder.name)
        except OSError as error:
            if error.errno in FULL:
                raise own_disk(error, root) from None
            raise

    @contextmanager
    def lock(self, verb: str = "") -> Iterator[None]:
        """One run of a source at a time.

        With `verb` it holds up only that verb, which may go on beside the others. Raises SourceUnavailable when
        another run holds it: waiting cures that.
        """
        name = ":".join(filter(None, ("hub", self.source.id, verb)))
        take, give = "pg_try_advisory_lock(hashtext(:name))", "pg_advisory_unlock(hashtext(:name))"
        with session_lock(self.engine, take, give, name=name) as is_ours:
            if not is_ours:
                raise SourceUnavailable(f"{self.source.id}: another run of this source is busy")
            yield
