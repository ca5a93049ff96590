"""A full disk: one clear line for the operator, nothing half with us, the file still at the source."""

import multiprocessing
import os
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exchange.errors import DeclarationError, SourceUnavailable
from exchange.receive import receive
from tests.exchange.hub import Hub

BYTES = os.urandom(300_000)  # which nothing can pack: in landing it takes a little more than it does at the source


def _receive(hub: Hub, most: int, told: Any) -> None:
    """In a process of its own, of which no file can grow beyond `most` bytes."""
    if most:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    try:
        told.send(receive(hub.context()))
    except Exception as error:
        told.send(error)


def received(hub: Hub, most: int = 0) -> Any:
    here, there = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_receive, args=(hub, most, there))
    child.start()
    there.close()
    found = here.recv()
    child.join(timeout=60)
    return found


def must_be_as_before(hub: Hub, error: Any) -> None:
    """One line for the operator, the file where it was, and nothing of it with us."""
    assert isinstance(error, SourceUnavailable)
    assert "our own disk, not the source" in str(error)
    assert "\n" not in str(error)
    assert hub.rows("select count(*) from exchange.delivery") == [(0,)]
    assert [path for path in hub.context().landing.root.rglob("*") if path.is_file()] == []
    assert [path.name for path in (hub.folder / "uit").iterdir()] == ["aanmelding_1.xml"]
    assert list((Path(os.environ["HUB_HOME"]) / "work").iterdir()) == []


@pytest.mark.parametrize("most", [100_000, len(BYTES) + 20], ids=["while it is fetched", "while it is stored"])
def test_a_disk_without_room_takes_nothing_half_and_the_next_run_is_fine(hub: Hub, most: int) -> None:
    """The limit of a process stands for that of a disk: the same write fails, by another number."""
    (hub.folder / "uit").mkdir(parents=True)
    (hub.folder / "uit" / "aanmelding_1.xml").write_bytes(BYTES)
    must_be_as_before(hub, received(hub, most))
    assert len(received(hub)) == 1
    assert hub.rows("select name, bytes from exchange.delivery") == [("aanmelding_1.xml", len(BYTES))]


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A real disk of 200 kB; making one takes rights that not every machine gives."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", folder], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("a disk of its own cannot be mounted here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def filled(folder: Path) -> Path:
    """The same disk, on which not even a folder can be made any more."""
    subprocess.run(["mount", "-o", "remount,nr_inodes=1", folder], check=True)
    return folder


def test_a_real_disk_that_is_full_is_told_in_the_same_words(
    hub: Hub, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (hub.folder / "uit").mkdir(parents=True)
    (hub.folder / "uit" / "aanmelding_1.xml").write_bytes(BYTES)
    monkeypatch.setenv("HUB_LANDING", str(tiny))
    error = received(hub)
    must_be_as_before(hub, error)
    assert "No space left on device" in str(error)


@pytest.mark.parametrize("setting", ["HUB_HOME", "HUB_LANDING"])
def test_where_not_even_a_folder_can_be_made_the_line_says_which_and_how_much_is_free(
    hub: Hub, tiny: Path, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    (hub.folder / "uit").mkdir(parents=True)
    (hub.folder / "uit" / "aanmelding_1.xml").write_bytes(BYTES)
    with monkeypatch.context() as full:
        full.setenv(setting, str(filled(tiny)))
        error = received(hub)
    assert isinstance(error, SourceUnavailable), error
    assert str(error).startswith(f"our own disk, not the source: No space left on device in {tiny}/")
    assert str(error).endswith(", 0 MB free there; make room and run again")
    assert hub.rows("select count(*) from exchange.delivery") == [(0,)]
    assert len(received(hub)) == 1


def test_a_work_folder_that_may_not_be_made_is_a_mistake_of_ours(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    a_file = hub.folder / "home"
    a_file.parent.mkdir(parents=True, exist_ok=True)
    a_file.write_text("no folder")
    monkeypatch.setenv("HUB_HOME", str(a_file))
    wrong = pytest.raises(DeclarationError, match=r"HUB_HOME.*Not a directory; let the hub write there")
    with wrong, hub.context().workdir():
        pass
