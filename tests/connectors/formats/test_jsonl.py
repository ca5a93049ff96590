"""JSON lines: bytes, offsets, and lines that are no whole object."""

from __future__ import annotations

import io

import pytest

from connectors.errors import DeliveryRefused
from connectors.formats import jsonl


def test_equal_content_gives_equal_bytes() -> None:
    assert jsonl.line({"b": 1, "a": "é"}) == jsonl.line({"a": "é", "b": 1}) == '{"a":"é","b":1}\n'.encode()


def test_lines_are_numbered_from_the_describing_one_and_know_their_bytes() -> None:
    content = b"".join(jsonl.line({"n": number, "naam": "é" * number}) for number in range(4))
    for number, found, start, end in jsonl.read(io.BytesIO(content)):
        assert found["n"] == number
        assert content[start:end] == jsonl.line(found)


def test_lines_longer_than_a_chunk_are_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "CHUNK", 5)
    content = jsonl.line({"naam": "x" * 100}) * 3
    assert [number for number, *_ in jsonl.read(io.BytesIO(content))] == [0, 1, 2]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "L005"),
        (b'{"a":1}\n{"a":', "L001"),
        (b'{"a":1}\n{"a":2}', "L001"),
        (b'{"a":1}\n[1]\n', "L001"),
        (b'{"a":1}\n\xff\n', "L001"),
        (b'{"a":1}\n{"a":"' + b"x" * (17 << 20), "L006"),
    ],
)
def test_a_line_that_is_no_whole_object_refuses(content: bytes, code: str) -> None:
    found = []
    with pytest.raises(DeliveryRefused) as caught:
        found.extend(number for number, *_ in jsonl.read(io.BytesIO(content)))
    assert caught.value.code == code
