"""Incidents: what goes wrong for longer than a moment, and who was told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = postgresql.TIMESTAMP(timezone=True)
KINDS = "'failed', 'silent', 'held', 'certificate', 'attention', 'answer', 'late', 'publish'"


def upgrade() -> None:
    op.create_table(
        "incident",
        sa.Column(
            "incident_id",
            sa.BigInteger(),
            sa.Identity(always=True),
            nullable=False,
            comment="Nummer van het incident",
        ),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="failed, silent, held, certificate, attention, answer, late, publish",
        ),
        sa.Column("source", sa.Text(), comment="Bron waar het om gaat; leeg bij de publicatie van de regio"),
        sa.Column("gemeente_code", sa.Text(), comment="Gemeente van de bron (CBS); leeg bij een aanbieder of de regio"),
        sa.Column(
            "verantwoordelijke_code",
            sa.Text(),
            comment="Verwerkingsverantwoordelijke van de bron; leeg bij de regio",
        ),
        sa.Column("reason", sa.Text(), nullable=False, comment="Waarom, op een regel; nooit een waarde van een record"),
        sa.Column("opened_on", sa.Date(), nullable=False, comment="De dag waarvoor het begon"),
        sa.Column("last_seen_on", sa.Date(), nullable=False, comment="De laatste dag waarvoor het er nog was"),
        sa.Column("recovered_on", sa.Date(), comment="De dag waarvoor het over was; leeg zolang het duurt"),
        sa.Column("notice_tried_at", MOMENT, comment="Moment van de laatste poging om het te melden"),
        sa.Column("notice_sent_at", MOMENT, comment="Moment waarop het gemeld is"),
        sa.Column("recovery_sent_at", MOMENT, comment="Moment waarop het herstel gemeld is"),
        sa.Column("problem", sa.Text(), comment="Waarom de laatste melding niet weg kon"),
        sa.CheckConstraint(f"kind in ({KINDS})", name=op.f("incident_kind_ck")),
        sa.CheckConstraint("last_seen_on >= opened_on", name=op.f("incident_days_ck")),
        sa.CheckConstraint("recovered_on is not null or recovery_sent_at is null", name=op.f("incident_recovery_ck")),
        sa.CheckConstraint("notice_sent_at is null or notice_tried_at is not null", name=op.f("incident_tried_ck")),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("incident_pk")),
        schema="exchange",
        comment="Incidenten, elk eenmaal gemeld. Korrel: een soort probleem van een bron, van begin tot eind",
    )
    op.create_index(
        "incident_open_uq",
        "incident",
        ["kind", "source"],
        unique=True,
        schema="exchange",
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("recovered_on is null"),
    )


def downgrade() -> None:
    op.drop_table("incident", schema="exchange")
