"""The systems of Parkstad: a file drop with CSV, one with XML, a zaaksysteem, and an API of the provider."""

from functools import lru_cache

from kit.parkstad.stories import PROVIDER
from kit.parkstad.world import Parkstad
from kit.servers.region import Cast


@lru_cache(maxsize=2)
def _world(seed: int) -> Parkstad:
    return Parkstad.build(seed)


PARKSTAD = Cast(
    senders={"heerlen": "password", "beekdaelen": "key"},
    boxes={"kerkrade": "password", PROVIDER: "key"},
    providers={PROVIDER: PROVIDER},
    systems={"kerkrade": "kerkrade"},
    strays={},
    world=_world,
    name="parkstad",
    folder="parkstad",
)
