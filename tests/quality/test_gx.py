"""Great Expectations judges as the bounds say, inclusive, per subject; and its import stays in one module."""

import ast
import subprocess
import sys
import time
from pathlib import Path

import pytest

from quality import gx
from quality.expectations import Bounds, Expectations, Measure

pytestmark = pytest.mark.pure
ROOT = Path(__file__).parents[2]
KNOWN = Expectations(
    {"deel": Bounds("Een deel", 10, warn_max=0.1, hold_max=0.5), "dagen": Bounds(warn_min=1.0, warn_max=3.0)}
)


def unmet(*measures: Measure) -> set[tuple[str, str, str]]:
    return {(one.expectation, one.subject, one.level) for one in gx.judge("proef", KNOWN, measures) if not one.is_met}


def test_bounds_are_inclusive() -> None:
    assert unmet(Measure("deel", 0.1, 10)) == set()
    assert unmet(Measure("deel", 0.5, 10)) == {("deel", "", "warn")}
    assert unmet(Measure("deel", 0.51, 10)) == {("deel", "", "warn"), ("deel", "", "hold")}
    assert unmet(Measure("dagen", 0.9, 0)) == {("dagen", "", "warn")}
    assert unmet(Measure("dagen", 3.0, 0)) == set()


def test_of_several_subjects_only_those_that_fall_outside_are_named() -> None:
    fields = [Measure("deel", share, 50, name) for name, share in (("a", 0.0), ("b", 0.3), ("c", 0.9), ("d", 0.1))]
    assert unmet(*fields, Measure("dagen", 2.0, 1)) == {
        ("deel", "b", "warn"),
        ("deel", "c", "warn"),
        ("deel", "c", "hold"),
    }


def test_every_judged_measure_gives_a_result_for_each_of_its_levels() -> None:
    results = gx.judge("proef", KNOWN, [Measure("deel", 0.2, 50, "a"), Measure("deel", 0.2, 9, "b")])
    assert [(one.subject, one.level, one.observed, one.minimum, one.maximum) for one in results] == [
        ("a", "hold", 0.2, None, 0.5),
        ("a", "warn", 0.2, None, 0.1),
    ]


def test_nothing_to_judge_gives_nothing() -> None:
    assert gx.judge("proef", KNOWN, []) == []


def test_only_one_module_imports_the_library() -> None:
    importers = set()
    for folder in ("quality", "exchange", "connectors", "warehouse", "schemas", "dags", "kit", "demo", "reports"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                if any(name.split(".")[0] == "great_expectations" for name in names):
                    importers.add(path.relative_to(ROOT).as_posix())
    assert importers == {"quality/gx.py"}


def test_the_command_line_does_not_pay_for_it() -> None:
    code = "import sys, exchange.cli; print('great_expectations' in sys.modules, 'pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_a_night_of_judging_stays_within_its_share() -> None:
    """35 deliveries with as many measures as a delivery ever has: at most 5 seconds of one core."""
    known = Expectations({f"m{number}": Bounds(warn_max=0.5, hold_max=0.9) for number in range(12)})
    measures = [Measure(f"m{number}", 0.1, 50) for number in range(12)]
    measures += [Measure("m0", 0.2, 50, f"veld{number}") for number in range(20)]
    gx.judge("proef", known, measures)
    begin = time.process_time()
    for _ in range(35):
        gx.judge("proef", known, measures)
    assert time.process_time() - begin < 5.0
