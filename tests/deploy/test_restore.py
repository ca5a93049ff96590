"""The drill: a backup, a decision to erase after it, everything lost, and an empty server where it all comes back."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from demo import sources
from demo.home import Home
from kit import calendar
from kit.figures import client
from kit.world import World
from tests.conftest import serving
from tests.deploy.compose import Stack, stack_of
from tests.deploy.trial import kit_of, one_night, verified

pytestmark = pytest.mark.slow
SOURCE, BERICHT = "coevorden", "aanmelding"
DELIVERY = """
insert into exchange.delivery (source, verantwoordelijke_code, bericht, contract_versie, run_id, name, media_type,
                               vandaag, sha256, bytes, landing_path, state)
values ('proef', '0109', 'aanmelding', '1.0', 'run', 'proef.xml', 'xml', '2015-03-02', '', 0, '', 'received')
"""
KEPT_APART = ("hub_keys", "fernet_key")  # what docs/operate.md says to keep beside the backups, never in them


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that a server of another user can reach."""
    path = Path(tempfile.mkdtemp(prefix="hub-drill-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def installations(folder: Path) -> Iterator[tuple[Stack, Stack]]:
    """Two installations, each with a server, passwords and folders of its own; nothing is on them."""
    with ExitStack() as all_of_it:
        made = []
        for name in ("old", "new"):
            (folder / name).mkdir()
            server = all_of_it.enter_context(serving("embedded", folder / name / "pg"))
            made.append(all_of_it.enter_context(stack_of(folder / name, server)))
        yield made[0], made[1]


@pytest.fixture
def kit(folder: Path) -> Iterator[Home]:
    """The source systems of the region, which go on whatever happens to the hub."""
    with kit_of(folder / "kit") as home:
        yield home


def _somebody() -> str:
    """A client of the source of whom nothing moves in the second night."""
    world = World.build(1)
    moving = {client(change.record) for change in world.changes(SOURCE, BERICHT, 2)}
    known = {number for record in world.state(SOURCE, BERICHT, 1).values() if (number := client(record))}
    return min(known - moving)


def _people(stack: Stack, source: str) -> int:
    with stack.connect("hub_server_url", "hub_drenthe") as connection:
        found = connection.execute("select count(*) from kluis.persoon where source = %s", [source]).fetchone()
        residual = connection.execute("select count(*) from exchange.delivery where residual <> 0").fetchone()
    assert residual == (0,)
    assert found is not None
    return int(found[0])


def test_what_was_lost_comes_back_and_who_was_erased_does_not(
    installations: tuple[Stack, Stack], kit: Home, tmp_path: Path
) -> None:
    old, new = installations
    old.run("init")
    one_night(old, kit)
    assert verified(old, kit)["failures"] == []
    people = _people(old, SOURCE)

    assert "backup " in old.run("backup")
    (backup,) = (old.folder / "backups").iterdir()
    number = _somebody()
    done = old.run("hand", "hub", "erase", SOURCE, "--besluit", "Z-2015-0412", stdin=f"{number}\n")
    assert "identities destroyed" in done
    decisions = tmp_path / "gewist.jsonl"
    decisions.write_text(old.run("hand", "hub", "erased", "--json"))
    assert number not in decisions.read_text()
    assert _people(old, SOURCE) == people - 1

    for name in KEPT_APART:
        file = new.secrets / name
        file.unlink()
        shutil.copy(old.secrets / name, file)
    shutil.copytree(backup, new.folder / "backups" / "gered")
    shutil.rmtree(old.folder / "hub")  # the machine is gone; its server is not asked again
    new.run("init")
    new.run("restore", *new.command("restore"), str(new.folder / "backups" / "gered"))
    new.run("init")
    verdict = verified(new, kit)
    assert (verdict["failures"], verdict["checks"] > 1000) == ([], True)
    assert _people(new, SOURCE) == people, "the backup is from before the decision"

    assert "identities destroyed" in new.run("hand", "hub", "reapply", str(decisions))
    about_them = {f"kluis.persoon {SOURCE}: people"}
    assert {failure["check"] for failure in verified(new, kit)["failures"]} == about_them
    assert _people(new, SOURCE) == people - 1

    sources.night_is_over(kit)
    sources.next_night(kit)
    one_night(new, kit)
    assert calendar.read(kit.path).night == 2
    verdict = verified(new, kit)
    assert {failure["check"] for failure in verdict["failures"]} == about_them
    assert verdict["night"] == 2


def test_a_backup_holds_no_key_and_a_restore_overwrites_nothing(installations: tuple[Stack, Stack]) -> None:
    old, _ = installations
    old.run("init")
    with old.connect("hub_server_url", "hub_drenthe") as made:
        made.execute(DELIVERY)
    old.run("backup")
    (backup,) = (old.folder / "backups").iterdir()
    kept = (backup / "landing.tar").read_bytes()
    for dump in backup.glob("*.dump"):  # packed as it is, a key would not show in it
        kept += old.run("backup", "pg_restore", "--file=-", str(dump)).encode()
    assert b"proef.xml" in kept
    for file in old.secrets.iterdir():
        for line in file.read_bytes().split(b"\n"):
            secret = line.partition(b"_KEY=")[2] or line
            assert not secret or secret not in kept, file.name
    with pytest.raises(AssertionError, match=r"hub_drenthe is in use: exchange.delivery has rows"):
        old.run("restore", *old.command("restore"), str(backup))
    (backup / "hub_drenthe.dump").write_bytes(b"stuk")
    with pytest.raises(AssertionError, match=r"hub_drenthe.dump: FAILED"):
        old.run("restore", *old.command("restore"), str(backup))
