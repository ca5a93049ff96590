{#
The course of every file, for the marts that include it: CTEs `fase_naam`, `verloop` and `toestemming`.

verloop: one row per step up to and including :vandaag, in the order of datum_stap, stap_code, stap_nummer (never
of arrival). `dagen` runs to the next step, for the last one to :vandaag; the state (is_dicht, is_pauze, ronde,
fase_nummer) is that after the step. Dicht: closed (15) and not reopened (16). Pauze: 30 and neither 31 nor 16
after it. The phase is the furthest milestone of the round, so each day without pause is in one phase, whatever
the order in which steps were taken.
toestemming: one row per file and party for whom consent was ever given (20); withdrawn (21) for that party, or
for all where 21 names none; on the day itself withdrawal goes first.
#}
fase_naam (fase_nummer, fase) AS (
    VALUES
        (1, 'triage'), (2, 'huisbezoek'), (3, 'informatie'), (4, 'kernteam'), (5, 'advies'), (6, 'verwijzing'),
        (7, 'aanname'), (8, 'evaluatie'), (9, 'afsluiting')
),
mijlpaal (stap_code, fase_nummer) AS (
    VALUES ('03', 2), ('05', 3), ('07', 4), ('09', 5), ('10', 6), ('11', 7), ('12', 8), ('18', 8), ('14', 9)
),
stap AS MATERIALIZED (
    SELECT
        actueel.*,
        coalesce(mijlpaal.fase_nummer, 1) AS mijlpaal,
        row_number() OVER dossier AS plaats,
        lead(datum_stap, 1, CAST(:vandaag AS date)) OVER dossier - datum_stap AS dagen
    FROM warehouse.actueel_vroeghulp AS actueel
    LEFT JOIN mijlpaal USING (stap_code)
    WHERE datum_stap <= :vandaag
    WINDOW dossier AS (
        PARTITION BY source, verantwoordelijke_code, dossier_nummer
        ORDER BY datum_stap, stap_code, stap_nummer, sleutel_hash
    )
),
stand AS (
    SELECT
        *,
        count(*) FILTER (WHERE stap_code = '16') OVER tot_hier AS ronde,
        coalesce(max(plaats) FILTER (WHERE stap_code = '15') OVER tot_hier, 0)
            > coalesce(max(plaats) FILTER (WHERE stap_code = '16') OVER tot_hier, 0) AS is_dicht,
        coalesce(max(plaats) FILTER (WHERE stap_code = '30') OVER tot_hier, 0)
            > coalesce(max(plaats) FILTER (WHERE stap_code IN ('16', '31')) OVER tot_hier, 0) AS is_pauze
    FROM stap
    WINDOW tot_hier AS (PARTITION BY source, verantwoordelijke_code, dossier_nummer ORDER BY plaats)
),
verloop AS MATERIALIZED (
    SELECT
        *,
        max(mijlpaal) OVER (
            PARTITION BY source, verantwoordelijke_code, dossier_nummer, ronde ORDER BY plaats
        ) AS fase_nummer
    FROM stand
),
intrekking AS MATERIALIZED (
    SELECT source, verantwoordelijke_code, dossier_nummer, datum_stap, toestemming_voor_partij_code
    FROM stap
    WHERE stap_code = '21'
),
toestemming AS MATERIALIZED (
    SELECT
        gegeven.*,
        CASE
            WHEN datum_ingetrokken IS NOT NULL THEN 'ingetrokken'
            WHEN datum_geldig_tot < :vandaag THEN 'verlopen'
            ELSE 'geldig'
        END AS toestand
    FROM (
        SELECT DISTINCT ON (source, verantwoordelijke_code, dossier_nummer, toestemming_voor_partij_code)
            source,
            verantwoordelijke_code,
            dossier_nummer,
            toestemming_voor_partij_code AS voor_partij_code,
            datum_stap AS datum_gegeven,
            datum_geldig_tot,
            toestemming_omvang_code AS omvang_code,
            (
                SELECT min(terug.datum_stap)
                FROM intrekking AS terug
                WHERE terug.datum_stap >= stap.datum_stap
                  AND (terug.source, terug.verantwoordelijke_code, terug.dossier_nummer)
                      = (stap.source, stap.verantwoordelijke_code, stap.dossier_nummer)
                  AND coalesce(terug.toestemming_voor_partij_code, stap.toestemming_voor_partij_code)
                      = stap.toestemming_voor_partij_code
            ) AS datum_ingetrokken
        FROM stap
        WHERE stap_code = '20'
        ORDER BY source, verantwoordelijke_code, dossier_nummer, toestemming_voor_partij_code,
            datum_stap DESC, datum_geldig_tot, stap_nummer DESC, sleutel_hash
    ) AS gegeven
)
