-- mart_contract.onafhankelijkheid: in which role people are supported, and conversations held for the gemeente.
-- Grain: gemeente x verantwoordelijke x quarter, from `vergelijken_vanaf` up to today.
-- Inputs: warehouse.actueel_traject, warehouse.actueel_activiteit, warehouse.raamcontract*, mart_contract.aanlevering.
-- Reader: the analyst; a contract party for its own gemeente or its own work.
-- Only financier 1 counts. A traject counts in the quarter of its start, an activity in that of its day.
-- :vandaag the day of publication.
{% from 'sql/parts/contract.sql' import aantal, deel, geleverd, kwartaal, kwartalen, partijen, stand %}
DELETE FROM mart_contract.onafhankelijkheid;

INSERT INTO mart_contract.onafhankelijkheid (
    gemeente_code, verantwoordelijke_code, kwartaal, trajecten, onafhankelijk, namens_college, beide, rol_onbekend,
    aandeel_niet_onafhankelijk, aandeel_onbekend, keukentafelgesprekken, minuten_keukentafel,
    activiteiten_geleverd_tot, geleverd_tot, is_geleverd, is_compleet, vandaag
)
WITH kwartaal AS ({{ kwartalen() }}),
rol AS (
    SELECT
        gemeente_code, verantwoordelijke_code, {{ kwartaal('datum_start') }} AS kwartaal, count(*) AS trajecten,
        count(*) FILTER (WHERE rol_code = '1') AS onafhankelijk,
        count(*) FILTER (WHERE rol_code = '2') AS namens_college,
        count(*) FILTER (WHERE rol_code = '3') AS beide,
        count(*) FILTER (WHERE rol_code = '99') AS rol_onbekend
    FROM warehouse.actueel_traject
    WHERE financier_code = '1' AND datum_start <= :vandaag
    GROUP BY 1, 2, 3
),
keukentafel AS (
    SELECT
        gemeente_code, verantwoordelijke_code, {{ kwartaal('datum') }} AS kwartaal, count(*) AS gesprekken,
        sum(minuten) AS minuten
    FROM warehouse.actueel_activiteit
    WHERE financier_code = '1' AND soort_code = '10' AND datum <= :vandaag
    GROUP BY 1, 2, 3
),
partij AS ({{ partijen('vergelijken_vanaf', ':vandaag') }}),
geheel AS (
    SELECT
        partij.*, kwartaal.*, rol.trajecten, onafhankelijk, namens_college, beide, rol_onbekend, gesprekken, minuten,
        traject.geleverd_tot, activiteit.geleverd_tot AS activiteiten_tot,
        {{ geleverd('traject.geleverd_tot', 'kwartaal') }} AS is_traject,
        {{ geleverd('activiteit.geleverd_tot', 'kwartaal') }} AS is_activiteit,
        {{ geleverd('traject.geleverd_tot', 'laatste') }}
            AND {{ geleverd('activiteit.geleverd_tot', 'laatste') }} AS is_compleet
    FROM partij
    CROSS JOIN kwartaal
    LEFT JOIN ({{ stand('traject') }}) AS traject USING (verantwoordelijke_code)
    LEFT JOIN ({{ stand('activiteit') }}) AS activiteit USING (verantwoordelijke_code)
    LEFT JOIN rol USING (gemeente_code, verantwoordelijke_code, kwartaal)
    LEFT JOIN keukentafel USING (gemeente_code, verantwoordelijke_code, kwartaal)
)
SELECT
    gemeente_code, verantwoordelijke_code, kwartaal,
    {% for naam in ('trajecten', 'onafhankelijk', 'namens_college', 'beide', 'rol_onbekend') %}
    {{ aantal(naam, 'is_traject') }},
    {% endfor %}
    {{ deel('(namens_college + beide)', '(trajecten - rol_onbekend)') }}, {{ deel('rol_onbekend', 'trajecten') }},
    {{ aantal('gesprekken', 'is_activiteit') }}, {{ aantal('minuten', 'is_activiteit') }},
    activiteiten_tot, geleverd_tot, is_traject AND is_activiteit, is_compleet, :vandaag
FROM geheel;
