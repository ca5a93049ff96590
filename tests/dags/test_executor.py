"""Tasks are forked from a process that has imported all they need."""

import subprocess
import sys

SEEN = """
import sys
from dags.executor import preload
assert "quality.gx" not in sys.modules, "whoever asks for the executor would pay for it"
preload()
print(*sorted(name for name in NAMES if name in sys.modules))
"""
NAMES = ("connectors.filedrop", "connectors.rest", "connectors.stuf", "connectors.zgw", "dags.building", "quality.gx")


def test_what_a_task_needs_is_there_before_it_starts() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SEEN.replace("NAMES", repr(NAMES))], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1].split() == list(NAMES)
