-- The desks as the region declares them now. Grain: one row per desk. Input: the declaration, as JSON.
-- Reader: publish_marts. Only what differs is written.
DELETE FROM warehouse.loket
WHERE loket_code NOT IN (SELECT loket_code FROM jsonb_populate_recordset(NULL::warehouse.loket, CAST(:rows AS jsonb)));

INSERT INTO warehouse.loket AS loket
SELECT * FROM jsonb_populate_recordset(NULL::warehouse.loket, CAST(:rows AS jsonb))
ON CONFLICT (loket_code) DO UPDATE SET
    naam = excluded.naam, soort_loket_code = excluded.soort_loket_code,
    organisatie_code = excluded.organisatie_code, gemeente_code = excluded.gemeente_code,
    geldig_van = excluded.geldig_van, geldig_tot = excluded.geldig_tot
WHERE loket IS DISTINCT FROM excluded;
