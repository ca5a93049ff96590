-- Stage: the records of one delivery, as checked, one table per worker process. COPY gives each value its type.
-- Grain: one row per delivered record, in delivered order; a refused record keeps its faults and no value.
-- Written by: validate (COPY). Read by: the next statements of this folder. Dropped with the verdict.
-- Unlogged: nothing here survives a crash, and nothing here has to. Running again starts with a fresh table.
drop table if exists {{ stage }};
create unlogged table {{ stage }} (
    record_nummer integer not null,
    byte_start bigint,
    byte_end bigint,
    verwijderen boolean not null,
    fouten jsonb,
    sleutel text,
    gemeente text,
    verantwoordelijk text,
    sleutel_hash bytea,
    inhoud_hash bytea,
    afdruk bytea,
    is_bekend boolean not null,
    moment timestamptz,
    partitie text,
    vindplaats text,
    geleegd text[],
    lookup bytea,
    voorstel uuid,
    digest bytea,
    sealed bytea
    {% for column in columns %}
    , {{ column.name }} {{ column.pg_type }}
    {% endfor %}
    {% for group in groups %}
    , groep_{{ group.name }} jsonb
    {% endfor %}
) with (autovacuum_enabled = false);
