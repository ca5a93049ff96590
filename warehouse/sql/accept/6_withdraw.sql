-- Withdraw: what a source stopped delivering, within the partitions that it delivered completely.
-- A version that says "gone" follows the last one known. Grain: one row per withdrawn key.
-- Where absence alone proves nothing (a source that can lose sight of rows) only what it said is gone counts.
-- What a held delivery brought (:held) is not known. Reads: accepted.{{ bericht }}, stage (every key that was delivered, refused ones too: refused is not absent).
insert into accepted.{{ bericht }} (
    delivery_id, source, record_nummer, sleutel_hash, inhoud_hash, moment, stand_op, is_ingetrokken,
    partitie, vindplaats, regelset, software, known_from
    {%- for name in kept %}, {{ name }}{% endfor +%}
)
select
    :delivery_id, :source, 0, laatst.sleutel_hash, '\x'::bytea, laatst.moment, :stand_op, true,
    laatst.partitie, laatst.vindplaats, :regelset, :software, :known_from
    {%- for name in kept %}, laatst.{{ name }}{% endfor +%}
from (
    select distinct sleutel_hash
    from accepted.{{ bericht }}
    where delivery_id + 0 = any(array(
        select delivery.delivery_id from exchange.delivery
        where delivery.source = :source and delivery.bericht = '{{ bericht }}'
    )) and partitie = any(:scope)
) as bekend
cross join lateral (
    select *
    from accepted.{{ bericht }} as versie
    where versie.source = :source and versie.sleutel_hash = bekend.sleutel_hash
      and versie.stand_op <= :stand_op and versie.delivery_id <> all(cast(:held as bigint[]))
    order by versie.moment desc, versie.stand_op desc, versie.inhoud_hash desc
    limit 1
) as laatst
where laatst.partitie = any(:scope)
  and not laatst.is_ingetrokken
  and laatst.stand_op < :stand_op
  and (not :proven or laatst.vindplaats = any(:gone))
  and not exists (
      select from staged as stage where stage.sleutel_hash = bekend.sleutel_hash
  )
on conflict do nothing;
