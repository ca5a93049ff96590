"""Airflow reads this file: one DAG per source of every region. A source that does not load is left out here
and shown by declarations.py, so that it takes no other with it."""

from airflow.sdk import get_parsing_context

from dags.building import sound, source_dag

wanted = get_parsing_context().dag_id  # a running task asks for its own DAG, the DAG processor for all
sources, _ = sound()
for region, source in sources:
    if wanted in (None, source.id):
        source_dag(region, source)
