"""The tables that Alembic keeps, one module a subject, all on one `metadata`.

ACCEPTED and `warehouse.actueel_*` are not here: `warehouse.generated` makes them from the contracts.
"""

from warehouse.tables.answers import answer, outbox
from warehouse.tables.base import SCHEMAS, metadata
from warehouse.tables.contract import aanlevering, onafhankelijkheid, overige_inzet, productie, realisatie, termijnen
from warehouse.tables.contract_people import clienten, kenmerken, wachttijd
from warehouse.tables.desks import eerste_loket, overdracht_kanten, overdrachten, overdrachten_maanden
from warehouse.tables.incidents import incident
from warehouse.tables.kluis import client_link, gewist, identiteit, opzoeksleutel, persoon
from warehouse.tables.ledger import access, delivery, manifest, redaction, reject, run, toegang
from warehouse.tables.loket import aanmeldingen, loket
from warehouse.tables.quality import quality_result
from warehouse.tables.raamcontract import normbedrag, raamcontract, raamcontract_gemeente, verwachte_levering
from warehouse.tables.vroeghulp import dossier_fasen, dossier_toestemmingen, dossiers, looptijden, vroeghulp_norm

__all__ = [
    "SCHEMAS",
    "aanlevering",
    "aanmeldingen",
    "access",
    "answer",
    "client_link",
    "clienten",
    "delivery",
    "dossier_fasen",
    "dossier_toestemmingen",
    "dossiers",
    "eerste_loket",
    "gewist",
    "identiteit",
    "incident",
    "kenmerken",
    "loket",
    "looptijden",
    "manifest",
    "metadata",
    "normbedrag",
    "onafhankelijkheid",
    "opzoeksleutel",
    "outbox",
    "overdracht_kanten",
    "overdrachten",
    "overdrachten_maanden",
    "overige_inzet",
    "persoon",
    "productie",
    "quality_result",
    "raamcontract",
    "raamcontract_gemeente",
    "realisatie",
    "redaction",
    "reject",
    "run",
    "termijnen",
    "toegang",
    "verwachte_levering",
    "vroeghulp_norm",
    "wachttijd",
]
