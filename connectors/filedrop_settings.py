"""What a declaration may say of a file drop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from connectors.errors import DeclarationError
from connectors.formats import csv_rows, form
from connectors.settings import build, setting

OF_JSON = ("records", "head", "stand_op", "afzender", "single")


@dataclass(frozen=True)
class Place:
    """Where files lie and go. directory, archive: folders below that of the connection; settle_seconds: how long a
    file must keep its size to be whole."""

    directory: str = setting("uit")
    archive: str = setting("verwerkt")
    settle_seconds: float = setting(2.0, low=0.0, high=600)


@dataclass(frozen=True)
class FileDropSettings(Place):
    """The [connection] table of a file drop.

    format, delimiter, encoding: what the files are; the last two of a CSV only. removed_column, removed_word: how a
    row of a CSV or XLSX, or a record in JSON, says that it is gone (no column: none says so).

    Of a JSON only. records: the two lists in which records stand, as "leveringen.aanmeldingen". head: the word that
    each element of the first list says of itself and its records carry. stand_op, afzender: where the file says its
    moment and its sender ("": nowhere). single: the list in a record that holds the one who it is about.
    """

    format: str = setting("xml")
    delimiter: str = setting(";")
    encoding: str = setting("utf-8")
    removed_column: str = setting("")
    removed_word: str = setting("")
    records: str = setting("")
    head: str = setting("")
    stand_op: str = setting("")
    afzender: str = setting("")
    single: str = setting("")
    connect_timeout: float = setting(15.0, low=0.01, high=120)
    read_timeout: float = setting(60.0, low=0.01, high=600)
    attempts: int = setting(3, low=1, high=20)
    backoff: float = setting(1.0, low=0.0, high=60)
    max_megabytes: int = setting(2048, low=1, high=65536)


@dataclass(frozen=True)
class FileDropOptions:
    """The [delivers.<bericht>] table of a file drop. pattern: shell pattern; default <bericht>*.<format>."""

    pattern: str = setting("")


def settings_of(table: Mapping[str, Any], file: str) -> FileDropSettings:
    """The [connection] table, judged. Raises DeclarationError."""
    settings = build(FileDropSettings, table, file)
    choices = (("format", form.NAMES), ("delimiter", csv_rows.DELIMITERS), ("encoding", csv_rows.ENCODINGS))
    for key, known in choices:
        if getattr(settings, key) not in known:
            raise DeclarationError(file, f"connection.{key}", f"choose from {' '.join(map(repr, known))}")
    for key in ("delimiter", "encoding"):
        if key in table and settings.format != "csv":
            raise DeclarationError(file, f"connection.{key}", 'belongs to format = "csv"; remove it')
    for key in OF_JSON:
        if key in table and settings.format != "json":
            raise DeclarationError(file, f"connection.{key}", 'belongs to format = "json"; remove it')
    if settings.format == "json":
        _judge_json(settings, file)
    if settings.removed_column and settings.format == "xml":
        raise DeclarationError(file, "connection.removed_column", "XML has its actie for that; remove it")
    if bool(settings.removed_column) != bool(settings.removed_word):
        raise DeclarationError(file, "connection.removed_word", "give removed_column and removed_word, or neither")
    _inside(settings, file)
    return settings


def _judge_json(settings: FileDropSettings, file: str) -> None:
    if len([name for name in settings.records.split(".") if name]) != 2:
        cure = 'name two lists, the one that holds the other: records = "leveringen.aanmeldingen"'
        raise DeclarationError(file, "connection.records", cure)
    for key, what in (
        ("head", "the word that each part says of itself"),
        ("stand_op", "where the file says its moment"),
    ):
        if not getattr(settings, key):
            raise DeclarationError(file, f"connection.{key}", f"is missing; name {what}")


def _inside(settings: FileDropSettings, file: str) -> None:
    for key in ("directory", "archive"):
        path = PurePosixPath(getattr(settings, key))
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise DeclarationError(file, f"connection.{key}", "give a folder below that of the connection")
    if settings.directory == settings.archive:
        raise DeclarationError(file, "connection.archive", "must be another folder than directory")
