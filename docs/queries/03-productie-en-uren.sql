-- Vraag 3. Hoeveel diensten zijn afgesloten, en hoeveel uren zijn eraan besteed?
-- Lezer: de analist (rol <database>_analyst). Bron: mart_contract.productie.
-- Korrel van het antwoord: gemeente x dienst, over alle maanden die helemaal geleverd zijn.
-- Een dienst telt als hij is afgesloten, een cursus (E) per gegeven bijeenkomst. De uren zijn van alle diensten in die
-- maanden, ook van wie nog loopt: uren per dienst zijn dus een verhouding, geen duur van een traject.
-- Alles hier telt op over maanden, diensten en gemeenten; trajecten die lopen doen dat niet over maanden.
SELECT
    gemeente_code,
    dienst_code,
    min(maand) AS van_maand,
    max(maand) AS tot_en_met_maand,
    sum(afgesloten + bijeenkomsten) AS aantal,
    sum(bedrag_eur) AS bedrag_eur,
    round(sum(minuten_direct + minuten_indirect + minuten_reis + minuten_cursus) / 60.0, 1) AS uren,
    round(sum(minuten_direct + minuten_indirect + minuten_reis + minuten_cursus) / 60.0
        / nullif(sum(afgesloten + bijeenkomsten), 0), 1) AS uren_per_dienst,
    round(100.0 * sum(minuten_direct)
        / nullif(sum(minuten_direct + minuten_indirect + minuten_reis + minuten_cursus), 0), 1) AS procent_direct,
    sum(financier_onbekend) AS financier_onbekend
FROM mart_contract.productie
WHERE is_compleet
GROUP BY gemeente_code, dienst_code
ORDER BY gemeente_code, dienst_code;
