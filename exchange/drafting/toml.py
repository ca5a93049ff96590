"""Writing a draft: TOML with a word of why behind each line that was guessed."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

COMMENT_AT = 60


def key(name: str) -> str:
    """A bare key where TOML allows one."""
    return name if name.isascii() and name.replace("_", "").replace("-", "").isalnum() else text(name)


def text(value: str) -> str:
    """A basic string: TOML escapes as JSON does."""
    return json.dumps(value, ensure_ascii=False)


def value(given: Any) -> str:
    """A text, a number, yes or no, or a table in one line."""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, Mapping):
        return "{ " + ", ".join(f"{key(name)} = {value(each)}" for name, each in given.items()) + " }"
    return text(given) if isinstance(given, str) else str(given)


def line(name: str, given: Any, why: str = "") -> str:
    """name = value  # why"""
    said = f"{key(name)} = {value(given)}"
    return f"{said:<{COMMENT_AT}} # {why}" if why else said


def section(name: str, lines: Iterable[str]) -> list[str]:
    """A table with its lines; nothing where it has none."""
    found = list(lines)
    return ["", f"[{name}]", *found] if found else []
