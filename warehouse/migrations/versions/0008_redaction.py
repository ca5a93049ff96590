"""The receipt of what was destroyed in landing."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "redaction",
        sa.Column("delivery_id", sa.BigInteger(), nullable=False, comment="Levering"),
        sa.Column(
            "record_nummer",
            sa.Integer(),
            nullable=False,
            comment="Volgnummer van het vernietigde record in de levering",
        ),
        sa.Column("verantwoordelijke_code", sa.Text(), nullable=False, comment="Verwerkingsverantwoordelijke"),
        sa.Column(
            "fault_code",
            sa.Text(),
            nullable=False,
            comment="Fout (faults.toml) waarom het niet bewaard mag worden",
        ),
        sa.Column(
            "is_whole",
            sa.Boolean(),
            nullable=False,
            comment="Of de hele levering is gewist, omdat de plaats niet te zeggen was",
        ),
        sa.Column(
            "redacted_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
            comment="Wanneer",
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["exchange.delivery.delivery_id"], name=op.f("redaction_delivery_id_fk")
        ),
        sa.PrimaryKeyConstraint("delivery_id", "record_nummer", name=op.f("redaction_pk")),
        schema="exchange",
        comment="Bewijs van vernietiging in landing. Korrel: een record van een levering",
    )


def downgrade() -> None:
    op.drop_table("redaction", schema="exchange")
