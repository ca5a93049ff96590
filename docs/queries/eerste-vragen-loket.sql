-- De eerste vragen aan de loketten, per gemeente en maand.
-- Lezer: de analist (rol <database>_analyst). Bron: mart_loket.aanmeldingen.
-- Korrel van het antwoord: gemeente x maand.
--   Hoeveel mensen meldden zich, en welk deel werd aan het eerste loket geholpen?
--   Hoe vaak was de overdracht warm, en hoe vaak koud?
--   Van welk deel weten we het leefgebied niet, en tot wanneer is er geleverd?
-- Aanmeldingen tellen op; unieke clienten niet: iemand kan zich bij twee loketten of in twee maanden melden.
-- Een maand die er niet staat is niet 0: kijk naar geleverd_tot. De laatste maand is compleet als
-- is_compleet waar is.
SELECT
    gemeente_code,
    maand,
    count(DISTINCT loket_code) AS loketten,
    sum(aanmeldingen) AS aanmeldingen,
    round(100.0 * sum(beantwoord) / sum(aanmeldingen), 1) AS procent_beantwoord_aan_eerste_loket,
    sum(warm_overgedragen) AS warm_overgedragen,
    sum(koud_overgedragen) AS koud_overgedragen,
    round(100.0 * sum(leefgebied_onbekend) / sum(aanmeldingen), 1) AS procent_leefgebied_onbekend,
    min(geleverd_tot) AS geleverd_tot,
    coalesce(min(geleverd_tot) >= maand + interval '1 month', false) AS is_compleet
FROM mart_loket.aanmeldingen
GROUP BY gemeente_code, maand
ORDER BY gemeente_code, maand;
