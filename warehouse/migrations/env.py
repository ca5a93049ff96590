"""Alembic environment: runs on the connection that the caller put in the Config, in the caller's transaction."""

from typing import Any

from alembic import context

from warehouse.tables import metadata

OURS = {table.fullname for table in metadata.tables.values()}
SCHEMAS = {table.schema for table in metadata.tables.values()}


def _ours(name: str | None, kind: str, parents: Any) -> bool:
    """Leave out what contracts generate: ACCEPTED, the stage, and warehouse.actueel_*."""
    if kind == "schema":
        return name in SCHEMAS
    return kind != "table" or parents["schema_qualified_table_name"] in OURS


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table_schema="exchange",
    include_schemas=True,
    include_name=_ours,
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
