"""Whose a zaak is: the bronorganisatie (RSIN) is all that tells two organisations on one Zaken API apart.

What is certain of another is left out and counted; what does not say whose it is, is handed on for the check
to refuse. No zaak becomes ours because nobody said otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.errors import DeclarationError
from connectors.notice import URGENT, WARNING, Notice

EVERYBODY = "*"  # in the place of an RSIN: only to look at what there is, for who drafts a declaration
OTHERS = (
    "{bericht}: {count} zaken van een andere bronorganisatie dan {ours} zijn niet overgenomen; de server achter {name}"
    " gaf ze toch. Laat de beheerder nagaan waarom hij niet op bronorganisatie selecteert, en of wij ze mogen zien"
)
NONE = (
    "{bericht}: gevraagd zijn de zaken met bronorganisatie {ours}, en daarvan kwam er geen, terwijl {name} van dit"
    " zaaktype wel zaken van een ander heeft. Controleer bronorganisatie in de aansluiting: het RSIN waaronder het"
    " zaaksysteem de zaken van deze gemeente bewaart"
)
UNSAID = (
    "{bericht}: {count} zaken zeggen niet van welke bronorganisatie zij zijn en zijn afgekeurd (R036); laat de"
    " beheerder van {name} die invullen"
)


def is_of_another(zaak: Mapping[str, Any], ours: str) -> bool:
    """Whether a zaak says that it is of another organisation than the one asked for ("": there is only one)."""
    return bool(ours and zaak.get("bronorganisatie") and zaak["bronorganisatie"] != ours)


@dataclass
class Whose:
    """Sorts the zaken of one reading. `others`: whether somebody else has zaken here, where we got none."""

    bericht: str
    name: str
    ours: str
    others: bool = False
    _own: int = 0
    _left_out: set[str] = field(default_factory=set)
    _unsaid: set[str] = field(default_factory=set)
    _first: str = ""

    def is_ours(self, zaak: Mapping[str, Any]) -> bool:
        """Whether to take it along; one that does not say whose it is too.

        Raises DeclarationError where nobody said which of several organisations to read.
        """
        if self.ours == EVERYBODY:
            return True
        said = str(zaak.get("bronorganisatie") or "")
        if not self.ours:
            self._first = self._first or said
            if said and said != self._first:
                cure = "the server holds zaken of several organisations: name the RSIN of the one that this source is"
                raise DeclarationError(self.name, "connection.bronorganisatie", cure)
            return True
        if is_of_another(zaak, self.ours):
            self._left_out.add(str(zaak.get("url")))
            return False
        self._own += 1
        if not said:
            self._unsaid.add(str(zaak.get("url")))
        return True

    @property
    def asks_around(self) -> bool:
        """Whether it is worth asking if others have zaken here: we asked for one organisation, and nothing came."""
        return self.ours not in ("", EVERYBODY) and not self._own and not self._left_out

    def notices(self) -> list[Notice]:
        """What a person has to see to, when all is read."""
        if self.ours in ("", EVERYBODY):
            return []
        words = {"bericht": self.bericht, "name": self.name, "ours": self.ours}
        found = []
        if not self._own and (self.others or self._left_out):
            found.append(Notice("bronorganisatie", URGENT, NONE.format(**words)))
        if self._left_out:
            found.append(Notice("bronorganisatie", WARNING, OTHERS.format(count=len(self._left_out), **words)))
        if self._unsaid:
            found.append(Notice("bronorganisatie", WARNING, UNSAID.format(count=len(self._unsaid), **words)))
        return found
