-- Kluis: who the versions are about. A person of a source gets a random client_ref once; the sealed identity is
-- kept only when it differs from the last one known (digest). Refused records leave no identity behind.
-- Grain: one row per person of a source; one row per version of an identity. Reads: stage, oordeel.
-- Deliveries of one source are judged one after another, so what is not known here is new.
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
    order by lookup, digest is null, moment desc, digest desc
) as nieuwste
left join kluis.persoon on persoon.lookup = nieuwste.lookup
left join lateral (
    select identiteit.digest
    from kluis.identiteit
    where identiteit.client_ref = persoon.client_ref and identiteit.known_from <= nieuwste.moment
    order by identiteit.known_from desc, identiteit.digest desc
    limit 1
) as laatst on true;

analyze mens (lookup, record_nummer);

insert into kluis.persoon (lookup, client_ref, source, verantwoordelijke_code, known_from)
select lookup, client_ref, :source, verantwoordelijk, :known_from
from mens
where is_nieuw;

insert into kluis.identiteit
    (client_ref, known_from, digest, sealed, delivery_id, verantwoordelijke_code)
select mens.client_ref, mens.moment, stage.digest, stage.sealed, :delivery_id, mens.verantwoordelijk
from mens
join staged as stage using (record_nummer)
where mens.is_anders;
