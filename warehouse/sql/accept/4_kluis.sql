-- Kluis: a person of a source gets a random client_ref once; the sealed identity is kept only when it differs
-- from the last one known (digest). Refused records leave no identity behind.
-- Which fields stand in a seal is told once, by the form of the contract.
-- Grain: one row per form; one row per person of a source; one row per version of an identity. Reads: mens, stage.
insert into kluis.vorm (vorm, velden)
values ('{{ form.id }}', array[{% for path in form.paths %}'{{ path }}'{{ "" if loop.last else ", " }}{% endfor %}]::text[])
on conflict do nothing;

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
