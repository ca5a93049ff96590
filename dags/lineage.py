"""OpenLineage: what our tasks read and write, column by column, in the events that Airflow's provider sends.

Off unless the installation names a transport (AIRFLOW__OPENLINEAGE__TRANSPORT) and this extractor
(AIRFLOW__OPENLINEAGE__EXTRACTORS=dags.lineage.HubExtractor). Names only: no value, no login, no password.
"""

from collections.abc import Callable, Mapping
from functools import cached_property

from airflow.providers.openlineage.extractors.base import BaseExtractor, OperatorLineage
from openlineage.client.event_v2 import Dataset
from openlineage.client.facet_v2 import column_lineage_dataset, schema_dataset

from exchange import lineage
from exchange.lineage import Flow, Place
from exchange.region import Region, Source, read_regions

#: Per task of a source what it writes.
OF_SOURCE: Mapping[str, Callable[[Source], list[Flow]]] = {"validate": lineage.accepted, "merge": lineage.actueel}


class HubExtractor(BaseExtractor):
    """For the tasks of our DAGs; of any other task it says nothing."""

    @classmethod
    def get_operator_classnames(cls) -> list[str]:
        """The classes behind `@task`."""
        return ["_PythonDecoratedOperator"]

    def _execute_extraction(self) -> OperatorLineage:
        return self._told()

    def _told(self) -> OperatorLineage:
        region, flows = self._flows()
        if region is None:
            return OperatorLineage()
        namer = _Namer(region)
        origins = sorted({place for flow in flows for place in flow.origins}, key=lambda one: one.name)
        return OperatorLineage(
            inputs=[namer.dataset(place) for place in origins], outputs=[namer.written(flow) for flow in flows]
        )

    def _flows(self) -> tuple[Region | None, list[Flow]]:
        dag_id, task_id = self.operator.dag_id, self.operator.task_id
        for region in read_regions()[0]:
            if dag_id == f"publish_{region.name}" and task_id == "publish":
                return region, list(lineage.marts())
            if dag_id in region.sources and task_id in OF_SOURCE:
                return region, OF_SOURCE[task_id](region.sources[dag_id])
        return None, []


class _Namer:
    """The datasets of one region under the names that OpenLineage gives such things."""

    def __init__(self, region: Region) -> None:
        self.region = region

    @cached_property
    def _server(self) -> tuple[str, str]:
        return lineage.namespace(self.region.database)

    def place(self, place: Place) -> tuple[str, str]:
        """(namespace, name)."""
        if not place.is_table:
            return f"hub://{self.region.name}", place.name
        namespace, database = self._server
        return namespace, f"{database}.{place.name}"

    def dataset(self, place: Place) -> Dataset:
        namespace, name = self.place(place)
        return Dataset(namespace=namespace, name=name)

    def written(self, flow: Flow) -> Dataset:
        """A dataset with its columns, and where each comes from."""
        fields = {
            column: column_lineage_dataset.Fields(
                inputFields=[
                    column_lineage_dataset.InputField(*self.place(place), field)
                    for place, field in sorted(origins, key=lambda one: (one[0].name, one[1]))
                ]
            )
            for column, origins in flow.columns.items()
            if origins
        }
        names = [schema_dataset.SchemaDatasetFacetFields(name=column) for column in flow.columns]
        namespace, name = self.place(flow.to)
        return Dataset(
            namespace=namespace,
            name=name,
            facets={
                "schema": schema_dataset.SchemaDatasetFacet(fields=names),
                "columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet(fields=fields),
            },
        )
