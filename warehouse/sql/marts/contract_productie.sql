-- mart_contract.productie: what was done for the framework contract, exact.
-- Grain: gemeente x verantwoordelijke x month x dienst; a row for every month of the term up to today.
-- Inputs: warehouse.actueel_traject, warehouse.actueel_activiteit, warehouse.raamcontract*, warehouse.normbedrag,
--   mart_contract.aanlevering.
-- Reader: the analyst; a contract party for its own gemeente or its own work.
-- Only financier 1 counts; 99 (unknown) stands apart. A traject counts as closed in the month of its last day, and is
-- not running any more on that day. A course meeting counts once, however many people led it.
-- :vandaag the day of publication.
{% from 'sql/parts/contract.sql' import aantal, deel, geleverd, maanden, partijen, stand %}
DELETE FROM mart_contract.productie;

INSERT INTO mart_contract.productie (
    gemeente_code, verantwoordelijke_code, maand, dienst_code, nieuw, afgesloten, lopend, bijeenkomsten,
    minuten_direct, minuten_indirect, minuten_reis, minuten_cursus, normbedrag_eur, bedrag_eur, financier_onbekend,
    aandeel_onbekend, activiteiten_geleverd_tot, geleverd_tot, is_geleverd, is_compleet, vandaag
)
WITH maand AS ({{ maanden() }}),
traject AS (
    SELECT
        gemeente_code, verantwoordelijke_code, maand, dienst_code,
        count(*) FILTER (WHERE financier_code = '1' AND datum_start >= van) AS nieuw,
        count(*) FILTER (WHERE financier_code = '1' AND datum_einde <= peil) AS afgesloten,
        count(*) FILTER (WHERE financier_code = '1' AND coalesce(datum_einde > peil, true)) AS lopend,
        count(*) FILTER (WHERE financier_code = '99' AND datum_einde <= peil) AS onbekend
    FROM maand
    JOIN warehouse.actueel_traject ON datum_start <= peil AND coalesce(datum_einde >= van, true)
    WHERE financier_code IN ('1', '99')
    GROUP BY gemeente_code, verantwoordelijke_code, maand, dienst_code
),
activiteit AS (
    SELECT
        gemeente_code, verantwoordelijke_code, maand, dienst_code,
        sum(minuten) FILTER (WHERE financier_code = '1' AND soort_code = '1') AS direct,
        sum(minuten) FILTER (WHERE financier_code = '1' AND soort_code = '2') AS indirect,
        sum(minuten) FILTER (WHERE financier_code = '1' AND soort_code = '3') AS reis,
        sum(minuten) FILTER (WHERE financier_code = '1' AND soort_code = '4') AS cursus,
        count(DISTINCT (source, cursus_nummer, datum)) FILTER (WHERE financier_code = '1' AND soort_code = '4')
            AS bijeenkomsten,
        count(DISTINCT (source, cursus_nummer, datum)) FILTER (WHERE financier_code = '99' AND soort_code = '4')
            AS onbekend
    FROM maand
    JOIN warehouse.actueel_activiteit ON datum BETWEEN van AND peil
    WHERE financier_code IN ('1', '99') AND soort_code IN ('1', '2', '3', '4')
    GROUP BY gemeente_code, verantwoordelijke_code, maand, dienst_code
),
partij AS ({{ partijen('datum_van', 'least(datum_tot_en_met, :vandaag)') }}),
stand AS (
    SELECT
        partij.*, maand.*, traject.geleverd_tot, activiteit.geleverd_tot AS activiteiten_tot,
        {{ geleverd('traject.geleverd_tot', 'van') }} AS is_traject,
        {{ geleverd('activiteit.geleverd_tot', 'van') }} AS is_activiteit,
        {{ geleverd('least(traject.geleverd_tot, activiteit.geleverd_tot)', 'laatste') }}
            AND traject.geleverd_tot IS NOT NULL AND activiteit.geleverd_tot IS NOT NULL AS is_compleet
    FROM partij
    CROSS JOIN maand
    LEFT JOIN ({{ stand('traject') }}) AS traject USING (verantwoordelijke_code)
    LEFT JOIN ({{ stand('activiteit') }}) AS activiteit USING (verantwoordelijke_code)
),
telling AS (
    SELECT
        stand.*, dienst_code, eur, is_per_bijeenkomst,
        {{ aantal('nieuw', 'is_traject') }} AS nieuw,
        {{ aantal('afgesloten', 'is_traject') }} AS afgesloten,
        {{ aantal('lopend', 'is_traject') }} AS lopend,
        {{ aantal('bijeenkomsten', 'is_activiteit') }} AS bijeenkomsten,
        {{ aantal('direct', 'is_activiteit') }} AS direct,
        {{ aantal('indirect', 'is_activiteit') }} AS indirect,
        {{ aantal('reis', 'is_activiteit') }} AS reis,
        {{ aantal('cursus', 'is_activiteit') }} AS cursus,
        CASE WHEN is_per_bijeenkomst THEN {{ aantal('activiteit.onbekend', 'is_activiteit') }}
            ELSE {{ aantal('traject.onbekend', 'is_traject') }} END AS onbekend
    FROM stand
    JOIN warehouse.normbedrag ON jaar = extract(year FROM maand)
    LEFT JOIN traject USING (gemeente_code, verantwoordelijke_code, maand, dienst_code)
    LEFT JOIN activiteit USING (gemeente_code, verantwoordelijke_code, maand, dienst_code)
)
SELECT
    gemeente_code, verantwoordelijke_code, maand, dienst_code, nieuw, afgesloten, lopend, bijeenkomsten,
    direct, indirect, reis, cursus,
    eur, eur * CASE WHEN is_per_bijeenkomst THEN bijeenkomsten ELSE afgesloten END,
    onbekend, {{ deel('onbekend', '(onbekend + CASE WHEN is_per_bijeenkomst THEN bijeenkomsten ELSE afgesloten END)') }},
    activiteiten_tot, geleverd_tot, is_traject AND is_activiteit, is_compleet, :vandaag
FROM telling;
