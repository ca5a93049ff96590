-- mart_loket.overdrachten_maanden: production of hand-overs, exact.
-- Grain: gemeente x controller of the sending desk x sending desk x receiving desk x month of sending (of receiving
-- where only that is known). Input: mart_loket.overdrachten (made just before).
-- Reader: the analyst, and the controller of the sending desk. Every figure adds up.
-- :vandaag the day of publication.
DELETE FROM mart_loket.overdrachten_maanden;

INSERT INTO mart_loket.overdrachten_maanden (
    gemeente_code, verantwoordelijke_code, van_loket_code, naar_loket_code, maand, overdrachten, warm, koud,
    soort_onbekend, aangenomen, alleen_ontvangen, verwijzing, onbekend, open, verloren, hops, na_90_dagen,
    dagen_bekend, dagen_tot_aangenomen, aandeel_onbekend, geleverd_tot_van, geleverd_tot_naar, vandaag
)
SELECT
    gemeente_code,
    coalesce(verantwoordelijke_van_code, '') AS verantwoordelijke,
    van_loket_code,
    naar_loket_code,
    date_trunc('month', coalesce(datum_doorgestuurd, datum_aangenomen)::timestamp)::date AS maand,
    count(*),
    count(*) FILTER (WHERE overdracht_code = '1'),
    count(*) FILTER (WHERE overdracht_code = '2'),
    count(*) FILTER (WHERE overdracht_code NOT IN ('1', '2')),
    count(*) FILTER (WHERE toestand = 'aangenomen'),
    count(*) FILTER (WHERE toestand = 'alleen_ontvangen'),
    count(*) FILTER (WHERE toestand = 'verwijzing'),
    count(*) FILTER (WHERE toestand = 'onbekend'),
    count(*) FILTER (WHERE toestand = 'open'),
    count(*) FILTER (WHERE toestand = 'verloren'),
    count(*) FILTER (WHERE is_hop),
    count(*) FILTER (WHERE toestand = 'aangenomen' AND dagen_tot_aangenomen > 90),
    count(dagen_tot_aangenomen),
    coalesce(sum(dagen_tot_aangenomen), 0),
    round(count(*) FILTER (WHERE toestand = 'onbekend')::numeric / count(*), 4),
    max(geleverd_tot_van),
    max(geleverd_tot_naar),
    :vandaag
FROM mart_loket.overdrachten
GROUP BY gemeente_code, verantwoordelijke, van_loket_code, naar_loket_code, maand;
