"""What can go wrong between the hub and a source, named by what the catcher must do.

DeclarationError    our own declaration is wrong: fail at once, one line with file, key and cure
SourceUnavailable   the outside is down or slow: try again later
SourceRefused       the outside refuses us, or is not what it says it is: tell the owner of the source
DeliveryRefused     the delivery as a whole cannot be read: answered to the sender, the task stays green

No message ever holds a query string, a credential or a value out of a record: paths, counts and codes only.
"""

from __future__ import annotations


class DeclarationError(Exception):
    """A declaration that cannot be used; the message is one line: file, key, cure."""

    def __init__(self, file: str, key: str, cure: str) -> None:
        super().__init__(f"{file}: {key}: {cure}")
        self.file = file
        self.key = key
        self.cure = cure

    def __reduce__(self) -> tuple[type[DeclarationError], tuple[str, str, str]]:
        return type(self), (self.file, self.key, self.cure)


class SourceUnavailable(Exception):
    """The source does not answer, or answers half: the same step later may well succeed."""


class SourceRefused(Exception):
    """The source says no, or points where it must not: a person has to look, repeating cures nothing."""


class DeliveryRefused(Exception):
    """A delivery that cannot be judged record by record.

    `code` is a delivery-level code of the fault catalogue, `detail` an addition without values (a record
    number, a position, an element name).
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code = code
        self.detail = detail

    def __reduce__(self) -> tuple[type[DeliveryRefused], tuple[str, str]]:
        return type(self), (self.code, self.detail)
