"""What a large load has to write: lighter indexes, and identities whose fields are told once and not in each."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from warehouse.scripts import run_ddl

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

VERSIE = "sleutel_hash, moment, stand_op, inhoud_hash, delivery_id"
# ACCEPTED and actueel_* are made from the contracts, after the migrations: here only what an older hub made.
CHANGE = """
DO $$
DECLARE
    sleutel record;
    bericht text;
BEGIN
    FOR sleutel IN
        SELECT conrelid::regclass AS tabel, conname AS naam, contype FROM pg_constraint
        WHERE (connamespace = 'accepted'::regnamespace AND contype = 'u' AND conname LIKE '%%\\_versie\\_uq')
           OR (connamespace = 'warehouse'::regnamespace AND contype = 'p' AND conname LIKE 'actueel\\_%%')
    LOOP
        EXECUTE format('ALTER TABLE %%s DROP CONSTRAINT %%I', sleutel.tabel, sleutel.naam);
        EXECUTE format(
            'ALTER TABLE %%s ADD CONSTRAINT %%I %%s', sleutel.tabel, sleutel.naam,
            CASE sleutel.contype WHEN 'u' THEN 'UNIQUE (%(versie)s)' ELSE 'PRIMARY KEY (%(actueel)s)' END
        );
        IF sleutel.contype = 'u' THEN
            bericht := replace(sleutel.naam, '_versie_uq', '');
            EXECUTE format(
                'DROP INDEX IF EXISTS accepted.%%I, accepted.%%I',
                bericht || '_delivery_id_ix', bericht || '_delivery_ix'
            );
            EXECUTE format(
                'CREATE INDEX %%I ON %%s USING brin (%(brin)s) WITH (pages_per_range = 16)',
                bericht || '_%(name)s', sleutel.tabel
            );
        END IF;
    END LOOP;
END
$$;
"""


def upgrade() -> None:
    op.create_table(
        "vorm",
        sa.Column("vorm", sa.Text(), nullable=False, comment="Naam van de vorm; staat vooraan in de verzegelde tekst"),
        sa.Column(
            "velden",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="De velden van het contract, in de orde van de waarden",
        ),
        sa.PrimaryKeyConstraint("vorm", name=op.f("vorm_pk")),
        schema="kluis",
        comment="Welke velden een verzegelde identiteit heeft. Korrel: een vorm",
    )
    op.drop_constraint("persoon_client_ref_uq", "persoon", schema="kluis", type_="unique")
    run_ddl(
        op.get_bind(),
        CHANGE
        % {"versie": VERSIE, "actueel": "sleutel_hash, source", "brin": "delivery_id, source", "name": "delivery_ix"},
    )


def downgrade() -> None:
    op.create_unique_constraint(op.f("persoon_client_ref_uq"), "persoon", ["client_ref"], schema="kluis")
    before = {
        "versie": f"source, {VERSIE}",
        "actueel": "source, sleutel_hash",
        "brin": "delivery_id",
        "name": "delivery_id_ix",
    }
    run_ddl(op.get_bind(), CHANGE % before)
    op.drop_table("vorm", schema="kluis")
