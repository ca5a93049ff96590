-- mart_vroeghulp.looptijden: lead times without pauses, for everybody who may read the marts.
-- Grain: traject x (region x quarter, or gemeente x year) in which it ended; a file counts once per round.
-- Inputs: warehouse.actueel_vroeghulp, exchange.delivery. Reader: the analyst, every controller.
-- Only periods that are over, so that two nights cannot be subtracted while a period fills. Left out is every
-- figure about fewer than 5; with it the smallest of 5 or more of the same year and level, so that the sum of the
-- quarters minus the other gemeenten (or the reverse) tells no such figure. Where all gemeenten of a year are
-- small, its smallest quarter is left out too; where all quarters are small, all gemeenten.
-- :vandaag the day of publication.
{% from 'sql/parts/levering.sql' import geleverd %}
DELETE FROM mart_vroeghulp.looptijden;

INSERT INTO mart_vroeghulp.looptijden (
    traject, niveau, gebied_code, periode_begin, is_onderdrukt, aantal, gemiddelde_dagen, mediaan_dagen,
    aandeel_begin_onbekend, geleverd_tot, vandaag
)
WITH {% include "sql/vroeghulp/verloop.sql" %},
eind (traject, stap_code) AS (VALUES ('advies', '10'), ('afsluiting', '15')),
einde AS (
    SELECT DISTINCT ON (traject, source, verantwoordelijke_code, dossier_nummer, ronde)
        traject, source, verantwoordelijke_code, dossier_nummer, ronde, plaats, datum_stap, gemeente_code
    FROM verloop
    JOIN eind USING (stap_code)
    ORDER BY traject, source, verantwoordelijke_code, dossier_nummer, ronde, plaats
),
duur AS (
    SELECT
        traject, einde.gemeente_code, einde.datum_stap,
        coalesce(sum(stap.dagen) FILTER (WHERE NOT stap.is_dicht AND NOT stap.is_pauze), 0) AS dagen,
        NOT coalesce(bool_or(stap.stap_code IN ('01', '02', '16')), false) AS is_begin_onbekend
    FROM einde
    LEFT JOIN verloop AS stap
        ON (stap.source, stap.verantwoordelijke_code, stap.dossier_nummer, stap.ronde)
            = (einde.source, einde.verantwoordelijke_code, einde.dossier_nummer, einde.ronde)
        AND stap.plaats < einde.plaats
    GROUP BY traject, einde.source, einde.verantwoordelijke_code, einde.dossier_nummer, einde.ronde,
        einde.gemeente_code, einde.datum_stap
),
cel AS (
    SELECT
        traject, niveau, gebied_code, date_trunc(periode, datum_stap::timestamp)::date AS periode_begin,
        date_trunc('year', datum_stap::timestamp) AS jaar,
        count(*) AS aantal,
        round(avg(dagen)) AS gemiddelde,
        round((percentile_cont(0.5) WITHIN GROUP (ORDER BY dagen))::numeric) AS mediaan,
        round(avg(is_begin_onbekend::int), 2) AS aandeel_begin_onbekend
    FROM duur
    CROSS JOIN LATERAL (
        VALUES ('regio', 'regio', 'quarter', interval '3 months'),
               ('gemeente', gemeente_code, 'year', interval '1 year')
    ) AS grein (niveau, gebied_code, periode, lengte)
    WHERE date_trunc(periode, datum_stap::timestamp) + lengte <= :vandaag
    GROUP BY traject, niveau, gebied_code, periode_begin, jaar
),
weging AS (
    SELECT
        *,
        aantal < 5 AS is_klein,
        aantal >= 5 AND row_number() OVER (
            PARTITION BY traject, jaar, niveau, aantal < 5 ORDER BY aantal, gebied_code, periode_begin
        ) = 1 AS is_kleinste,
        bool_or(aantal < 5) OVER (PARTITION BY traject, jaar, niveau) AS heeft_klein,
        bool_and(aantal < 5) FILTER (WHERE niveau = 'gemeente') OVER (PARTITION BY traject, jaar) AS is_elk_gebied_klein,
        bool_and(aantal < 5) FILTER (WHERE niveau = 'regio') OVER (PARTITION BY traject, jaar) AS is_elk_kwartaal_klein
    FROM cel
),
oordeel AS (
    SELECT
        *,
        is_klein
            OR (is_kleinste AND heeft_klein)
            OR (niveau = 'regio' AND is_kleinste AND coalesce(is_elk_gebied_klein, false))
            OR (niveau = 'gemeente' AND coalesce(is_elk_kwartaal_klein, false)) AS is_onderdrukt
    FROM weging
),
levering AS (
    SELECT min(geleverd_tot) AS geleverd_tot
    FROM (
        {{- geleverd('max(stand_op) AS geleverd_tot') }} AND bericht = 'vroeghulp'
        GROUP BY source
    ) AS bron
)
SELECT
    traject, niveau, gebied_code, periode_begin, is_onderdrukt,
    {% for cijfer in ("aantal", "gemiddelde", "mediaan", "aandeel_begin_onbekend") %}
    CASE WHEN NOT is_onderdrukt THEN {{ cijfer }} END,
    {% endfor %}
    geleverd_tot, :vandaag
FROM oordeel
CROSS JOIN levering;
