-- mart_contract.wachttijd: from aanmelding to the first conversation.
-- Grain: gemeente (empty: the region) x quarter of the aanmelding, from `vergelijken_vanaf` up to today.
-- Inputs: warehouse.actueel_traject, warehouse.actueel_aanmelding, warehouse.raamcontract*, mart_contract.aanlevering.
-- Reader: the analyst; a contract party for its own gemeente or its own work.
-- One aanmelding may lead to several trajecten; the first conversation of any of them ends the wait. An aanmelding is
-- looked for at the source of the traject; where it is not there the quarter is that of the start, and the wait unknown.
-- :vandaag the day of publication.
{% from 'sql/parts/contract.sql' import aantal, deel, geleverd, kwartaal, kwartalen, stand %}
DELETE FROM mart_contract.wachttijd;

INSERT INTO mart_contract.wachttijd (
    gemeente_code, verantwoordelijke_code, kwartaal, aanmeldingen, met_gesprek, wachtend, zonder_gesprek, onbekend,
    aandeel_onbekend, dagen_samen, dagen_mediaan, dagen_p90, dagen_langst_wachtend, geleverd_tot, is_geleverd,
    is_compleet, vandaag
)
WITH kwartaal AS ({{ kwartalen() }}),
traject AS (
    SELECT
        source, aanmelding_nummer, gemeente_code, min(datum_start) AS start,
        min(datum_eerste_gesprek) FILTER (WHERE datum_eerste_gesprek <= :vandaag) AS gesprek,
        bool_and(coalesce(datum_einde <= :vandaag, false)) AS is_afgesloten
    FROM warehouse.actueel_traject
    WHERE financier_code = '1'
    GROUP BY source, aanmelding_nummer, gemeente_code
),
aanmelding AS (
    SELECT source, aanmelding_nummer, min(datum_aanmelding) AS dag
    FROM warehouse.actueel_aanmelding
    GROUP BY source, aanmelding_nummer
),
wacht AS (
    SELECT
        gemeente_code, {{ kwartaal('coalesce(dag, start)') }} AS kwartaal,
        CASE
            WHEN dag IS NULL THEN 'onbekend'
            WHEN gesprek IS NOT NULL THEN 'gesprek'
            WHEN is_afgesloten THEN 'zonder'
            ELSE 'wachtend'
        END AS stand,
        greatest(gesprek - dag, 0) AS dagen,
        :vandaag - dag AS dagen_tot_vandaag
    FROM traject
    LEFT JOIN aanmelding USING (source, aanmelding_nummer)
    WHERE coalesce(dag, start) <= :vandaag
),
telling AS (
    SELECT
        coalesce(gemeente_code, '') AS gebied, kwartaal, count(*) AS aanmeldingen,
        count(*) FILTER (WHERE stand = 'gesprek') AS met_gesprek,
        count(*) FILTER (WHERE stand = 'wachtend') AS wachtend,
        count(*) FILTER (WHERE stand = 'zonder') AS zonder_gesprek,
        count(*) FILTER (WHERE stand = 'onbekend') AS onbekend,
        sum(dagen) FILTER (WHERE stand = 'gesprek') AS dagen_samen,
        percentile_disc(0.5) WITHIN GROUP (ORDER BY dagen) FILTER (WHERE stand = 'gesprek') AS dagen_mediaan,
        percentile_disc(0.9) WITHIN GROUP (ORDER BY dagen) FILTER (WHERE stand = 'gesprek') AS dagen_p90,
        max(dagen_tot_vandaag) FILTER (WHERE stand = 'wachtend') AS dagen_langst_wachtend
    FROM wacht
    GROUP BY GROUPING SETS ((gemeente_code, kwartaal), (kwartaal))
),
gebied AS (
    SELECT gemeente_code AS gebied FROM warehouse.raamcontract_gemeente
    UNION SELECT gebied FROM telling
    UNION SELECT '' FROM warehouse.raamcontract
)
SELECT
    nullif(gebied, ''), verantwoordelijke_code, kwartaal,
    {% for naam in ('aanmeldingen', 'met_gesprek', 'wachtend', 'zonder_gesprek', 'onbekend') %}
    {{ aantal(naam, geleverd('geleverd_tot', 'kwartaal')) }},
    {% endfor %}
    {{ deel('onbekend', 'aanmeldingen') }}, dagen_samen, dagen_mediaan, dagen_p90, dagen_langst_wachtend,
    geleverd_tot, {{ geleverd('geleverd_tot', 'kwartaal') }}, {{ geleverd('geleverd_tot', 'laatste') }}, :vandaag
FROM kwartaal
CROSS JOIN gebied
CROSS JOIN (SELECT verantwoordelijke_code FROM warehouse.raamcontract) AS contract
LEFT JOIN ({{ stand('traject') }}) AS stand USING (verantwoordelijke_code)
LEFT JOIN telling USING (gebied, kwartaal);
