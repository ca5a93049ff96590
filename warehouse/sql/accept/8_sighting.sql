-- Sighting: what a later delivery saw of one key becomes a version of its own, once an older version that came
-- late stands between. :gone is a sighting of absence: the version that says so copies the key and no more.
-- What a held delivery brought (:held) stands before nothing. Grain: at most one row. Reads: accepted.{{ bericht }} (the version that was seen; the one that stands before it).
insert into accepted.{{ bericht }} (
    delivery_id, source, record_nummer, sleutel_hash, inhoud_hash, moment, stand_op, is_ingetrokken,
    partitie, vindplaats, regelset, software, known_from, geleegd
    {%- if client %}, client_ref{% endif +%}
    {%- for column in columns %}, {{ column.name }}{% endfor +%}
)
select
    :delivery_id, :source, gezien.record_nummer, :key, :content, gezien.volgorde, :stand_op,
    :gone or gezien.is_ingetrokken, gezien.partitie, gezien.vindplaats, gezien.regelset, gezien.software,
    :known_from, case when not :gone then gezien.geleegd end
    {%- if client %}, case when not :gone then gezien.client_ref end{% endif +%}
    {% for column in columns %}
    , {% if column.name in kept %}gezien.{{ column.name }}{% else %}case when not :gone then gezien.{{ column.name }} end{% endif +%}
    {% endfor %}
from (
    select
        versie.*,
        case when :gone then versie.moment else coalesce(versie.gewijzigd_op, :stand_op) end as volgorde
    from accepted.{{ bericht }} as versie
    where versie.source = :source and versie.sleutel_hash = :key and versie.stand_op <= :stand_op
      and (:gone or versie.inhoud_hash = :content)
      and (not :gone or versie.delivery_id <> all(cast(:held as bigint[])))
    order by versie.moment desc, versie.stand_op desc, versie.inhoud_hash desc
    limit 1
) as gezien
cross join lateral (
    select voor.inhoud_hash, voor.is_ingetrokken
    from accepted.{{ bericht }} as voor
    where voor.source = :source and voor.sleutel_hash = :key
      and voor.delivery_id <> all(cast(:held as bigint[]))
      and (voor.moment, voor.stand_op, voor.inhoud_hash) <= (gezien.volgorde, :stand_op, :content)
    order by voor.moment desc, voor.stand_op desc, voor.inhoud_hash desc
    limit 1
) as voor
where voor.inhoud_hash <> :content and not (:gone and voor.is_ingetrokken)
on conflict do nothing;
