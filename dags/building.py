"""One DAG per source: receive, validate, assess, merge, answer. All that differs stands in its declaration."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, Asset, CronTriggerTimetable, task

from dags import notifier
from dags.late import deadline
from dags.tasks import PARAMS, RETRIES, context_of, cure, log, one_line, timed
from exchange import answer, assess, merge, receive, runs, try_out, validate
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
        sources.extend((region, source) for source in region.sources.values())
    return sources, faults


def source_dag(region: Region, source: Source) -> DAG:
    """The DAG of one source."""
    with DAG(
        source.id,
        schedule=nightly(source.schedule),
        description=source.title,
        doc_md=source.markdown(),
        tags=[source.kind, source.connector, source.region],
        default_args={
            "owner": source.owner,
            "on_failure_callback": notifier.failed(region, "failed", source),
            **RETRIES,
        },
        params=PARAMS,
        deadline=deadline(region, source),
        max_active_runs=1,
        catchup=False,
    ) as dag:
        (_trial if source.is_proef else _tasks)(region, source)
    return dag


def _tasks(region: Region, source: Source) -> None:
    quiet: dict[str, Any] = {"show_return_value_in_logs": False}
    judged = notifier.judged(region, source)

    # Where nothing waits the verbs after it are skipped, without a process for each; only answer still looks.
    @task.short_circuit(
        task_id="receive",
        doc_md="Haalt op en legt de bytes ongewijzigd vast als leveringen.",
        ignore_downstream_trigger_rules=False,
        on_success_callback=judged,
        **quiet,
    )
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
        task_id="assess",
        doc_md="Beoordeelt elke levering als geheel; wat te vreemd is wordt vastgehouden tot iemand het vrijgeeft.",
        **quiet,
    )
    def assess_task(deliveries: list[int]) -> list[int]:
        with _running(region, source) as context:
            held = 0
            for delivery in deliveries:
                # A second delivery of a bericht was not validated yet: it waited until the first was assessed.
                validate.validate(context, delivery)
                held += assess.assess(context, delivery).held
            log.info("assess %s: deliveries %d, held %d", source.id, len(deliveries), held)
        return deliveries

    @task(
        task_id="merge",
        doc_md="Brengt het warehouse bij met wat nieuw, gewijzigd of ingetrokken is.",
        inlets=[accepted(source)],
        outlets=[actueel(source)],
        on_success_callback=judged,
        **quiet,
    )
    def merge_task(deliveries: list[int]) -> None:
        with _running(region, source) as context:
            counts = [merge.merge(context, delivery).counts for delivery in deliveries]
            log.info("merge %s: deliveries %d · %s", source.id, len(counts), sum(counts, Counts()).line())

    merged = merge_task(assess_task(validate_task(receive_task())))  # type: ignore[arg-type]  # Airflow hands over the values
    # A teardown: it runs too where a verb before it failed, for then the sender has to hear that we have the
    # delivery; and whether the night succeeded is said by the verbs before it.
    merged >> _answer(region, source).as_teardown()


def _trial(region: Region, source: Source) -> None:
    """The night of a source that is declared `proef`."""

    @task(
        task_id="try",
        doc_md="Toetst wat er ligt als een echte levering; er wordt niets van bewaard of verwerkt.",
        on_success_callback=notifier.judged(region, source),
    )
    def try_task() -> None:
        with cure(), timed():
            counts = [one.counts for one in try_out.try_night(context_of(region, source))]
            log.info("try %s: deliveries %d · %s", source.id, len(counts), sum(counts, Counts()).line())

    try_task() >> _answer(region, source).as_teardown()


def _answer(region: Region, source: Source) -> Any:
    @task(
        task_id="answer",
        doc_md="Brengt de retourberichten die klaarliggen naar het postvak van de afzender.",
        show_return_value_in_logs=False,
        on_failure_callback=notifier.failed(region, "answer", source),
        on_success_callback=notifier.over(region, "answer", source),
    )
    def answer_task() -> None:
        with cure():  # no run of the source: a box that is down makes no night fail
            context = context_of(region, source, source.answer.connection_id)
            with timed():
                sent = answer.answer(context)
            log.info("answer %s: answers %d", source.id, sent)

    return answer_task()


@contextmanager
def _running(region: Region, source: Source) -> Iterator[Context]:
    """What a verb needs, written down as a run of this source; what it raises is sorted by its cure."""
    with cure():
        context = context_of(region, source)
        with timed(), runs.run(context):
            yield context
