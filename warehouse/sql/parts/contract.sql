{# What the marts of the framework contract share. Moments are of the wall; months and years are Dutch. #}
{% macro dag(moment) %}({{ moment }} AT TIME ZONE 'Europe/Amsterdam')::date{% endmacro %}

{# Whether at least one whole day from `van` on was delivered. #}
{% macro geleverd(moment, van) %}coalesce({{ dag(moment) }} > {{ van }}, false){% endmacro %}

{# 0 where it was delivered and nothing is there; empty where it was not delivered. #}
{% macro aantal(telling, is_geleverd) %}CASE WHEN {{ is_geleverd }} THEN coalesce({{ telling }}, 0) ELSE {{ telling }} END{% endmacro %}

{# A part of 1, or empty. #}
{% macro deel(stuk, geheel) %}round({{ stuk }}::numeric / nullif({{ geheel }}, 0), 4){% endmacro %}

{# Up to when a controller delivered a bericht: all its sources; empty while one of them never did. #}
{% macro stand(bericht) %}
SELECT verantwoordelijke_code, CASE WHEN count(geleverd_tot) = count(*) THEN min(geleverd_tot) END AS geleverd_tot
FROM mart_contract.aanlevering
WHERE bericht = '{{ bericht }}'
GROUP BY verantwoordelijke_code
{% endmacro %}

{# The months of the term up to and including today: first day, first and last day that count, last day. #}
{% macro maanden() %}
SELECT
    eerste::date AS maand,
    greatest(eerste::date, datum_van) AS van,
    (eerste + interval '1 month - 1 day')::date AS laatste,
    least((eerste + interval '1 month - 1 day')::date, datum_tot_en_met, CAST(:vandaag AS date)) AS peil
FROM warehouse.raamcontract
CROSS JOIN LATERAL generate_series(
    date_trunc('month', datum_van::timestamp), least(datum_tot_en_met, CAST(:vandaag AS date))::timestamp,
    interval '1 month'
) AS eerste
{% endmacro %}

{# The quarters from `vergelijken_vanaf` up to and including today. #}
{% macro kwartalen() %}
SELECT
    eerste::date AS kwartaal,
    (eerste + interval '3 months - 1 day')::date AS laatste
FROM warehouse.raamcontract
CROSS JOIN LATERAL generate_series(
    date_trunc('quarter', vergelijken_vanaf::timestamp), CAST(:vandaag AS date)::timestamp, interval '3 months'
) AS eerste
{% endmacro %}

{# The first day of the quarter of a day. #}
{% macro kwartaal(datum) %}date_trunc('quarter', {{ datum }}::timestamp)::date{% endmacro %}

{# Each gemeente of the contract with its aanbieder, and whoever else did work of the contract for a gemeente. #}
{% macro partijen(van, tot) %}
SELECT gemeente_code, verantwoordelijke_code FROM warehouse.raamcontract_gemeente CROSS JOIN warehouse.raamcontract
UNION
SELECT traject.gemeente_code, traject.verantwoordelijke_code
FROM warehouse.raamcontract
JOIN warehouse.actueel_traject AS traject ON datum_start <= {{ tot }} AND coalesce(datum_einde >= {{ van }}, true)
WHERE financier_code IN ('1', '99')
UNION
SELECT activiteit.gemeente_code, activiteit.verantwoordelijke_code
FROM warehouse.raamcontract
JOIN warehouse.actueel_activiteit AS activiteit ON datum BETWEEN {{ van }} AND {{ tot }}
WHERE financier_code IN ('1', '99')
{% endmacro %}
