-- The rest of the verdict: refused records (where and why, never what) and the manifest of sightings.
-- Grain: one row per refused record; one manifest per delivery, 16 bytes of key, of content and of the bytes a record (no
-- bytes at all where no record can be known by them).
insert into exchange.reject
    (delivery_id, record_nummer, byte_start, byte_end, gemeente_code, verantwoordelijke_code, sleutel, faults,
     regelset, software)
select
    :delivery_id, record_nummer, byte_start, byte_end, gemeente, verantwoordelijk, sleutel, fouten,
    :regelset, :software
from staged as stage
where fouten is not null;

insert into exchange.manifest (delivery_id, keys, contents, marks)
with leeg (niets) as (values (decode(repeat('00', 16), 'hex')))
select
    :delivery_id,
    coalesce(string_agg(sleutel_hash, ''::bytea order by sleutel_hash), ''::bytea),
    coalesce(string_agg(inhoud_hash, ''::bytea order by sleutel_hash), ''::bytea),
    case
        when bool_or(afdruk is not null) then string_agg(coalesce(afdruk, niets), ''::bytea order by sleutel_hash)
        else ''::bytea
    end
from (
    select sleutel_hash, inhoud_hash, afdruk from oordeel where rang = 1
    union all
    select distinct stage.sleutel_hash, niets, cast(null as bytea)
    from staged as stage
    cross join leeg
    where stage.fouten is not null and stage.sleutel_hash is not null
      and not exists (select from oordeel where oordeel.sleutel_hash = stage.sleutel_hash)
) as gezien
cross join leeg;
