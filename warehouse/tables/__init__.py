"""The tables that Alembic keeps, one module a subject, all on one `metadata`.

ACCEPTED and `warehouse.actueel_*` are not here: `warehouse.generated` makes them from the contracts.
"""

from warehouse.tables.base import SCHEMAS, metadata
from warehouse.tables.kluis import client_link, identiteit, persoon
from warehouse.tables.ledger import access, delivery, manifest, reject, run, toegang
from warehouse.tables.loket import aanmeldingen, loket

__all__ = [
    "SCHEMAS",
    "aanmeldingen",
    "access",
    "client_link",
    "delivery",
    "identiteit",
    "loket",
    "manifest",
    "metadata",
    "persoon",
    "reject",
    "run",
    "toegang",
]
