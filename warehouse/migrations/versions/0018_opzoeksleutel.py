"""By what the lookup key of a region is known again, without anything of the key."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "opzoeksleutel",
        sa.Column("naam", sa.Text(), nullable=False, comment="Naam van de sleutel"),
        sa.Column("afdruk", sa.LargeBinary(), nullable=False, comment="Hash met die sleutel van een vaste tekst"),
        sa.PrimaryKeyConstraint("naam", name=op.f("opzoeksleutel_pk")),
        schema="kluis",
        comment="Waaraan de hub de sleutel herkent waarmee hij personen terugvindt. Korrel: een sleutel",
    )


def downgrade() -> None:
    op.drop_table("opzoeksleutel", schema="kluis")
