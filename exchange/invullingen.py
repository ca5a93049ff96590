"""`python -m exchange.invullingen`: writes docs/invullingen.md, where senders read what their gemeente asks."""

import sys
from pathlib import Path

from exchange.errors import DeclarationError
from exchange.region import load_regions
from schemas.render.arrangements import render

PAGE = Path(__file__).resolve().parent.parent / "docs" / "invullingen.md"


def page() -> str:
    """The page of all regions that are declared here. Raises DeclarationError."""
    return render((region.title, region.arrangements, region.codelists) for region in load_regions())


def main() -> int:
    """Writes the page. Exit code 2 where a declaration is wrong."""
    try:
        PAGE.write_text(page(), encoding="utf-8")
    except DeclarationError as wrong:
        print(wrong, file=sys.stderr)
        return 2
    print(PAGE.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
