"""By which bytes a record is known again: the marks of a manifest."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "manifest",
        sa.Column(
            "marks",
            sa.LargeBinary(),
            server_default=sa.text("'\\x'::bytea"),
            nullable=False,
            comment="16 bytes hash van de bytes van elk record, net zo; nullen waar het steeds gekeurd moet worden",
        ),
        schema="exchange",
    )
    op.create_check_constraint(
        op.f("manifest_marks_ck"), "manifest", "octet_length(marks) in (0, octet_length(keys))", schema="exchange"
    )
    op.execute("ALTER TABLE exchange.manifest ALTER marks SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_constraint(op.f("manifest_marks_ck"), "manifest", schema="exchange", type_="check")
    op.drop_column("manifest", "marks", schema="exchange")
