-- The roles of one region. Runs on the maintenance database: roles belong to the server, not to a database.
-- Groups without a login; a person or a service gets one by GRANT {{ database }}_analyst TO <login>.
--   owner       owns all tables; setup and migrations
--   loader      the verbs: adds to ACCEPTED (never changes it), keeps the ledger, WAREHOUSE and the marts
--   analyst     reads the marts, nothing else; of vroeghulp the lead times, no line of a child
--   coordinator reads mart_vroeghulp: one line per child
--   controller  reads records of those for whom exchange.toegang names the role (row-level security)
--   cockpit     reads the ledger for the pages in Airflow: deliveries, faults, answers, incidents; no record, no mart
--   kluis       reads identity, seals it anew, and writes the log of access
--   eraser      destroys what KLUIS and LINK hold of a person, and keeps the block list
-- The login that runs this becomes a member, so that it can do the work of each role (SET ROLE).
-- Needs CREATEROLE. Reader: warehouse.setup.
DO $$
DECLARE
    rol text;
    manier text := CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
    FOREACH rol IN ARRAY ARRAY[{% for role in roles %}'{{ role }}'{{ "" if loop.last else ", " }}{% endfor %}] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = rol) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', rol);
        END IF;
        IF NOT pg_has_role(current_user, rol, manier) THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', rol);
        END IF;
    END LOOP;
END
$$;
