"""What a task of the night needs from Airflow: the day, the connection, one line, and errors sorted by cure.

The verbs know nothing of Airflow; here their parameters are taken from it and their errors given to it.
"""

import logging
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import BaseHook, Param, get_current_context
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowNotFoundException

from connectors.connection import Connection, missing
from exchange.clock import AMSTERDAM, today, trial_day
from exchange.context import Context
from exchange.errors import (
    DeclarationError,
    DeliveryRefused,
    SourceRefused,
    SourceUnavailable,
    WarehouseError,
)
from exchange.region import Region, Source

log = logging.getLogger("hub")
clock = logging.getLogger("hub.clock")

# What a retry cures is a source that is down: the errors below say so by their type, all others fail at once.
RETRIES: dict[str, Any] = {
    "retries": 4,
    "retry_delay": timedelta(minutes=1),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=30),
}

# Further away days before and after could not be counted.
IN_REACH = "^(19|20)"
# A date picker in the trigger form; empty means: the day of the run itself.
PARAMS = {
    "vandaag": Param(
        None,
        type=["null", "string"],
        format="date",
        pattern=IN_REACH,
        description="De dag waarvoor deze nacht telt (jjjj-mm-dd). Leeg = de dag van de run zelf.",
    )
}


def vandaag(context: Mapping[str, Any], region: str = "") -> date:
    """The day a run counts for: its conf, else the end of its data interval, else the clock.

    In Dutch time. A trial lives in another year: there its own calendar stands
    in for the last two, so that a run started by hand or by the schedule belongs to the same night.
    """
    if given := (context.get("params") or {}).get("vandaag"):
        return date.fromisoformat(given)
    if trial := trial_day(region):
        return trial
    if end := context.get("data_interval_end"):
        day: date = end.astimezone(AMSTERDAM).date()
        return day
    return today(region)


def run_id(context: Mapping[str, Any]) -> str:
    """A name for this run that is unique over all DAGs: two schedules at one o'clock share Airflow's own."""
    dag_run = context["dag_run"]
    return f"{dag_run.dag_id}/{dag_run.run_id}"


def connection(connection_id: str, wanted: str = "") -> Connection:
    """The connection as Airflow holds it. Raises DeclarationError when Airflow does not know it: see `missing`."""
    try:
        found = BaseHook.get_connection(connection_id)
    except AirflowNotFoundException:
        raise missing(connection_id, wanted) from None
    return Connection(
        id=connection_id,
        conn_type=found.conn_type or "",
        host=found.host or "",
        port=found.port,
        schema=found.schema or "",
        login=found.login or "",
        password=found.password or "",
        extra=found.extra_dejson,
    )


def context_of(region: Region, source: Source, connection_id: str = "") -> Context:
    """What the verbs need to know in the task that runs now; with another connection than that of the source.

    Raises DeclarationError where Airflow does not know the connection.
    """
    airflow = get_current_context()
    wanted = source.answer.channel if connection_id else source.connector
    reached = connection(connection_id or source.connection_id, wanted)
    return Context(region, source, vandaag(airflow, region.name), run_id(airflow), reached)


@contextmanager
def cure() -> Iterator[None]:
    """Sort what a verb raises by what cures it: try again later, or fail now with one line and no value.

    SourceUnavailable passes, and so does a database that was away; then Airflow tries again. Our other errors hold
    no values by promise and keep their text. Of an error that nobody foresaw only the kind and the place are told:
    its text may hold data of a person, and a task log is kept.
    """
    try:
        yield
    except SourceUnavailable as error:
        log.warning("tried again later: %s", one_line(error))
        raise SourceUnavailable(one_line(error)) from None
    except WarehouseError as error:
        line = f"WarehouseError: {one_line(error)}"
        if error.passes:
            log.warning("tried again later: %s", one_line(error))
            raise WarehouseError(one_line(error.what), error.sqlstate) from None
    except (DeclarationError, SourceRefused, DeliveryRefused) as error:
        line = f"{type(error).__name__}: {one_line(error)}"
    except AirflowException:
        raise
    except Exception as error:
        line = f"{type(error).__name__} at {_place(error)}, text withheld: may be personal"
    else:
        return
    log.error("%s", line)
    raise AirflowFailException(line) from None


@contextmanager
def timed() -> Iterator[None]:
    """Log the seconds of the hub's own work: what a task takes beyond them is Airflow's."""
    began = time.perf_counter()
    try:
        yield
    finally:
        clock.info("worked %.3f s", time.perf_counter() - began)


def _place(error: BaseException) -> str:
    """Where in our own code an error came from: file and line."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "site-packages" not in frame.filename]
    place = (own or frames)[-1]
    return f"{Path(place.filename).name}:{place.lineno}"


def one_line(text: object) -> str:
    """Any text as one line of a log."""
    return " ".join(str(text).split())
