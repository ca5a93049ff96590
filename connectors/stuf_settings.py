"""The tables of a StUF source in its declaration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from connectors.client import HttpSettings
from connectors.errors import DeclarationError
from connectors.filedrop import FileDropConnector
from connectors.filedrop_settings import Place
from connectors.settings import build, setting

SHARED = (*(item.name for item in fields(Place)), "connect_timeout", "read_timeout", "attempts", "backoff")


@dataclass(frozen=True)
class StufSettings(HttpSettings, Place):
    """The [connection] table. zender, ontvanger: the names (applicatie) that were agreed for both systems;
    organisatie: the gemeentecode that goes with them. kennisgevingen: shell pattern of the zakLk01 files in the
    drop, "" where none come."""

    zender: str = setting("REGIOHUB")
    ontvanger: str = setting("ZAAKSYSTEEM")
    organisatie: str = setting("")
    window_days: int = setting(14, low=1, high=366)
    page_size: int = setting(200, low=1, high=1000)
    kennisgevingen: str = setting("")


@dataclass(frozen=True)
class StufOptions:
    """The [delivers.<bericht>] table. zaaktype: its code; or pattern: files of our own schema in the drop."""

    zaaktype: str = setting("")
    pattern: str = setting("")


def drop_settings(settings: StufSettings) -> dict[str, Any]:
    """What the drop has in common with the source."""
    return {name: getattr(settings, name) for name in SHARED}


def check(settings: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]], file: str) -> None:
    """Judge both tables. Raises DeclarationError."""
    found = build(StufSettings, settings, file)
    files: dict[str, dict[str, Any]] = {}
    types: set[str] = set()
    for bericht, table in options.items():
        option = build(StufOptions, table, file, f"delivers.{bericht}")
        key = f"delivers.{bericht}.zaaktype"
        if bool(option.zaaktype) == bool(option.pattern):
            raise DeclarationError(file, key, "give a zaaktype, or for a file in the drop a pattern; one of both")
        if option.zaaktype in types:
            raise DeclarationError(file, key, "is that of another bericht too; a zaaktype makes one bericht")
        if option.zaaktype:
            types.add(option.zaaktype)
        else:
            files[bericht] = {"pattern": option.pattern}
    if "/" in found.kennisgevingen:
        raise DeclarationError(file, "connection.kennisgevingen", "names a file, without a folder")
    FileDropConnector.check(drop_settings(found), files, file)
