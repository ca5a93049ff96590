-- mart_contract.termijnen: the three statutory clocks of the Wmo.
-- Grain: gemeente x quarter of the melding, from `vergelijken_vanaf` up to today.
-- Inputs: warehouse.actueel_onderzoek, warehouse.raamcontract*, mart_contract.aanlevering.
-- Reader: the analyst; a gemeente for its own.
-- The gemeente's own investigation, so whatever the financier. Wmo 2015 art. 2.3.2: free support pointed out before the
-- investigation, ready within six weeks of the melding; art. 2.3.5: decision within two weeks of the aanvraag. Days of
-- suspension lengthen the six weeks: the contract has one number of days, and does not say of which term.
-- What is still open is late from the day after the last day of its term on.
-- :vandaag the day of publication.
{% from 'sql/parts/contract.sql' import aantal, deel, geleverd, kwartaal, kwartalen %}
DELETE FROM mart_contract.termijnen;

INSERT INTO mart_contract.termijnen (
    gemeente_code, verantwoordelijke_code, kwartaal, meldingen, gewezen_op_tijd, gewezen_te_laat, gewezen_onbekend,
    aandeel_onbekend, onderzoek_op_tijd, onderzoek_te_laat, onderzoek_loopt, onderzoek_vervallen, aanvragen,
    besluit_op_tijd, besluit_te_laat, besluit_loopt, geleverd_tot, is_geleverd, is_compleet, vandaag
)
WITH kwartaal AS ({{ kwartalen() }}),
klok AS (
    SELECT
        gemeente_code, {{ kwartaal('datum_melding') }} AS kwartaal, datum_aanvraag,
        CASE
            WHEN gewezen_wijze_code = '4' THEN 'te laat'
            WHEN datum_gewezen IS NULL THEN 'onbekend'
            WHEN datum_gewezen <= coalesce(datum_gesprek, datum_onderzoek_gereed, datum_gewezen) THEN 'op tijd'
            ELSE 'te laat'
        END AS gewezen,
        CASE
            WHEN datum_onderzoek_gereed IS NULL AND uitkomst_code = '4' THEN 'vervallen'
            WHEN coalesce(datum_onderzoek_gereed, :vandaag) > datum_melding + 42 + coalesce(dagen_opgeschort, 0)
                THEN 'te laat'
            WHEN datum_onderzoek_gereed IS NULL THEN 'loopt'
            ELSE 'op tijd'
        END AS onderzoek,
        CASE
            WHEN coalesce(datum_besluit, :vandaag) > datum_aanvraag + 14 THEN 'te laat'
            WHEN datum_besluit IS NULL THEN 'loopt'
            ELSE 'op tijd'
        END AS besluit
    FROM warehouse.actueel_onderzoek
    WHERE wet_code = '1' AND datum_melding <= :vandaag
),
telling AS (
    SELECT
        gemeente_code, kwartaal, count(*) AS meldingen,
        count(*) FILTER (WHERE gewezen = 'op tijd') AS gewezen_op_tijd,
        count(*) FILTER (WHERE gewezen = 'te laat') AS gewezen_te_laat,
        count(*) FILTER (WHERE gewezen = 'onbekend') AS gewezen_onbekend,
        count(*) FILTER (WHERE onderzoek = 'op tijd') AS onderzoek_op_tijd,
        count(*) FILTER (WHERE onderzoek = 'te laat') AS onderzoek_te_laat,
        count(*) FILTER (WHERE onderzoek = 'loopt') AS onderzoek_loopt,
        count(*) FILTER (WHERE onderzoek = 'vervallen') AS onderzoek_vervallen,
        count(datum_aanvraag) AS aanvragen,
        count(*) FILTER (WHERE datum_aanvraag IS NOT NULL AND besluit = 'op tijd') AS besluit_op_tijd,
        count(*) FILTER (WHERE datum_aanvraag IS NOT NULL AND besluit = 'te laat') AS besluit_te_laat,
        count(*) FILTER (WHERE datum_aanvraag IS NOT NULL AND besluit = 'loopt') AS besluit_loopt
    FROM klok
    GROUP BY gemeente_code, kwartaal
),
gemeente AS (
    SELECT gemeente_code FROM warehouse.raamcontract_gemeente
    UNION SELECT gemeente_code FROM telling
),
stand AS (
    SELECT gemeente_code, CASE WHEN count(geleverd_tot) = count(*) THEN min(geleverd_tot) END AS geleverd_tot
    FROM mart_contract.aanlevering
    WHERE bericht = 'onderzoek'
    GROUP BY gemeente_code
)
SELECT
    gemeente_code, gemeente_code, kwartaal,
    {% for naam in ('meldingen', 'gewezen_op_tijd', 'gewezen_te_laat', 'gewezen_onbekend') %}
    {{ aantal(naam, geleverd('geleverd_tot', 'kwartaal')) }},
    {% endfor %}
    {{ deel('gewezen_onbekend', 'meldingen') }},
    {% for naam in ('onderzoek_op_tijd', 'onderzoek_te_laat', 'onderzoek_loopt', 'onderzoek_vervallen', 'aanvragen',
                    'besluit_op_tijd', 'besluit_te_laat', 'besluit_loopt') %}
    {{ aantal(naam, geleverd('geleverd_tot', 'kwartaal')) }},
    {% endfor %}
    geleverd_tot, {{ geleverd('geleverd_tot', 'kwartaal') }}, {{ geleverd('geleverd_tot', 'laatste') }}, :vandaag
FROM gemeente
CROSS JOIN kwartaal
LEFT JOIN stand USING (gemeente_code)
LEFT JOIN telling USING (gemeente_code, kwartaal);
