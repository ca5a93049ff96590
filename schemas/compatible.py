"""Whether a contract may replace the published one under the same major version.

Both sides are ODCS documents (`schemas/published/<bericht>/v<major>.odcs.json`): the frozen copy that senders
hold, and what the contract renders now. What was accepted must stay accepted, and no column may change.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]


def compare(old: Document, new: Document) -> list[str]:
    """The breaking changes, one line each; empty where `new` may take the place of `old`."""
    before, after = old["schema"][0], new["schema"][0]
    changes = list(_fields("", before["properties"], after["properties"]))
    if _keys(before["properties"]) != _keys(after["properties"]):
        changes.append("the key changed")
    known = {rule["name"] for rule in before.get("quality", [])}
    changes += [f"rule {rule['name']} is new" for rule in after.get("quality", []) if rule["name"] not in known]
    return changes


def _keys(properties: list[Document]) -> list[tuple[int, str]]:
    return sorted((field["primaryKeyPosition"], field["name"]) for field in properties if field.get("primaryKey"))


def _fields(prefix: str, old: list[Document], new: list[Document]) -> Iterator[str]:
    now = {field["name"]: field for field in new}
    known = {field["name"] for field in old}
    for field in old:
        path = prefix + field["name"]
        if field["name"] not in now:
            yield f"{path} is gone"
        else:
            yield from _field(path, field, now[field["name"]])
    for field in new:
        if field["name"] not in known and field.get("required"):
            yield f"{prefix}{field['name']} is new and required"
        elif field["name"] not in known and "vereist_als" in _own(field):
            yield f"{prefix}{field['name']} is new and required under a condition"


def _own(field: Document) -> dict[str, Any]:
    return {one["property"]: one["value"] for one in field.get("customProperties", [])}


def _field(path: str, old: Document, new: Document) -> Iterator[str]:
    if new.get("required") and not old.get("required"):
        yield f"{path} became required"
    if old["logicalType"] != new["logicalType"] or old.get("physicalType") != new.get("physicalType"):
        yield f"{path} changed its type"
        return
    yield from _limits(path, old, new)
    if "properties" in old:
        yield from _fields(f"{path}.", old["properties"], new["properties"])
    elif "items" in old and "properties" in old["items"]:
        yield from _fields(f"{path}.", old["items"]["properties"], new["items"]["properties"])
    elif "items" in old:
        yield from _limits(path, old["items"], new["items"])
    was, now = _own(old), _own(new)
    for key in ("type", "codelijst"):
        if was.get(key) != now.get(key):
            yield f"{path} changed its {key}"
    for key in ("vereist_als", "patroon"):
        if now.get(key) not in (None, was.get(key)):
            yield f"{path} has another {key}"


def _limits(path: str, old: Document, new: Document) -> Iterator[str]:
    was, now = old.get("logicalTypeOptions", {}), new.get("logicalTypeOptions", {})
    for limit in ("maxLength", "maxItems", "maximum"):
        if limit in now and now[limit] < was.get(limit, float("inf")):
            yield f"{path} has a lower {limit}"
    for limit in ("minLength", "minItems", "minimum"):
        if limit in now and now[limit] > was.get(limit, float("-inf")):
            yield f"{path} has a higher {limit}"
    if now.get("pattern") not in (None, was.get("pattern")):
        yield f"{path} has another pattern"
    if "enum" in new:
        codes = {one["value"] for one in new["enum"]}
        gone = [one["value"] for one in old.get("enum", []) if one["value"] not in codes]
        if gone or "enum" not in old:
            yield f"{path} lost codes: {', '.join(gone) or 'the list was open'}"
