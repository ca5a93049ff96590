"""A made-up region of any number of gemeenten, as a folder of declarations: each gemeente one source that leaves XML.

The codes are those of the gemeenten that exist all year; people, desks and files are invented.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from bench.hub import DATABASE
from schemas.codelists import CodeLists

NAME = "land"
FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
REGION = """
name = "{name}"
title = "Nederland"
database = "{database}"
contact = "regiohub@land.example"
gemeenten = [{codes}]
"""
ORGANISATIE = """
[organisaties."{code}"]
naam = "Gemeente {code}"
soort = "gemeente"
"""
LOKET = """
[loket."{code}-{short}"]
naam = "{short} {code}"
soort = "{kind}"
organisatie_code = "{code}"
gemeente_code = "{code}"
"""
SOURCE = """
name = "Gemeente {code}"
kind = "gemeente"
code = "{code}"
connector = "filedrop"
schedule = "0 1 * * *"
owner = "gegevensbeheer@g{code}.example"
[verwerking]
grondslag = "AVG6-1e/Wmo5.1.1"
verwerkersovereenkomst = 2024-12-15
dpia = "DPIA-2024-07"
[connection]
id = "g{code}_drop"
settle_seconds = 0.0
[delivers.aanmelding]
contract = 1
[answer]
channel = "folder"
"""
LOKETS = {"WMO": "01", "JEU": "02", "SOC": "03", "WEI": "04"}


def gemeenten() -> list[str]:
    """The codes of all gemeenten that exist from the first to the last day of the year."""
    rows = CodeLists.standard().rows("gemeente")
    return sorted({row.code for row in rows if row.valid_on(FIRST) and row.valid_on(LAST)})


def write(folder: Path, codes: Sequence[str], database: str = DATABASE) -> None:
    """Write the declarations of a region of these gemeenten, in this database."""
    (folder / "sources").mkdir(parents=True)
    quoted = ", ".join(f'"{code}"' for code in codes)
    region = REGION.format(name=NAME, database=database, codes=quoted)
    (folder / "region.toml").write_text(region + "".join(ORGANISATIE.format(code=code) for code in codes))
    desks = (LOKET.format(code=code, short=short, kind=kind) for code in codes for short, kind in LOKETS.items())
    (folder / "lokets.toml").write_text("".join(desks))
    for code in codes:
        (folder / "sources" / f"g{code}.toml").write_text(SOURCE.format(code=code))
