-- Vraag 1. Hoeveel verschillende mensen zijn ondersteund, en hoeveel van hen zijn minderjarig?
-- Lezer: de analist (rol <database>_analyst). Bron: mart_contract.clienten.
-- Korrel van het antwoord: gemeente x jaar; de regio (iedereen een keer) staat bovenaan.
-- Nooit optellen: wie in twee gemeenten is ondersteund, telt in beide en voor de regio een keer. Voor een kwartaal of
-- maand: kies een ander tijdvak, tel geen maanden op. Tot er gekoppeld is, is een mens wie een bron kent.
-- minderjarigen is leeg onder de vijf, en waar het anders uit de andere gemeenten is af te leiden.
SELECT
    coalesce(gemeente_code, 'regio') AS gebied,
    extract(year FROM datum_van)::int AS jaar,
    unieke_clienten,
    minderjarigen,
    round(100.0 * minderjarigen / nullif(unieke_clienten - leeftijd_onbekend, 0), 1) AS procent_minderjarig,
    round(100 * aandeel_onbekend, 1) AS procent_leeftijd_onbekend,
    geleverd_tot,
    is_compleet
FROM mart_contract.clienten
WHERE tijdvak = 'jaar'
ORDER BY jaar, gemeente_code NULLS FIRST;
