"""Measures of a delivery: its profile as shares and days, each under the name of what is expected of it."""

from collections.abc import Iterator

from exchange.region import Region
from quality.expectations import Expectations, Measure
from schemas.contract import Contract
from warehouse.profile import Odd, Profile

UNKNOWN = "onbekend"  # how a code list names the code for what nobody knows
EARLIER = 5  # deliveries that a median of the past needs


def unknown_codes(region: Region, contract: Contract) -> dict[str, list[str]]:
    """Column -> the codes that say "unknown", of the fields whose list has one."""
    found = {}
    for field in contract.fields:
        if field.lijst and not field.kluis:
            codes = [row.code for row in region.codelists.rows(field.lijst) if row.naam == UNKNOWN]
            if codes:
                found[field.column] = list(dict.fromkeys(codes))
    return found


def odd_questions(expectations: Expectations) -> list[Odd]:
    """What the profile has to count for the expectations of plausibility, in their order."""
    return [Odd(p.veld, p.boven, p.onder, p.codes, p.na) for p in expectations.plausibel.values()]


def measures(profile: Profile, expectations: Expectations) -> Iterator[Measure]:
    """Every measure that can be taken; on how many records it stands says whether it is judged."""
    p = profile
    if p.there_in_scope:
        yield Measure("kwijt", min(p.gone / p.there_in_scope, 1.0), p.there_in_scope)
        if not p.received:
            yield Measure("leeg", p.gone / p.there_in_scope, p.there_in_scope)
        yield Measure("gemeente_weg", p.gemeenten_gone, p.there_in_scope)
    if p.received:
        yield Measure("andere_gemeente", p.other_gemeente / p.received, p.received)
    if p.median and p.earlier >= EARLIER:
        yield Measure("volume" if p.is_whole else "volume_wijzigingen", p.received / p.median, int(p.median))
    if p.days_behind is not None:
        yield Measure("achter", max(p.days_behind, 0.0), p.received)
    if p.changed:
        yield Measure("verschoven", p.shifted / p.changed, p.changed)
    if p.new:
        yield Measure("toekomst", p.future / p.new, p.new)
    if p.days_old is not None:
        yield Measure("oud", max(p.days_old, 0), p.new)
    yield from _fields(p, expectations)


def _fields(p: Profile, expectations: Expectations) -> Iterator[Measure]:
    for field, (now, was) in p.filled.items():
        if p.new and p.there:
            yield Measure("leger", was / p.there - now / p.new, min(p.new, p.there), field)
        if p.new and field in expectations.gevuld:
            yield Measure(f"gevuld.{field}", now / p.new, p.new, field)
    for field, (unknown, filled) in p.unknown.items():
        if filled:
            yield Measure("onbekend", unknown / filled, filled, field)
    for (name, plausible), (odd, filled) in zip(expectations.plausibel.items(), p.odd, strict=True):
        if filled:
            yield Measure(f"plausibel.{name}", odd / filled, filled, plausible.veld)
