"""Where a source goes on after the last pick-up that was merged: its cursor."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "delivery",
        sa.Column(
            "bookmark",
            sa.Text(),
            nullable=True,
            comment="Waar de bron de volgende keer verdergaat (haar cursor); leeg bij een bron zonder",
        ),
        schema="exchange",
    )


def downgrade() -> None:
    op.drop_column("delivery", "bookmark", schema="exchange")
