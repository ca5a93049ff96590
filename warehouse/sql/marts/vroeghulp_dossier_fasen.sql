-- mart_vroeghulp.dossier_fasen: the clock per phase, pauses not counted.
-- Grain: file x round x phase, of files with consent in force. Inputs: warehouse.actueel_vroeghulp, vroeghulp_norm.
-- Reader: the coordinator, each controller for its own rows. The days of all phases are the days in the process.
-- A phase ends where the next begins or the file closes. :vandaag the day of publication.
DELETE FROM mart_vroeghulp.dossier_fasen;

INSERT INTO mart_vroeghulp.dossier_fasen (
    source, verantwoordelijke_code, dossier_nummer, gemeente_code, ronde, fase_nummer, fase, datum_begin,
    datum_einde, dagen, norm_dagen, is_over_norm, vandaag
)
WITH {% include "sql/vroeghulp/verloop.sql" %},
deel AS (
    SELECT
        source, verantwoordelijke_code, dossier_nummer, gemeente_nu, ronde, fase_nummer,
        min(datum_stap) AS datum_begin,
        max(datum_stap + dagen) AS tot,
        bool_or(is_laatste) AS is_huidig,
        coalesce(sum(dagen) FILTER (WHERE NOT is_pauze), 0) AS dagen
    FROM (
        SELECT
            *,
            row_number() OVER van_achter = 1 AS is_laatste,
            first_value(gemeente_code) OVER van_achter AS gemeente_nu
        FROM verloop
        WINDOW van_achter AS (PARTITION BY source, verantwoordelijke_code, dossier_nummer ORDER BY plaats DESC)
    ) AS verloop
    WHERE NOT is_dicht AND (source, verantwoordelijke_code, dossier_nummer) IN (
        SELECT source, verantwoordelijke_code, dossier_nummer FROM toestemming WHERE toestand = 'geldig'
    )
    GROUP BY source, verantwoordelijke_code, dossier_nummer, gemeente_nu, ronde, fase_nummer
)
SELECT
    source, verantwoordelijke_code, dossier_nummer, gemeente_nu, ronde, fase_nummer, fase_naam.fase,
    datum_begin,
    CASE WHEN NOT is_huidig THEN tot END,
    dagen,
    norm.norm_dagen,
    dagen > norm.norm_dagen,
    :vandaag
FROM deel
JOIN fase_naam USING (fase_nummer)
LEFT JOIN warehouse.vroeghulp_norm AS norm ON norm.fase = fase_naam.fase;
