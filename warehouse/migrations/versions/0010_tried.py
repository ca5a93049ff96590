"""A proeflevering: a delivery that was judged and told, and of which nothing was kept."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STATES = "'received', 'validated', 'held', 'merged', 'refused', 'duplicate'"
KINDS = "'ontvangen', 'aangehouden', 'definitief'"
FIRST = "duplicate_of is null"


def upgrade() -> None:
    _allow(f"{STATES}, 'tried'", f"{KINDS}, 'proef'", f"{FIRST} and state <> 'tried'")
    _describe("delivery", "state", "received, validated, held, merged, refused, duplicate of tried (proef)")
    _describe("answer", "soort", "ontvangen, aangehouden, definitief of proef")


def downgrade() -> None:
    _allow(STATES, KINDS, FIRST)
    _describe("delivery", "state", "received, validated, held, merged, refused of duplicate")
    _describe("answer", "soort", "ontvangen, aangehouden of definitief")


def _allow(states: str, kinds: str, first: str) -> None:
    for table, column, values in (("delivery", "state", states), ("answer", "soort", kinds)):
        name = op.f(f"{table}_{column}_ck")
        op.drop_constraint(name, table, schema="exchange", type_="check")
        op.create_check_constraint(name, table, f"{column} in ({values})", schema="exchange")
    op.drop_index("delivery_bytes_uq", "delivery", schema="exchange")
    op.create_index(
        "delivery_bytes_uq",
        "delivery",
        ["source", "bericht", "sha256", "stand_op"],
        unique=True,
        schema="exchange",
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text(first),
    )


def _describe(table: str, column: str, comment: str) -> None:
    op.alter_column(table, column, existing_type=sa.Text(), comment=comment, schema="exchange")
