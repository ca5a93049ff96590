-- Vraag 10. Wiens cijfers zijn niet compleet, en wat doet dat met het totaal?
-- Lezer: de analist (rol <database>_analyst). Bron: mart_contract.aanlevering.
-- Korrel van het antwoord: bron x bericht; wie het meest doet met het totaal staat bovenaan.
-- procent_mist is het deel van een jaar van de hele regio dat naar schatting nog moet komen, en telt op over de bronnen
-- van een bericht. Het is een schatting: een jaar van de bron zelf naar rato van de dagen die zij achterloopt, en van
-- een gemeente die nog nooit leverde wat de andere gemeenten per inwoner leveren.
SELECT
    bericht,
    source,
    naam,
    geleverd_tot,
    dagen_achter,
    records,
    round(100 * aandeel_in_totaal, 1) AS procent_van_totaal,
    mist_naar_schatting,
    round(100 * aandeel_mist, 2) AS procent_mist,
    geweigerd AS geweigerd_laatste_levering,
    round(100 * aandeel_geweigerd, 1) AS procent_geweigerd,
    coalesce(dagen_achter <= 1, false) AS is_bij
FROM mart_contract.aanlevering
ORDER BY is_bij, aandeel_mist DESC NULLS FIRST, bericht, source;
