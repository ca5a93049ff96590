"""How many cases were tried, said at the end; and the folder of what was found."""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

#: HUB_FUZZ=20 tries twenty times as many, and begins each run somewhere else.
TIMES = int(os.environ.get("HUB_FUZZ", "1"))
FOUND = Path(__file__).parent / "found"
_tried: Counter[str] = Counter()


@pytest.fixture
def tried() -> Callable[[str, int], None]:
    """Counts cases: who tried them, and how many."""

    def add(engine: str, cases: int) -> None:
        _tried[engine] += cases

    return add


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The count, where anything was fuzzed."""
    if _tried:
        parts = ", ".join(f"{engine} {cases:,}" for engine, cases in sorted(_tried.items()))
        terminalreporter.write_line(f"fuzz: {sum(_tried.values()):,} cases ({parts})")
