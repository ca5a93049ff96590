"""Landing keeps the bytes of a delivery unchanged, sealed, and bound to their own delivery."""

from pathlib import Path

import pytest
from tink import TinkError

from exchange.keys import Keys, fresh
from exchange.landing import Landing

pytestmark = pytest.mark.pure
SECRET = b"<geslachtsnaam>Toverstaf</geslachtsnaam>" * 50_000


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "landing", Keys.from_env("drenthe", fresh("drenthe")))


def delivered(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "delivered"
    path.write_bytes(content)
    return path


def test_what_was_stored_comes_back_byte_for_byte(landing: Landing, tmp_path: Path) -> None:
    landed = landing.store(delivered(tmp_path, SECRET), "emmen")
    with landing.open(landed.path, landed.sha256) as stream:
        assert stream.read() == SECRET
    assert landed.size == len(SECRET)


def test_the_stored_file_shows_nothing_of_what_was_delivered(landing: Landing, tmp_path: Path) -> None:
    landed = landing.store(delivered(tmp_path, SECRET), "emmen")
    assert b"Toverstaf" not in (landing.root / landed.path).read_bytes()


def test_the_same_bytes_are_stored_once(landing: Landing, tmp_path: Path) -> None:
    first = landing.store(delivered(tmp_path, SECRET), "emmen")
    written = (landing.root / first.path).stat().st_mtime_ns
    assert landing.store(delivered(tmp_path, SECRET), "emmen") == first
    assert (landing.root / first.path).stat().st_mtime_ns == written


def test_a_file_put_in_the_place_of_another_does_not_open(landing: Landing, tmp_path: Path) -> None:
    one = landing.store(delivered(tmp_path, SECRET), "emmen")
    other = landing.store(delivered(tmp_path, SECRET + b" "), "emmen")
    (landing.root / one.path).write_bytes((landing.root / other.path).read_bytes())
    with pytest.raises(TinkError), landing.open(one.path, one.sha256) as stream:
        stream.read()


def test_a_file_that_was_cut_off_does_not_open(landing: Landing, tmp_path: Path) -> None:
    landed = landing.store(delivered(tmp_path, SECRET), "emmen")
    path = landing.root / landed.path
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(TinkError), landing.open(landed.path, landed.sha256) as stream:
        stream.read()


def test_a_half_written_file_is_not_taken_for_a_stored_one(landing: Landing, tmp_path: Path) -> None:
    landed = landing.store(delivered(tmp_path, SECRET), "emmen")
    path = landing.root / landed.path
    path.rename(path.with_suffix(".1.part"))
    assert landing.store(delivered(tmp_path, SECRET), "emmen") == landed
    assert path.exists()
