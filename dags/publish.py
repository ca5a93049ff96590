"""Airflow reads this file: one DAG per region that publishes the marts at a fixed time.

It waits for no source: what arrived is published, and the log says which source is stale and since when.
Assets draw the picture; they never start half a night.
"""

from airflow.sdk import DAG, Asset, get_current_context, task

from dags import notifier
from dags.building import actueel, nightly
from dags.late import deadline
from dags.tasks import PARAMS, RETRIES, cure, log, timed, vandaag
from exchange import assess_marts, data_docs, publish
from exchange.clock import PUBLISH_AT
from exchange.region import Region, read_regions


def publish_dag(region: Region) -> DAG:
    """The publication of one region, in one transaction."""
    with DAG(
        f"publish_{region.name}",
        schedule=nightly(PUBLISH_AT),
        description=f"Publiceert de marts van {region.title}",
        doc_md=__doc__,
        tags=["publish", region.name],
        default_args={"owner": region.name, "on_failure_callback": notifier.failed(region, "publish"), **RETRIES},
        params=PARAMS,
        deadline=deadline(region),
        max_active_runs=1,
        catchup=False,
    ) as dag:

        @task(
            task_id="publish",
            inlets=[actueel(source) for source in region.sources.values()],
            outlets=[Asset(f"{region.name}_marts", uri=f"hub://{region.name}/marts", group=region.name)],
            on_success_callback=notifier.published(region),
        )
        def publish_task() -> None:
            with cure(), timed():
                result = publish.publish(region, vandaag(get_current_context(), region.name))
                for stale in result.stale:
                    log.warning("publish %s: %s is stale, %s", region.name, stale.source, stale.reason)
                log.info("publish %s", result.line())

        @task(
            task_id="assess",
            doc_md="Beoordeelt wat gepubliceerd is, en maakt de pagina's over kwaliteit.",
            on_success_callback=[notifier.over(region, "publish"), notifier.over(region, "late")],
        )
        def assess_task() -> None:
            with cure(), timed():
                results = assess_marts.assess_marts(region, vandaag(get_current_context(), region.name))
                unmet = sum(not one.is_met for one in results)
                log.info("assess %s: expectations %d, not met %d", region.name, len(results), unmet)
                log.info("assess %s: pages %d", region.name, data_docs.data_docs(region))

        publish_task() >> assess_task()  # type: ignore[operator]
    return dag


regions, _ = read_regions()  # a region that does not load is shown by declarations.py
for region in regions:
    publish_dag(region)
