-- Vraag 9. Hoe lang duurt Integrale Vroeghulp, pauzes niet meegeteld?
-- Lezer: de analist (rol <database>_analyst). Bron: mart_vroeghulp.looptijden.
-- Korrel van het antwoord: de regio per kwartaal, en een gemeente per jaar, voor twee trajecten: van het begin
-- tot het advies, en van het begin tot de afsluiting.
-- Alleen voltooide perioden. Waar 'onderdrukt' staat, zijn er minder dan 5, of kon zo'n aantal worden uitgerekend.
SELECT
    traject,
    niveau,
    gebied_code,
    periode_begin,
    CASE WHEN is_onderdrukt THEN 'onderdrukt' ELSE aantal::text END AS aantal,
    gemiddelde_dagen,
    mediaan_dagen,
    round(100 * aandeel_begin_onbekend) AS procent_begin_onbekend,
    geleverd_tot
FROM mart_vroeghulp.looptijden
ORDER BY traject, niveau DESC, gebied_code, periode_begin;
