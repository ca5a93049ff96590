-- mart_loket.aanmeldingen: what each desk did, per month; exact, only what is delivered.
-- Grain: gemeente x verantwoordelijke x organisatie x source x loket x month of datum_aanmelding.
-- Inputs: warehouse.actueel_aanmelding, warehouse.loket, exchange.delivery.
-- Reader: the analyst, and whoever may see single gemeenten by row-level security.
-- People are counted once within a row and do not add up over rows; everything else does. The outcomes add up
-- to aanmeldingen. No row is not zero: compare the month with geleverd_tot of its source.
-- Who is a minor is not here: of so few people that is a characteristic (see mart_contract.clienten).
-- :vandaag the day of publication.
{% from 'sql/parts/levering.sql' import geleverd %}
DELETE FROM mart_loket.aanmeldingen;

INSERT INTO mart_loket.aanmeldingen (
    gemeente_code, verantwoordelijke_code, organisatie_code, source, loket_code, loket_naam, soort_loket_code,
    maand, aanmeldingen, unieke_clienten, anoniem, beantwoord, naar_traject, warm_overgedragen,
    doorverwezen, overige_uitkomst, uitkomst_onbekend, koud_overgedragen, leeftijd_onbekend,
    leefgebied_onbekend, aandeel_leefgebied_onbekend, geleverd_tot, vandaag
)
WITH levering AS (
    {{- geleverd('source, max(stand_op) AS geleverd_tot') }} AND bericht = 'aanmelding'
    GROUP BY source
),
aanmelding AS (
    SELECT
        *,
        date_trunc('month', datum_aanmelding::timestamp)::date AS maand,
        coalesce(uitkomst_code, '99') AS uitkomst,
        coalesce(leeftijdsklasse_code, '99') AS leeftijdsklasse,
        coalesce(leefgebied_code, '{}') <@ ARRAY['99'] AS is_leefgebied_onbekend
    FROM warehouse.actueel_aanmelding
)
SELECT
    gemeente_code,
    verantwoordelijke_code,
    organisatie_code,
    source,
    loket_code,
    max(loket.naam),
    max(loket.soort_loket_code),
    maand,
    count(*),
    count(DISTINCT client_ref) FILTER (WHERE NOT is_anoniem),
    count(*) FILTER (WHERE is_anoniem),
    count(*) FILTER (WHERE uitkomst = '1'),
    count(*) FILTER (WHERE uitkomst = '2'),
    count(*) FILTER (WHERE uitkomst = '3'),
    count(*) FILTER (WHERE uitkomst = '4'),
    count(*) FILTER (WHERE uitkomst NOT IN ('1', '2', '3', '4', '99')),
    count(*) FILTER (WHERE uitkomst = '99'),
    count(*) FILTER (WHERE overdracht_code = '2' AND doorgestuurd_naar_loket_code IS NOT NULL),
    count(*) FILTER (WHERE leeftijdsklasse = '99'),
    count(*) FILTER (WHERE is_leefgebied_onbekend),
    round(count(*) FILTER (WHERE is_leefgebied_onbekend)::numeric / count(*), 4),
    max(levering.geleverd_tot),
    :vandaag
FROM aanmelding
LEFT JOIN levering USING (source)
LEFT JOIN (SELECT loket_code, naam, soort_loket_code FROM warehouse.loket) AS loket USING (loket_code)
GROUP BY gemeente_code, verantwoordelijke_code, organisatie_code, source, loket_code, maand;
