"""Great Expectations: the only module that knows it. It judges a small frame of counts and shares, never records.

Its import takes seconds. So nothing imports this module at its head: who assesses asks for it when there is something
to assess, and the process that forks Airflow's tasks imports it once (`preload`), so that each task has it for nothing.
"""

import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

os.environ["GX_ANALYTICS_ENABLED"] = "False"  # before the import: the library asks once

import great_expectations as gx
import pandas as pd
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.core.expectation_validation_result import (
    ExpectationSuiteValidationResult,
    ExpectationValidationResult,
)
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context.types.resource_identifiers import (
    ExpectationSuiteIdentifier,
    ValidationResultIdentifier,
)
from great_expectations.expectations import ExpectColumnValuesToBeBetween
from great_expectations.expectations.metadata_types import FailureSeverity

from quality.expectations import LEVELS, Bounds, Expectations, Judged, Level, Measure, Outcome

SUBJECT = "onderwerp"
_NO_EXCEPTION = {"raised_exception": False, "exception_message": None, "exception_traceback": None}
SEVERITY = {"hold": FailureSeverity.CRITICAL, "warn": FailureSeverity.WARNING}
#: Only whether it holds; and, where it does not, of which subjects. Never a value.
VERDICT = {"result_format": "BOOLEAN_ONLY"}
WHICH = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": [SUBJECT],
    "partial_unexpected_count": 0,
    "return_unexpected_index_query": False,
}


def judge(name: str, expectations: Expectations, measures: Iterable[Measure]) -> list[Judged]:
    """Hold measures against what is expected of them. `name` is that of the suite: `emmen.aanmelding`, `marts`."""
    judged = expectations.judged(measures)
    if not judged:
        return []
    columns: dict[str, list[Measure]] = {}
    for measure in judged:
        columns.setdefault(measure.expectation, []).append(measure)
    return [
        Judged(
            measure.expectation,
            measure.subject,
            level,
            measure.value,
            *expectations.bounds[measure.expectation].of(level),
            is_met=measure.subject not in unmet,
        )
        for expectation, level, unmet in _unmet(name, expectations, columns)
        for measure in columns[expectation]
    ]


def render(folder: Path, outcomes: Sequence[Outcome]) -> None:
    """Data Docs of what was judged before: one page an outcome, below `folder`/validations.

    As the library makes them these pages ask the outside for scripts and a logo: see quality.pages.
    """
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    context.delete_data_docs_site("local_site")
    store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)}
    builder = {"class_name": "DefaultSiteIndexBuilder"}
    site: Any = {"class_name": "SiteBuilder", "show_how_to_buttons": False, "store_backend": store}
    context.add_data_docs_site("hub", site | {"site_index_builder": builder})
    for outcome in outcomes:
        moment = datetime.combine(outcome.vandaag, time(), UTC)
        name = ExpectationSuiteIdentifier(outcome.suite)
        run = RunIdentifier(run_name=outcome.vandaag.isoformat(), run_time=moment)
        context.validation_results_store.set(ValidationResultIdentifier(name, run, outcome.name), _told(outcome, run))
    context.build_data_docs()


def _told(outcome: Outcome, run: RunIdentifier) -> ExpectationSuiteValidationResult:
    """An outcome as the library keeps one, from what stands in our own table."""
    results = []
    for one in outcome.results:
        bounds = Bounds(outcome.wat.get(one.expectation, ""), 0, *_bounds(one))
        subject = f"{one.expectation} {one.subject}".rstrip()
        config = _expectation(subject, one.level, bounds).configuration
        config.meta = {"level": one.level}
        config.description = _dutch(one, bounds)
        shown = {"observed_value": round(one.observed, 4)}
        results.append(ExpectationValidationResult(one.is_met, config, shown, exception_info=_NO_EXCEPTION))
    met = sum(one.is_met for one in outcome.results)
    count = len(results)
    return ExpectationSuiteValidationResult(
        success=met == count,
        results=results,
        suite_name=outcome.suite,
        statistics={
            "evaluated_expectations": count,
            "successful_expectations": met,
            "unsuccessful_expectations": count - met,
            "success_percent": 100 * met / count if count else None,
        },
        meta={"run_id": run.to_json_dict(), "great_expectations_version": gx.__version__},
    )


def _dutch(one: Judged, bounds: Bounds) -> str:
    """What a page says is expected, and what it means not to meet it."""
    limits = [f"minstens {one.minimum:g}"] if one.minimum is not None else []
    limits += [f"hoogstens {one.maximum:g}"] if one.maximum is not None else []
    meant = "anders wordt de levering vastgehouden" if one.level == "hold" else "anders volgt een opmerking"
    # The library reads a dollar sign as the start of a name.
    return f"{bounds.wat or one.expectation}: {' en '.join(limits)}; {meant}".replace("$", "$$")


def _bounds(one: Judged) -> tuple[float | None, ...]:
    own = (one.minimum, one.maximum)
    return (*own, None, None) if one.level == "warn" else (None, None, *own)


def _expectation(column: str, level: Level, bounds: Bounds) -> ExpectColumnValuesToBeBetween:
    """One expectation of a suite."""
    minimum, maximum = bounds.of(level)
    return ExpectColumnValuesToBeBetween(
        column=column,
        min_value=minimum,
        max_value=maximum,
        severity=SEVERITY[level],
        meta={"level": level, "notes": bounds.wat},
    )


def _unmet(
    name: str, expectations: Expectations, columns: dict[str, list[Measure]]
) -> Iterator[tuple[str, Level, set[str]]]:
    """Per expectation and level the subjects that do not meet it."""
    batch = _definition().get_batch(batch_parameters={"dataframe": _frame(columns)})
    suite = [
        (column, level)
        for column in columns
        for level in LEVELS
        if expectations.bounds[column].of(level) != (None, None)
    ]
    made = [_expectation(column, level, expectations.bounds[column]) for column, level in suite]
    found = batch.validate(gx.ExpectationSuite(name=name, expectations=made), result_format=VERDICT)
    met = {_place(result): bool(result.success) for result in _sound(found)}
    # One more look, only where one of several subjects does not meet it: which.
    unclear = [one for one, place in zip(made, suite, strict=True) if not met[place] and len(columns[place[0]]) > 1]
    which: dict[tuple[str, str], set[str]] = {}
    if unclear:
        again = batch.validate(gx.ExpectationSuite(name=name, expectations=unclear), result_format=WHICH)
        which = {
            _place(result): {row[SUBJECT] for row in result.result["unexpected_index_list"]} for result in _sound(again)
        }
    for column, level in suite:
        alone = {measure.subject for measure in columns[column]}
        yield column, level, set() if met[column, level] else which.get((column, level), alone)


def _frame(columns: dict[str, list[Measure]]) -> pd.DataFrame:
    """One row a subject, one column an expectation; empty where the subject has no such measure."""
    subjects = list(dict.fromkeys(measure.subject for found in columns.values() for measure in found))
    values = {
        column: [{m.subject: float(m.value) for m in found}.get(subject) for subject in subjects]
        for column, found in columns.items()
    }
    return pd.DataFrame({SUBJECT: subjects} | values)


def _place(result: Any) -> tuple[str, Level]:
    config = result.expectation_config
    return config.kwargs["column"], config.meta["level"]


def _sound(found: Any) -> Sequence[Any]:
    """The results, all of them judged: an expectation that broke down is no expectation that was not met."""
    for result in found.results:
        if result.exception_info.get("raised_exception"):
            column, level = _place(result)
            raise RuntimeError(f"Great Expectations could not judge {column} ({level})")
    return list(found.results)


@cache
def _definition() -> BatchDefinition:
    """A place for frames, made once a process; nothing of it is written anywhere."""
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}  # type: ignore[assignment]
    asset = context.data_sources.add_pandas("levering").add_dataframe_asset("maten")
    return asset.add_batch_definition_whole_dataframe("alles")
