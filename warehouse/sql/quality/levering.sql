-- Profile: one judged delivery as numbers, before it is merged. One statement, one pass over what it brought.
-- Grain: one row. Inputs: exchange.delivery, exchange.reject, accepted.{{ bericht }} (what it brought), warehouse.actueel_{{ bericht }}
-- (what is there of this source). Output: counts, days and lists of counts; never a value of a record.
-- Reader: warehouse.profile. Ages are counted from the delivery's own stand_op: the same whenever it is judged.
WITH levering AS (
    SELECT delivery_id, source, bericht, omvang, stand_op, scope, received, gemeente_code
    FROM exchange.delivery
    WHERE delivery_id = :delivery_id
),

gebracht AS (
    SELECT * FROM accepted.{{ bericht }} WHERE delivery_id + 0 = :delivery_id
),

nieuw AS (
    SELECT
        count(gebracht.versie_id) AS nieuw,
        max({{ peildatum }}) AS nieuwste,
        count(*) FILTER (WHERE {{ peildatum }} > levering.stand_op::date) AS toekomst,
        jsonb_build_array({% for name in columns %}count(gebracht.{{ name }}){{ ", " if not loop.last }}{% endfor %}) AS gevuld,
        jsonb_build_array({% for name, is_list in unknown %}
            count(*) FILTER (WHERE gebracht.{{ name }} {{ "&&" if is_list else "= ANY" }} (CAST(:onbekend_{{ name }} AS text[])))
            {{- ", " if not loop.last }}{% endfor %}) AS onbekend,
        jsonb_build_array({% for odd in plausible %}
            jsonb_build_array(count(gebracht.{{ odd.veld }}), count(*) FILTER (WHERE
            {%- if odd.codes %} gebracht.{{ odd.veld }} = ANY (CAST(:codes_{{ loop.index0 }} AS text[]))
            {%- else %}{% set what = "gebracht." ~ odd.veld ~ (" - gebracht." ~ odd.na if odd.na else "") %}
            {%- if odd.boven is not none %} {{ what }} > :boven_{{ loop.index0 }}{% endif %}
            {%- if odd.boven is not none and odd.onder is not none %} OR{% endif %}
            {%- if odd.onder is not none %} {{ what }} < :onder_{{ loop.index0 }}{% endif %}
            {%- endif %})){{ ", " if not loop.last }}{% endfor %}) AS vreemd
    FROM levering
    LEFT JOIN gebracht ON NOT gebracht.is_ingetrokken
),

stand AS (
    SELECT *
    FROM warehouse.actueel_{{ bericht }}
    WHERE source || '' = (SELECT source FROM levering)
),

er_was AS (
    SELECT
        count(stand.versie_id) AS er_was,
        count(stand.versie_id) FILTER (WHERE cardinality(levering.scope) = 0 OR partitie = ANY (levering.scope)) AS er_was_in_deel,
        jsonb_build_array({% for name in columns %}count(stand.{{ name }}){{ ", " if not loop.last }}{% endfor %}) AS was_gevuld
    FROM levering
    LEFT JOIN stand USING (source)
),

weg AS (
    SELECT count(*) AS weg
    FROM stand
    JOIN gebracht USING (sleutel_hash)
    WHERE gebracht.is_ingetrokken
        AND (gebracht.moment, gebracht.stand_op) >= (stand.moment, stand.stand_op)
),

gemeente_weg AS (
    SELECT count(*) AS gemeente_weg
    FROM (
        SELECT stand.gemeente_code
        FROM stand
        LEFT JOIN gebracht USING (sleutel_hash)
        GROUP BY stand.gemeente_code
        HAVING count(DISTINCT sleutel_hash) >= 5 AND bool_and(coalesce(gebracht.is_ingetrokken, false))
            AND stand.gemeente_code NOT IN (SELECT gemeente_code FROM gebracht WHERE NOT is_ingetrokken)
    ) AS gemeenten
),

-- A gemeente speaks for itself only: a record of another one is refused (R030), and here counted.
andere_gemeente AS (
    SELECT count(*) AS andere_gemeente
    FROM levering
    JOIN exchange.reject USING (delivery_id)
    WHERE reject.faults @> '[{"code": "R030"}]'
),

verschuiving AS (
    SELECT gebracht.{{ peildatum }} - stand.{{ peildatum }} AS dagen, count(*) AS aantal
    FROM stand
    JOIN gebracht USING (sleutel_hash)
    WHERE NOT gebracht.is_ingetrokken
        AND (gebracht.moment, gebracht.stand_op) >= (stand.moment, stand.stand_op)
    GROUP BY 1
),

eerder AS (
    SELECT
        percentile_cont(0.5) WITHIN GROUP (ORDER BY ander.received) AS mediaan,
        count(*) AS eerdere
    FROM (
        SELECT ander.received
        FROM exchange.delivery AS ander
        JOIN levering USING (source, bericht, omvang)
        WHERE ander.state = 'merged' AND ander.duplicate_of IS NULL AND ander.stand_op < levering.stand_op
        ORDER BY ander.stand_op DESC
        LIMIT 30
    ) AS ander
)

SELECT
    levering.omvang,
    levering.received,
    nieuw.*,
    levering.stand_op::date - nieuw.nieuwste AS dagen_oud,
    er_was.*,
    weg.weg,
    gemeente_weg.gemeente_weg,
    andere_gemeente.andere_gemeente,
    coalesce((SELECT sum(aantal) FROM verschuiving), 0) AS gewijzigd,
    coalesce((SELECT max(aantal) FROM verschuiving WHERE dagen <> 0), 0) AS verschoven,
    eerder.mediaan,
    eerder.eerdere,
    (
        SELECT extract(EPOCH FROM max(ander.stand_op) - levering.stand_op) / 86400
        FROM exchange.delivery AS ander
        WHERE ander.source = levering.source AND ander.bericht = levering.bericht
            AND ander.state = 'merged' AND ander.duplicate_of IS NULL
    ) AS dagen_achter
FROM levering
CROSS JOIN nieuw
CROSS JOIN er_was
CROSS JOIN weg
CROSS JOIN gemeente_weg
CROSS JOIN andere_gemeente
CROSS JOIN eerder;
