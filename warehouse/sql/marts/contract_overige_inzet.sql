-- mart_contract.overige_inzet: time for the framework contract outside the diensten.
-- Grain: gemeente x verantwoordelijke x month x kind of activity (5 and up); a row for every month of the term up to today.
-- Inputs: warehouse.actueel_activiteit, warehouse.raamcontract*, mart_contract.aanlevering.
-- Reader: the analyst; a contract party for its own gemeente or its own work.
-- Together with the minutes of mart_contract.productie this is all time with financier 1.
-- :vandaag the day of publication.
{% from 'sql/parts/contract.sql' import aantal, deel, geleverd, maanden, partijen, stand %}
DELETE FROM mart_contract.overige_inzet;

INSERT INTO mart_contract.overige_inzet (
    gemeente_code, verantwoordelijke_code, maand, soort_code, groep, activiteiten, minuten, financier_onbekend,
    aandeel_onbekend, geleverd_tot, is_geleverd, is_compleet, vandaag
)
WITH maand AS ({{ maanden() }}),
soort (soort_code, groep) AS (
    VALUES ('5', 'collectief'), ('6', 'collectief'), ('7', 'collectief'), ('8', 'ivh'), ('9', 'ivh'), ('10', 'college'),
        ('98', 'anders')
),
activiteit AS (
    SELECT
        gemeente_code, verantwoordelijke_code, maand, soort_code,
        count(*) FILTER (WHERE financier_code = '1') AS activiteiten,
        coalesce(sum(minuten) FILTER (WHERE financier_code = '1'), 0) AS minuten,
        coalesce(sum(minuten) FILTER (WHERE financier_code = '99'), 0) AS onbekend
    FROM maand
    JOIN warehouse.actueel_activiteit ON datum BETWEEN van AND peil
    WHERE financier_code IN ('1', '99') AND soort_code NOT IN ('1', '2', '3', '4')
    GROUP BY gemeente_code, verantwoordelijke_code, maand, soort_code
),
partij AS ({{ partijen('datum_van', 'least(datum_tot_en_met, :vandaag)') }})
SELECT
    gemeente_code, verantwoordelijke_code, maand, soort_code, groep,
    {{ aantal('activiteiten', geleverd('geleverd_tot', 'van')) }},
    {{ aantal('minuten', geleverd('geleverd_tot', 'van')) }},
    {{ aantal('onbekend', geleverd('geleverd_tot', 'van')) }},
    {{ deel('onbekend', '(onbekend + minuten)') }},
    geleverd_tot, {{ geleverd('geleverd_tot', 'van') }}, {{ geleverd('geleverd_tot', 'laatste') }}, :vandaag
FROM partij
CROSS JOIN maand
CROSS JOIN soort
LEFT JOIN ({{ stand('activiteit') }}) AS stand USING (verantwoordelijke_code)
LEFT JOIN activiteit USING (gemeente_code, verantwoordelijke_code, maand, soort_code);
