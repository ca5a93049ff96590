"""libFuzzer, led on by what our code does: no bytes do more than give a named error. One process a reader."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.fuzz.conftest import TIMES
from tests.fuzz.readers import READERS

ROOT = Path(__file__).parents[2]
DONE = re.compile(r"^Done (\d+) runs", re.MULTILINE)

# Not marked pure: it needs no server, and takes too long for `make check`.
pytestmark = pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is made for Linux on x86_64 only")


@pytest.mark.parametrize("name", READERS)
def test_no_bytes_do_more_than_give_a_named_error(name: str, tried: Callable[[str, int], None], tmp_path: Path) -> None:
    reader, seeds = READERS[name], tmp_path / "seeds"
    seeds.mkdir()
    for number, seed in enumerate(reader.seeds()):
        (seeds / str(number)).write_bytes(seed)
    words = tmp_path / "words"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in reader.words or ("x",)))
    options = [
        f"-runs={reader.cases * TIMES}", f"-max_len={reader.longest}", f"-dict={words}", "-len_control=0",
        f"-seed={1 if TIMES == 1 else int.from_bytes(os.urandom(3)) + 1}", "-timeout=600", "-rss_limit_mb=2048",
        f"-artifact_prefix={tmp_path}/",
    ]  # fmt: skip
    run = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.by_coverage", name, *options, seeds],
        cwd=ROOT, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    done = DONE.search(run.stderr)
    tried("by coverage", int(done[1]) if done else 0)
    assert run.returncode == 0, f"{run.stdout[-3000:]}\n{run.stderr[-700:]}\nkeep it below tests/fuzz/found/{name}"
    assert done
    assert int(done[1]) >= reader.cases


def _escaped(word: str) -> str:
    """As a dictionary of libFuzzer wants it."""
    plain = (letter if letter.isascii() and letter.isalnum() else "" for letter in word)
    return "".join(
        letter or "".join(f"\\x{byte:02x}" for byte in word[at].encode("utf-8", "surrogatepass"))
        for at, letter in enumerate(plain)
    )
