-- Merge: bring the current state of one bericht up to date with what one delivery brought. One file for all.
-- Grain: one row per key that the delivery touched. Inputs: accepted.{{ bericht }}, exchange.delivery.
-- Output: warehouse.actueel_{{ bericht }}. Reader: warehouse.merge.
-- The newest version of a key in the order (moment, stand_op, inhoud_hash) is its state; when that version says
-- "withdrawn" there is no row. Versions of a delivery that is judged or held, and not merged, do not count. So any
-- order of the same deliveries ends in the same rows, and a second time touches none.
--
-- The way to join is chosen here, by the size of the delivery: key by key through the indexes, or by hash. The
-- planner guesses from statistics that a large load has just overtaken, and a nested loop over two tables that
-- it takes for empty does not end.
SET LOCAL enable_seqscan = off;

SELECT
    set_config('enable_seqscan', CASE WHEN is_large THEN 'on' ELSE 'off' END, true),
    set_config('enable_nestloop', CASE WHEN is_large THEN 'off' ELSE 'on' END, true),
    set_config('enable_mergejoin', 'off', true),
    set_config('enable_hashjoin', CASE WHEN is_large THEN 'on' ELSE 'off' END, true)
FROM (
    SELECT count(*) > :large AS is_large
    FROM (SELECT FROM accepted.{{ bericht }} WHERE delivery_id + 0 = :delivery_id LIMIT :large + 1) AS eerste
) AS omvang;

CREATE TEMPORARY TABLE stand ON COMMIT DROP AS
WITH nieuwste AS (
    SELECT DISTINCT ON (sleutel_hash) sleutel_hash, versie_id, is_ingetrokken
    FROM accepted.{{ bericht }}
    WHERE source = :source
        AND sleutel_hash IN (SELECT sleutel_hash FROM accepted.{{ bericht }} WHERE delivery_id + 0 = :delivery_id)
        AND (
            delivery_id = :delivery_id
            OR delivery_id IN (
                SELECT delivery_id FROM exchange.delivery
                WHERE source = :source AND bericht = '{{ bericht }}' AND state = 'merged'
            )
        )
    ORDER BY sleutel_hash, moment DESC, stand_op DESC, inhoud_hash DESC, delivery_id DESC
)
SELECT
    nieuwste.*,
    CASE
        WHEN actueel.versie_id IS NULL THEN 'inserted'
        WHEN nieuwste.is_ingetrokken THEN 'deleted'
        ELSE 'updated'
    END AS gevolg
FROM nieuwste
LEFT JOIN warehouse.actueel_{{ bericht }} AS actueel
    ON actueel.source = :source AND actueel.sleutel_hash = nieuwste.sleutel_hash
WHERE CASE
    WHEN nieuwste.is_ingetrokken THEN actueel.versie_id IS NOT NULL
    ELSE actueel.versie_id IS DISTINCT FROM nieuwste.versie_id
END;

MERGE INTO warehouse.actueel_{{ bericht }} AS actueel
USING (
    SELECT versie.*
    FROM stand
    JOIN accepted.{{ bericht }} AS versie USING (versie_id)
) AS nieuw
ON actueel.source = nieuw.source AND actueel.sleutel_hash = nieuw.sleutel_hash
WHEN MATCHED AND nieuw.is_ingetrokken THEN DELETE
WHEN MATCHED AND actueel.versie_id IS DISTINCT FROM nieuw.versie_id THEN UPDATE SET
{% for name in columns if name not in ("source", "sleutel_hash") %}
    {{ name }} = nieuw.{{ name }}{{ "" if loop.last else "," }}
{% endfor %}
WHEN NOT MATCHED AND NOT nieuw.is_ingetrokken THEN INSERT ({{ columns | join(", ") }})
    VALUES ({% for name in columns %}nieuw.{{ name }}{{ "" if loop.last else ", " }}{% endfor %});

SELECT
    count(*) FILTER (WHERE gevolg = 'inserted') AS inserted,
    count(*) FILTER (WHERE gevolg = 'updated') AS updated,
    count(*) FILTER (WHERE gevolg = 'deleted') AS deleted
FROM stand;

DROP TABLE stand;

SET LOCAL enable_seqscan = DEFAULT;
SET LOCAL enable_nestloop = DEFAULT;
SET LOCAL enable_mergejoin = DEFAULT;
SET LOCAL enable_hashjoin = DEFAULT;
