-- What the warehouse and the marts show after a publication, as numbers.
-- Grain: one row per table, expectation and column. Inputs: every mart, warehouse.actueel_*, mart_contract and mart_loket
-- beside each other. Output: mart, expectation, subject, observed (a number of rows, a share or a difference) and base
-- (rows that it stands on); never a value of a row. Reader: warehouse.profile.
-- :vandaag the day of publication; :gemeenten the gemeenten of the region.
{% for table in tables %}
SELECT '{{ table.name }}' AS mart, maat.expectation, maat.subject, maat.observed::float8 AS observed, gemeten.rijen AS base
FROM (
    SELECT
        count(*) AS rijen
        {% if table.has_gemeente %}
        , count(*) FILTER (WHERE gemeente_code <> ALL (CAST(:gemeenten AS text[]))) AS zonder_gemeente
        {% endif %}
        {% if table.has_vandaag %}
        , count(*) FILTER (WHERE vandaag <> CAST(:vandaag AS date)) AS andere_dag
        {% endif %}
        {% for name in table.moments %}
        , count(*) FILTER (WHERE {{ name }} >= CAST(:vandaag AS date) + 1) AS toekomst_{{ name }}
        {% endfor %}
        {% if table.numbers %}
        , count(*) FILTER (WHERE least({{ table.numbers | join(", ") }}) < 0) AS negatief
        {% endif %}
    FROM {{ table.name }}
) AS gemeten
CROSS JOIN LATERAL (
    VALUES
    (NULL::text, NULL::text, NULL::bigint)
    {% if table.has_gemeente %}
    , ('zonder_gemeente', 'gemeente_code', zonder_gemeente)
    {% endif %}
    {% if table.has_vandaag %}
    , ('vandaag', 'vandaag', andere_dag)
    {% endif %}
    {% for name in table.moments %}
    , ('toekomst', '{{ name }}', toekomst_{{ name }})
    {% endfor %}
    {% if table.numbers %}
    , ('negatief', '', negatief)
    {% endif %}
) AS maat (expectation, subject, observed)
WHERE maat.expectation IS NOT NULL
UNION ALL
{% endfor %}
SELECT 'mart_loket.aanmeldingen', 'ongelijk', 'aanmeldingen', abs(coalesce(sum(aanmeldingen), 0) - (
    SELECT count(*) FROM warehouse.actueel_aanmelding
)), count(*)
FROM mart_loket.aanmeldingen
UNION ALL
SELECT 'mart_contract.aanlevering', 'ongelijk', 'records', abs(coalesce(sum(records), 0) - (
    {% for bericht in berichten %}
    {{ "+ " if not loop.first }}(SELECT count(*) FROM warehouse.actueel_{{ bericht }} JOIN mart_contract.aanlevering USING (source)
        WHERE bericht = '{{ bericht }}')
    {% endfor %}
)), count(*)
FROM mart_contract.aanlevering
UNION ALL
SELECT 'mart_contract.realisatie', 'ongelijk', 'gerealiseerd_eur', abs(
    coalesce(sum(gerealiseerd_eur) FILTER (WHERE gemeente_code IS NOT NULL), 0)
    - coalesce((SELECT sum(bedrag_eur) FROM mart_contract.productie), 0)
), count(*)
FROM mart_contract.realisatie
UNION ALL
SELECT 'mart_contract.realisatie', 'ongelijk', 'gerealiseerd_eur regio', abs(
    coalesce(sum(gerealiseerd_eur) FILTER (WHERE gemeente_code IS NOT NULL), 0)
    - coalesce(sum(gerealiseerd_eur) FILTER (WHERE gemeente_code IS NULL), 0)
), count(*)
FROM mart_contract.realisatie
UNION ALL
SELECT 'warehouse.actueel_traject', 'wees', 'aanmelding_nummer', coalesce(avg((NOT EXISTS (
    SELECT FROM warehouse.actueel_aanmelding AS ander
    WHERE ander.source = deze.source AND ander.aanmelding_nummer = deze.aanmelding_nummer
))::int), 0), count(*)
FROM warehouse.actueel_traject AS deze
UNION ALL
SELECT 'warehouse.actueel_activiteit', 'wees', 'traject_nummer', coalesce(avg((NOT EXISTS (
    SELECT FROM warehouse.actueel_traject AS ander
    WHERE ander.source = deze.source AND ander.traject_nummer = deze.traject_nummer
))::int), 0), count(*)
FROM warehouse.actueel_activiteit AS deze
WHERE deze.traject_nummer IS NOT NULL;
