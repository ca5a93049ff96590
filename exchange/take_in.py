"""take_in: a delivery that was received goes through the other verbs, one after another, without Airflow."""

from dataclasses import replace

from exchange.answer import answer
from exchange.assess import Assessed, assess
from exchange.context import Context
from exchange.merge import Merged, merge
from exchange.receive import receive
from exchange.validate import validate


def take_in(context: Context, delivery_id: int) -> tuple[Assessed, Merged]:
    """validate, assess and merge one delivery; done again it changes nothing. Raises WarehouseError."""
    validate(context, delivery_id)
    return assess(context, delivery_id), merge(context, delivery_id)


def source_night(context: Context) -> None:
    """All verbs of one source, from receive to answer. Raises what they raise."""
    for delivery_id in receive(context):
        take_in(context, delivery_id)
    answer(replace(context, connection=context.source.answer.connection()))
