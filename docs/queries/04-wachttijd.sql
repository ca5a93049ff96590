-- Vraag 4. Hoe lang wachten mensen van aanmelding tot eerste gesprek?
-- Lezer: de analist (rol <database>_analyst). Bron: mart_contract.wachttijd.
-- Korrel van het antwoord: gemeente x kwartaal van aanmelding; de regio staat bovenaan.
-- Het gemiddelde van meer rijen is sum(dagen_samen) / sum(met_gesprek); mediaan en p90 tellen niet op.
-- Een kwartaal waarin nog velen wachten, lijkt korter dan het is: kijk naar wachtend en naar de langst wachtende.
SELECT
    coalesce(gemeente_code, 'regio') AS gebied,
    kwartaal,
    aanmeldingen,
    met_gesprek,
    round(1.0 * dagen_samen / nullif(met_gesprek, 0), 1) AS dagen_gemiddeld,
    dagen_mediaan,
    dagen_p90,
    wachtend,
    dagen_langst_wachtend,
    zonder_gesprek,
    round(100 * aandeel_onbekend, 1) AS procent_onbekend,
    geleverd_tot
FROM mart_contract.wachttijd
WHERE is_geleverd
ORDER BY kwartaal, gemeente_code NULLS FIRST;
