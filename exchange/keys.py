"""The secret keys of a region, read from the environment and nowhere else.

Three keys a region, each with one purpose, so that losing or rotating one leaves the others alone:

HUB_<REGION>_LANDING_KEY   Tink keyset; seals the delivered bytes, with a key derived per delivery
HUB_<REGION>_KLUIS_KEY     Tink keyset; seals the identity of a person
HUB_<REGION>_LOOKUP_KEY    32 random bytes; keys the hashes by which a record or a person is found again

A Tink keyset can hold several keys: the primary one seals, every one opens. That is how a key rotates.
HUB_KEYS_FILE may name a file of such lines, as `hub keys` prints them; what the environment says itself goes before.
"""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import tink
from tink import TinkError, aead, secret_key_access, streaming_aead

from exchange.errors import DeclarationError

aead.register()
streaming_aead.register()

WIDTH = 16  # bytes of a keyed hash, and so of each entry in a manifest
PURPOSES = ("LANDING", "KLUIS", "LOOKUP")
LOOKUP_BYTES = 32


def variable(region: str, purpose: str) -> str:
    """Name of the environment variable that holds one key of a region."""
    return f"HUB_{region.upper()}_{purpose}_KEY"


@dataclass(frozen=True)
class Keys:
    """The three keys of one region. Never printed: repr shows nothing."""

    landing_keyset: str = field(repr=False)
    kluis_keyset: str = field(repr=False)
    lookup_key: bytes = field(repr=False)

    @classmethod
    def from_env(cls, region: str, environ: Mapping[str, str] = os.environ) -> "Keys":
        """Read the keys of a region. Raises DeclarationError when one is missing or is no key."""
        given = {**_kept(environ), **environ}
        landing, kluis, lookup = (_raw(variable(region, purpose), given) for purpose in PURPOSES)
        if len(lookup) != LOOKUP_BYTES:
            cure = f"has {len(lookup)} bytes instead of {LOOKUP_BYTES}; paste the key of this region unchanged"
            raise DeclarationError("environment", variable(region, "LOOKUP"), cure)
        keys = cls(landing.decode(errors="replace"), kluis.decode(errors="replace"), lookup)
        for purpose, needed in (("LANDING", "stream"), ("KLUIS", "seal")):
            try:
                getattr(keys, needed)
            except (TinkError, ValueError):  # ValueError: JSON that the parser of Tink does not take
                cure = f"is no keyset of the {purpose.lower()}; paste the key of this region unchanged"
                raise DeclarationError("environment", variable(region, purpose), cure) from None
        return keys

    @cached_property
    def stream(self) -> streaming_aead.StreamingAead:
        """Seals and opens the bytes of a delivery."""
        return _primitive(self.landing_keyset, streaming_aead.StreamingAead)

    @cached_property
    def seal(self) -> aead.Aead:
        """Seals and opens one identity."""
        return _primitive(self.kluis_keyset, aead.Aead)

    def lookup(self, *parts: str) -> bytes:
        """16 bytes by which the same parts are found again, worthless without the key."""
        return self.hasher("\x1f".join(parts)).digest()

    def hasher(self, begin: str = "") -> blake2b:
        """The hash of `lookup` with a beginning in it; a copy of it takes the rest. For many of one kind."""
        return blake2b(begin.encode(), key=self.lookup_key, digest_size=WIDTH)


def _kept(environ: Mapping[str, str]) -> dict[str, str]:
    """The lines of the file that HUB_KEYS_FILE names, where it does. Raises DeclarationError."""
    if not (file := environ.get("HUB_KEYS_FILE")):
        return {}
    try:
        return read_lines(Path(file))
    except OSError as error:
        raise DeclarationError("environment", "HUB_KEYS_FILE", f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        cure = f"{file} is no text; name the file of NAME=value lines that `hub keys` prints"
        raise DeclarationError("environment", "HUB_KEYS_FILE", cure) from None


def _raw(name: str, given: Mapping[str, str]) -> bytes:
    try:
        return base64.b64decode(given[name], validate=True)
    except KeyError:
        raise DeclarationError("environment", name, "set it; `hub keys` prints a fresh set for a new region") from None
    except ValueError:
        raise DeclarationError("environment", name, "is not base64; paste the key unchanged") from None


def read_lines(file: Path) -> dict[str, str]:
    """NAME=value lines; others (empty ones, notes) are passed over."""
    lines = (line.partition("=") for line in file.read_text(encoding="utf-8").splitlines())
    return {name.strip(): value.strip() for name, sign, value in lines if sign}


def file_with(changed: Mapping[str, str], environ: Mapping[str, str] = os.environ) -> str:
    """The file that HUB_KEYS_FILE names, with these lines in it and all others as they stand; these alone without one.

    It may take the place of that file: what it holds of another region stays in it. Raises DeclarationError.
    """
    left = dict(changed)
    lines = []
    if _kept(environ):  # it can be read
        for line in Path(environ["HUB_KEYS_FILE"]).read_text(encoding="utf-8").splitlines():
            name = line.partition("=")[0].strip()
            if name not in changed:
                lines.append(line)
            elif name in left:
                lines.append(f"{name}={left.pop(name)}")
    return "".join(f"{line}\n" for line in [*lines, *(f"{name}={value}" for name, value in left.items())])


def _primitive(keyset: str, kind: type) -> object:
    handle = tink.json_proto_keyset_format.parse(keyset, secret_key_access.TOKEN)
    return handle.primitive(kind)


def fresh(region: str) -> dict[str, str]:
    """A new set of keys as environment variables."""
    landing = tink.new_keyset_handle(streaming_aead.streaming_aead_key_templates.AES256_GCM_HKDF_1MB)
    kluis = tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM)
    return _written(region, _serialise(landing), _serialise(kluis), secrets.token_bytes(LOOKUP_BYTES))


def rotated(region: str, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The keys of a region with a new primary key in both keysets; what the old ones sealed still opens.

    The lookup key stays: it names every person and record, and a new one would know nobody. Raises DeclarationError.
    """
    now, new = Keys.from_env(region, environ), Keys.from_env(region, fresh(region))
    landing, kluis = _added(now.landing_keyset, new.landing_keyset), _added(now.kluis_keyset, new.kluis_keyset)
    return _written(region, landing, kluis, now.lookup_key)


def _added(keyset: str, newer: str) -> str:
    """One keyset with the keys of both; the primary one is that of the newer. Tink's JSON is made for that."""
    old, new = json.loads(keyset), json.loads(newer)
    return json.dumps({"primaryKeyId": new["primaryKeyId"], "key": [*old["key"], *new["key"]]})


def listed(keyset: str) -> list[tuple[int, str, bool]]:
    """(number, status, whether it seals) of each key of a keyset; of the key itself nothing."""
    found = json.loads(keyset)
    return [(key["keyId"], key["status"].lower(), key["keyId"] == found["primaryKeyId"]) for key in found["key"]]


def alone(keyset: str, key_id: int) -> str:
    """A keyset with one of its keys and no other."""
    return json.dumps({"primaryKeyId": key_id, "key": [k for k in json.loads(keyset)["key"] if k["keyId"] == key_id]})


def newest(region: str, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The keys of a region, of each keyset the one that seals. Raises DeclarationError."""
    now = Keys.from_env(region, environ)
    landing, kluis = (alone(one, json.loads(one)["primaryKeyId"]) for one in (now.landing_keyset, now.kluis_keyset))
    return _written(region, landing, kluis, now.lookup_key)


def _written(region: str, landing: str, kluis: str, lookup: bytes) -> dict[str, str]:
    raw = {"LANDING": landing.encode(), "KLUIS": kluis.encode(), "LOOKUP": lookup}
    return {variable(region, purpose): base64.b64encode(key).decode() for purpose, key in raw.items()}


def _serialise(handle: tink.KeysetHandle) -> str:
    return tink.json_proto_keyset_format.serialize(handle, secret_key_access.TOKEN)


def ensure(home: Path, regions: tuple[str, ...]) -> dict[str, str]:
    """Keys for the trial on one machine: made once, kept in `home`/keys.env for the owner's eyes only.

    Returns the variables. A real installation takes them from its own secret store instead.
    """
    path = home / "keys.env"
    kept = read_lines(path) if path.exists() else {}
    missing = [region for region in regions if variable(region, "LANDING") not in kept]
    if missing:
        for region in missing:
            kept |= fresh(region)
        home.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.touch(mode=0o600)
        part.write_text("".join(f"{name}={value}\n" for name, value in kept.items()))
        part.replace(path)
    return kept
