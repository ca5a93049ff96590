"""How well the values of a column fit a field, and what has to be declared so that they do.

The judgement is that of the contract itself: a value fits where the record check would take it. Of the values only
words that stand for codes are kept, and of these only words that many records share.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from exchange.mapping import FORMATS, REPAIRS
from schemas.codelists import CodeLists
from schemas.fields import Field
from schemas.types import Warned, Wrong, judge_for

SEPARATORS = (";", ",", "+", "|", "/")
YES, NO = ("ja", "j", "true", "waar", "yes", "1"), ("nee", "n", "false", "onwaar", "no", "0")
NOTATIONS: Mapping[str, tuple[str, ...]] = {
    "datum": ("dd-mm-yyyy", "yyyymmdd", "tijdstip_als_datum"),
    "tijdstip": ("tijdstip_lokaal",),
    "decimaal": ("decimale_komma",),
}
MENDED: Mapping[str, tuple[str, ...]] = {
    "code": ("nullen_2", "nullen_4"), "bsn": ("nullen_9",), "datum": ("excel_datum",),
}  # fmt: skip
#: How much it says that values fit: any text is a text, but few texts are a postcode.
TELLING: Mapping[str, float] = {
    "bsn": 1.0, "postcode": 1.0, "maand": 1.0, "tijdstip": 0.8, "datum": 0.6, "ja_nee": 0.5, "code": 0.6,
    "decimaal": 0.3, "geheel": 0.2, "tekst": 0.1,
}  # fmt: skip
FITS, CLEAR = 0.98, 0.9
MOST_WORDS, SHARED_BY = 60, 3  # a word is written down where so many records have it, of so few


@dataclass(frozen=True)
class Fit:
    """share: of the values that hold anything, how many would be taken (None: none was seen); telling: how much that
    says of which field it is. The rest is what has to be declared for it."""

    share: float | None = None
    telling: float = 0.0
    notation: str = ""
    repair: str = ""
    separator: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    strange: tuple[str, ...] = ()  # words that stand for no code that we know


def fit(field: Field, values: Counter[str], codelists: CodeLists, known: Mapping[str, str]) -> Fit:
    """The best way to read these values as this field. known: word (small letters) -> code, as others declared it."""
    if not values:
        return Fit()
    best = Fit(0.0)
    for candidate in _ways(field, values, codelists, known):
        if candidate.share is not None and best.share is not None and candidate.share > best.share + 0.005:
            best = candidate
        if best.share is not None and best.share >= FITS and not best.codes:
            break
    return best


def _ways(field: Field, values: Counter[str], codelists: CodeLists, known: Mapping[str, str]) -> Iterator[Fit]:
    taken = _taken(field, codelists)
    seen = Fit(telling=TELLING[field.type])
    for separator in ("", *(SEPARATORS if field.meervoud else ())):
        parts = _parts(values, separator)
        if separator and parts == values:
            continue
        plain = replace(seen, separator=separator)
        yield replace(plain, share=_share(parts, taken))
        for name in NOTATIONS.get(field.type, ()):
            yield replace(plain, notation=name, share=_share(parts, taken, FORMATS[name]))
        for name in MENDED.get(field.type, ()):
            yield replace(plain, repair=name, share=_share(parts, taken, REPAIRS[name]))
        if field.type in ("code", "ja_nee") and len(parts) <= MOST_WORDS * 3:
            yield _worded(field, parts, codelists, known, plain, taken)


def _worded(
    field: Field,
    values: Counter[str],
    codelists: CodeLists,
    known: Mapping[str, str],
    plain: Fit,
    taken: Callable[[str], bool],
) -> Fit:
    """Words for codes: as others declared them, or after the texts of the list."""
    texts = _texts(field, codelists)
    codes, strange, fitting = {}, [], 0
    for word, count in values.items():
        code = known.get(word.casefold()) or _meant(word, texts)
        if code and code != word:
            codes[word] = code
        if code or taken(word):
            fitting += count
        elif count >= SHARED_BY:
            strange.append(word)
    share = fitting / values.total()
    told = tuple(sorted(strange)) if share >= 0.5 and len(values) <= MOST_WORDS else ()
    if field.type == "ja_nee" and codes:
        codes |= _other_half(codes)
    shown = {word: code for word, code in codes.items() if share >= CLEAR or values[word] >= SHARED_BY}
    telling = min(plain.telling + 0.3, 1.0) if codes and field.type == "code" else plain.telling
    return replace(plain, share=share, codes=dict(sorted(shown.items(), key=lambda each: each[1])), strange=told,
                   telling=telling)  # fmt: skip


def _other_half(codes: Mapping[str, str]) -> dict[str, str]:
    """Who writes N for no writes J for yes, seen or not."""
    halves = dict(zip((*YES, *NO), (*NO, *YES), strict=True))
    found = {}
    for word, code in codes.items():
        other = halves.get(word.casefold(), "")
        written = other.upper() if word.isupper() else other.capitalize() if word.istitle() else other
        if other and written not in codes:
            found[written] = "false" if code == "true" else "true"
    return found


def _texts(field: Field, codelists: CodeLists) -> dict[str, str]:
    """Text (small letters) -> code: what a code of this field is called."""
    if field.type == "ja_nee":
        return dict.fromkeys(YES, "true") | dict.fromkeys(NO, "false")
    return {row.naam.casefold(): row.code for row in codelists.rows(field.lijst or "")}


def _meant(word: str, texts: Mapping[str, str]) -> str:
    """The code that a word stands for by the text of its list; "" where that is not plain."""
    folded = word.casefold()
    if folded in texts:
        return texts[folded]
    if len(folded) < 3:
        starting = {code for text, code in texts.items() if text.startswith(folded) and folded.isalpha()}
        return starting.pop() if len(starting) == 1 else ""
    alike = sorted(((SequenceMatcher(None, folded, text).ratio(), code) for text, code in texts.items()), reverse=True)
    sure = alike and alike[0][0] >= 0.8 and (len(alike) == 1 or alike[1][0] < alike[0][0] - 0.05)
    return alike[0][1] if sure else ""


def _taken(field: Field, codelists: CodeLists) -> Callable[[str], bool]:
    """Whether the record check would take a value of this field."""
    judge = judge_for(field, codelists.periods(field.lijst) if field.lijst else None, strict=False)

    def takes(text: str) -> bool:
        outcome = judge(text)
        return not isinstance(outcome, Wrong) and not (isinstance(outcome, Warned) and outcome.value is None)

    return takes


def _parts(values: Counter[str], separator: str) -> Counter[str]:
    if not separator:
        return values
    parts: Counter[str] = Counter()
    for text, count in values.items():
        for part in text.split(separator):
            if part.strip():
                parts[part.strip()] += count
    return parts


def _share(values: Counter[str], taken: Callable[[str], bool], change: Callable[[str], str] = str) -> float:
    return sum(count for text, count in values.items() if taken(change(text))) / max(values.total(), 1)
