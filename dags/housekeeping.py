"""Airflow reads this file: one DAG per region that tidies up what is past its term."""

from airflow.sdk import DAG, get_current_context, task

from dags.building import nightly
from dags.tasks import PARAMS, RETRIES, cure, log, timed, vandaag
from exchange import housekeeping
from exchange.region import Region, read_regions

TIDY_AT = "0 6 * * *"  # after the publication, so that it never delays one


def housekeeping_dag(region: Region) -> DAG:
    """The housekeeping of one region."""
    with DAG(
        f"housekeeping_{region.name}",
        schedule=nightly(TIDY_AT),
        description=f"Ruimt op bij {region.title}",
        doc_md=housekeeping.__doc__,
        tags=["housekeeping", region.name],
        default_args={"owner": region.name, **RETRIES},
        params=PARAMS,
        max_active_runs=1,
        catchup=False,
    ) as dag:

        @task(task_id="housekeeping")
        def housekeeping_task() -> None:
            with cure(), timed():
                result = housekeeping.housekeeping(region, vandaag(get_current_context(), region.name))
                log.info("housekeeping %s: %s", region.name, result.line())

        housekeeping_task()
    return dag


regions, _ = read_regions()  # a region that does not load is shown by declarations.py
for region in regions:
    housekeeping_dag(region)
