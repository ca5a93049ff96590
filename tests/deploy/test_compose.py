"""docker-compose.yml is valid, and keeps the rules of the house: closed in, healthy, pinned, no secret where it is
not needed."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.home import CHECKOUT
from demo.postgres import SETTINGS
from deploy.environment import FILE, environment, parsed
from tests.deploy.compose import BIN, settings

pytestmark = pytest.mark.pure
OVERLAYS = [CHECKOUT / "deploy" / name for name in ("compose.server.yml", "compose.worker.yml")]
SERVICES: dict[str, Any] = parsed({})["services"]
ENDING = ("init", "hand", "backup", "restore")
KEYS = "hub_keys"
PINNED = re.compile(r"[a-z]+(/[a-z]+)*:\d+\.\d+(\.\d+)?(-[a-z]+)?(@sha256:[0-9a-f]{64})?")
SECRET_LIKE = re.compile(r"PASSWORD|SECRET|_KEY$|FERNET|CONN$|CONN_ASYNC$|BROKER_URL$|RESULT_BACKEND$|DATABASE_URL$")


def _validates(file: Path) -> bool:
    command = [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", file]
    return subprocess.run(command, capture_output=True).returncode == 0


@pytest.mark.parametrize("file", [FILE, *OVERLAYS], ids=lambda file: file.name)
def test_the_file_is_valid_after_the_specification(file: Path) -> None:
    assert _validates(file)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("healthcheck:", "healthchek:"),
        ("cap_drop: [ALL]", "cap_drop: ALL"),
        ("interval: 30s", "intervall: 30s"),
    ],
)
def test_a_mistake_in_a_copy_is_seen(tmp_path: Path, right: str, wrong: str) -> None:
    copy = tmp_path / "docker-compose.yml"
    text = FILE.read_text(encoding="utf-8")
    assert right in text
    copy.write_text(text.replace(right, wrong))
    assert not _validates(copy)


def wrongs(services: dict[str, Any]) -> Iterator[str]:
    """What breaks a rule of the house: service and rule."""
    for name, service in services.items():
        check = service.get("healthcheck", {})
        if name in ENDING:
            if check != {"disable": True} or service.get("restart") != "no":
                yield f"{name}: ends, and says so"
        elif not check.get("test") or service.get("restart") != "unless-stopped":
            yield f"{name}: health check and restart"
        uid, _, gid = str(service.get("user", "0")).partition(":")
        if not (uid.isdigit() and int(uid) and gid.isdigit() and int(gid)):
            yield f"{name}: a user of its own"
        if service.get("cap_drop") != ["ALL"] or service.get("security_opt") != ["no-new-privileges:true"]:
            yield f"{name}: no rights of the kernel"
        if service.get("read_only") is not True or service.get("privileged"):
            yield f"{name}: a root that is read only"
        limits = service.get("deploy", {}).get("resources", {}).get("limits", {})
        if {"cpus", "memory"} - set(limits) or not service.get("pids_limit"):
            yield f"{name}: limits"
        image = str(service.get("image", ""))
        if not PINNED.fullmatch(image):
            yield f"{name}: a pinned image, not {image!r}"
        if any("docker.sock" in str(volume) for volume in service.get("volumes", ())):
            yield f"{name}: never the engine itself"
        for key, value in service.get("environment", {}).items():
            if SECRET_LIKE.search(key) and not re.search("_(FILES?|CMD)$", key):
                yield f"{name}: {key} is written out"
            for file in re.findall(r"/run/secrets/(\w+)", str(value)):
                if file not in service.get("secrets", ()):
                    yield f"{name}: {key} names {file}, which it does not get"
        for file in re.findall(r"/run/secrets/(\w+)", shlex.join(service.get("command", ()))):
            if file not in service.get("secrets", ()):
                yield f"{name}: its command names {file}, which it does not get"
        for port in service.get("ports", ()):
            if not str(port).startswith("127.0.0.1:"):
                yield f"{name}: {port} is open to everybody"


def test_every_service_keeps_the_rules_of_the_house() -> None:
    assert list(wrongs(SERVICES)) == []


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ({"image": "regiohub:latest"}, "pinned"),
        ({"image": "postgres"}, "pinned"),
        ({"user": "root"}, "user"),
        ({"read_only": False}, "root"),
        ({"environment": {"AIRFLOW__CORE__FERNET_KEY": "abc"}}, "written out"),
        ({"environment": {"HUB_KEYS_FILE": "/run/secrets/hub_keys"}}, "does not get"),
        ({"healthcheck": {}}, "health check"),
        ({"ports": ["8080:8080"]}, "everybody"),
    ],
)
def test_a_rule_that_is_broken_is_seen(change: dict[str, Any], seen: str) -> None:
    broken = {"api-server": SERVICES["api-server"] | change}
    assert any(seen in wrong for wrong in wrongs(broken))


def _holders(secret: str) -> set[str]:
    return {name for name, one in SERVICES.items() if secret in one.get("secrets", ())}


def test_only_what_runs_verbs_gets_keys_of_people_and_the_login_of_the_loader() -> None:
    assert _holders(KEYS) == {"scheduler", "worker", "hand"}
    assert _holders("hub_database_url") == {"init", "scheduler", "triggerer", "worker"}
    assert _holders("hub_hand_url") == {"init", "hand"}
    assert _holders("hub_pages_url") == {"init", "api-server"}
    assert _holders("hub_server_url") == {"init", "backup", "restore"}
    assert "airflow_database_url" not in SERVICES["worker"]["secrets"]
    assert set(SERVICES["dag-processor"]["secrets"]) == {"airflow_database_url"}


def test_every_secret_is_declared_and_used_and_made() -> None:
    from deploy import new_secrets

    declared = set(parsed({})["secrets"])
    assert {secret for one in SERVICES.values() for secret in one.get("secrets", ())} == declared
    made = set(re.findall(r'(?:keep\("|folder / ")(\w+)', Path(new_secrets.__file__).read_text(encoding="utf-8")))
    assert made == declared


def _mounted(service: dict[str, Any], *, written: bool = False) -> Iterator[tuple[str, str]]:
    """(volume, place) of each volume of the file that a service mounts; written: only those it may write."""
    for mount in service.get("volumes", ()):
        volume, place, *how = mount.split(":")
        if volume in parsed({})["volumes"] and not (written and "ro" in how):
            yield volume, place


def orphans(services: dict[str, Any]) -> Iterator[str]:
    """Volumes that may be fresh in the hands of an image without their folder: such a one belongs to root."""
    image = (CHECKOUT / "Dockerfile").read_text(encoding="utf-8")
    (folders,) = re.findall(r"install -d -o hub -g hub -m 0750 ([^\n&]+)", image)
    made = {(volume, place) for volume, place in _mounted(services["init"]) if place in folders.split()}
    for name, service in services.items():
        if service["image"] == services["init"]["image"]:
            for volume, place in _mounted(service):
                if place not in folders.split():
                    yield f"{name}: the image has no {place} for {volume}"
        elif service["user"] == services["init"]["user"]:  # an image of another, as the hub's user
            for volume, place in _mounted(service, written=True):
                after = service.get("depends_on", {}).get("init", {})
                if (volume, place) not in made or after.get("condition") != "service_completed_successfully":
                    yield f"{name}: may be the first to mount {volume}"


def test_a_fresh_volume_belongs_to_the_user_who_writes_it() -> None:
    assert list(orphans(SERVICES)) == []
    assert set(_mounted(SERVICES["restore"], written=True)) == {("landing", "/var/lib/hub/landing")}


@pytest.mark.parametrize(("service", "without"), [("init", "volumes"), ("restore", "depends_on")])
def test_a_volume_that_root_would_get_is_seen(service: str, without: str) -> None:
    less = {key: value for key, value in SERVICES[service].items() if key != without}
    assert list(orphans(SERVICES | {service: less})) == ["restore: may be the first to mount landing"]


@pytest.mark.parametrize("profile", ["local", "celery"])
def test_each_way_of_running_has_one_scheduler_and_somebody_who_runs_tasks(profile: str) -> None:
    chosen = {name for name, one in SERVICES.items() if profile in one.get("profiles", [profile])}
    assert len(chosen & {"scheduler", "celery-scheduler"}) == 1
    assert len(chosen & {"scheduler", "worker"}) == 1
    for name in chosen:
        assert set(SERVICES[name].get("depends_on", ())) <= chosen


def test_the_server_writes_no_value_of_a_person_into_its_log() -> None:
    """The same as the trial's own server, and as README.md asks of any other."""
    said = settings(SERVICES["postgres"])
    about_logs = {name: value for name, value in SETTINGS.items() if name.startswith("log_") and "timezone" not in name}
    assert about_logs.items() <= said.items()
    rows = re.findall(r"^\| `([^|]+)`[^|]* \| `(\w+)` \|", (CHECKOUT / "README.md").read_text(encoding="utf-8"), re.M)
    asked = {name.strip("` "): value for names, value in rows for name in names.split(",")}
    assert {"log_min_error_statement", "log_parameter_max_length_on_error", "idle_session_timeout"} <= set(asked)
    assert asked.items() <= said.items()


def test_modules_that_services_start_exist() -> None:
    text = FILE.read_text(encoding="utf-8")
    modules = set(re.findall(r'python -m ([\w.]+)|"python", "-m", "([\w.]+)"', text))
    for module in {one or other for one, other in modules}:
        done = subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True, cwd=CHECKOUT)
        assert done.returncode == 0, module


def test_without_containers_a_service_gets_the_same_settings_with_the_places_of_the_machine() -> None:
    found = environment("scheduler", {"/run/secrets": "/etc/hub/secrets"}, {"HUB_PARALLELISM": "4"})
    assert set(found) == set(SERVICES["scheduler"]["environment"])
    assert found["HUB_KEYS_FILE"] == "/etc/hub/secrets/hub_keys"
    assert found["AIRFLOW__CORE__PARALLELISM"] == "4"


def test_a_shell_reads_the_settings_as_they_stand_in_the_file() -> None:
    command = [sys.executable, "-m", "deploy.environment", "worker", "--secrets", "/run/secrets"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True, cwd=CHECKOUT).stdout
    script = f"set -a\n{lines}\nexec env -0"
    seen = subprocess.run(["/bin/sh", "-c", script], env={"PATH": "/usr/bin:/bin"}, check=True, capture_output=True)
    read = dict(pair.split("=", 1) for pair in seen.stdout.decode().split("\0") if pair)
    for name, value in SERVICES["worker"]["environment"].items():
        places = str(value).replace("api-server:8080", "localhost:8080").replace("/opt/hub", str(CHECKOUT))
        assert read[name] == places, name
