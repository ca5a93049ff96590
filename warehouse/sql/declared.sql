-- A table of WAREHOUSE as the region declares it now. Grain: that of the table. Input: the declaration, as JSON.
-- Reader: load_declared. Only what differs is written.
DELETE FROM {{ table }}
WHERE ({{ keys }}) NOT IN (SELECT {{ keys }} FROM jsonb_populate_recordset(NULL::{{ table }}, CAST(:rows AS jsonb)));

INSERT INTO {{ table }} AS oud
SELECT * FROM jsonb_populate_recordset(NULL::{{ table }}, CAST(:rows AS jsonb))
ON CONFLICT ({{ keys }}) DO UPDATE SET
{% for name in others %}
    {{ name }} = excluded.{{ name }}{{ "," if not loop.last }}
{% endfor %}
WHERE oud IS DISTINCT FROM excluded;
