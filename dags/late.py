"""When a night is late: Airflow's deadline of a run, and what it calls when that has passed.

It runs in the triggerer, which has time when all workers are busy, and that is when nights are late.
"""

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import AsyncCallback, DeadlineAlert, DeadlineReference
from asgiref.sync import sync_to_async

from dags.notifier import IncidentNotifier
from exchange import incidents
from exchange.clock import AMSTERDAM, until_published
from exchange.errors import DeclarationError
from exchange.region import Region, Source, read_regions

SETTING = "HUB_LATE_AFTER"  # seconds; for who wants to see it happen
PUBLICATION = timedelta(hours=1)


def deadline(region: Region, source: Source | None = None) -> DeadlineAlert:
    """Of a source: its night is over before the marts are published. Of the publication itself: an hour."""
    interval = until_published(source.schedule) if source else PUBLICATION
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=_short() or interval,
        callback=AsyncCallback(night_is_late, {"region": region.name, "source": source.id if source else None}),
        name=f"{source.id if source else f'publish_{region.name}'} is laat",
    )


async def night_is_late(region: str, source: str | None, context: Mapping[str, Any]) -> None:
    """Called by the triggerer. What it cannot do is one line in its log."""
    await sync_to_async(_late)(region, source, context["dag_run"])


def _late(region: str, source: str | None, dag_run: Mapping[str, Any]) -> None:
    (found,) = (one for one in read_regions()[0] if one.name == region)
    party = found.sources[source] if source else None
    began = datetime.fromisoformat(dag_run["queued_at"]).astimezone(AMSTERDAM)
    told = f"{dag_run['dag_id']}, begonnen om {began:%H:%M} uur, was nog niet klaar"
    IncidentNotifier(found, lambda day, _: incidents.seen(found, "late", day, told, party)).notify(_context(dag_run))


def _context(dag_run: Mapping[str, Any]) -> dict[str, Any]:
    """What a task would know of its run, from what the scheduler sends along."""
    end = dag_run.get("data_interval_end")
    return {"params": dag_run.get("conf") or {}, "data_interval_end": datetime.fromisoformat(end) if end else None}


def _short() -> timedelta | None:
    given = os.environ.get(SETTING)
    if not given:
        return None
    if not given.isdigit() or not int(given):
        raise DeclarationError("environment", SETTING, f"{given} is no number of seconds")
    return timedelta(seconds=int(given))
