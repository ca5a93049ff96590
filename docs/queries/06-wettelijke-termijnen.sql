-- Vraag 6. Worden de wettelijke termijnen van de Wmo gehaald?
-- Lezer: de analist (rol <database>_analyst). Bron: mart_contract.termijnen.
-- Korrel van het antwoord: gemeente x kwartaal van de melding.
-- Drie klokken: op gratis ondersteuning gewezen voor het onderzoek (2.3.2), onderzoek binnen zes weken (2.3.2), besluit
-- binnen twee weken na de aanvraag (2.3.5). Procenten zijn van wat beslist is of over zijn termijn; wat nog binnen de
-- termijn loopt of onbekend is, staat apart.
SELECT
    gemeente_code,
    kwartaal,
    meldingen,
    round(100.0 * gewezen_op_tijd / nullif(gewezen_op_tijd + gewezen_te_laat, 0), 1) AS procent_gewezen_op_tijd,
    round(100 * aandeel_onbekend, 1) AS procent_gewezen_onbekend,
    round(100.0 * onderzoek_op_tijd / nullif(onderzoek_op_tijd + onderzoek_te_laat, 0), 1) AS procent_onderzoek_op_tijd,
    onderzoek_loopt,
    aanvragen,
    round(100.0 * besluit_op_tijd / nullif(besluit_op_tijd + besluit_te_laat, 0), 1) AS procent_besluit_op_tijd,
    besluit_loopt,
    geleverd_tot
FROM mart_contract.termijnen
WHERE is_geleverd
ORDER BY gemeente_code, kwartaal;
