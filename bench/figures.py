"""From what was measured to figures with a target and a verdict. Nothing is measured here."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from bench import dags, formats, land, night, peer, zgw
from bench.xml import Measured

#: Targets: a share of the limit, MiB over idle, a share of the first time, a count.
TO_ACCEPTED, THROUGH_MERGE, MEMORY, GROWTH, SAME_RECORDS = 0.45, 0.38, 150.0, 25.0, 0.6
#: A ratio to the plain puller; seconds beyond Airflow itself; a ratio to dlt.
PULLER, PARSING, DLT = 3.0, 1.0, 4.0
#: Time of a record in the country, of that in twelve gemeenten; MiB more.
LAND, LAND_MEMORY = 1.2, 25.0
LAND_TIMES = {"time of a record, of that in twelve": "wall", "processor of a record, likewise": "cpu"}
#: Seconds of each night, of the 18 sources that a region has.
NIGHTS = {"first night": 75.0, "next night": 75.0, "night without changes": 40.0}


@dataclass(frozen=True)
class Figure:
    """One figure against its target; without a relation it is there to know. `meaning`: how it was found."""

    name: str
    value: float
    relation: str
    target: float
    meaning: str

    @property
    def holds(self) -> bool:
        """Whether the figure is on the right side of its target."""
        if not self.relation:
            return True
        compare: Callable[[float, float], bool] = operator.ge if self.relation == "≥" else operator.le
        return compare(self.value, self.target)


def known(name: str, value: float, meaning: str) -> Figure:
    """A figure without a target."""
    return Figure(name, value, "", 0.0, meaning)


def figures(found: Measured) -> list[Figure]:
    """The figures of one run, of the best round of each kind."""
    limit, accepted, merged = min(found.limit), min(found.accepted), min(found.merged)
    same = min(found.same_records)
    return [
        Figure("to ACCEPTED", limit / accepted, "≥", TO_ACCEPTED,
               f"limit {limit:.2f} s / hub {accepted:.2f} s, {found.records / accepted:,.0f} records/s"),
        Figure("through MERGE, with history", limit / merged, "≥", THROUGH_MERGE,
               f"limit {limit:.2f} s / hub {merged:.2f} s, {found.records / merged:,.0f} records/s"),
        Figure("memory over idle, MiB", found.memory, "≤", MEMORY, f"both processes, {found.records:,} records"),
        Figure("memory more than at a quarter, MiB", found.memory - found.memory_small, "≤", GROWTH,
               f"{found.memory_small:.0f} MiB at a quarter of the records"),
        Figure("same bytes again, readings of records", found.same_bytes_read, "≤", 0,
               f"{min(found.same_bytes):.2f} s; to fetch and store them the first time {min(found.receive):.2f} s"),
        Figure("same records in a new file, time", same / merged, "≤", SAME_RECORDS,
               f"{same:.2f} s / {merged:.2f} s the first time"),
        Figure("same records in a new file, rows", found.same_records_rows, "≤", 0, "in ACCEPTED and actueel_*"),
    ]  # fmt: skip


def of_formats(found: formats.Measured) -> list[Figure]:
    """Records per second to ACCEPTED of each form, and what that is of XML; of the best round of each."""
    rate = {name: found.records[name] / min(seconds) for name, seconds in found.seconds.items()}
    return [
        known(f"{name}, records/s", rate[name],
              f"{rate[name] / rate['xml']:.2f} of XML; {found.records[name]:,} records, "
              f"{found.bytes[name] / 1e6:.1f} MB, {min(found.seconds[name]):.2f} s to ACCEPTED")
        for name in rate
    ]  # fmt: skip


def of_zgw(found: zgw.Measured) -> list[Figure]:
    """The hub's connector against a plain puller."""
    return [
        Figure("faster than a plain puller", found.plain / found.hub, "≥", PULLER,
               f"plain {found.plain:.0f} s / hub {found.hub:.0f} s, {found.zaken / found.hub:.0f} zaken/s, "
               f"{found.parallel} at once"),
        Figure("zaken that differ", found.differing, "≤", 0,
               f"of {found.zaken:,}, with {found.parts:,} rollen, statussen and eigenschappen"),
    ]  # fmt: skip


def of_night(found: night.Measured) -> list[Figure]:
    """The nights, and under each what is the hub's and what is Airflow's."""
    lines = []
    for name, one in found.nights.items():
        verbs = ", ".join(f"{verb} {seconds:.0f}" for verb, seconds in one.worked.items())
        lines += [
            Figure(f"{name}, s", one.wall, "≤", NIGHTS[name], f"{found.sources} sources, {one.tasks} tasks"),
            known("  the hub at work, s", one.busy, f"of all verbs together {sum(one.worked.values()):.0f} s: {verbs}"),
            known("  Airflow alone, s", one.airflow,
                  f"a task waits {one.waiting:.1f} s, starts in {one.starting:.1f} s, ends in {one.ending:.1f} s"),
        ]  # fmt: skip
    return lines


def of_dags(found: dags.Measured) -> list[Figure]:
    """Parsing all DAG files, of the best round."""
    return [
        Figure("parsing all DAG files, s", min(found.ours), "≤", PARSING,
               f"{len(found.dags)} DAGs, beyond the {min(found.airflow):.2f} s of Airflow itself"),
    ]  # fmt: skip


def of_peer(found: peer.Measured) -> list[Figure]:
    """The hub against dlt, of the best round of each; that both hold the same belongs to it.

    The target is that of dlt as it comes. What it does when it is set up to be fast, and the limit, are there to know.
    """
    hub, limit = min(found.hub), min(found.limit)

    def of(seconds: float) -> str:
        return f"{seconds:.2f} s, {found.records / seconds:,.0f} records/s, {limit / seconds:.2f} of the limit"

    plain, rows, arrow = min(found.plain), min(found.rows), min(found.arrow)
    return [
        Figure("faster than dlt as it comes", plain / hub, "≥", DLT, f"dlt {of(plain)} / hub {of(hub)}"),
        known("faster than dlt set up to be fast", rows / hub, f"dlt {of(rows)}"),
        known("faster than that given Arrow tables", arrow / hub, f"dlt {of(arrow)}"),
        known("the limit, records/s", found.records / limit,
              f"{limit:.2f} s: lxml and COPY of its text, no checks, one process; "
              f"{plain / limit:.1f} times as fast as dlt as it comes"),
        Figure("contents that differ from the hub's", found.differing, "≤", 0, f"hub: {found.contents['hub']}"),
    ]  # fmt: skip


def of_land(found: land.Measured) -> list[Figure]:
    """The country beside the twelve of the same turn; of all turns the middle one."""
    everyone = found.all
    peak = min(year.peak for year in found.few)
    last = [sum(turn.wall for turn in part) for part in (everyone.turns[: land.TURNS], everyone.turns[-land.TURNS :])]
    first_few, last_few = (median(year.turns[at].wall for year in found.few) for at in (0, -1))
    published = everyone.published[-1].wall, median(year.published[-1].wall for year in found.few)
    return [
        *(_of_turns(found, name, what) for name, what in LAND_TIMES.items()),
        Figure("memory more than with twelve, MiB", everyone.peak - peak, "≤", LAND_MEMORY,
               f"at most {everyone.peak:.0f} MiB, of which {everyone.idle:.0f} before the first delivery; "
               f"twelve {peak:.0f} MiB"),
        known("last month, of the first", last[1] / last[0],
              f"{last[0]:.0f} s and {last[1]:.0f} s of all sources; with twelve {last_few / first_few:.2f}"),
        known("publishing after the last month, s", published[0], f"with twelve {published[1]:.2f} s"),
        known("reading all declarations, s", everyone.declared,
              f"those of twelve {min(year.declared for year in found.few):.2f} s"),
    ]  # fmt: skip


def _of_turns(found: land.Measured, name: str, what: str) -> Figure:
    """One way to look at the time of a record; how far the turns lie apart says how quiet the machine was."""
    ratios = found.ratios(what)
    records = sum(turn.records for turn in found.all.turns)
    each = 1000 * sum(getattr(spent, what) for spent in (*found.all.turns, *found.all.published)) / records
    return Figure(
        name, found.ratio(what), "≤", LAND,
        f"of {len(ratios)} turns, {min(ratios):.2f} to {max(ratios):.2f}; {each:.2f} ms each of "
        f"{found.all.records:,} records in {found.all.deliveries:,} deliveries",
    )  # fmt: skip
