-- mart_vroeghulp.dossier_toestemmingen: consent per party, of files in which at least one is in force.
-- Grain: file x party for whom consent was given. Input: warehouse.actueel_vroeghulp.
-- Reader: the coordinator, each controller for its own rows. Who gave it is not shown.
-- :vandaag the day of publication; consent holds up to and including datum_geldig_tot.
DELETE FROM mart_vroeghulp.dossier_toestemmingen;

INSERT INTO mart_vroeghulp.dossier_toestemmingen (
    source, verantwoordelijke_code, dossier_nummer, gemeente_code, voor_partij_code, datum_gegeven,
    datum_geldig_tot, datum_ingetrokken, toestand, omvang_code, vandaag
)
WITH {% include "sql/vroeghulp/verloop.sql" %},
laatst AS (
    SELECT DISTINCT ON (source, verantwoordelijke_code, dossier_nummer)
        source, verantwoordelijke_code, dossier_nummer, gemeente_code
    FROM verloop
    ORDER BY source, verantwoordelijke_code, dossier_nummer, plaats DESC
)
SELECT
    source, verantwoordelijke_code, dossier_nummer, gemeente_code, voor_partij_code, datum_gegeven,
    datum_geldig_tot, datum_ingetrokken, toestand, omvang_code, :vandaag
FROM toestemming
JOIN laatst USING (source, verantwoordelijke_code, dossier_nummer)
WHERE (source, verantwoordelijke_code, dossier_nummer) IN (
    SELECT source, verantwoordelijke_code, dossier_nummer FROM toestemming WHERE toestand = 'geldig'
);
