"""What a region agreed about Integrale Vroeghulp, from vroeghulp.toml: days per phase, pauses not counted.

    load_vroeghulp(folder / "vroeghulp.toml")  -> {"triage": 14, ...}; empty where the region has no such file

No national norm was found, so none is built in. What is wrong is a DeclarationError: file, key, cure.
"""

from collections.abc import Mapping
from pathlib import Path

from exchange.declaration import read_toml
from warehouse.tables.vroeghulp import FASEN


def load_vroeghulp(path: Path) -> Mapping[str, int]:
    """Days per phase. Raises DeclarationError for a phase that does not exist, and for less than one day."""
    if not path.exists():
        return {}
    table = read_toml(path)
    declared = table.table("norm_dagen", cure="a phase and its days, as in triage = 14")
    norms = {}
    for fase in declared.names():
        norms[fase] = declared.number(fase)
        if fase not in FASEN:
            raise declared.wrong(fase, f"is no phase; choose from {', '.join(FASEN)}")
        if norms[fase] < 1:
            raise declared.wrong(fase, "must be at least 1; remove the phase where there is no norm")
    table.end()
    return norms
