"""Every command of docs/operate.md exists: the services, the options, the files it names."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from connectors.notice import Notice
from demo.home import CHECKOUT
from deploy.environment import environment, parsed
from exchange.cli import app
from reports.incident import KINDS

PAGE = CHECKOUT / "docs" / "operate.md"
SERVICES = parsed({})["services"]
COMPOSE = {"up", "run", "stop", "ps", "build", "logs", "down"}
WITH_VALUE = {"--user", "-v", "--tail", "--scale", "--profile", "-t", "-f"}
ELSEWHERE = {"mkdir", "chown", "chmod", "git", "df", "install", "python3", "airflow", "docker"}  # not ours to prove
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
        yield shlex.split(line.split(" > ")[0])
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
            if "run" in words and word not in ("docker", "compose", "run"):
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
