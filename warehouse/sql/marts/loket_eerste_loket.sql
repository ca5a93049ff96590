-- mart_loket.eerste_loket: what became of a question at the desk where it first came.
-- Grain: gemeente x verantwoordelijke x source x desk x month of datum_aanmelding; exact, and it all adds up.
-- Inputs: warehouse.actueel_aanmelding without what came from another desk, warehouse.loket, exchange.delivery.
-- Reader: the analyst, and each controller for its own rows. A record has one outcome: sent on goes first.
-- :vandaag the day of publication.
{% from 'sql/parts/levering.sql' import geleverd %}
DELETE FROM mart_loket.eerste_loket;

INSERT INTO mart_loket.eerste_loket (
    gemeente_code, verantwoordelijke_code, source, loket_code, maand, aanmeldingen, geholpen, warm_overgedragen,
    koud_overgedragen, overgedragen_onbekend, verwezen, overige_uitkomst, uitkomst_onbekend, aandeel_onbekend,
    geleverd_tot, vandaag
)
WITH levering AS (
    {{- geleverd('source, max(stand_op) AS geleverd_tot') }} AND bericht = 'aanmelding'
    GROUP BY source
),
aanmelding AS (
    SELECT
        aanmelding.gemeente_code, verantwoordelijke_code, source, aanmelding.loket_code,
        date_trunc('month', datum_aanmelding::timestamp)::date AS maand,
        CASE
            WHEN naar.soort_loket_code = '13' THEN 'verwezen'
            WHEN doorgestuurd_naar_loket_code IS NOT NULL AND overdracht_code = '1' THEN 'warm'
            WHEN doorgestuurd_naar_loket_code IS NOT NULL AND overdracht_code = '2' THEN 'koud'
            WHEN doorgestuurd_naar_loket_code IS NOT NULL THEN 'overgedragen'
            WHEN uitkomst_code IN ('1', '2') THEN 'geholpen'
            WHEN coalesce(uitkomst_code, '99') = '99' THEN 'onbekend'
            ELSE 'overig'
        END AS einde
    FROM warehouse.actueel_aanmelding AS aanmelding
    LEFT JOIN warehouse.loket AS naar ON naar.loket_code = doorgestuurd_naar_loket_code
    WHERE ontvangen_van_loket_code IS NULL AND datum_aanmelding <= :vandaag
)
SELECT
    gemeente_code,
    verantwoordelijke_code,
    source,
    loket_code,
    maand,
    count(*),
    count(*) FILTER (WHERE einde = 'geholpen'),
    count(*) FILTER (WHERE einde = 'warm'),
    count(*) FILTER (WHERE einde = 'koud'),
    count(*) FILTER (WHERE einde = 'overgedragen'),
    count(*) FILTER (WHERE einde = 'verwezen'),
    count(*) FILTER (WHERE einde = 'overig'),
    count(*) FILTER (WHERE einde = 'onbekend'),
    round(count(*) FILTER (WHERE einde = 'onbekend')::numeric / count(*), 4),
    max(levering.geleverd_tot),
    :vandaag
FROM aanmelding
LEFT JOIN levering USING (source)
GROUP BY gemeente_code, verantwoordelijke_code, source, loket_code, maand;
