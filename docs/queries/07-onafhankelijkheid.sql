-- Vraag 7. Hoe onafhankelijk is de ondersteuning?
-- Lezer: de analist (rol <database>_analyst). Bron: mart_contract.onafhankelijkheid.
-- Korrel van het antwoord: gemeente x jaar.
-- Een traject namens het college, of in beide rollen, is niet onafhankelijk. Een gesprek dat de aanbieder namens het
-- college voert (activiteit 10) is een tweede teken dat de rollen door elkaar lopen.
SELECT
    gemeente_code,
    extract(year FROM kwartaal)::int AS jaar,
    sum(trajecten) AS trajecten,
    sum(namens_college + beide) AS niet_onafhankelijk,
    round(100.0 * sum(namens_college + beide) / nullif(sum(trajecten - rol_onbekend), 0), 1)
        AS procent_niet_onafhankelijk,
    round(100.0 * sum(rol_onbekend) / nullif(sum(trajecten), 0), 1) AS procent_rol_onbekend,
    sum(keukentafelgesprekken) AS keukentafelgesprekken,
    round(sum(minuten_keukentafel) / 60.0, 1) AS uren_keukentafel,
    min(geleverd_tot) AS geleverd_tot
FROM mart_contract.onafhankelijkheid
WHERE is_geleverd
GROUP BY gemeente_code, jaar
ORDER BY gemeente_code, jaar;
