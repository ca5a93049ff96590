-- mart_contract.realisatie: the budget realised against time, in both readings.
-- Grain: gemeente (empty: the region) x year of the term. Behind productie and overige_inzet (by name): it sums them.
-- Inputs: mart_contract.productie, mart_contract.overige_inzet, warehouse.raamcontract*.
-- Reader: the analyst; a contract party for its own gemeente or its own work.
-- The floor worked on the joint value of all individual services, so it stands with the region only.
-- :vandaag the day of publication.
{% from 'sql/parts/contract.sql' import deel, geleverd %}
DELETE FROM mart_contract.realisatie;

INSERT INTO mart_contract.realisatie (
    gemeente_code, verantwoordelijke_code, jaar, gerealiseerd_eur, lezing, budget_a_eur, budget_b_eur, aandeel_a,
    aandeel_b, aandeel_tijd, vloer_a_eur, vloer_b_eur, minuten_collectief, collectief_max_eur, minuten_ivh,
    ivh_vast_eur, onbekend_eur, aandeel_onbekend, geleverd_tot, is_geleverd, is_compleet, vandaag
)
WITH dienst AS (
    SELECT
        gemeente_code, extract(year FROM maand)::int AS jaar,
        sum(bedrag_eur) AS gerealiseerd, sum(financier_onbekend * normbedrag_eur) AS onbekend,
        CASE WHEN bool_and(geleverd_tot IS NOT NULL AND activiteiten_geleverd_tot IS NOT NULL)
            THEN min(least(geleverd_tot, activiteiten_geleverd_tot)) END AS geleverd_tot
    FROM mart_contract.productie
    GROUP BY gemeente_code, extract(year FROM maand)
),
overig AS (
    SELECT
        gemeente_code, extract(year FROM maand)::int AS jaar,
        sum(minuten) FILTER (WHERE groep = 'collectief') AS collectief,
        sum(minuten) FILTER (WHERE groep = 'ivh') AS ivh
    FROM mart_contract.overige_inzet
    GROUP BY gemeente_code, extract(year FROM maand)
),
telling AS (
    SELECT
        gemeente_code, jaar, GROUPING(gemeente_code) = 1 AS is_regio,
        sum(gerealiseerd) AS gerealiseerd, sum(onbekend) AS onbekend,
        sum(budget_a_eur) AS budget_a, sum(budget_b_eur) AS budget_b,
        sum(collectief) AS collectief, sum(collectief_max_eur) AS collectief_max, sum(ivh) AS ivh,
        CASE WHEN bool_and(geleverd_tot IS NOT NULL) THEN min(geleverd_tot) END AS geleverd_tot
    FROM dienst
    LEFT JOIN overig USING (gemeente_code, jaar)
    LEFT JOIN warehouse.raamcontract_gemeente USING (gemeente_code, jaar)
    GROUP BY GROUPING SETS ((gemeente_code, jaar), (jaar))
),
jaar AS (
    SELECT
        telling.*, raamcontract.*,
        greatest(make_date(jaar, 1, 1), datum_van) AS van,
        least(make_date(jaar, 12, 31), datum_tot_en_met) AS laatste
    FROM telling
    CROSS JOIN warehouse.raamcontract
)
SELECT
    gemeente_code, verantwoordelijke_code, jaar, gerealiseerd, lezing, budget_a, budget_b,
    {{ deel('gerealiseerd', 'budget_a') }}, {{ deel('gerealiseerd', 'budget_b') }},
    {{ deel('(least(:vandaag, laatste + 1) - van)', '(laatste + 1 - van)') }},
    CASE WHEN is_regio THEN round(vloer * budget_a, 2) END, CASE WHEN is_regio THEN round(vloer * budget_b, 2) END,
    collectief, collectief_max, ivh, CASE WHEN is_regio THEN ivh_vast_eur END,
    onbekend, {{ deel('onbekend', '(onbekend + gerealiseerd)') }},
    geleverd_tot, {{ geleverd('geleverd_tot', 'van') }}, {{ geleverd('geleverd_tot', 'laatste') }}, :vandaag
FROM jaar;
