"""The block list: whose data was erased and may not come back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gewist",
        sa.Column(
            "lookup",
            sa.LargeBinary(),
            nullable=False,
            comment="Hash met sleutel van bron en eigen nummer: wie, zonder een gegeven van hem",
        ),
        sa.Column("verantwoordelijke_code", sa.Text(), nullable=False, comment="Verantwoordelijke die besloot"),
        sa.Column("source", sa.Text(), nullable=False, comment="Bron die de persoon kent"),
        sa.Column("besluit", sa.Text(), nullable=False, comment="Waar de verantwoordelijke het besluit bewaart"),
        sa.Column("datum_besluit", sa.Date(), nullable=False, comment="Dag waarop het werd uitgevoerd"),
        sa.Column(
            "known_from",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
            comment="Sinds wanneer het geldt",
        ),
        sa.PrimaryKeyConstraint("lookup", "verantwoordelijke_code", name=op.f("gewist_pk")),
        schema="kluis",
        comment="Blokkeerlijst: wiens gegevens gewist zijn en niet terug mogen komen (Wmo 2015 artikel 5.3.5)."
        " Korrel: een persoon van een bron en een verantwoordelijke",
    )
    op.create_index("gewist_source_ix", "gewist", ["source"], schema="kluis")


def downgrade() -> None:
    op.drop_table("gewist", schema="kluis")
