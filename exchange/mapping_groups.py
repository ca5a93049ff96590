"""The words for the elements of a group: what a source declares as <group>.<field>."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from exchange.region import Delivers

Change = Callable[[str], str]


class GroupMapper:
    """Renames and translates within the groups of a record, in place; knows only groups that words are declared for."""

    def __init__(self, delivers: "Delivers", each: Mapping[str, Change]) -> None:
        """`each`: contract path -> what is done to a text there, for all fields of the bericht."""
        inner = ((group.name, _inner(group.name, delivers.rename, each)) for group in delivers.contract.groups)
        self._groups = [(name, *words) for name, words in inner if any(words)]

    def __call__(self, record: dict[str, Any]) -> None:
        for path, names, each in self._groups:
            if isinstance(value := record.get(path), list):
                record[path] = [_element(part, names, each) if isinstance(part, Mapping) else part for part in value]


def _inner(
    group: str, rename: Mapping[str, str], each: Mapping[str, Change]
) -> tuple[dict[str, str], dict[str, Change]]:
    """Sender's name -> field and field -> change, both as they are called within an element."""
    theirs = next((name for name, path in rename.items() if path == group), group)
    names = {
        name.removeprefix(f"{theirs}."): path.removeprefix(f"{group}.")
        for name, path in rename.items()
        if path.startswith(f"{group}.")
    }
    return names, {path.removeprefix(f"{group}."): do for path, do in each.items() if path.startswith(f"{group}.")}


def _element(part: Mapping[str, Any], names: Mapping[str, str], each: Mapping[str, Change]) -> dict[str, Any]:
    element = {names.get(name, name): value for name, value in part.items()}
    for path, change in each.items():
        if isinstance(value := element.get(path), str) and value:
            element[path] = change(value)
    return element
