-- Vraag 5. Welk deel van de vragen is aan het eerste loket afgehandeld, en hoe gaat het met overdrachten?
-- Lezer: de analist (rol <database>_analyst). Bronnen: mart_loket.eerste_loket en mart_loket.overdrachten_maanden.
-- Korrel van het antwoord: gemeente x jaar. Alles telt op, behalve de percentages en het gemiddelde.
--   Eerste loket: aanmeldingen die niet van een ander loket kwamen. Het percentage gaat over die met een bekende
--   uitkomst; procent_onbekend zegt over hoeveel we niets weten.
--   Een hop: dezelfde vraag ligt binnen 90 dagen bij een ander loket. Verloren: na 90 dagen niet aangenomen.
--   Van loketten waarvan niemand levert, is niet bekend of een overdracht aankwam.
WITH eerste AS (
    SELECT
        gemeente_code,
        extract(year FROM maand)::int AS jaar,
        sum(aanmeldingen) AS aanmeldingen,
        sum(geholpen) AS geholpen,
        sum(uitkomst_onbekend) AS uitkomst_onbekend,
        min(geleverd_tot) AS geleverd_tot
    FROM mart_loket.eerste_loket
    GROUP BY gemeente_code, jaar
),
overdracht AS (
    SELECT
        gemeente_code,
        extract(year FROM maand)::int AS jaar,
        sum(overdrachten) AS overdrachten,
        sum(warm) AS warm,
        sum(koud) AS koud,
        sum(soort_onbekend) AS soort_onbekend,
        sum(hops) AS hops,
        sum(verloren) AS verloren,
        sum(onbekend) AS aankomst_onbekend,
        round(sum(dagen_tot_aangenomen)::numeric / nullif(sum(dagen_bekend), 0), 1) AS gemiddelde_dagen
    FROM mart_loket.overdrachten_maanden
    GROUP BY gemeente_code, jaar
)
SELECT
    gemeente_code,
    jaar,
    aanmeldingen AS vragen_aan_eerste_loket,
    geholpen,
    round(100.0 * geholpen / nullif(aanmeldingen - uitkomst_onbekend, 0), 1) AS procent_afgehandeld,
    round(100.0 * uitkomst_onbekend / aanmeldingen, 1) AS procent_onbekend,
    coalesce(overdrachten, 0) AS overdrachten,
    coalesce(warm, 0) AS warm,
    coalesce(koud, 0) AS koud,
    coalesce(soort_onbekend, 0) AS soort_onbekend,
    coalesce(hops, 0) AS hops,
    coalesce(verloren, 0) AS verloren,
    coalesce(aankomst_onbekend, 0) AS aankomst_onbekend,
    gemiddelde_dagen,
    geleverd_tot
FROM eerste
LEFT JOIN overdracht USING (gemeente_code, jaar)
ORDER BY gemeente_code, jaar;
