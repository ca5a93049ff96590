-- Vraag 2. Welk deel van het budget is gerealiseerd, en welk deel van het jaar is voorbij?
-- Lezer: de analist (rol <database>_analyst). Bron: mart_contract.realisatie.
-- Korrel van het antwoord: gemeente x jaar; de regio staat bovenaan.
-- Twee lezingen van het budget naast elkaar: A (3,5 miljoen is het contract) en B (3,5 miljoen is alle middelen).
-- voor_op_schema is positief als er meer is gerealiseerd dan tijd verstreken, in de lezing die geldt.
-- De vloer van 90 procent geldt voor alle individuele diensten samen en staat daarom alleen bij de regio. Collectieve
-- ondersteuning en coordinatie van Integrale Vroeghulp hebben geen normbedrag: van hen staan er uren en een maximum.
SELECT
    coalesce(gemeente_code, 'regio') AS gebied,
    jaar,
    gerealiseerd_eur,
    budget_a_eur,
    budget_b_eur,
    round(100 * aandeel_a, 1) AS procent_van_a,
    round(100 * aandeel_b, 1) AS procent_van_b,
    round(100 * aandeel_tijd, 1) AS procent_van_het_jaar,
    round(100 * (CASE lezing WHEN 'A' THEN aandeel_a ELSE aandeel_b END - aandeel_tijd), 1) AS voor_op_schema,
    round(minuten_collectief / 60.0, 1) AS uren_collectief,
    collectief_max_eur,
    round(minuten_ivh / 60.0, 1) AS uren_ivh,
    onbekend_eur,
    geleverd_tot
FROM mart_contract.realisatie
ORDER BY jaar, gemeente_code NULLS FIRST;
