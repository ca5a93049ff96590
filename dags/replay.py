"""Airflow reads this file: one DAG per region that judges a past period of a source again, from a form.

For a contract or a code list that was mended, or a night that went wrong: what was refused then and is sound now comes
in, everything else stays as it is. The marts follow at the next publication, or at a run of publish by hand.
"""

from dataclasses import replace
from datetime import date

from airflow.sdk import DAG, Param, get_current_context, task

from dags.tasks import IN_REACH, PARAMS, RETRIES, context_of, cure, log, one_line, timed
from exchange import replay, runs
from exchange.delivery import Counts
from exchange.region import Region, read_regions


def _day(title: str, description: str) -> Param:
    return Param(type="string", format="date", pattern=IN_REACH, title=title, description=description)


def replay_dag(region: Region) -> DAG:
    """The replay of one region. The form asks for a source, the days and why."""
    names = sorted(source.id for source in region.sources.values() if not source.is_proef)
    form = {
        "bron": Param(names[0], type="string", enum=names, title="Bron", description="Van wie"),
        "van": _day("Van", "Eerste dag (vandaag van de nacht van toen)"),
        "tot": _day("Tot en met", "Laatste dag"),
        "reden": Param(
            type="string",
            minLength=5,
            maxLength=200,
            title="Reden",
            description="Waarom; blijft bij elke levering staan. Geen gegevens van personen.",
        ),
    }
    with DAG(
        f"replay_{region.name}",
        schedule=None,
        description=f"Keurt een periode van een bron van {region.title} opnieuw",
        doc_md=__doc__,
        tags=["replay", region.name],
        default_args={"owner": region.name, **RETRIES},
        params={**form, **PARAMS},
        max_active_runs=1,
        catchup=False,
    ) as dag:

        @task(task_id="replay", show_return_value_in_logs=False)
        def replay_task() -> None:
            form = get_current_context()["params"]
            with cure(), timed():
                source = region.sources[form["bron"]]
                since, until = date.fromisoformat(form["van"]), date.fromisoformat(form["tot"])
                log.info("replay %s: %s to %s: %s", source.id, since, until, one_line(form["reden"]))
                context = replace(context_of(region, source), reason=one_line(form["reden"]))
                with runs.run(context):
                    counts = replay.replay(context, since, until)
                log.info("replay %s: deliveries %d · %s", source.id, len(counts), sum(counts, Counts()).line())

        replay_task()
    return dag


regions, _ = read_regions()  # a region that does not load is shown by declarations.py
for region in regions:
    if any(not source.is_proef for source in region.sources.values()):
        replay_dag(region)
