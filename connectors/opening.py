"""The open half of a connector: what is opened at first use is closed when the connector is left."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from connectors.notice import Notice


class Closable(Protocol):
    def close(self) -> None: ...


Opened = TypeVar("Opened", bound=Closable)


class Opening(ABC, Generic[Opened]):
    """A context manager that touches the outside only when it is asked for; after leaving it opens anew."""

    def __init__(self) -> None:
        self._kept: Opened | None = None
        self._notices: dict[Notice, None] = {}

    @property
    def notices(self) -> Sequence[Notice]:
        """See connectors.connector.Connector."""
        return list(self._notices)

    def _tell(self, notice: Notice) -> None:
        self._notices[notice] = None

    @abstractmethod
    def _open(self) -> Opened:
        """Make what stands for the source. Raises DeclarationError."""

    @property
    def _opened(self) -> Opened:
        if self._kept is None:
            self._kept = self._open()
        return self._kept

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None
