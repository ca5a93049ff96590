-- mart_loket.overdracht_kanten: each hand-over as one desk registered it; nothing of the other desk's record.
-- Grain: one side ("van" or "naar") of one aanmelding. A desk that received and sent on has both.
-- Inputs: warehouse.actueel_aanmelding. Reader: overdrachten.sql, each controller for its own rows.
-- A record has one kenmerk and one overdracht_code: of a desk that sent on, the code is that of its sending.
-- :vandaag the day of publication; what is dated later has not happened yet.
DELETE FROM mart_loket.overdracht_kanten;

INSERT INTO mart_loket.overdracht_kanten (
    regel_nummer, gemeente_code, verantwoordelijke_code, source, kant, aanmelding_nummer, overdracht_kenmerk,
    van_loket_code, naar_loket_code, datum, datum_geaccepteerd, overdracht_code, vandaag
)
WITH kant AS (
    SELECT
        gemeente_code, verantwoordelijke_code, source, sleutel_hash, aanmelding_nummer, overdracht_kenmerk,
        'van' AS kant, loket_code AS van, doorgestuurd_naar_loket_code AS naar, datum_doorgestuurd AS datum,
        datum_overdracht_geaccepteerd AS datum_geaccepteerd, coalesce(overdracht_code, '99') AS overdracht_code
    FROM warehouse.actueel_aanmelding
    WHERE doorgestuurd_naar_loket_code IS NOT NULL AND datum_doorgestuurd IS NOT NULL
    UNION ALL
    SELECT
        gemeente_code, verantwoordelijke_code, source, sleutel_hash, aanmelding_nummer, overdracht_kenmerk,
        'naar', ontvangen_van_loket_code, loket_code, datum_aanmelding, NULL,
        CASE WHEN doorgestuurd_naar_loket_code IS NULL THEN coalesce(overdracht_code, '99') ELSE '99' END
    FROM warehouse.actueel_aanmelding
    WHERE ontvangen_van_loket_code IS NOT NULL
)
SELECT
    row_number() OVER (ORDER BY source, aanmelding_nummer, sleutel_hash, kant),
    gemeente_code, verantwoordelijke_code, source, kant, aanmelding_nummer, overdracht_kenmerk,
    van, naar, datum, datum_geaccepteerd, overdracht_code, :vandaag
FROM kant
WHERE datum <= :vandaag;
