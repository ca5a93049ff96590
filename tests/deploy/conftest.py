"""A PostgreSQL and the services of docker-compose.yml on it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import serving
from tests.deploy.compose import Stack, stack_of


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """The services of the file, none of them started, on an empty server."""
    folder = Path(tempfile.mkdtemp(prefix="hub-deploy-"))
    with serving("embedded", folder / "pg") as server, stack_of(folder, server) as made:
        yield made
    shutil.rmtree(folder)
