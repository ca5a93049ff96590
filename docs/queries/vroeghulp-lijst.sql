-- De lijst van de coördinator Integrale Vroeghulp: wie is aan zet, wat is de volgende stap, en wie wacht te lang?
-- Lezer: de coördinator (rol <database>_coordinator) en elke verantwoordelijke voor de eigen rijen. Bron: mart_vroeghulp.dossiers.
-- Korrel van het antwoord: een dossier dat open is.
-- Dagen tellen zonder pauzes. Zonder geldige toestemming staat er alleen wie het kind meldde en onder welk kenmerk.
-- Meldt een tweede bron hetzelfde kind, dan staat dat op een tweede regel.
SELECT
    dossier_nummer,
    gemeente_code,
    partij_code,
    partij_kenmerk,
    CASE
        WHEN NOT heeft_toestemming THEN 'geen toestemming: bel de partij'
        WHEN is_over_tijd THEN 'over tijd'
        WHEN is_pauze THEN 'pauze'
        ELSE 'loopt'
    END AS wat_nu,
    eigenaar_organisatie_code,
    laatste_stap_code,
    datum_laatste_stap,
    volgende_stap_code,
    datum_volgende_stap,
    fase,
    dagen_in_fase,
    norm_dagen,
    dagen_wachtend,
    dagen_in_proces,
    pauze_code,
    is_vier_geworden,
    is_boven_leeftijdsgrens,
    geleverd_tot
FROM mart_vroeghulp.dossiers
WHERE NOT coalesce(is_afgesloten, false)
ORDER BY
    heeft_toestemming DESC, is_over_tijd DESC NULLS LAST, is_pauze NULLS LAST, dagen_wachtend DESC NULLS LAST,
    dossier_nummer;
