-- Vraag 8. Welke leefgebieden en doelgroepen groeien?
-- Lezer: de analist (rol <database>_analyst). Bron: mart_contract.kenmerken.
-- Korrel van het antwoord: regio x kwartaal x kenmerk x code, naast hetzelfde kwartaal een jaar eerder.
-- Voor gemeenten: neem tijdvak = 'jaar'. Een leeg aantal is kleiner dan vijf (doelgroep: tien), of verborgen omdat het
-- zo'n klein aantal zou verraden; er zijn dan geen nullen in te lezen. Mensen tellen niet op over codes of kwartalen.
-- Verandert procent_onbekend sterk, dan groeit misschien de registratie en niet de vraag.
SELECT
    kenmerk,
    code,
    datum_van AS kwartaal,
    clienten,
    clienten_jaar_eerder,
    clienten - clienten_jaar_eerder AS groei,
    round(100.0 * (clienten - clienten_jaar_eerder) / clienten_jaar_eerder, 1) AS procent_groei,
    round(100 * aandeel_onbekend, 1) AS procent_onbekend,
    geleverd_tot,
    is_compleet
FROM mart_contract.kenmerken
WHERE tijdvak = 'kwartaal'
ORDER BY kenmerk, kwartaal, procent_groei DESC NULLS LAST, code;
