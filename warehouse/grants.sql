-- Who may do what in one region's database. Runs as its owner, after the tables are made; running again is free.
-- Inputs: the catalogue. Every table with a verantwoordelijke_code gets row-level security, a new one too.
-- Reader: warehouse.setup.

-- The database ------------------------------------------------------------------------------------------------
REVOKE ALL ON DATABASE {{ database }} FROM PUBLIC;
GRANT CONNECT ON DATABASE {{ database }}
    TO {{ loader }}, {{ analyst }}, {{ coordinator }}, {{ controller }}, {{ cockpit }}, {{ kluis }}, {{ eraser }};
GRANT TEMPORARY ON DATABASE {{ database }} TO {{ loader }};

-- What each role can reach ------------------------------------------------------------------------------------
GRANT USAGE ON SCHEMA exchange, accepted, warehouse, mart_contract, mart_loket, mart_vroeghulp TO {{ loader }}, {{ controller }};
GRANT USAGE, CREATE ON SCHEMA stage TO {{ loader }};
GRANT USAGE ON SCHEMA kluis TO {{ loader }}, {{ kluis }}, {{ eraser }};
GRANT USAGE ON SCHEMA link TO {{ eraser }};
GRANT USAGE ON SCHEMA exchange TO {{ kluis }}, {{ cockpit }};
GRANT USAGE ON SCHEMA mart_contract, mart_loket, mart_vroeghulp TO {{ analyst }};
GRANT USAGE ON SCHEMA mart_vroeghulp TO {{ coordinator }};

-- Analyst: marts only -----------------------------------------------------------------------------------------
GRANT SELECT ON ALL TABLES IN SCHEMA mart_contract, mart_loket TO {{ analyst }};
-- A side of a hand-over names the record it stands in: its controller's alone. Who counts has the pairs and the months.
REVOKE SELECT ON mart_loket.overdracht_kanten FROM {{ analyst }};
-- A line per child would undo what is hidden in the lead times because it is few: that is the coordinator's.
REVOKE SELECT ON mart_vroeghulp.dossiers, mart_vroeghulp.dossier_fasen, mart_vroeghulp.dossier_toestemmingen FROM {{ analyst }};
GRANT SELECT ON mart_vroeghulp.looptijden TO {{ analyst }};

-- Coordinator of Integrale Vroeghulp --------------------------------------------------------------------------
GRANT SELECT ON ALL TABLES IN SCHEMA mart_vroeghulp TO {{ coordinator }};

-- Loader: ACCEPTED and the ledger only grow; a delivery moves on; of the kluis it never reads the sealed bytes --
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA accepted TO {{ loader }};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA warehouse TO {{ loader }};
GRANT SELECT, INSERT, DELETE ON ALL TABLES IN SCHEMA mart_contract, mart_loket, mart_vroeghulp TO {{ loader }};
GRANT SELECT, INSERT, UPDATE ON exchange.run, exchange.delivery, exchange.outbox, exchange.incident TO {{ loader }};
GRANT SELECT, INSERT ON exchange.reject, exchange.redaction, exchange.manifest, exchange.answer, exchange.quality_result TO {{ loader }};
GRANT SELECT, INSERT ON kluis.persoon, kluis.vorm, kluis.opzoeksleutel TO {{ loader }};
GRANT INSERT, SELECT (client_ref, known_from, digest, delivery_id) ON kluis.identiteit TO {{ loader }};

-- Controller: its own rows ------------------------------------------------------------------------------------
GRANT SELECT ON ALL TABLES IN SCHEMA accepted, warehouse, mart_contract, mart_loket, mart_vroeghulp TO {{ controller }};
GRANT SELECT ON exchange.delivery, exchange.reject, exchange.redaction, exchange.answer, exchange.outbox, exchange.quality_result, exchange.toegang,
    exchange.incident
    TO {{ controller }};

-- Cockpit: the ledger, of all sources; who may see which source is for Airflow's own rights ---------------------
GRANT SELECT ON exchange.run, exchange.delivery, exchange.reject, exchange.answer, exchange.outbox, exchange.quality_result, exchange.incident
    TO {{ cockpit }};

-- Kluis: identity, and the log of who looked ------------------------------------------------------------------
GRANT SELECT ON kluis.persoon, kluis.identiteit, kluis.vorm TO {{ kluis }};
GRANT INSERT ON exchange.access TO {{ kluis }};
GRANT UPDATE (sealed) ON kluis.identiteit TO {{ kluis }}; -- to seal it anew with another key

-- Eraser: destroys who a person is, never reads it; the loader reads the block list --------------------------
GRANT SELECT, INSERT, DELETE ON kluis.gewist TO {{ eraser }};
GRANT SELECT ON kluis.gewist TO {{ loader }};
GRANT DELETE, SELECT (lookup, client_ref, verantwoordelijke_code) ON kluis.persoon TO {{ eraser }};
GRANT DELETE, SELECT (client_ref, verantwoordelijke_code) ON kluis.identiteit TO {{ eraser }};
GRANT DELETE, SELECT (client_ref) ON link.client_link TO {{ eraser }};

-- Row-level security ------------------------------------------------------------------------------------------
-- Only what is missing is made: both statements lock the table against readers.
DO $$
DECLARE
    tabel record;
    regel record;
    eigen text := 'SELECT toegang.verantwoordelijke_code FROM exchange.toegang WHERE toegang.rol = current_user';
BEGIN
    FOR tabel IN
        SELECT kolom.attrelid AS oid, klasse.relrowsecurity, schema.nspname
        FROM pg_attribute AS kolom
        JOIN pg_class AS klasse ON klasse.oid = kolom.attrelid AND klasse.relkind = 'r'
        JOIN pg_namespace AS schema ON schema.oid = klasse.relnamespace
        WHERE kolom.attname = 'verantwoordelijke_code' AND NOT kolom.attisdropped
          AND (schema.nspname IN ('exchange', 'accepted', 'warehouse') OR schema.nspname LIKE 'mart\_%')
    LOOP
        IF NOT tabel.relrowsecurity THEN
            EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tabel.oid::regclass);
        END IF;
        FOR regel IN
            SELECT * FROM (VALUES
                ('hub_werkt', 'ALL', '{{ loader }}', 'true', true),
                ('analist_leest', 'SELECT', '{{ analyst }}', 'true', tabel.nspname LIKE 'mart\_%'),
                ('coordinator_leest', 'SELECT', '{{ coordinator }}', 'true', tabel.nspname = 'mart_vroeghulp'),
                ('cockpit_leest', 'SELECT', '{{ cockpit }}', 'true', tabel.nspname = 'exchange'),
                ('eigen_rijen', 'SELECT', '{{ controller }}', CASE
                    WHEN tabel.oid = 'exchange.toegang'::regclass THEN 'rol = current_user'
                    -- The contract has two parties: whose records it are, and the gemeente that they are for.
                    WHEN tabel.nspname = 'mart_contract' THEN 'verantwoordelijke_code IN (' || eigen
                        || ') OR gemeente_code IN (' || eigen || ')'
                    ELSE 'verantwoordelijke_code IN (' || eigen || ')'
                    END, true)
            ) AS regels (naam, wat, rol, waar, geldt)
            WHERE geldt AND NOT EXISTS (
                SELECT FROM pg_policy WHERE polrelid = tabel.oid AND polname = regels.naam
            )
        LOOP
            EXECUTE format('CREATE POLICY %I ON %s FOR %s TO %I USING (%s)',
                regel.naam, tabel.oid::regclass, regel.wat, regel.rol, regel.waar);
        END LOOP;
    END LOOP;
END
$$;
