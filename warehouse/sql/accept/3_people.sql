-- People: who the versions of a delivery are about, and what of it is new.
-- Grain: one row per person of the source. Reads: oordeel, kluis.persoon, kluis.identiteit (no sealed byte).
-- A person that is not known yet gets the reference that was drawn for the record that is chosen here. The choice
-- leaves nothing to chance, so that two sessions that weigh the same stage come to the same references.
-- Deliveries of one source are judged one after another, so what is not known here is new.
-- As in merge.sql the way to join is chosen here: the people of a small delivery are looked up, each of them, instead
-- of reading all people of the region for them.
select
    set_config('enable_seqscan', case when is_large then 'on' else 'off' end, true),
    set_config('enable_hashjoin', case when is_large then 'on' else 'off' end, true),
    set_config('enable_mergejoin', case when is_large then 'on' else 'off' end, true)
from (select count(*) > :large as is_large from (select from oordeel limit :large + 1) as eerste) as omvang;

create temporary table mens on commit drop as
select
    nieuwste.lookup, nieuwste.record_nummer, nieuwste.moment, nieuwste.verantwoordelijk,
    coalesce(persoon.client_ref, nieuwste.voorstel) as client_ref,
    persoon.client_ref is null as is_nieuw,
    nieuwste.digest is not null and laatst.digest is distinct from nieuwste.digest and not exists (
        select from kluis.identiteit
        where identiteit.client_ref = persoon.client_ref
          and identiteit.known_from = nieuwste.moment and identiteit.digest = nieuwste.digest
    ) as is_anders
from (
    select distinct on (lookup) lookup, record_nummer, moment, verantwoordelijk, digest, voorstel
    from oordeel
    where is_versie and lookup is not null
    order by lookup, digest is null, moment desc, digest desc, record_nummer
) as nieuwste
left join kluis.persoon on persoon.lookup = nieuwste.lookup
left join lateral (
    select identiteit.digest
    from kluis.identiteit
    where identiteit.client_ref = persoon.client_ref and identiteit.known_from <= nieuwste.moment
      and identiteit.delivery_id <> all(cast(:held as bigint[]))
    order by identiteit.known_from desc, identiteit.digest desc
    limit 1
) as laatst on true;

analyze mens (lookup, record_nummer);

set local enable_seqscan = default;
set local enable_hashjoin = default;
set local enable_mergejoin = default;
