"""One world for all tests of the kit: it is made in a second and never changed."""

import pytest

from kit.world import World


@pytest.fixture(scope="session")
def world() -> World:
    return World.build(seed=1)
