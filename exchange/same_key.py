"""same_key: whether the lookup key is still the one by which a region knows its people (decision 0038).

With another key that is as good in itself everybody would be somebody new, and nobody on the block list would be found.
"""

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from exchange.context import Context
from exchange.errors import DeclarationError
from exchange.keys import variable
from warehouse.tables import opzoeksleutel

NAME = "lookup"
TEXT = "the lookup key of this region"  # one part, so the hash of no person: those have two


def same_key(context: Context, connection: Connection) -> None:
    """Hold the lookup key against the one of before; the first one is remembered, by a hash that tells nothing of it.

    It is remembered at once, whatever becomes of the transaction of the caller: a large delivery commits its people
    before the rest. Raises DeclarationError.
    """
    afdruk = context.keys.lookup(TEXT)
    query = select(opzoeksleutel.c.afdruk).where(opzoeksleutel.c.naam == NAME)
    known = connection.scalar(query)
    if known is None:
        with context.engine.begin() as own:
            own.execute(insert(opzoeksleutel).values(naam=NAME, afdruk=afdruk).on_conflict_do_nothing())
            known = own.scalar(query)
    if known != afdruk:
        cure = (
            f"is another key than the one by which {context.region.name} knows its people: everybody would be somebody"
            " new; put back the key of before, from the copy that is kept apart from the backups"
        )
        raise DeclarationError("environment", variable(context.region.name, "LOOKUP"), cure)
