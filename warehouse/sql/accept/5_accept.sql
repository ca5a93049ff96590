-- Accept: the versions of this delivery that are new. Append-only.
-- Grain: one row per version of a record. Reads: stage, oordeel, mens.
-- What is narrow is joined first, so that the wide rows of the stage stream past it. In the order of the key the index
-- over the versions grows from one end to the other: a quarter less time than at random.
insert into accepted.{{ bericht }} (
    delivery_id, source, record_nummer, sleutel_hash, inhoud_hash, moment, stand_op, is_ingetrokken,
    partitie, vindplaats, regelset, software, known_from, geleegd
    {%- if client %}, client_ref{% endif +%}
    {%- for column in columns %}, {{ column.name }}{% endfor +%}
)
with versie as materialized (
    select oordeel.record_nummer, oordeel.moment{% if client %}, mens.client_ref{% endif +%}
    from oordeel
    {% if client %}
    left join mens on mens.lookup = oordeel.lookup
    {% endif %}
    where oordeel.is_versie
)
select
    :delivery_id, :source, stage.record_nummer, stage.sleutel_hash, stage.inhoud_hash, versie.moment,
    :stand_op, stage.verwijderen, coalesce(stage.partitie, ''), stage.vindplaats, :regelset, :software, :known_from,
    stage.geleegd
    {%- if client %}, versie.client_ref{% endif +%}
    {%- for column in columns %}, stage.{{ column.name }}{% endfor +%}
from staged as stage
join versie using (record_nummer)
order by stage.sleutel_hash;
{% for group in groups %}
insert into accepted.{{ bericht }}_{{ group.name }} (
    versie_id, volgnummer, gemeente_code, verantwoordelijke_code
    {%- for column in group.columns %}, {{ column.name }}{% endfor +%}
)
select versie.versie_id, deel.volgnummer, versie.gemeente_code, versie.verantwoordelijke_code
    {%- for column in group.columns %}, (deel.waarde ->> '{{ column.name }}'){% if column.pg_type != "text" %}::{{ column.pg_type }}{% endif %}{% endfor +%}
from staged as stage
join oordeel using (record_nummer)
join accepted.{{ bericht }} as versie
    on versie.delivery_id = :delivery_id and versie.source = :source and versie.sleutel_hash = stage.sleutel_hash
    and versie.moment = oordeel.moment and versie.stand_op = :stand_op
    and versie.inhoud_hash = stage.inhoud_hash
cross join lateral jsonb_array_elements(stage.groep_{{ group.name }}) with ordinality as deel (waarde, volgnummer)
where oordeel.is_versie;
{% endfor %}
