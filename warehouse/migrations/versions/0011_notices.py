"""What a person has to see to, though the night went on: a certificate that runs out, a drop that is down."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "run",
        sa.Column(
            "notices",
            JSONB(),
            nullable=True,
            comment="Wat een mens moet weten al ging de nacht door: code, level en text; leeg als er niet is opgehaald",
        ),
        schema="exchange",
    )


def downgrade() -> None:
    op.drop_column("run", "notices", schema="exchange")
