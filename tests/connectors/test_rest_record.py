"""From nested JSON to flat paths of text."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.rest_record import DEPTH, at, flatten, text

pytestmark = pytest.mark.pure

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=30,
)


def test_objects_become_paths_lists_stay_lists_and_objects_in_lists_elements() -> None:
    assert flatten(
        {
            "client": {"naam": {"achternaam": "x"}, "geheim": False},
            "gebieden": ["01", "02"],
            "metingen": [{"gebied": "01", "begin": 1, "op": {"dag": "2"}}],
            "leeg": None,
            "niets": [],
        }
    ) == {
        "client.naam.achternaam": "x",
        "client.geheim": "false",
        "gebieden": ["01", "02"],
        "metingen": [{"gebied": "01", "begin": "1", "op.dag": "2"}],
        "leeg": None,
        "niets": [],
    }


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "true"),
        (0, "0"),
        (-7, "-7"),
        (45.0, "45"),
        (7.25, "7.25"),
        (0.1, "0.1"),
        (1e-07, "0.0000001"),
        (1e300, "1e+300"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (None, None),
        ("0106", "0106"),
    ],
)
def test_a_value_becomes_the_text_that_it_stands_for(value: object, shown: object) -> None:
    assert text(value) == shown


@given(st.dictionaries(st.text(), JSON))
def test_any_object_can_be_flattened(record: dict[str, Any]) -> None:
    for value in flatten(record).values():
        assert not isinstance(value, bool | int | float)


def test_nesting_without_end_is_handed_on_for_the_check_to_refuse() -> None:
    deep = json.loads('{"a":' * 500 + "1" + "}" * 500)
    ((path, value),) = flatten(deep).items()
    assert path.count(".") == DEPTH
    assert isinstance(value, dict)


def test_a_place_is_found_by_its_path_or_not_at_all() -> None:
    content = {"a": {"b": [1]}}
    assert at(content, "") is content
    assert at(content, "a.b") == [1]
    assert at(content, "a.b.c") is None
    assert at(content, "x") is None
