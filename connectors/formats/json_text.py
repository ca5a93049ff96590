"""One JSON document of any size, walked from its begin to its end: memory holds a piece of text and one value.

    text = Text(stream)
    for name in text.members():          # of the object that begins here
        if name == "leveringen":
            for _ in text.items(): ...   # each element begins here: walk into it, or take it as a `value`
        else:
            text.value()

Whoever walks takes, or walks into, every value that it is shown. Raises DeliveryRefused: L001 for what is no JSON or
was cut off, L006 for one value beyond 16 MB, L013 for what is no UTF-8.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn

from connectors.errors import DeliveryRefused

UNREADABLE, EMPTY, TOO_LARGE, WRONG_ENCODING = "L001", "L005", "L006", "L013"
CHUNK = 1 << 18
MAX_VALUE = 16 << 20  # characters; a record is one or two kB
LONGEST_WORD = 16  # characters that a word, an escape or a number needs to be told from a mistake
_SPACE = re.compile(r"[ \t\n\r]*")


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)  # NaN and Infinity are no JSON


class Text:
    """The place in a document where its reader is."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._json = json.JSONDecoder(parse_constant=_no_number)
        self._text, self._at, self._is_whole = "", 0, False
        if not self.peek():
            raise DeliveryRefused(EMPTY)

    def peek(self) -> str:
        """The letter that the next value begins with; "" behind the last one."""
        while True:
            self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]  # it matches anything
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def members(self) -> Iterator[str]:
        """The names in the object that begins here; behind each the reader stands at its value."""
        self._take("{")
        if self._ends("}"):
            return
        while True:
            name = self.value()
            if not isinstance(name, str):
                raise DeliveryRefused(UNREADABLE)
            self._take(":")
            yield name
            if self._ends("}"):
                return
            self._take(",")

    def items(self) -> Iterator[None]:
        """The elements of the list that begins here; the reader stands at each of them."""
        self._take("[")
        if self._ends("]"):
            return
        while True:
            yield
            if self._ends("]"):
                return
            self._take(",")

    def value(self) -> Any:
        """The value that begins here, as a whole."""
        self.peek()
        while True:
            found, end, is_open = self._decoded()
            if end >= 0 and (self._is_whole or not is_open):
                self._at = end
                return found
            if end < 0 and (self._is_whole or not is_open):
                raise DeliveryRefused(UNREADABLE)
            if len(self._text) - self._at > MAX_VALUE:
                raise DeliveryRefused(TOO_LARGE)
            self._more()

    def _decoded(self) -> tuple[Any, int, bool]:
        """The value here, where it ends (-1: nowhere), and whether what is yet to be read can change that."""
        try:
            found, end = self._json.raw_decode(self._text, self._at)
        except json.JSONDecodeError as error:
            near_the_end = error.pos >= len(self._text) - LONGEST_WORD or error.msg.startswith("Unterminated string")
            return None, -1, near_the_end
        except (ValueError, RecursionError):
            return None, -1, False
        return found, end, end == len(self._text)  # a number may go on

    def end(self) -> None:
        """There must be nothing more. Raises DeliveryRefused."""
        if self.peek():
            raise DeliveryRefused(UNREADABLE)

    def _ends(self, letter: str) -> bool:
        if self.peek() != letter:
            return False
        self._at += 1
        return True

    def _take(self, letter: str) -> None:
        if not self._ends(letter):
            raise DeliveryRefused(UNREADABLE)

    def _more(self) -> bool:
        """Read on; False at the end of the document."""
        if self._is_whole:
            return False
        piece = self._stream.read(CHUNK)
        wrong = False
        try:
            fresh = self._decoder.decode(piece, final=not piece)
        except UnicodeDecodeError:  # it holds the bytes
            wrong = True
        if wrong:
            raise DeliveryRefused(WRONG_ENCODING, "utf-8")
        self._text, self._at = self._text[self._at :] + fresh, 0
        self._is_whole = not piece
        return True
