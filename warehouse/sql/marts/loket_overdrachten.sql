-- mart_loket.overdrachten: hand-overs between desks, the two sides brought together.
-- Grain: one hand-over. Inputs: mart_loket.overdracht_kanten (made just before), warehouse.loket, exchange.delivery.
-- Reader: the analyst; a controller only where both desks are its own (decision 0014).
-- Sides meet on kenmerk, sending and receiving desk; of several between the same desks the first sent meets the
-- first received. A side without kenmerk meets nobody. A hop counts within 90 days; a referral to a huisarts
-- (soort 13) is none. Nothing is lost before the receiving side delivered past those 90 days.
-- :vandaag the day of publication.
{% from 'sql/parts/levering.sql' import geleverd %}
DELETE FROM mart_loket.overdrachten;

INSERT INTO mart_loket.overdrachten (
    overdracht_nummer, gemeente_code, verantwoordelijke_code, verantwoordelijke_van_code,
    verantwoordelijke_naar_code, overdracht_kenmerk, van_loket_code, naar_loket_code, naar_soort_loket_code,
    kanten_bekend, overdracht_code, datum_doorgestuurd, datum_aangenomen, dagen_tot_aangenomen, toestand, is_hop,
    geleverd_tot_van, geleverd_tot_naar, vandaag
)
WITH kant AS (
    SELECT
        *,
        coalesce('K' || overdracht_kenmerk, 'R' || regel_nummer) AS vraag,
        row_number() OVER (
            PARTITION BY coalesce('K' || overdracht_kenmerk, 'R' || regel_nummer), van_loket_code, naar_loket_code, kant
            ORDER BY datum, regel_nummer
        ) AS beurt
    FROM mart_loket.overdracht_kanten
),
paar AS (
    SELECT
        coalesce(van.overdracht_kenmerk, naar.overdracht_kenmerk) AS overdracht_kenmerk,
        van_loket_code,
        naar_loket_code,
        CASE WHEN naar.kant IS NULL THEN 'van' WHEN van.kant IS NULL THEN 'naar' ELSE 'beide' END AS kanten_bekend,
        coalesce(nullif(van.overdracht_code, '99'), naar.overdracht_code, '99') AS overdracht_code,
        van.datum AS datum_doorgestuurd,
        coalesce(van.datum_geaccepteerd, naar.datum) AS datum_aangenomen,
        coalesce(van.gemeente_code, naar.gemeente_code) AS gemeente_code,
        van.verantwoordelijke_code AS verantwoordelijke_van,
        naar.verantwoordelijke_code AS verantwoordelijke_naar,
        coalesce(van.regel_nummer, naar.regel_nummer) AS regel_nummer
    FROM (SELECT * FROM kant WHERE kant = 'van') AS van
    FULL JOIN (SELECT * FROM kant WHERE kant = 'naar') AS naar
        USING (vraag, van_loket_code, naar_loket_code, beurt)
),
levering AS (
    {{- geleverd('verantwoordelijke_code, max(stand_op) AS geleverd_tot') }} AND bericht = 'aanmelding'
    GROUP BY verantwoordelijke_code
),
bekend AS (
    SELECT
        paar.*,
        naar_loket.soort_loket_code AS naar_soort_loket_code,
        coalesce(verantwoordelijke_van, van_loket.organisatie_code) AS van_code,
        coalesce(verantwoordelijke_naar, naar_loket.organisatie_code) AS naar_code,
        greatest(datum_aangenomen - datum_doorgestuurd, 0) AS dagen,
        coalesce(naar_loket.soort_loket_code = '13', false) AS is_verwijzing
    FROM paar
    LEFT JOIN warehouse.loket AS van_loket ON van_loket.loket_code = paar.van_loket_code
    LEFT JOIN warehouse.loket AS naar_loket ON naar_loket.loket_code = paar.naar_loket_code
)
SELECT
    row_number() OVER (ORDER BY regel_nummer),
    gemeente_code,
    CASE WHEN van_code = naar_code THEN van_code END,
    van_code,
    naar_code,
    overdracht_kenmerk,
    van_loket_code,
    naar_loket_code,
    naar_soort_loket_code,
    kanten_bekend,
    overdracht_code,
    datum_doorgestuurd,
    datum_aangenomen,
    CASE WHEN datum_doorgestuurd IS NOT NULL AND datum_aangenomen IS NOT NULL THEN dagen END,
    CASE
        WHEN is_verwijzing THEN 'verwijzing'
        WHEN kanten_bekend = 'naar' THEN 'alleen_ontvangen'
        WHEN datum_aangenomen IS NOT NULL THEN 'aangenomen'
        WHEN naar_levering.geleverd_tot IS NULL THEN 'onbekend'
        WHEN least(:vandaag, (naar_levering.geleverd_tot AT TIME ZONE 'Europe/Amsterdam')::date)
            - datum_doorgestuurd > 90 THEN 'verloren'
        ELSE 'open'
    END,
    datum_aangenomen IS NOT NULL AND NOT is_verwijzing AND van_loket_code <> naar_loket_code
        AND (datum_doorgestuurd IS NULL OR dagen <= 90),
    van_levering.geleverd_tot,
    naar_levering.geleverd_tot,
    :vandaag
FROM bekend
LEFT JOIN levering AS van_levering ON van_levering.verantwoordelijke_code = van_code
LEFT JOIN levering AS naar_levering ON naar_levering.verantwoordelijke_code = naar_code;
