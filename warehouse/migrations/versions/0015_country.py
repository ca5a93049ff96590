"""What one delivery reads does not grow with the sources of its region: own rows, and those of its source, by index."""

from alembic import op

from warehouse.scripts import run_ddl

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# ACCEPTED and actueel_* are made from the contracts, after the migrations: here only what an older hub made.
CHANGE = """
DO $$
DECLARE
    sleutel record;
    bericht text;
BEGIN
    FOR sleutel IN
        SELECT conrelid::regclass AS tabel, conname AS naam FROM pg_constraint
        WHERE connamespace = 'accepted'::regnamespace AND contype = 'u' AND conname LIKE '%%\\_versie\\_uq'
    LOOP
        bericht := replace(sleutel.naam, '_versie_uq', '');
        EXECUTE format('DROP INDEX IF EXISTS accepted.%%I', bericht || '_delivery_ix');
        EXECUTE format('DROP INDEX IF EXISTS warehouse.%%I', 'actueel_' || bericht || '_source_ix');
        EXECUTE format('CREATE INDEX %%I ON %%s USING %(accepted)s', bericht || '_delivery_ix', sleutel.tabel);
        %(actueel)s
    END LOOP;
END
$$;
"""
ACTUEEL = """
        EXECUTE format(
            'CREATE INDEX %I ON warehouse.%I ((source || ''''))',
            'actueel_' || bericht || '_source_ix', 'actueel_' || bericht
        );
"""


def upgrade() -> None:
    op.create_index("run_source_ix", "run", ["source", "vandaag", "started_at"], schema="exchange")
    run_ddl(op.get_bind(), CHANGE % {"accepted": "btree ((delivery_id + 0))", "actueel": ACTUEEL})


def downgrade() -> None:
    op.drop_index("run_source_ix", "run", schema="exchange")
    before = "brin (delivery_id, source) WITH (pages_per_range = 16)"
    run_ddl(op.get_bind(), CHANGE % {"accepted": before, "actueel": ""})
