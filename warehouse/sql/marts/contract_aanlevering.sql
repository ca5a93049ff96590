-- mart_contract.aanlevering: whose figures are incomplete, and what that does to the total. First of the marts of the
-- contract (by name): the others read up to when a source delivered from it.
-- Grain: source x bericht, as declared.
-- Inputs: warehouse.verwachte_levering, exchange.delivery, warehouse.actueel_*, warehouse.raamcontract_gemeente.
-- Reader: the analyst; a contract party for its own deliveries.
-- A year of a source is the 365 days before its last delivered day. Of a gemeente that never delivered it is estimated
-- from its inhabitants; of an aanbieder that never delivered there is nothing to estimate from.
-- :vandaag the day of publication.
{% from 'sql/parts/contract.sql' import dag, deel %}
{% from 'sql/parts/levering.sql' import geleverd %}
DELETE FROM mart_contract.aanlevering;

INSERT INTO mart_contract.aanlevering (
    source, bericht, naam, soort, verantwoordelijke_code, gemeente_code, geleverd_tot, dagen_achter, records,
    records_jaar, geweigerd, aandeel_geweigerd, schatting_jaar, aandeel_in_totaal, mist_naar_schatting, aandeel_mist,
    vandaag
)
WITH levering AS (
    {{- geleverd('source, bericht, max(stand_op) AS geleverd_tot, ' ~ dag('max(stand_op)') ~ ' AS dag') }}
    GROUP BY source, bericht
),
laatste AS (
    SELECT DISTINCT ON (source, bericht) source, bericht, received, rejected
    FROM exchange.delivery
    WHERE state = 'merged'
    ORDER BY source, bericht, stand_op DESC NULLS LAST, delivery_id DESC
),
telling AS (
{% for bericht, datum in (
    ('aanmelding', 'datum_aanmelding'), ('traject', 'datum_start'), ('activiteit', 'datum'),
    ('vroeghulp', 'datum_stap'), ('onderzoek', 'datum_melding'), ('inzet', 'maand'),
) %}
    SELECT
        source, bericht, count(*) AS records,
        count(*) FILTER (WHERE {{ datum }} > dag - 365 AND {{ datum }} <= dag) AS records_jaar
    FROM warehouse.actueel_{{ bericht }}
    JOIN (SELECT source, bericht, dag FROM levering WHERE bericht = '{{ bericht }}') AS tot USING (source)
    GROUP BY source, bericht
    {{ 'UNION ALL' if not loop.last }}
{% endfor %}
),
inwoners AS (
    SELECT DISTINCT ON (gemeente_code) gemeente_code, inwoners
    FROM warehouse.raamcontract_gemeente
    ORDER BY gemeente_code, jaar DESC
),
bron AS (
    SELECT
        *,
        :vandaag - dag AS dagen_achter,
        sum(records_jaar) FILTER (WHERE dag IS NOT NULL AND gemeente_code IS NOT NULL) OVER (PARTITION BY bericht)
            / nullif(sum(inwoners) FILTER (WHERE dag IS NOT NULL) OVER (PARTITION BY bericht), 0) AS per_inwoner
    FROM warehouse.verwachte_levering
    LEFT JOIN levering USING (source, bericht)
    LEFT JOIN laatste USING (source, bericht)
    LEFT JOIN telling USING (source, bericht)
    LEFT JOIN inwoners USING (gemeente_code)
),
schatting AS (
    SELECT
        *,
        CASE WHEN dag IS NULL THEN inwoners * per_inwoner ELSE coalesce(records_jaar, 0) END AS jaar,
        CASE WHEN dag IS NULL THEN inwoners * per_inwoner ELSE
            coalesce(records_jaar, 0) * greatest(dagen_achter, 0) / 365.0 END AS mist
    FROM bron
)
SELECT
    source, bericht, naam, soort, verantwoordelijke_code, gemeente_code, geleverd_tot, dagen_achter,
    coalesce(records, 0), coalesce(records_jaar, 0), rejected, {{ deel('rejected', 'received') }},
    jaar, {{ deel('jaar', 'sum(jaar) OVER (PARTITION BY bericht)') }},
    mist, {{ deel('mist', 'sum(jaar) OVER (PARTITION BY bericht)') }},
    :vandaag
FROM schatting;
