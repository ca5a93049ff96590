"""Results of quality checks, deliveries that are held and released, and versions that may come in two deliveries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from warehouse.scripts import run_ddl
from warehouse.tables.base import WALL_CLOCK

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATES = "'received', 'validated', 'merged', 'refused', 'duplicate'"
WITH_HELD = STATES.replace("'merged'", "'held', 'merged'")
ORDER = "source, sleutel_hash, moment, stand_op, inhoud_hash"
# ACCEPTED is made from the contracts, after the migrations: here only what an older hub made.
UNIQUE = """
DO $$
DECLARE
    sleutel record;
BEGIN
    FOR sleutel IN
        SELECT conrelid::regclass AS tabel, conname AS naam FROM pg_constraint
        WHERE connamespace = 'accepted'::regnamespace AND contype = 'u' AND conname LIKE '%%\\_versie\\_uq'
    LOOP
        EXECUTE format('ALTER TABLE %%s DROP CONSTRAINT %%I', sleutel.tabel, sleutel.naam);
        EXECUTE format('ALTER TABLE %%s ADD CONSTRAINT %%I UNIQUE (%s)', sleutel.tabel, sleutel.naam);
    END LOOP;
END
$$;
"""
MOMENT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    for column in (
        sa.Column("assessed_at", MOMENT, comment="Moment waarop de levering als geheel beoordeeld is; leeg: nog niet"),
        sa.Column("released_at", MOMENT, comment="Moment waarop een vastgehouden levering is vrijgegeven"),
        sa.Column("released_by", sa.Text(), comment="Wie haar vrijgaf"),
        sa.Column("release_reason", sa.Text(), comment="Waarom zij is vrijgegeven"),
    ):
        op.add_column("delivery", column, schema="exchange")
    op.alter_column(
        "delivery",
        "state",
        comment="received, validated, held, merged, refused of duplicate",
        existing_comment="received, validated, merged, refused of duplicate",
        existing_type=sa.Text(),
        existing_nullable=False,
        schema="exchange",
    )
    op.drop_constraint(op.f("delivery_state_ck"), "delivery", schema="exchange", type_="check")
    for name, condition in (
        ("state", f"state in ({WITH_HELD})"),
        ("held_is_assessed", "state <> 'held' or assessed_at is not null"),
        ("released", "num_nulls(released_at, released_by, release_reason) in (0, 3)"),
    ):
        op.create_check_constraint(op.f(f"delivery_{name}_ck"), "delivery", condition, schema="exchange")
    op.create_table(
        "quality_result",
        sa.Column(
            "quality_result_id",
            sa.BigInteger(),
            sa.Identity(always=True),
            nullable=False,
            comment="Nummer van het oordeel",
        ),
        sa.Column("delivery_id", sa.BigInteger(), comment="Levering die beoordeeld is; leeg bij een overzicht"),
        sa.Column("mart", sa.Text(), comment="Tabel die beoordeeld is, met schema; leeg bij een levering"),
        sa.Column("source", sa.Text(), comment="Bron die leverde; leeg bij een overzicht"),
        sa.Column("bericht", sa.Text(), comment="Soort record; leeg bij een overzicht"),
        sa.Column(
            "gemeente_code", sa.Text(), comment="Gemeente die leverde (CBS); leeg bij een aanbieder of een overzicht"
        ),
        sa.Column("verantwoordelijke_code", sa.Text(), comment="Verwerkingsverantwoordelijke; leeg bij een overzicht"),
        sa.Column("vandaag", sa.Date(), nullable=False, comment="De dag waarvoor beoordeeld is"),
        sa.Column("assessed_at", MOMENT, server_default=WALL_CLOCK, nullable=False, comment="Moment van het oordeel"),
        sa.Column("expectation", sa.Text(), nullable=False, comment="Verwachting (quality/*.toml)"),
        sa.Column(
            "subject",
            sa.Text(),
            nullable=False,
            comment="Waarover: een veld of kolom; leeg waar het over het geheel gaat",
        ),
        sa.Column(
            "level", sa.Text(), nullable=False, comment="hold (houdt de levering vast) of warn (zegt het alleen)"
        ),
        sa.Column(
            "observed", sa.Numeric(), nullable=False, comment="Wat gezien is: een aantal, een deel van 1 of dagen"
        ),
        sa.Column("minimum", sa.Numeric(), comment="Ondergrens; leeg waar die er niet is"),
        sa.Column("maximum", sa.Numeric(), comment="Bovengrens; leeg waar die er niet is"),
        sa.Column("is_met", sa.Boolean(), nullable=False, comment="Of aan de verwachting voldaan is"),
        sa.PrimaryKeyConstraint("quality_result_id", name=op.f("quality_result_pk")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["exchange.delivery.delivery_id"], name=op.f("quality_result_delivery_id_fk")
        ),
        sa.CheckConstraint("(delivery_id is null) <> (mart is null)", name=op.f("quality_result_subject_ck")),
        sa.CheckConstraint("level in ('hold', 'warn')", name=op.f("quality_result_level_ck")),
        sa.CheckConstraint(
            "(delivery_id is null) = (source is null) and (delivery_id is null) = (bericht is null)"
            " and (delivery_id is null) = (verantwoordelijke_code is null)",
            name=op.f("quality_result_owner_ck"),
        ),
        sa.CheckConstraint("minimum is not null or maximum is not null", name=op.f("quality_result_bounds_ck")),
        schema="exchange",
        comment="Oordelen over kwaliteit. Korrel: een verwachting van een onderwerp van een levering of overzicht",
    )
    for indexed in ("delivery_id", "vandaag"):
        op.create_index(op.f(f"quality_result_{indexed}_ix"), "quality_result", [indexed], schema="exchange")
    run_ddl(op.get_bind(), UNIQUE % f"{ORDER}, delivery_id")


def downgrade() -> None:
    run_ddl(op.get_bind(), UNIQUE % ORDER)
    op.drop_table("quality_result", schema="exchange")
    for name in ("released", "held_is_assessed", "state"):
        op.drop_constraint(op.f(f"delivery_{name}_ck"), "delivery", schema="exchange", type_="check")
    op.create_check_constraint(op.f("delivery_state_ck"), "delivery", f"state in ({STATES})", schema="exchange")
    op.alter_column(
        "delivery",
        "state",
        comment="received, validated, merged, refused of duplicate",
        existing_comment="received, validated, held, merged, refused of duplicate",
        existing_type=sa.Text(),
        existing_nullable=False,
        schema="exchange",
    )
    for name in ("release_reason", "released_by", "released_at", "assessed_at"):
        op.drop_column("delivery", name, schema="exchange")
