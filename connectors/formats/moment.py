"""The moment of which a delivery gives the state, as the file itself says it."""

from __future__ import annotations

from datetime import datetime

from connectors.errors import DeliveryRefused

WRONG_MOMENT = "L007"


def moment_of(text: str | None) -> datetime:
    """An ISO moment with Z or a zone. Raises DeliveryRefused (L007)."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        moment = None
    # Outside these years no system delivered, and some cannot even write the date down.
    if moment is None or moment.tzinfo is None or not 1900 < moment.year < 2200:
        raise DeliveryRefused(WRONG_MOMENT)
    return moment
