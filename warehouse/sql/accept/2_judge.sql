-- Judge: what each record of a delivery means beside what is known.
-- Grain: one row per sound record of the delivery. Reads: stage, accepted.{{ bericht }}.
-- Order of versions: (the record's own moment, else the delivery's stand_op; stand_op; content hash).
-- Only the newest version of a key within one delivery is weighed, of those of one moment the last that stands in it:
-- the others are superseded, and no row.
-- Most often the newest version known stands before the record; only where it stands behind is its predecessor
-- looked up. A message that a record is gone says nothing new after one that said so; after mere absence it does,
-- so that what comes late finds it in its place. Where nothing of the source is known (begin) nothing is looked up at
-- all. What a held delivery brought (:held) is not known, until that is released.
-- A record that came before in the same bytes (is_bekend) has no values here. It is unchanged where it is the newest
-- version still; anything else is doubt, and the delivery is judged again from its values. So that doubt stays rare
-- only the newest version of a key that came once may be known by its bytes (afdruk) the next time.
create temporary table oordeel on commit drop as
with gekozen as (
    select
        goed.*,
        row_number() over sleutel as rang,
        row_number() over sleutel = 1 and lead(record_nummer) over sleutel is null as is_enig
    from (
        select
            record_nummer, sleutel_hash, inhoud_hash, afdruk, is_bekend, verwijderen, verantwoordelijk, lookup,
            voorstel, digest,
            coalesce(moment, :stand_op) as moment
        from staged as stage
        where fouten is null
    ) as goed
    window sleutel as (partition by sleutel_hash order by moment desc, record_nummer desc)
),
gewogen as (
    select
        gekozen.*,
        {% if begin %}
        false as achterhaald, false as is_laatste, null::bytea as vorige_hash
    from gekozen
        {% else %}
        coalesce(laatst.later, false) as achterhaald,
        laatst.inhoud_hash = gekozen.inhoud_hash and laatst.is_eerder as is_laatste,
        case when laatst.later then voor.inhoud_hash else laatst.inhoud_hash end as vorige_hash
    from gekozen
    left join lateral (
        select
            versie.inhoud_hash,
            versie.stand_op <= :stand_op as is_eerder,
            (versie.moment, versie.stand_op, versie.inhoud_hash)
                > (gekozen.moment, :stand_op, gekozen.inhoud_hash) as later
        from accepted.{{ bericht }} as versie
        where versie.source = :source and versie.sleutel_hash = gekozen.sleutel_hash
          and versie.delivery_id <> all(cast(:held as bigint[]))
        order by versie.moment desc, versie.stand_op desc, versie.inhoud_hash desc
        limit 1
    ) as laatst on true
    left join lateral (
        select versie.inhoud_hash
        from accepted.{{ bericht }} as versie
        where laatst.later
          and versie.source = :source and versie.sleutel_hash = gekozen.sleutel_hash
          and versie.delivery_id <> all(cast(:held as bigint[]))
          and (versie.moment, versie.stand_op, versie.inhoud_hash)
              <= (gekozen.moment, :stand_op, gekozen.inhoud_hash)
        order by versie.moment desc, versie.stand_op desc, versie.inhoud_hash desc
        limit 1
    ) as voor on true
        {% endif %}
)
select
    record_nummer, sleutel_hash, inhoud_hash, moment, verantwoordelijk, lookup, voorstel, digest, rang,
    case when is_enig and (is_bekend or not achterhaald) then afdruk end as afdruk,
    case
        when is_bekend then case when is_enig and is_laatste then 'unchanged' else 'twijfel' end
        when verwijderen then 'deleted'
        when rang > 1 then 'superseded'
        when vorige_hash = inhoud_hash then 'unchanged'
        when achterhaald then 'superseded'
        else 'accepted'
    end as oordeel,
    not is_bekend and rang = 1 and vorige_hash is distinct from inhoud_hash as is_versie
from gewogen;

analyze oordeel (record_nummer, lookup);
