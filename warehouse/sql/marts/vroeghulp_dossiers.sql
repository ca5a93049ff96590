-- mart_vroeghulp.dossiers: one line per file of a child, for the coordinator; no identity.
-- Grain: source x verantwoordelijke x dossier_nummer. Inputs: warehouse.actueel_vroeghulp, vroeghulp_norm,
-- mart_vroeghulp.dossier_fasen (made just before), exchange.delivery.
-- Reader: the coordinator, each controller for its own rows, the analyst.
-- Without consent in force an open file shows who reported it under which reference and nothing more; a closed one
-- has no line. Consent steps (20, 21) are no latest step; a pause (30, 31) is no step that is waited after.
-- Whoever reports the same child in another source has another line: no key joins them without linkage.
-- :vandaag the day of publication.
{% from 'sql/parts/levering.sql' import geleverd %}
DELETE FROM mart_vroeghulp.dossiers;

INSERT INTO mart_vroeghulp.dossiers (
    source, verantwoordelijke_code, dossier_nummer, gemeente_code, partij_code, partij_kenmerk, heeft_toestemming,
    client_ref, partijen, stappen, laatste_stap_code, datum_laatste_stap, volgende_stap_code, datum_volgende_stap,
    eigenaar_organisatie_code, casemanager_code, datum_signaal, datum_aanmelding, datum_triage, datum_casemanager,
    datum_huisbezoek, datum_informatie, datum_kernteam, datum_advies, datum_verwijzing, datum_geaccepteerd,
    datum_evaluatie, datum_afsluiting, datum_heropend, datum_begin, is_afgesloten, reden_afsluiting_code, is_pauze,
    pauze_code, datum_pauze, dagen_in_proces, dagen_gepauzeerd, dagen_gesloten, dagen_wachtend, fase, dagen_in_fase,
    norm_dagen, is_over_tijd, leeftijdsklasse_code, is_vier_geworden, is_boven_leeftijdsgrens, verwijzing_nummers,
    kernteam_nummers, geleverd_tot, vandaag
)
WITH {% include "sql/vroeghulp/verloop.sql" %},
{% set laatste = "ORDER BY plaats DESC" %}
geheel AS (
    SELECT
        source,
        verantwoordelijke_code,
        dossier_nummer,
        (array_agg(gemeente_code {{ laatste }}))[1] AS gemeente_code,
        (array_agg(partij_code {{ laatste }}))[1] AS partij_code,
        (array_agg(partij_kenmerk {{ laatste }}))[1] AS partij_kenmerk,
        (array_agg(is_dicht {{ laatste }}))[1] AS is_dicht,
        (array_agg(is_pauze {{ laatste }}))[1] AS is_pauze,
        (array_agg(client_ref {{ laatste }}) FILTER (WHERE client_ref IS NOT NULL))[1] AS client_ref,
        array_agg(DISTINCT partij_code ORDER BY partij_code) AS partijen,
        count(*) AS stappen,
        max(plaats) FILTER (WHERE stap_code NOT IN ('20', '21')) AS laatste_plaats,
        max(plaats) FILTER (WHERE stap_code NOT IN ('20', '21', '30', '31')) AS wacht_plaats,
        max(plaats) FILTER (WHERE stap_code NOT IN ('20', '21', '30', '31') OR volgende_stap_code IS NOT NULL
            OR datum_volgende_stap IS NOT NULL) AS plan_plaats,
        (array_agg(casemanager_code {{ laatste }}) FILTER (WHERE casemanager_code IS NOT NULL))[1] AS casemanager_code,
        {% for code, name in (
            ("01", "signaal"), ("02", "aanmelding"), ("03", "triage"), ("04", "casemanager"), ("05", "huisbezoek"),
            ("07", "informatie"), ("09", "kernteam"), ("10", "advies"), ("11", "verwijzing"), ("12", "geaccepteerd"),
            ("14", "evaluatie"), ("15", "afsluiting"), ("16", "heropend"),
        ) %}
        max(datum_stap) FILTER (WHERE stap_code = '{{ code }}') AS datum_{{ name }},
        {% endfor %}
        min(datum_stap) AS datum_begin,
        (array_agg(reden_afsluiting_code {{ laatste }}) FILTER (WHERE stap_code = '15'))[1] AS reden_afsluiting_code,
        (array_agg(pauze_code {{ laatste }}) FILTER (WHERE stap_code = '30'))[1] AS pauze_code,
        coalesce(sum(dagen) FILTER (WHERE NOT is_dicht AND NOT is_pauze), 0) AS dagen_in_proces,
        coalesce(sum(dagen) FILTER (WHERE NOT is_dicht AND is_pauze), 0) AS dagen_gepauzeerd,
        coalesce(sum(dagen) FILTER (WHERE is_dicht), 0) AS dagen_gesloten,
        max(plaats) FILTER (WHERE NOT is_pauze) AS voor_de_pauze,
        (array_agg(leeftijdsklasse_code {{ laatste }}) FILTER (WHERE leeftijdsklasse_code <> '99'))[1] AS leeftijdsklasse,
        (array_agg(datum_stap {{ laatste }}) FILTER (WHERE leeftijdsklasse_code <> '99'))[1] AS datum_leeftijd,
        bool_or(leeftijdsklasse_code = '01') AS was_drie,
        array_agg(DISTINCT verwijzing_nummer ORDER BY verwijzing_nummer)
            FILTER (WHERE verwijzing_nummer IS NOT NULL) AS verwijzing_nummers,
        array_agg(DISTINCT kernteam_nummer ORDER BY kernteam_nummer)
            FILTER (WHERE kernteam_nummer IS NOT NULL) AS kernteam_nummers
    FROM verloop
    GROUP BY source, verantwoordelijke_code, dossier_nummer
),
wachtend AS (
    SELECT
        source, verantwoordelijke_code, dossier_nummer,
        coalesce(sum(verloop.dagen) FILTER (WHERE NOT verloop.is_pauze AND NOT verloop.is_dicht
            AND plaats >= coalesce(wacht_plaats, 1)), 0) AS dagen_wachtend,
        min(datum_stap) FILTER (WHERE plaats > coalesce(voor_de_pauze, 0)) AS datum_pauze
    FROM verloop
    JOIN geheel USING (source, verantwoordelijke_code, dossier_nummer)
    GROUP BY source, verantwoordelijke_code, dossier_nummer
),
levering AS (
    {{- geleverd('source, max(stand_op) AS geleverd_tot') }} AND bericht = 'vroeghulp'
    GROUP BY source
),
regel AS (
    SELECT
        geheel.*,
        (source, verantwoordelijke_code, dossier_nummer) IN (
            SELECT source, verantwoordelijke_code, dossier_nummer FROM toestemming WHERE toestand = 'geldig'
        ) AS heeft_toestemming
    FROM geheel
)
SELECT
    regel.source,
    regel.verantwoordelijke_code,
    regel.dossier_nummer,
    regel.gemeente_code,
    regel.partij_code,
    regel.partij_kenmerk,
    heeft_toestemming,
    {% for waarde in (
        "regel.client_ref", "partijen", "stappen", "laatst.stap_code", "laatst.datum_stap",
        "CASE WHEN NOT regel.is_dicht THEN plan.volgende_stap_code END",
        "CASE WHEN NOT regel.is_dicht THEN plan.datum_volgende_stap END",
        "laatst.eigenaar_organisatie_code", "regel.casemanager_code",
        "datum_signaal", "datum_aanmelding", "datum_triage", "datum_casemanager", "datum_huisbezoek",
        "datum_informatie", "datum_kernteam", "datum_advies", "datum_verwijzing", "datum_geaccepteerd",
        "datum_evaluatie", "datum_afsluiting", "datum_heropend", "regel.datum_begin", "regel.is_dicht",
        "CASE WHEN regel.is_dicht THEN regel.reden_afsluiting_code END",
        "regel.is_pauze AND NOT regel.is_dicht",
        "CASE WHEN regel.is_pauze AND NOT regel.is_dicht THEN regel.pauze_code END",
        "CASE WHEN regel.is_pauze AND NOT regel.is_dicht THEN wachtend.datum_pauze END",
        "dagen_in_proces", "dagen_gepauzeerd", "dagen_gesloten",
        "CASE WHEN NOT regel.is_dicht THEN dagen_wachtend END",
        "huidig.fase", "huidig.dagen", "huidig.norm_dagen",
        "NOT regel.is_dicht AND NOT regel.is_pauze
         AND (coalesce(huidig.is_over_norm, false) OR coalesce(plan.datum_volgende_stap < :vandaag, false))",
        "leeftijdsklasse",
        "coalesce(was_drie AND (leeftijdsklasse NOT IN ('01', '20', '99')
         OR datum_leeftijd + interval '4 years' <= :vandaag), false)",
        "coalesce(leeftijdsklasse NOT IN ('01', '02', '20', '99')
         OR leeftijdsklasse = '02' AND datum_leeftijd + interval '4 years' <= :vandaag
         OR leeftijdsklasse = '01' AND datum_leeftijd + interval '8 years' <= :vandaag, false)",
        "verwijzing_nummers", "kernteam_nummers",
    ) %}
    CASE WHEN heeft_toestemming THEN {{ waarde }} END,
    {% endfor %}
    levering.geleverd_tot,
    :vandaag
FROM regel
JOIN wachtend USING (source, verantwoordelijke_code, dossier_nummer)
{% for naam, tabel, voorwaarde in (
    ("laatst", "verloop", "laatst.plaats = regel.laatste_plaats"),
    ("plan", "verloop", "plan.plaats = regel.plan_plaats"),
    ("huidig", "mart_vroeghulp.dossier_fasen", "huidig.datum_einde IS NULL"),
) %}
LEFT JOIN {{ tabel }} AS {{ naam }}
    ON ({{ naam }}.source, {{ naam }}.verantwoordelijke_code, {{ naam }}.dossier_nummer)
        = (regel.source, regel.verantwoordelijke_code, regel.dossier_nummer)
    AND {{ voorwaarde }}
{% endfor %}
LEFT JOIN levering ON levering.source = regel.source
WHERE heeft_toestemming OR NOT regel.is_dicht;
