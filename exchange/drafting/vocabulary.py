"""By which names senders know our fields: those of the contracts, and those in the declarations of others."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache

from exchange.region import Region
from exchange.words import fields_of
from schemas.codelists import CodeLists

#: What an abbreviation stands for in the names of columns.
SHORT: Mapping[str, str] = {
    "nr": "nummer", "num": "nummer", "id": "nummer", "dat": "datum", "dt": "datum", "gem": "gemeente",
    "geb": "geboorte", "tel": "telefoon", "clientnr": "clientnummer", "pc": "postcode", "huisnr": "huisnummer",
}  # fmt: skip
#: Words that say nothing of which field it is.
SILENT = frozenset({"code", "de", "het", "een", "van", "is", "bron", "op", "te"})
#: How systems of welfare and of gemeenten call a field where nobody declared it yet: likely, and never sure.
COMMON: Mapping[str, tuple[str, ...]] = {
    "aanmelding_nummer": ("Meldingsnummer", "Zaaknummer"),
    "datum_aanmelding": ("Datum ingekomen", "Datum binnenkomst", "Datum ontvangen", "Meldingsdatum"),
    "datum_afgehandeld": ("Datum afgerond", "Datum afsluiting"),
    "gewijzigd_op": ("Mutatiedatum", "Laatste wijziging"),
    "loket_code": ("Balie", "Servicepunt"),
    "kanaal_code": ("Contactwijze", "Wijze van aanmelden"),
    "clientrol_code": ("Hoedanigheid",),
    "verwijzer_code": ("Aangemeld door", "Herkomst"),
    "leefgebied_code": ("Levensgebied", "Levensdomein"),
    "uitkomst_code": ("Afloop",),
    "persoon.client_nummer_bron": ("Relatienummer", "Klantnummer", "Persoonsnummer"),
    "persoon.bsn": ("Burgerservicenummer", "Sofinummer"),
    "persoon.geslachtsnaam": ("Familienaam",),
    "persoon.voorletters": ("Initialen",),
    "persoon.geslacht_code": ("Sekse",),
    "persoon.toevoeging": ("Huisnummertoevoeging",),
    "persoon.is_geheim_adres": ("Geheimhouding",),
}
EXACT, ALMOST, OFTEN = 1.0, 0.97, 0.9
WHOLE = 0.85


@dataclass
class Vocabulary:
    """names: contract path -> the sender's words for it; codes: contract path -> word -> code; removals: column ->
    word, as other declarations say them."""

    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    codes: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    removals: dict[str, str] = field(default_factory=dict)

    def nearness(self, theirs: str, path: str) -> tuple[float, str]:
        """How near a sender's name is to a field, 0 to 1; and the word that it resembles most."""
        if theirs == path:
            return EXACT, path
        ours = path.rpartition(".")[2]
        known = [(ours, EXACT), *((name, ALMOST) for name in self.names.get(path, ()))]
        known += [(name, OFTEN) for name in COMMON.get(path, ())]
        return max((_near(theirs, name) * worth, name) for name, worth in known)


def vocabulary(regions: Iterable[Region], codelists: CodeLists, without: Collection[str] = ()) -> Vocabulary:
    """The words of all declared sources but those `without`; the last region says what a word means. A code that
    these lists do not have, the desk of another gemeente or region, stands for nothing here."""
    found = Vocabulary()
    for source in (one for region in regions for one in region.sources.values() if one.id not in without):
        if column := source.settings.get("removed_column"):
            found.removals[str(column)] = str(source.settings["removed_word"])
        for delivers in source.delivers.values():
            for theirs, path in delivers.rename.items():
                found.names[path].add(theirs)
            for path, words in delivers.codes.items():
                field_ = fields_of(delivers.contract)[path]
                lijst = field_.lijst if field_ else None
                known = {word: code for word, code in words.items() if not lijst or codelists.knows(lijst, code)}
                found.codes[path].update({word.casefold(): code for word, code in known.items()})
    return found


@cache
def words(name: str) -> tuple[str, ...]:
    """eigenschap.Aantal dagenOpgeschort -> (aantal, dagen, opgeschort): no capitals, accents or silent words."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.rpartition("eigenschap.")[2] or name)
    name = re.sub(r"\bd\.? ?d\.", " datum ", name, flags=re.I)  # "Ingekomen d.d."
    name = re.sub(r"(?<=[a-z]{4})nr\b", " nummer", name, flags=re.I)  # "Relatienr"
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    found = [SHORT.get(word, word) for word in re.split(r"[^a-z0-9]+", plain) if word]
    if len(found) > 1 and found[-1] == "op":  # "Gemeld op" is a day
        found[-1] = "datum"
    return tuple(word for word in found if word not in SILENT) or tuple(found)


@cache
def _near(one: str, other: str) -> float:
    mine, yours = words(one), words(other)
    if sorted(mine) == sorted(yours) or "".join(mine) == "".join(yours):  # Dutch writes compounds as one word
        return 1.0
    if not mine or not yours:
        return 0.0
    shared = (_best(word, yours) for word in mine), (_best(word, mine) for word in yours)
    there, back = (sum(each) / len(side) for each, side in zip(shared, (mine, yours), strict=True))
    whole = SequenceMatcher(None, "".join(mine), "".join(yours)).ratio()
    return 0.95 * max((there + back) / 2, whole if whole >= WHOLE else 0.0)


def _best(word: str, others: tuple[str, ...]) -> float:
    """The likeness to the most alike of some words; little likeness is none."""
    likeness = max(SequenceMatcher(None, word, other).ratio() for other in others)
    return likeness if likeness >= 0.7 else 0.0
