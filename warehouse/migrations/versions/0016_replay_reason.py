"""Why somebody had a delivery judged again: beside the delivery, as the reason of a release is."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "delivery",
        sa.Column(
            "replay_reason", sa.Text(), comment="Waarom opnieuw gekeurd of gevraagd is; leeg bij een gewone nacht"
        ),
        schema="exchange",
    )


def downgrade() -> None:
    op.drop_column("delivery", "replay_reason", schema="exchange")
