"""What a delivery was judged by: the arrangements of gemeenten as well."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NOW = "Hash van contract, codelijsten en invullingen bij het keuren"
BEFORE = "Hash van contract en codelijsten waarmee gekeurd is"
COLUMNS = (("delivery", True), ("reject", False))  # table, whether it may be empty


def upgrade() -> None:
    _comment(NOW, BEFORE)


def downgrade() -> None:
    _comment(BEFORE, NOW)


def _comment(new: str, old: str) -> None:
    for table, nullable in COLUMNS:
        op.alter_column(
            table, "regelset", comment=new, existing_comment=old, existing_type=sa.Text(), existing_nullable=nullable,
            schema="exchange",
        )  # fmt: skip
