"""A setting that is a secret: from the environment, or from the file that <NAME>_FILE names.

A file is how containers and service managers hand over secrets: it shows in no list of processes and no `inspect`.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from warehouse.errors import WarehouseError


def secret(name: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """The value of a setting; None where neither is set. Raises WarehouseError where the file cannot be read."""
    if (given := environ.get(name)) or not (file := environ.get(f"{name}_FILE")):
        return given or None
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise WarehouseError(f"{name}_FILE names {file}, which cannot be read: {error.strerror}") from None
