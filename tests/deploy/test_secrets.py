"""Secrets are files: made once, for their owner and group, and read by the hub from there."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tink import TinkError

from deploy.new_secrets import new_secrets
from exchange.errors import DeclarationError
from exchange.keys import Keys, rotated
from warehouse.engine import server_url
from warehouse.errors import WarehouseError

pytestmark = pytest.mark.pure


def test_what_is_missing_is_made_and_what_is_there_stays(tmp_path: Path) -> None:
    made = new_secrets(tmp_path)
    assert {name.split()[0] for name in made} <= {file.name for file in tmp_path.iterdir()}
    first = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o440 for file in tmp_path.iterdir())
    (tmp_path / "jwt_secret").unlink()
    assert new_secrets(tmp_path) == ["jwt_secret"]
    assert new_secrets(tmp_path) == []
    again = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert {name for name in first if first[name] != again[name]} == {"jwt_secret"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a file to another")
def test_root_gives_all_files_to_the_owner_of_the_folder(tmp_path: Path) -> None:
    os.chown(tmp_path, 10001, 10001)
    new_secrets(tmp_path)
    (tmp_path / "hub_url").write_text("back from elsewhere")
    (tmp_path / "jwt_secret").unlink()
    new_secrets(tmp_path)
    assert {(file.stat().st_uid, file.stat().st_gid) for file in tmp_path.iterdir()} == {(10001, 10001)}


def test_addresses_bear_the_passwords_of_their_own_logins(tmp_path: Path) -> None:
    new_secrets(tmp_path, postgres="db.example:5433", redis="redis.example:6380")
    said = {file.name: file.read_text().strip() for file in tmp_path.iterdir()}
    assert said["hub_server_url"] == f"postgresql://hub:{said['postgres_password']}@db.example:5433/postgres"
    assert said["celery_broker_url"] == f"redis://:{said['redis_password']}@redis.example:6380/0"
    logins = [said[name].split("://")[1].split("@")[0] for name in said if name.endswith("_url")]
    assert len({login.split(":")[1] for login in logins}) == len(logins)


def test_the_command_says_what_it_made_and_no_secret(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "deploy.new_secrets", str(tmp_path / "secrets")]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    secrets = [file.read_text().strip() for file in (tmp_path / "secrets").iterdir()]
    assert "jwt_secret" in said
    assert not any(secret in said for secret in secrets)


def test_keys_and_database_are_read_from_the_files_that_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_secrets(tmp_path)
    environ = {"HUB_KEYS_FILE": str(tmp_path / "hub_keys")}
    keys = Keys.from_env("drenthe", environ)
    assert keys.seal.decrypt(keys.seal.encrypt(b"wie", b""), b"") == b"wie"
    monkeypatch.delenv("HUB_DATABASE_URL", raising=False)
    monkeypatch.setenv("HUB_DATABASE_URL_FILE", str(tmp_path / "hub_database_url"))
    assert (server_url().username, server_url().host) == ("hub_tasks", "postgres")


def test_a_file_that_is_not_there_is_one_line_with_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DeclarationError, match=r"HUB_KEYS_FILE: .*gone cannot be read"):
        Keys.from_env("drenthe", {"HUB_KEYS_FILE": str(tmp_path / "gone")})
    monkeypatch.delenv("HUB_DATABASE_URL", raising=False)
    monkeypatch.setenv("HUB_DATABASE_URL_FILE", str(tmp_path / "gone"))
    with pytest.raises(WarehouseError, match=r"HUB_DATABASE_URL_FILE names .*gone, which cannot be read"):
        server_url()


def test_a_rotated_key_seals_anew_and_opens_the_old(tmp_path: Path) -> None:
    new_secrets(tmp_path)
    environ = {"HUB_KEYS_FILE": str(tmp_path / "hub_keys")}
    before, after = Keys.from_env("drenthe", environ), Keys.from_env("drenthe", rotated("drenthe", environ))
    assert after.seal.decrypt(before.seal.encrypt(b"wie", b"ref"), b"ref") == b"wie"
    with pytest.raises(TinkError):
        before.seal.decrypt(after.seal.encrypt(b"wie", b"ref"), b"ref")
    assert after.lookup("emmen", "12") == before.lookup("emmen", "12")
    sealed = tmp_path / "sealed"
    with sealed.open("wb") as raw, before.stream.new_encrypting_stream(raw, b"") as stream:
        stream.write(b"levering")
    with sealed.open("rb") as raw, after.stream.new_decrypting_stream(raw, b"") as stream:
        assert stream.read() == b"levering"
