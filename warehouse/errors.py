"""WarehouseError: our database refuses. It keeps the SQLSTATE and the names of things, never a value.

A message of PostgreSQL may quote the row it refused ("invalid input syntax for type date: …"). So the message
of the driver is emptied as well: Python shows it as the cause of whatever is raised next.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import exc

NO_CONNECTION = "08006"
NO_DATABASE = "3D000"
# Of a server that was stopped or starts, of too many at once, of two that waited for each other: trying again cures it.
PASSING = ("08", "40001", "40P01", "53300", "57P01", "57P02", "57P03")
# Classes whose messages speak of statements, rights, locks and disks: never of what stands in a row.
SPEAKING = ("42", "53", "55", "57", "58")
_NO_DATABASE = re.compile(r'database "([a-z][a-z0-9_]*)" does not exist')


class WarehouseError(Exception):
    """Something that the database refused; `sqlstate` is its code of five characters, or None."""

    def __init__(self, what: str, sqlstate: str | None = None) -> None:
        super().__init__(what, sqlstate)
        self.what = what
        self.sqlstate = sqlstate

    @property
    def passes(self) -> bool:
        """Whether trying again later may cure it."""
        return (self.sqlstate or "").startswith(PASSING)

    def __str__(self) -> str:
        return f"{self.what} (SQLSTATE {self.sqlstate})" if self.sqlstate else self.what


def emptied(error: BaseException) -> WarehouseError:
    """Take every value out of an error of the driver, and give the WarehouseError that stands for it."""
    sqlstate, what = None, f"the database refuses: {type(error).__name__}"
    if isinstance(error, psycopg.Error):
        sqlstate, named = error.sqlstate, error.diag
        places = (named.schema_name, named.table_name, named.column_name, named.constraint_name)
        if any(places):
            what += f" on {'.'.join(place for place in places if place)}"
        if sqlstate and sqlstate[:2] in SPEAKING and named.message_primary:
            what += f": {named.message_primary}"
        if sqlstate is None and isinstance(error, psycopg.OperationalError):
            # No answer of the server: the text is of the client and names host, port and login only.
            sqlstate, what = NO_CONNECTION, f"no connection: {str(error).splitlines()[0]}"
            # The driver gives no code with a refused connection; where the server speaks English its words say this.
            if missing := _NO_DATABASE.search(what):
                sqlstate = NO_DATABASE
                what = f"there is no database {missing[1]}; make it with: python -m warehouse.setup {missing[1]}"
    error.args = (what,)
    return WarehouseError(what, sqlstate)


@contextmanager
def without_values() -> Iterator[None]:
    """For work on the bare driver (COPY): its errors leave as WarehouseError, without a value."""
    try:
        yield
    except exc.DBAPIError as error:
        raise emptied(error.orig or error) from None
    except psycopg.Error as error:
        raise emptied(error) from None
