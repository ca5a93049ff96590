"""Keys come from the environment, never from the repository, and never show."""

import base64
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from exchange.cli import app
from exchange.errors import DeclarationError
from exchange.keys import Keys, ensure, fresh, variable

pytestmark = pytest.mark.pure


def test_a_missing_key_is_one_line_with_its_name_and_a_cure() -> None:
    environ = fresh("drenthe")
    del environ[variable("drenthe", "KLUIS")]
    with pytest.raises(DeclarationError, match=r"HUB_DRENTHE_KLUIS_KEY: set it; `hub keys`") as error:
        Keys.from_env("drenthe", environ)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("purpose", "ill", "line"),
    [
        ("LANDING", "nonsense", "HUB_DRENTHE_LANDING_KEY: is no keyset of the landing"),
        ("LANDING", base64.b64encode(b"{}").decode(), "HUB_DRENTHE_LANDING_KEY: is no keyset of the landing"),
        ("LANDING", "no base64!", "HUB_DRENTHE_LANDING_KEY: is not base64"),
        ("KLUIS", fresh("drenthe")[variable("drenthe", "LANDING")], "HUB_DRENTHE_KLUIS_KEY: is no keyset of the kluis"),
        ("LOOKUP", "AAAA", "HUB_DRENTHE_LOOKUP_KEY: has 3 bytes instead of 32"),
        ("LOOKUP", "", "HUB_DRENTHE_LOOKUP_KEY: has 0 bytes instead of 32"),
    ],
    ids=["no keyset", "an empty keyset", "no base64", "the key of another purpose", "too short", "empty"],
)
def test_what_is_no_key_is_one_line_without_what_was_given(purpose: str, ill: str, line: str) -> None:
    with pytest.raises(DeclarationError, match=line) as error:
        Keys.from_env("drenthe", fresh("drenthe") | {variable("drenthe", purpose): ill})
    assert "\n" not in str(error.value)
    assert not ill or ill not in str(error.value)


def test_a_file_of_keys_that_is_no_text_is_one_line_with_its_name(tmp_path: Path) -> None:
    file = tmp_path / "hub_keys"
    file.write_bytes(b"\xff\x00\xfe")
    with pytest.raises(DeclarationError, match=r"HUB_KEYS_FILE: .*hub_keys is no text"):
        Keys.from_env("drenthe", {"HUB_KEYS_FILE": str(file)})


def test_a_rotation_prints_the_whole_file_with_the_other_region_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "hub_keys"
    before = fresh("drenthe") | fresh("parkstad")
    file.write_text("# van de kluisbeheerder\n" + "".join(f"{name}={value}\n" for name, value in before.items()))
    monkeypatch.setenv("HUB_KEYS_FILE", str(file))
    for name in before:
        monkeypatch.delenv(name, raising=False)
    printed = CliRunner().invoke(app, ["keys", "drenthe", "--rotate"]).stdout
    lines = dict(line.split("=", 1) for line in printed.splitlines()[1:])
    assert printed.startswith("# van de kluisbeheerder\n")
    assert list(lines) == list(before)
    changed = {variable("drenthe", purpose) for purpose in ("LANDING", "KLUIS")}
    assert {name for name in before if lines[name] != before[name]} == changed


def test_keys_are_never_printed_where_json_was_asked_for() -> None:
    for words in ([], ["--rotate"], ["--retire"]):
        done = CliRunner().invoke(app, ["keys", "drenthe", "--json", *words])
        assert (done.exit_code, done.stdout) == (2, "")
        assert "--json: goes with --status" in done.stderr


def test_a_key_never_shows_in_repr() -> None:
    environ = fresh("drenthe")
    shown = repr(Keys.from_env("drenthe", environ))
    assert not any(value[:20] in shown for value in environ.values())
    assert shown == "Keys()"


def test_what_one_key_sealed_opens_after_a_rotation_adds_another() -> None:
    import tink
    from tink import aead, secret_key_access

    keys = Keys.from_env("drenthe", fresh("drenthe"))
    sealed = keys.seal.encrypt(b"wie", b"ref")
    handle = tink.json_proto_keyset_format.parse(keys.kluis_keyset, secret_key_access.TOKEN)
    # Adding a key to a keyset is Tink's own work; here two keysets are put together as it stores them.
    import json

    old = json.loads(keys.kluis_keyset)
    new_handle = tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM)
    new = json.loads(tink.json_proto_keyset_format.serialize(new_handle, secret_key_access.TOKEN))
    both = json.dumps({"primaryKeyId": new["primaryKeyId"], "key": old["key"] + new["key"]})
    rotated = Keys(keys.landing_keyset, both, keys.lookup_key)
    assert rotated.seal.decrypt(sealed, b"ref") == b"wie"
    assert handle.primitive(aead.Aead).decrypt(sealed, b"ref") == b"wie"
    with pytest.raises(tink.TinkError):
        handle.primitive(aead.Aead).decrypt(rotated.seal.encrypt(b"wie", b"ref"), b"ref")


def test_lookups_differ_between_regions_and_do_not_run_parts_together() -> None:
    one, other = (Keys.from_env("drenthe", fresh("drenthe")) for _ in range(2))
    assert one.lookup("emmen", "12") == one.lookup("emmen", "12")
    assert one.lookup("emmen", "12") != other.lookup("emmen", "12")
    assert one.lookup("emmen1", "2") != one.lookup("emmen", "12")


def test_the_keys_of_the_trial_are_made_once_and_are_for_their_owner_only(tmp_path: Path) -> None:
    made = ensure(tmp_path, ("drenthe",))
    assert ensure(tmp_path, ("drenthe",)) == made
    assert stat.S_IMODE((tmp_path / "keys.env").stat().st_mode) == 0o600
    assert made.items() <= ensure(tmp_path, ("drenthe", "parkstad")).items()
