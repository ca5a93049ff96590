-- mart_contract.kenmerken: which leefgebieden and doelgroepen grow.
-- Grain: gemeente x year, and region (empty) x year and x quarter; kenmerk x code. Only periods that are over, from
--   `vergelijken_vanaf` on: one of today would be compared with a whole one.
-- Inputs: warehouse.actueel_aanmelding, warehouse.raamcontract*, mart_contract.aanlevering.
-- Reader: the analyst; a gemeente for its own.
-- People who came to any desk (financier 1), once per row, anonymous ones left out; who has two leefgebieden counts with
-- both. A person is a client_ref: the same person at two sources counts twice until linked.
-- A count below the threshold is hidden; then others of the same year are hidden with it, the smallest first, until the
-- hidden ones together, and what is left of the region by subtraction, reach the threshold. A year is not the sum of
-- its quarters (people), but the hidden quarters reach the threshold together all the same.
-- :vandaag the day of publication.
{% from 'sql/parts/contract.sql' import dag, deel, geleverd, kwartaal %}
DELETE FROM mart_contract.kenmerken;

INSERT INTO mart_contract.kenmerken (
    gemeente_code, verantwoordelijke_code, tijdvak, datum_van, kenmerk, code, clienten, clienten_jaar_eerder,
    aandeel_onbekend, geleverd_tot, is_geleverd, is_compleet, vandaag
)
WITH tijdvak AS (
    SELECT tijdvak, eerste::date AS datum_van, (eerste + stap - interval '1 day')::date AS laatste
    FROM warehouse.raamcontract
    CROSS JOIN (
        VALUES ('kwartaal', 'quarter', interval '3 months'), ('jaar', 'year', interval '1 year')
    ) AS soort (tijdvak, eenheid, stap)
    CROSS JOIN LATERAL generate_series(
        date_trunc(eenheid, vergelijken_vanaf::timestamp), CAST(:vandaag AS date)::timestamp - stap, stap
    ) AS eerste
),
aanmelding AS (
    SELECT
        gemeente_code, client_ref, {{ kwartaal('datum_aanmelding') }} AS kwartaal,
        date_trunc('year', datum_aanmelding::timestamp)::date AS jaar,
        array_remove(leefgebied_code, '99') AS leefgebied, array_remove(doelgroep_code, '99') AS doelgroep
    FROM warehouse.actueel_aanmelding
    WHERE financier_code = '1' AND NOT is_anoniem AND datum_aanmelding < :vandaag
),
allen AS (
    SELECT
        CASE GROUPING(kwartaal) WHEN 0 THEN 'kwartaal' ELSE 'jaar' END AS tijdvak, coalesce(kwartaal, jaar) AS datum_van,
        coalesce(gemeente_code, '') AS gebied, count(DISTINCT client_ref) AS clienten,
        count(DISTINCT client_ref) FILTER (WHERE cardinality(leefgebied) > 0) AS leefgebied,
        count(DISTINCT client_ref) FILTER (WHERE cardinality(doelgroep) > 0) AS doelgroep
    FROM aanmelding
    GROUP BY GROUPING SETS ((jaar, gemeente_code), (jaar), (jaar, kwartaal))
),
geteld AS (
    SELECT
        CASE GROUPING(kwartaal) WHEN 0 THEN 'kwartaal' ELSE 'jaar' END AS tijdvak, coalesce(kwartaal, jaar) AS datum_van,
        coalesce(gemeente_code, '') AS gebied, kenmerk, code, count(DISTINCT client_ref) AS clienten
    FROM aanmelding
    CROSS JOIN LATERAL (
        SELECT 'leefgebied', unnest(leefgebied) UNION ALL SELECT 'doelgroep', unnest(doelgroep)
    ) AS wat (kenmerk, code)
    GROUP BY GROUPING SETS (
        (kenmerk, code, jaar, gemeente_code), (kenmerk, code, jaar), (kenmerk, code, jaar, kwartaal)
    )
),
gebied AS (
    SELECT gemeente_code AS gebied FROM warehouse.raamcontract_gemeente
    UNION SELECT gebied FROM allen
    UNION SELECT '' FROM warehouse.raamcontract
),
cel AS (
    SELECT
        tijdvak, datum_van, laatste, gebied, kenmerk, code, coalesce(clienten, 0) AS clienten,
        extract(year FROM datum_van) AS jaar,
        CASE WHEN gebied <> '' THEN 'gemeenten' WHEN tijdvak = 'jaar' THEN 'regio' ELSE 'kwartalen' END AS set,
        CASE kenmerk WHEN 'doelgroep' THEN drempel_doelgroep ELSE drempel_kenmerk END AS drempel
    FROM tijdvak
    JOIN gebied ON tijdvak = 'jaar' OR gebied = ''
    CROSS JOIN (SELECT DISTINCT kenmerk, code FROM geteld) AS wat
    CROSS JOIN (SELECT drempel_doelgroep, drempel_kenmerk FROM warehouse.raamcontract) AS drempels
    LEFT JOIN geteld USING (tijdvak, datum_van, gebied, kenmerk, code)
),
volgorde AS (
    SELECT
        *,
        bool_or(clienten BETWEEN 1 AND drempel - 1) OVER (PARTITION BY kenmerk, code, jaar, set) AS heeft_klein,
        coalesce(sum(clienten) OVER (rij ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS eerder,
        max(clienten) FILTER (WHERE gebied = '' AND tijdvak = 'jaar') OVER (PARTITION BY kenmerk, code, jaar)
            - sum(clienten) OVER (rij ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS rest
    FROM cel
    WINDOW rij AS (PARTITION BY kenmerk, code, jaar, set ORDER BY clienten, gebied, datum_van)
),
zichtbaar AS (
    SELECT
        *,
        CASE
            WHEN clienten < drempel THEN NULL
            WHEN set = 'regio' OR NOT heeft_klein THEN clienten
            WHEN eerder >= drempel AND (set = 'kwartalen' OR rest >= drempel) THEN clienten
        END AS zichtbaar
    FROM volgorde
),
stand AS (
    SELECT
        gebied, CASE WHEN count(geleverd_tot) = count(*) THEN min(geleverd_tot) END AS geleverd_tot
    FROM gebied
    JOIN mart_contract.aanlevering ON gebied = '' OR coalesce(gemeente_code = gebied, true)
    WHERE bericht = 'aanmelding'
    GROUP BY gebied
)
SELECT
    nullif(gebied, ''), nullif(gebied, ''), cel.tijdvak, cel.datum_van, kenmerk, code, cel.zichtbaar, eerder.zichtbaar,
    CASE kenmerk
        WHEN 'leefgebied' THEN 1 - {{ deel('allen.leefgebied', 'allen.clienten') }}
        ELSE 1 - {{ deel('allen.doelgroep', 'allen.clienten') }}
    END,
    geleverd_tot, {{ geleverd('geleverd_tot', 'cel.datum_van') }}, {{ geleverd('geleverd_tot', 'cel.laatste') }}, :vandaag
FROM zichtbaar AS cel
LEFT JOIN (
    SELECT tijdvak, (datum_van + interval '1 year')::date AS datum_van, gebied, kenmerk, code, zichtbaar FROM zichtbaar
) AS eerder USING (tijdvak, datum_van, gebied, kenmerk, code)
LEFT JOIN allen USING (tijdvak, datum_van, gebied)
LEFT JOIN stand USING (gebied);
