"""How a source's words become ours: constants, names, codes, notations and separators, as its file declares.

    [shared.*]               what holds for every bericht that the source delivers
    [delivers.<bericht>.*]   what holds for one bericht, over the former

[shared] may name fields that not every bericht has; a field that none of them has is a mistake.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from exchange.declaration import Table
from exchange.mapping import FORMATS, REPAIRS
from schemas.codelists import CodeLists
from schemas.contract import Contract, Field


@dataclass(frozen=True)
class Words:
    """vast: contract path -> constant; rename: sender's path -> contract path; codes: contract path -> sender's
    word -> code; formats: contract path -> notation (mapping.FORMATS); split: contract path -> separator; repair:
    contract path -> what a spreadsheet may have done to it (mapping.REPAIRS)."""

    vast: Mapping[str, str] = field(default_factory=dict)
    rename: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)
    split: Mapping[str, str] = field(default_factory=dict)
    repair: Mapping[str, str] = field(default_factory=dict)

    def over(self, base: "Words") -> "Words":
        """These words, and those of `base` about fields of which these say nothing."""
        named = set(self.rename.values())
        inherited = {theirs: path for theirs, path in base.rename.items() if path not in named}
        return Words(
            {**base.vast, **self.vast},
            {**inherited, **self.rename},
            {**base.codes, **self.codes},
            {**base.formats, **self.formats},
            {**base.split, **self.split},
            {**base.repair, **self.repair},
        )

    def of(self, contract: Contract) -> "Words":
        """Only what is about fields of this contract."""
        known = fields_of(contract).keys()
        return replace(
            self,
            vast={path: value for path, value in self.vast.items() if path in known},
            rename={theirs: path for theirs, path in self.rename.items() if path in known},
            codes={path: words for path, words in self.codes.items() if path in known},
            formats={path: notation for path, notation in self.formats.items() if path in known},
            split={path: separator for path, separator in self.split.items() if path in known},
            repair={path: name for path, name in self.repair.items() if path in known},
        )


def fields_of(contract: Contract) -> dict[str, Field | None]:
    """Every path that a declaration may name: fields, groups (no Field of their own), fields of groups."""
    found: dict[str, Field | None] = {field.path: field for field in contract.fields}
    for group in contract.groups:
        found[group.name] = None
        found |= {f"{group.name}.{field.path}": field for field in group.fields}
    return found


def read_words(table: Table, contracts: Iterable[Contract], codelists: CodeLists) -> Words:
    """The words in a table, held against the contracts that they are for. Raises DeclarationError."""
    words = Words(
        table.strings("vast"),
        table.strings("rename"),
        {path: table.table("codes").strings(path) for path in table.table("codes").names()},
        table.strings("formats"),
        table.strings("split"),
        table.strings("repair"),
    )
    berichten = tuple(contracts)
    known: dict[str, Field | None] = {}
    for contract in berichten:
        known |= fields_of(contract)
    named = [("vast", path, path) for path in words.vast]
    named += [("rename", theirs, path) for theirs, path in words.rename.items()]
    for section in ("codes", "formats", "split", "repair"):
        named += [(section, path, path) for path in getattr(words, section)]
    for section, key, path in named:
        if path not in known:
            about = " and ".join(f"{contract.bericht} v{contract.versie}" for contract in berichten)
            raise table.wrong(f"{section}.{key}", f"{about} has no field {path}")
    first_of: dict[tuple[str, str], str] = {}
    for theirs, path in words.rename.items():
        # A file may name another column than the one that it stands on; of one file two are a mistake.
        first = first_of.setdefault((table.file_of(f"rename.{theirs}"), path), theirs)
        if first != theirs:
            raise table.wrong(f"rename.{theirs}", f"{path} is filled from {first} already; leave one of them out")
    for path, separator in words.split.items():
        if not separator:
            raise table.wrong(f"split.{path}", 'is empty; give what stands between the values, as in ";"')
    coded = [("vast", path, path, value) for path, value in words.vast.items()]
    for path, translated in words.codes.items():
        coded += [(f"codes.{path}", word, path, code) for word, code in translated.items()]
    for section, key, path, code in coded:
        field = known[path]
        if field and field.lijst and not codelists.knows(field.lijst, code):
            raise table.wrong(f"{section}.{key}", f"code {code} does not exist in the list {field.lijst}")
    for section, known_names in (("formats", FORMATS), ("repair", REPAIRS)):
        for path, name in getattr(words, section).items():
            if name not in known_names:
                raise table.wrong(f"{section}.{path}", f"{name} is unknown; choose from {', '.join(known_names)}")
    return words
