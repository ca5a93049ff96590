-- mart_contract.clienten: how many different people the framework contract supported, counted anew for every period.
-- Grain: gemeente (empty: the region) x month, quarter or year, from `vergelijken_vanaf` up to today.
-- Inputs: warehouse.actueel_traject, warehouse.actueel_aanmelding (age), warehouse.raamcontract*, mart_contract.aanlevering.
-- Reader: the analyst; a contract party for its own gemeente or its own work.
-- A person is a client_ref: one source's idea of a person. The same person at two sources counts twice until linked.
-- Minors are a characteristic: not per month, not below the threshold (nor when the others are below it), and other
-- gemeenten are hidden with it, the smallest first, until what a reader gets by subtraction from the region reaches it.
-- :vandaag the day of publication; :minderjarig the codes of leeftijdsklasse below 18.
{% from 'sql/parts/contract.sql' import aantal, deel, geleverd, stand %}
DELETE FROM mart_contract.clienten;

INSERT INTO mart_contract.clienten (
    gemeente_code, verantwoordelijke_code, tijdvak, datum_van, datum_tot_en_met, unieke_clienten, minderjarigen,
    leeftijd_onbekend, aandeel_onbekend, geleverd_tot, is_geleverd, is_compleet, vandaag
)
WITH tijdvak AS (
    SELECT
        tijdvak, eerste::date AS datum_van, (eerste + stap - interval '1 day')::date AS laatste,
        least((eerste + stap - interval '1 day')::date, :vandaag) AS datum_tot_en_met
    FROM warehouse.raamcontract
    CROSS JOIN (
        VALUES ('maand', 'month', interval '1 month'), ('kwartaal', 'quarter', interval '3 months'),
            ('jaar', 'year', interval '1 year')
    ) AS soort (tijdvak, eenheid, stap)
    CROSS JOIN LATERAL generate_series(
        date_trunc(eenheid, vergelijken_vanaf::timestamp), CAST(:vandaag AS date)::timestamp, stap
    ) AS eerste
),
leeftijd AS (
    SELECT
        source, aanmelding_nummer, bool_or(leeftijdsklasse_code = ANY (:minderjarig)) AS is_minderjarig,
        bool_or(leeftijdsklasse_code <> '99') AS is_bekend
    FROM warehouse.actueel_aanmelding
    GROUP BY source, aanmelding_nummer
),
traject AS (
    SELECT gemeente_code, client_ref, datum_start, datum_einde, is_minderjarig, is_bekend
    FROM warehouse.actueel_traject
    LEFT JOIN leeftijd USING (source, aanmelding_nummer)
    WHERE financier_code = '1'
),
persoon AS (
    SELECT
        tijdvak, datum_van, coalesce(gemeente_code, '') AS gebied, client_ref,
        coalesce(bool_or(is_minderjarig), false) AS is_minderjarig, coalesce(bool_or(is_bekend), false) AS is_bekend
    FROM tijdvak
    JOIN traject ON datum_start <= datum_tot_en_met AND coalesce(datum_einde >= datum_van, true)
    GROUP BY GROUPING SETS ((tijdvak, datum_van, gemeente_code, client_ref), (tijdvak, datum_van, client_ref))
),
telling AS (
    SELECT
        tijdvak, datum_van, gebied, count(*) AS clienten,
        count(*) FILTER (WHERE is_minderjarig) AS minderjarig,
        count(*) FILTER (WHERE is_bekend AND NOT is_minderjarig) AS meerderjarig,
        count(*) FILTER (WHERE NOT is_bekend) AS onbekend
    FROM persoon
    GROUP BY tijdvak, datum_van, gebied
),
gebied AS (
    SELECT gemeente_code AS gebied FROM warehouse.raamcontract_gemeente
    UNION SELECT gebied FROM telling
    UNION SELECT '' FROM warehouse.raamcontract
),
volgorde AS (
    SELECT
        *,
        least(minderjarig, meerderjarig) < drempel_kenmerk AS is_klein,
        sum(minderjarig) OVER eerder AS eerder_minderjarig, sum(meerderjarig) OVER eerder AS eerder_meerderjarig,
        sum(minderjarig) OVER verder AS verder_minderjarig, sum(meerderjarig) OVER verder AS verder_meerderjarig
    FROM telling
    CROSS JOIN (SELECT drempel_kenmerk FROM warehouse.raamcontract) AS drempel
    WINDOW
        reeks AS (PARTITION BY tijdvak, datum_van, gebied = '' ORDER BY least(minderjarig, meerderjarig), gebied),
        eerder AS (reeks ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
        verder AS (reeks ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
),
zichtbaar AS (
    SELECT
        een.tijdvak, een.datum_van, een.gebied,
        een.tijdvak <> 'maand' AND NOT een.is_klein AND NOT (
            een.gebied <> '' AND bool_or(een.is_klein AND een.gebied <> '') OVER (PARTITION BY een.tijdvak, een.datum_van)
            AND least(
                een.eerder_minderjarig, een.eerder_meerderjarig,
                regio.minderjarig - een.verder_minderjarig, regio.meerderjarig - een.verder_meerderjarig
            ) < een.drempel_kenmerk
        ) AS is_zichtbaar
    FROM volgorde AS een
    JOIN telling AS regio ON (regio.tijdvak, regio.datum_van, regio.gebied) = (een.tijdvak, een.datum_van, '')
)
SELECT
    nullif(gebied, ''), verantwoordelijke_code, tijdvak, datum_van, datum_tot_en_met,
    {{ aantal('clienten', geleverd('geleverd_tot', 'datum_van')) }},
    CASE WHEN is_zichtbaar THEN minderjarig END,
    {{ aantal('onbekend', geleverd('geleverd_tot', 'datum_van')) }},
    {{ deel('onbekend', 'clienten') }},
    geleverd_tot, {{ geleverd('geleverd_tot', 'datum_van') }}, {{ geleverd('geleverd_tot', 'laatste') }}, :vandaag
FROM tijdvak
CROSS JOIN gebied
CROSS JOIN (SELECT verantwoordelijke_code FROM warehouse.raamcontract) AS contract
LEFT JOIN ({{ stand('traject') }}) AS stand USING (verantwoordelijke_code)
LEFT JOIN telling USING (tijdvak, datum_van, gebied)
LEFT JOIN zichtbaar USING (tijdvak, datum_van, gebied);
