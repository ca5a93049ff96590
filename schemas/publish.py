"""`python -m schemas.publish`: writes what senders get, from the contracts, and refuses a breaking change.

For each bericht `schemas/published/<bericht>/v<major>.{xsd,schema.json,odcs.json}` and
`docs/contracts/<bericht>.md`; for all `docs/contracts/fouten.md` and `docs/contracts/README.md`; and of the answer that
comes back `schemas/published/retourbericht/v1.schema.json`.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from schemas.compatible import compare
from schemas.contract import ROOT, Contract, load_all
from schemas.render import docs, json_schema, odcs, retourbericht, xsd

PUBLISHED = ROOT / "published"
DOCS = ROOT.parent / "docs" / "contracts"


def rendered(contracts: Mapping[str, Contract]) -> dict[Path, str]:
    """Every published file with its content."""
    files = {DOCS / "fouten.md": docs.faults(), DOCS / "README.md": docs.overview(contracts.values())}
    files[PUBLISHED / "retourbericht" / "v1.schema.json"] = retourbericht.render()
    for contract in contracts.values():
        base = PUBLISHED / contract.bericht / f"v{contract.major}"
        files[base.with_suffix(".xsd")] = xsd.render(contract)
        files[base.with_suffix(".schema.json")] = json_schema.render(contract)
        files[base.with_suffix(".odcs.json")] = odcs.render(contract)
        files[DOCS / f"{contract.bericht}.md"] = docs.render(contract)
    return files


def breaking(files: Mapping[Path, str]) -> list[str]:
    """Breaking changes against the copies that are published now."""
    changes = []
    for path, content in files.items():
        if path.name.endswith(".odcs.json") and path.exists():
            frozen = json.loads(path.read_text(encoding="utf-8"))
            changes += [f"{path.parent.name}: {change}" for change in compare(frozen, json.loads(content))]
    return changes


def main() -> int:
    """Writes what changed. Exit code 1, and nothing written, where a sender's good record would be refused."""
    files = rendered(load_all())
    changes = breaking(files)
    if changes:
        print("Not published: this needs a new major version.", *changes, sep="\n  ", file=sys.stderr)
        return 1
    written = 0
    for path, content in files.items():
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
            written += 1
    print(f"{len(files)} files, {written} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
