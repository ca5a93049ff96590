-- Erase: who a person of a source is, as one controller has it. ACCEPTED keeps a reference that leads to nobody.
-- Grain: one person of a source (:lookup) and a controller (:code). Reads: kluis.gewist, where the decision stands.
-- Written by: exchange.erase, as the role `eraser`, which reads no identity. Running again destroys nothing more.
delete from kluis.identiteit
where verantwoordelijke_code = :code
  and client_ref in (select client_ref from kluis.persoon where lookup = :lookup);

-- The person goes when no controller is left who did not decide so.
with weg as (
    delete from kluis.persoon
    where lookup = :lookup
      and not exists (select from kluis.identiteit where identiteit.client_ref = persoon.client_ref)
      and exists (
          select from kluis.gewist
          where gewist.lookup = persoon.lookup and gewist.verantwoordelijke_code = persoon.verantwoordelijke_code
      )
    returning client_ref
)
delete from link.client_link where client_ref in (select client_ref from weg);
