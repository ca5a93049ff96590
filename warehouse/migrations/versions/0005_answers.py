"""Answers to senders and the outbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answer",
        sa.Column("delivery_id", sa.BigInteger(), nullable=False, comment="Levering"),
        sa.Column(
            "versie",
            sa.Integer(),
            nullable=False,
            comment="Volgnummer van het retourbericht over deze levering, vanaf 1",
        ),
        sa.Column("soort", sa.Text(), nullable=False, comment="ontvangen, aangehouden of definitief"),
        sa.Column("source", sa.Text(), nullable=False, comment="Bron die leverde en het retourbericht krijgt"),
        sa.Column(
            "gemeente_code", sa.Text(), nullable=True, comment="Gemeente die leverde (CBS); leeg bij een aanbieder"
        ),
        sa.Column(
            "verantwoordelijke_code",
            sa.Text(),
            nullable=False,
            comment="Verwerkingsverantwoordelijke van de levering",
        ),
        sa.Column(
            "made_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
            comment="Moment waarop de levering in deze staat kwam",
        ),
        sa.CheckConstraint("soort in ('ontvangen', 'aangehouden', 'definitief')", name=op.f("answer_soort_ck")),
        sa.CheckConstraint("versie > 0", name=op.f("answer_versie_ck")),
        sa.ForeignKeyConstraint(["delivery_id"], ["exchange.delivery.delivery_id"], name=op.f("answer_delivery_id_fk")),
        sa.PrimaryKeyConstraint("delivery_id", "versie", name=op.f("answer_pk")),
        schema="exchange",
        comment="Retourberichten. Korrel: een levering in een staat die de afzender hoort te weten",
    )
    op.create_table(
        "outbox",
        sa.Column("delivery_id", sa.BigInteger(), nullable=False, comment="Levering"),
        sa.Column("versie", sa.Integer(), nullable=False, comment="Versie van het retourbericht"),
        sa.Column("source", sa.Text(), nullable=False, comment="Bron in wier postvak het komt"),
        sa.Column(
            "gemeente_code", sa.Text(), nullable=True, comment="Gemeente die leverde (CBS); leeg bij een aanbieder"
        ),
        sa.Column(
            "verantwoordelijke_code",
            sa.Text(),
            nullable=False,
            comment="Verwerkingsverantwoordelijke van de levering",
        ),
        sa.Column(
            "state",
            sa.Text(),
            server_default="waiting",
            nullable=False,
            comment="waiting, sent, of overtaken: er kwam een nieuwere versie voor deze verstuurd was",
        ),
        sa.Column(
            "tries",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Aantal pogingen tot nu toe",
        ),
        sa.Column(
            "problem",
            sa.Text(),
            nullable=True,
            comment="Waarom de laatste poging niet lukte; nooit een waarde van een record",
        ),
        sa.Column(
            "name", sa.Text(), nullable=True, comment="Naam van het bestand in het postvak, zonder achtervoegsel"
        ),
        sa.Column("sha256", sa.LargeBinary(), nullable=True, comment="SHA-256 van het verstuurde JSON-bestand"),
        sa.Column("sent_at", postgresql.TIMESTAMP(timezone=True), nullable=True, comment="Moment van verzending"),
        sa.CheckConstraint("state in ('waiting', 'sent', 'overtaken')", name=op.f("outbox_state_ck")),
        sa.CheckConstraint(
            "(state = 'sent') = (sent_at is not null and sha256 is not null and name is not null)",
            name=op.f("outbox_sent_ck"),
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id", "versie"],
            ["exchange.answer.delivery_id", "exchange.answer.versie"],
            name=op.f("outbox_delivery_id_versie_fk"),
        ),
        sa.PrimaryKeyConstraint("delivery_id", "versie", name=op.f("outbox_pk")),
        schema="exchange",
        comment="Wat nog verstuurd moet worden en wat verstuurd is. Korrel: een retourbericht",
    )
    op.create_index(
        "outbox_waiting_ix",
        "outbox",
        ["source", "delivery_id"],
        unique=False,
        schema="exchange",
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    op.drop_table("outbox", schema="exchange")
    op.drop_table("answer", schema="exchange")
