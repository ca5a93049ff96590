"""The SFTP server, its rooms and its files: a login, a closed room, and leveringen after the published schema."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import paramiko
import pytest
from lxml import etree

from kit import calendar
from kit.connections import connection_env
from kit.parties import parties
from kit.serve import running, services_path, wait_for_night
from kit.servers import files
from kit.world import Levering, Regel, World

XML_PARTIES = tuple(party.name for party in parties().values() if party.protocol == "xml")


def full_files(name: str, day: date) -> list[str]:
    return [files.file_name(bericht, day.isoformat()) for bericht in sorted(parties()[name].berichten)]


@contextmanager
def logged_in(services: dict[str, Any], name: str, **instead: Any) -> Iterator[paramiko.SFTPClient]:
    sftp = services["sftp"]
    user = {**sftp["users"][name], **instead}
    transport = paramiko.Transport((sftp["host"], sftp["port"]))
    try:
        key = paramiko.Ed25519Key(filename=user["key_path"]) if "key_path" in user else None
        kind, _, blob = sftp["host_key"].partition(" ")
        transport.connect(None, user["login"], user.get("password"), key)
        seen = transport.get_remote_server_key()
        assert (seen.get_name(), seen.get_base64()) == (kind, blob)
        client = paramiko.SFTPClient.from_transport(transport)
        assert client is not None
        yield client
    finally:
        transport.close()


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with running(tmp_path_factory.mktemp("hub")) as (found, _):
        yield found


@pytest.mark.parametrize("name", XML_PARTIES)
def test_a_sender_logs_in_with_its_own_secret_and_finds_its_room(services: dict[str, Any], name: str) -> None:
    with logged_in(services, name) as client:
        assert sorted(client.listdir("/")) == ["in", "uit", "verwerkt"]
        assert sorted(client.listdir("uit")) == full_files(name, date(2015, 3, 2))


def test_no_secret_opens_the_room_of_another(services: dict[str, Any]) -> None:
    with pytest.raises(paramiko.AuthenticationException), logged_in(services, "coevorden", password="guess"):
        pass
    with (
        pytest.raises(paramiko.AuthenticationException),
        logged_in(services, "midden_drenthe", login="coevorden"),
    ):
        pass


def test_nothing_outside_the_room_can_be_reached(services: dict[str, Any]) -> None:
    with logged_in(services, "coevorden") as client:
        for place in ("../midden_drenthe/uit", "/../midden_drenthe", "../../services.json"):
            with pytest.raises(OSError, match="No such file"):
                client.stat(place)


@pytest.mark.parametrize("name", XML_PARTIES)
def test_the_file_holds_the_levering_of_the_world_record_by_record(
    services: dict[str, Any], world: World, name: str
) -> None:
    party = world.parties[name]
    for bericht in party.berichten:
        levering = world.levering(name, bericht, 1)
        assert levering is not None
        content = BytesIO()
        with logged_in(services, name) as client:
            client.getfo(f"uit/{files.file_name(bericht, '2015-03-02')}", content)
        root = etree.fromstring(content.getvalue())
        assert root.tag == f"{{urn:nl:regiohub:{bericht}:1}}levering"
        assert {name: root.get(name) for name in root.attrib} == {
            "stand_op": "2015-03-02T00:00:00Z",
            "afzender": party.code,
            "omvang": "volledig",
        }
        assert len(root) == len(levering.regels) > 50
        for element, regel in zip(root, levering.regels, strict=True):
            assert read_back(element) == as_text(regel.record)


def read_back(element: etree._Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in element:
        name = etree.QName(child).localname
        value: Any = read_back(child) if len(child) else child.text or ""
        found[name] = [*found[name], value] if name in found else [value]
    return {name: value[0] if len(value) == 1 else value for name, value in found.items()}


def as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: as_text(part) for name, part in value.items()}
    if isinstance(value, list):
        return as_text(value[0]) if len(value) == 1 else [as_text(part) for part in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_a_record_meant_to_be_right_must_be_after_the_schema_and_a_wrong_one_goes_out_as_it_is(
    world: World, tmp_path: Path
) -> None:
    levering = world.levering("coevorden", "aanmelding", 1)
    assert levering is not None
    first = next(regel for regel in levering.regels if not regel.faulty)
    path = tmp_path / "aanmelding.xml"
    for faulty in ((), ("V001",)):
        broken = Regel("record", first.key, first.record | {"clientrol_code": "7"}, faulty)
        made = Levering("coevorden", "aanmelding", 1, levering.stand_op, levering.omvang, (broken,))
        if faulty:
            files.write(made, "0109", path)
            assert not files.schema("aanmelding").validate(etree.parse(str(path)))
        else:
            with pytest.raises(ValueError, match="not after the published schema"):
                files.write(made, "0109", path)
            assert list(tmp_path.iterdir()) == []


def test_a_withdrawal_is_a_delete_message_with_the_key_alone(world: World, tmp_path: Path) -> None:
    levering = next(
        found
        for night in range(2, 31)
        if (found := world.levering("coevorden", "aanmelding", night))
        and any(regel.actie == "verwijderen" for regel in found.regels)
    )
    files.write(levering, "0109", tmp_path / "a.xml")
    gone = [each for each in etree.parse(str(tmp_path / "a.xml")).getroot() if each.get("actie")]
    assert gone
    assert all([etree.QName(child).localname for child in each] == ["aanmelding_nummer"] for each in gone)


def test_the_next_night_comes_without_a_restart_and_what_was_picked_up_stays_away(world: World, tmp_path: Path) -> None:
    with running(tmp_path) as (services, region):
        with logged_in(services, "coevorden") as client:
            for name in client.listdir("uit"):
                client.rename(f"uit/{name}", f"verwerkt/{name}")
        before = len(region.systems["emmen"].register.cases)
        calendar.advance(tmp_path)
        assert wait_for_night(tmp_path, 2)["night"] == 2
        expected = [
            files.file_name(bericht, "2015-03-03")
            for bericht in ("aanmelding", "inzet", "onderzoek")
            if world.levering("coevorden", bericht, 2)
        ]
        with logged_in(services, "coevorden") as client:
            assert sorted(client.listdir("uit")) == expected
            assert sorted(client.listdir("verwerkt")) == full_files("coevorden", date(2015, 3, 2))
        held = sum(len(world.sender_state("emmen", bericht, 2)) for bericht in ("aanmelding", "onderzoek"))
        assert len(region.systems["emmen"].register.cases) == held != before
    with running(tmp_path) as (services, _), logged_in(services, "coevorden") as client:
        assert sorted(client.listdir("uit")) == expected


def test_kit_serve_says_when_it_is_ready_and_ends_on_sigterm_leaving_nothing(tmp_path: Path) -> None:
    calendar.write(tmp_path, calendar.Calendar(seed=1, night=3))
    code = f"from pathlib import Path; from kit.serve import serve; serve(Path({str(tmp_path)!r}))"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready: night 3, http://127.0.0.1:")
        assert services_path(tmp_path).stat().st_mode & 0o077 == 0
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    assert not services_path(tmp_path).exists()
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


def test_a_port_that_is_taken_is_said_and_nothing_is_left_running(tmp_path: Path) -> None:
    with running(tmp_path / "one") as (services, _):
        port = int(services["zgw"]["emmen"]["base_url"].split(":")[2].partition("/")[0])
        code = f"from pathlib import Path; from kit.serve import serve; serve(Path({str(tmp_path)!r}), {port})"
        ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0
    assert "Address already in use" in ended.stderr
    assert not services_path(tmp_path).exists()


def test_connections_are_named_after_their_sources_in_the_json_of_airflow(services: dict[str, Any]) -> None:
    from connectors.connection import Connection
    from exchange.region import load_regions

    env = connection_env(services)
    drenthe = next(region for region in load_regions() if region.name == "drenthe")
    used = {id for one in drenthe.sources.values() for id in (one.connection_id, one.answer.connection_id)}
    assert set(env) == {f"AIRFLOW_CONN_{id.upper()}" for id in used}
    emmen, coevorden = Connection.from_env("emmen_zgw", env), Connection.from_env("coevorden_sftp", env)
    base = f"{emmen.schema}://{emmen.host}:{emmen.port}{emmen.extra['path']}"
    assert base == services["zgw"]["emmen"]["base_url"]
    assert (coevorden.conn_type, coevorden.login) == ("sftp", "coevorden")
    assert coevorden.extra["host_key"].startswith("ssh-ed25519 AAAA")
    assert Path(Connection.from_env("midden_drenthe_sftp", env).extra["key_file"]).exists()
    tynaarlo = Connection.from_env("tynaarlo_stuf", env)
    assert (tynaarlo.conn_type, tynaarlo.extra["drop"]["conn_type"]) == ("http", "sftp")
