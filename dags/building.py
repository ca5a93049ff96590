"""One DAG per source: receive, validate, merge. All that differs stands in its declaration."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, Asset, CronTriggerTimetable, get_current_context, task
from airflow.sdk.exceptions import AirflowException, AirflowTimetableInvalid

from dags.tasks import PARAMS, RETRIES, connection, cure, log, one_line, run_id, vandaag
from exchange import merge, receive, runs, validate
from exchange.context import Context
from exchange.delivery import Counts
from exchange.errors import DeclarationError
from exchange.region import Region, Source, read_regions


def nightly(cron: str) -> CronTriggerTimetable:
    """A schedule in Dutch time. What is switched on by day waits for its own night."""
    return CronTriggerTimetable(cron, timezone="Europe/Amsterdam", run_immediately=timedelta(0))


def accepted(source: Source) -> Asset:
    """What a source has delivered and passed the contract, in the picture of the UI."""
    return Asset(f"{source.id}_accepted", uri=f"hub://{source.region}/{source.id}/accepted", group=source.region)


def actueel(source: Source) -> Asset:
    """The newest state of what a source has delivered, in the picture of the UI."""
    return Asset(f"{source.id}_actueel", uri=f"hub://{source.region}/{source.id}/actueel", group=source.region)


class LeftOut(Exception):
    """Sources that did not load, one line each: file, key, cure."""

    def __init__(self, faults: Iterable[DeclarationError]) -> None:
        super().__init__("\n".join(one_line(fault) for fault in faults))


def sound() -> tuple[list[tuple[Region, Source]], list[DeclarationError]]:
    """The sources that can be a DAG, and one error for each source or region that cannot."""
    sources: list[tuple[Region, Source]] = []
    regions, faults = read_regions()
    for region in regions:
        faults.extend(region.faults)
        for source in region.sources.values():
            try:
                _check(source)
            except DeclarationError as fault:
                faults.append(fault)
            else:
                sources.append((region, source))
    return sources, faults


def _check(source: Source) -> None:
    """Ask Airflow about the two things that only it can judge. Raises DeclarationError."""
    try:
        nightly(source.schedule).validate()
    except AirflowTimetableInvalid as error:
        raise DeclarationError(source.file, "schedule", f"is no schedule; mend it ({error})") from None
    try:
        DAG(source.id)
    except (AirflowException, ValueError) as error:
        raise DeclarationError(source.file, "file name", f"is no name for a DAG; rename it ({error})") from None


def source_dag(region: Region, source: Source) -> DAG:
    """The DAG of one source."""
    with DAG(
        source.id,
        schedule=nightly(source.schedule),
        description=source.title,
        doc_md=source.markdown(),
        tags=[source.kind, source.connector, source.region],
        default_args={"owner": source.owner, **RETRIES},
        params=PARAMS,
        max_active_runs=1,
        catchup=False,
    ) as dag:
        _tasks(region, source)
    return dag


def _tasks(region: Region, source: Source) -> None:
    quiet: dict[str, Any] = {"show_return_value_in_logs": False}

    @task(task_id="receive", doc_md="Haalt op en legt de bytes ongewijzigd vast als leveringen.", **quiet)
    def receive_task() -> list[int]:
        with _running(region, source) as context:
            deliveries = receive.receive(context)
            log.info("receive %s: deliveries %d", source.id, len(deliveries))
        return deliveries

    @task(
        task_id="validate",
        doc_md="Toetst elk record aan het contract: aangenomen of afgekeurd, niets verdwijnt.",
        outlets=[accepted(source)],
        **quiet,
    )
    def validate_task(deliveries: list[int]) -> list[int]:
        with _running(region, source) as context:
            counts = [validate.validate(context, delivery) for delivery in deliveries]
            log.info("validate %s: deliveries %d · %s", source.id, len(counts), sum(counts, Counts()).line())
        return deliveries

    @task(
        task_id="merge",
        doc_md="Brengt het warehouse bij met wat nieuw, gewijzigd of ingetrokken is.",
        inlets=[accepted(source)],
        outlets=[actueel(source)],
        **quiet,
    )
    def merge_task(deliveries: list[int]) -> None:
        with _running(region, source) as context:
            counts = [merge.merge(context, delivery).counts for delivery in deliveries]
            log.info("merge %s: deliveries %d · %s", source.id, len(counts), sum(counts, Counts()).line())

    merge_task(validate_task(receive_task()))  # type: ignore[arg-type]  # Airflow hands over the values


@contextmanager
def _running(region: Region, source: Source) -> Iterator[Context]:
    """What a verb needs, written down as a run of this source; what it raises is sorted by its cure."""
    airflow = get_current_context()
    with cure():
        context = Context(region, source, vandaag(airflow), run_id(airflow), connection(source.connection_id))
        with runs.run(context):
            yield context
