-- The repeated groups of a version that was written for a sighting: those of the version that was seen.
-- Grain: one row per group row. Reads: accepted.{{ bericht }} and its group tables.
{% for group in groups %}
insert into accepted.{{ bericht }}_{{ group.name }} (
    versie_id, volgnummer, gemeente_code, verantwoordelijke_code
    {%- for column in group.columns %}, {{ column.name }}{% endfor +%}
)
select nieuw.versie_id, rij.volgnummer, rij.gemeente_code, rij.verantwoordelijke_code{% for column in group.columns %}, rij.{{ column.name }}{% endfor +%}
from accepted.{{ bericht }} as nieuw
cross join lateral (
    select versie_id from accepted.{{ bericht }}
    where source = :source and sleutel_hash = :key and inhoud_hash = :content and stand_op < :stand_op
    order by stand_op desc
    limit 1
) as oud
join accepted.{{ bericht }}_{{ group.name }} as rij on rij.versie_id = oud.versie_id
where nieuw.delivery_id = :delivery_id and nieuw.source = :source and nieuw.sleutel_hash = :key and nieuw.inhoud_hash = :content
  and nieuw.stand_op = :stand_op;
{% endfor %}
