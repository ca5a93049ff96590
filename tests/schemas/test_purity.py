"""The engine needs the standard library and nothing else, on each Python that is here."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.contract import ROOT

pytestmark = pytest.mark.pure

PROBE = """
import sys
before = set(sys.modules)
import schemas.contract, schemas.check, schemas.codelists, schemas.faults, schemas.rules, schemas.record
import schemas.messages, schemas.compatible, schemas.render.tables, schemas.render.json_schema, schemas.render.docs
new = {name.partition(".")[0] for name in set(sys.modules) - before}
foreign = sorted(new - set(sys.stdlib_module_names) - {"schemas"})
rows = [(code, code, None, None) for code in ("0114", "41018393", "0114-MEE")]
lists = schemas.codelists.CodeLists.standard().with_list("loket", rows).with_list("organisatie", rows)
checked = 0
for name, contract in schemas.contract.load_all().items():
    check = schemas.check.Checker(contract, lists)
    checked += not check({}).accepted
print(foreign, checked)
"""
PYTHONS = [sys.executable, *(f"python3.{minor}" for minor in (11, 12, 13, 14))]


@pytest.mark.parametrize("python", PYTHONS)
def test_the_engine_runs_on_the_standard_library_alone(python: str, tmp_path: Path) -> None:
    found = shutil.which(python)
    if found is None or subprocess.run([found, "-V"], capture_output=True, check=False).returncode:
        pytest.skip(f"{python} is not here")
    # -I -S: no site-packages, so an import from outside the standard library fails
    command = [found, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT.parent)!r})\n{PROBE}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.stdout == "[] 6\n", done.stderr


def test_the_source_has_no_newer_grammar_than_3_11() -> None:
    for path in ROOT.rglob("*.py"):
        ast.parse(path.read_text("utf-8"), feature_version=(3, 11))


def test_only_the_xsd_needs_lxml() -> None:
    users = {path.name for path in ROOT.rglob("*.py") if "lxml" in path.read_text("utf-8")}
    assert users == {"xsd.py"}
