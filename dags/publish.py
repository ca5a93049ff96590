"""Airflow reads this file: one DAG per region that publishes the marts at a fixed time.

It waits for no source: what arrived is published, and the log says which source is stale and since when.
Assets draw the picture; they never start half a night.
"""

from airflow.sdk import DAG, Asset, get_current_context, task

from dags.building import actueel, nightly
from dags.tasks import PARAMS, RETRIES, cure, log, vandaag
from exchange import publish
from exchange.region import Region, read_regions

PUBLISH_AT = "30 5 * * *"  # after the last source of the night, before the first reader of the day


def publish_dag(region: Region) -> DAG:
    """The publication of one region, in one transaction."""
    with DAG(
        f"publish_{region.name}",
        schedule=nightly(PUBLISH_AT),
        description=f"Publiceert de marts van {region.title}",
        doc_md=__doc__,
        tags=["publish", region.name],
        default_args={"owner": region.name, **RETRIES},
        params=PARAMS,
        max_active_runs=1,
        catchup=False,
    ) as dag:

        @task(
            task_id="publish",
            inlets=[actueel(source) for source in region.sources.values()],
            outlets=[Asset(f"{region.name}_marts", uri=f"hub://{region.name}/marts", group=region.name)],
        )
        def publish_task() -> None:
            with cure():
                result = publish.publish(region, vandaag(get_current_context()))
                for stale in result.stale:
                    log.warning("publish %s: %s is stale, %s", region.name, stale.source, stale.reason)
                log.info("publish %s", result.line())

        publish_task()
    return dag


regions, _ = read_regions()  # a region that does not load is shown by declarations.py
for region in regions:
    publish_dag(region)
