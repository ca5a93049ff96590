"""Every command of docs/operate.md exists: the services, the options, the files it names."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from itertools import groupby, takewhile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from connectors.notice import Notice
from demo.home import CHECKOUT
from deploy.environment import environment, parsed
from deploy.new_secrets import new_secrets
from exchange.cli import app
from exchange.keys import Keys
from reports.incident import KINDS
from tests.deploy.compose import BIN

PAGE = CHECKOUT / "docs" / "operate.md"
SERVICES = parsed({})["services"]
COMPOSE = {"up", "run", "exec", "stop", "ps", "build", "logs", "down"}
WITH_VALUE = {"--user", "-v", "--tail", "--scale", "--profile", "-t", "-f"}
# Not ours to prove:
ELSEWHERE = {
    "mkdir",
    "chown",
    "chmod",
    "git",
    "df",
    "install",
    "python3",
    "airflow",
    "docker",
    "awk",
    "cp",
    "rm",
    "psql",
}
HAND = """#!/bin/sh
# `docker compose run --rm -T hand hub keys …` without a container; what asks a database or starts a service is not run
while [ $# -gt 0 ] && [ "$1" != hub ]; do shift; done
case "$*" in *--rotate*) exec "$HUB" "$2" "$3" "$4";; esac
"""
PROVE_AIRFLOW = """
import sys
from airflow.cli.cli_parser import get_parser
for line in sys.stdin:
    get_parser().parse_args(line.split()[1:])
print("all known")
"""


def commands(text: str) -> Iterator[list[str]]:
    """Every line of a block of shell, and every command of ours between backticks in the text."""
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    for line in "".join(blocks).splitlines():
        for is_between, words in groupby(shlex.split(line), key="&&".__eq__):
            if not is_between:
                yield list(takewhile(">".__ne__, words))
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    for found in re.findall(r"`((?:hub|kit|make|docker compose|python -m) [^`]*)`", prose):
        if "…" not in found:
            yield shlex.split(re.sub(r"<[^>]*>|\[[^\]]*\]", "12", found))


def inside(words: list[str]) -> tuple[list[str], list[str]]:
    """(services that a docker command names, the command that runs in the container)."""
    rest = list(words)
    plain: list[str] = []
    while rest:
        word = rest.pop(0)
        if word in WITH_VALUE:
            if word == "--scale":
                plain.append(rest[0].split("=")[0])
            elif word == "--profile":
                assert any(rest[0] in one.get("profiles", ()) for one in SERVICES.values()), rest[0]
            rest.pop(0)
        elif not word.startswith("-"):
            plain.append(word)
            if {"run", "exec"} & set(words) and word not in ("docker", "compose", "run", "exec"):
                return [word], rest
    return [word for word in plain if word not in COMPOSE | {"docker", "compose"}], []


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def _all(page: str) -> Iterator[list[str]]:
    """All commands, those inside containers too."""
    for words in commands(page):
        if words[:2] == ["docker", "compose"]:
            assert set(words) & COMPOSE, words
            services, command = inside(words)
            assert set(services) <= set(SERVICES), words
            yield command or words
        elif words[:2] == ["docker", "run"]:
            _, command = inside(words)
            yield command
        else:
            yield words


def unknown(words: list[str]) -> str:
    """What of a command does not exist; empty where all does."""
    if not words or words[0] in ELSEWHERE:
        return ""
    if words[0].startswith("/"):
        return ""  # a path of the machine or an argument of an entry point
    if words[0] == "hub":
        words = ["hub", *words[3:]] if words[1] == "--region" else words
        shown = CliRunner().invoke(app, [words[1], "--help"], env={"COLUMNS": "300"})
        options = [word for word in words if word.startswith("--")]
        missing = [word for word in options if word not in shown.output]
        return f"hub {words[1]}" if shown.exit_code else f"{words[1]} {missing}" if missing else ""
    if words[0] == "make":
        return "" if re.search(rf"^{words[1]}:", (CHECKOUT / "Makefile").read_text(), re.MULTILINE) else words[1]
    if words[:2] == ["python", "-m"]:
        done = subprocess.run([sys.executable, "-m", words[2], "--help"], capture_output=True, text=True, cwd=CHECKOUT)
        missing = [word for word in words[3:] if word.startswith("--") and word not in done.stdout]
        return words[2] if done.returncode or missing else ""
    return words[0]


@pytest.mark.pure
def test_every_command_of_the_page_exists(page: str) -> None:
    asked = {tuple(words) for words in _all(page)}
    assert len(asked) > 25
    assert {" ".join(words): wrong for words in asked if (wrong := unknown(list(words)))} == {}


@pytest.mark.pure
@pytest.mark.parametrize(
    "wrong", ["hub wis emmen", "hub keys drenthe --draai", "python -m deploy.terug", "make koffie", "kubectl apply"]
)
def test_a_command_that_does_not_exist_is_seen(wrong: str) -> None:
    assert unknown(wrong.split())


@pytest.mark.pure
def test_files_and_places_that_the_page_names_are_there(page: str) -> None:
    for name in re.findall(r"`(deploy/[\w./-]+)`", page):
        assert (CHECKOUT / name).exists(), name
    for secret in re.findall(r"`(?:secrets/)?(\w+_(?:keys?|secret|password|url))`", page):
        assert secret in parsed({})["secrets"], secret
    for target in re.findall(r"\]\(([\w/.-]+\.md)\)", page):
        assert (PAGE.parent / target).exists(), target
    variables = re.findall(r"`(HUB_[A-Z]+)", page)
    text = (CHECKOUT / "docker-compose.yml").read_text()
    assert variables
    assert [name for name in variables if f"${{{name}" not in text] == []


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder as Install leaves it, with the keys of both regions; `docker` there is the hub itself."""
    new_secrets(tmp_path / "secrets")
    docker = tmp_path / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text(HAND)
    docker.chmod(0o755)
    if os.geteuid() != 0:  # only root gives a file to another
        install = docker.with_name("install")
        install.write_text('#!/bin/sh\nshift 4\nexec /usr/bin/install "$@"\n')
        install.chmod(0o755)
    return tmp_path


def typed(page: str, installed: Path, beginning: str) -> None:
    """Type the block of the page that has such a command in it."""
    (block,) = [block for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) if beginning in block]
    env = {"PATH": f"{installed / 'bin'}:/usr/bin:/bin", "HUB": str(BIN / "hub"), "HUB_HOME": str(installed)}
    env |= {"HUB_KEYS_FILE": str(installed / "secrets" / "hub_keys")}
    subprocess.run(["/bin/sh", "-c", block], cwd=installed, env=env, capture_output=True)


@pytest.mark.pure
def test_a_rotation_as_the_page_says_keeps_the_keys_of_the_other_region(page: str, installed: Path) -> None:
    file = installed / "secrets" / "hub_keys"
    before, kept = {"HUB_KEYS_FILE": str(file)}, file.read_text()
    old = {region: Keys.from_env(region, before) for region in ("drenthe", "parkstad")}
    typed(page, installed, "--rotate")
    new = {region: Keys.from_env(region, before) for region in ("drenthe", "parkstad")}
    assert new["parkstad"] == old["parkstad"]
    assert new["drenthe"].lookup_key == old["drenthe"].lookup_key
    assert new["drenthe"].seal.decrypt(old["drenthe"].seal.encrypt(b"wie", b""), b"") == b"wie"
    assert new["drenthe"] != old["drenthe"]
    (copy,) = file.parent.glob("hub_keys.*")
    assert copy.read_text() == kept


@pytest.mark.pure
def test_a_rotation_that_fails_leaves_the_keys_of_now(page: str, installed: Path) -> None:
    file = installed / "secrets" / "hub_keys"
    file.chmod(0o600)
    ill = re.sub(r"(?m)^HUB_DRENTHE_KLUIS_KEY=.*$", "HUB_DRENTHE_KLUIS_KEY=nonsense", file.read_text())
    file.write_text(ill)
    typed(page, installed, "--rotate")
    assert file.read_text() == ill


@pytest.mark.pure
def test_without_containers_the_hub_is_installed_as_in_the_image(page: str) -> None:
    image = (CHECKOUT / "Dockerfile").read_text(encoding="utf-8")
    asked = {line for line in page.splitlines() if line.startswith(("/opt/venv/bin/pip install", "awk"))}
    assert len(asked) == 4
    assert {line for line in asked if line not in image} == set()


def test_every_airflow_command_of_the_page_is_known_to_airflow_with_these_users(page: str) -> None:
    asked = [" ".join(words) for words in _all(page) if words and words[0] == "airflow"]
    assert {line.split()[1] for line in asked} >= {"users", "connections", "rotate-fernet-key", "db", "scheduler"}
    env = {name: value for name, value in environment("api-server", {}, {}).items() if not name.endswith("_CMD")}
    env |= {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "sqlite:////tmp/none.db", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", PROVE_AIRFLOW], input="\n".join(asked), env=env, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1:] == ["all known"], done.stderr[-1500:]


def test_the_page_has_a_row_for_every_kind_of_incident_and_every_notice() -> None:
    codes = {"certificaat", "eigen_certificaat", "drop", "afwezig", "bronorganisatie", "organisatie"}
    told = re.search(r"code is a stable word for a program: ([a-z_, ]+)\.", Notice.__doc__ or "")
    assert told
    assert set(told[1].split(", ")) == codes
    rows = set(re.findall(r"^\| `([a-z_]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert rows >= codes | set(KINDS)
