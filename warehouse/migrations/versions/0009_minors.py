"""Per desk and month no minors: of so few people that is a characteristic."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("aanmeldingen", "minderjarigen", schema="mart_loket")


def downgrade() -> None:
    op.add_column(
        "aanmeldingen",
        sa.Column(
            "minderjarigen",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Unieke clienten die bij een aanmelding nog geen 18 waren; telt NIET op over rijen",
        ),
        schema="mart_loket",
    )
