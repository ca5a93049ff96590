"""Columns that the tables of the framework contract share.

Two moments stand beside the figures. `geleverd_tot`: up to when the source behind a row delivered. `is_geleverd`: at
least one whole day of the period was delivered, so 0 means 0; where it is false the figures are empty.
"""

from typing import Any

from sqlalchemy import Boolean, Column, Date, Integer, Numeric, Text

from warehouse.tables.base import Moment

AANBIEDER = "de aanbieder van het raamcontract"
GEMEENTE = "de gemeente zelf"


def geteld(name: str, comment: str) -> Column[int]:
    """A count of a mart that is empty where nothing was delivered."""
    return Column(name, Integer, comment=f"{comment}; leeg als er niet geleverd is")


def euro(name: str, comment: str, **options: Any) -> Column[Any]:
    """An amount in euros with two decimals."""
    return Column(name, Numeric(14, 2), comment=comment, **options)


def deel(name: str, comment: str) -> Column[Any]:
    """A part of 1; empty where there is nothing to divide by."""
    return Column(name, Numeric(7, 4), comment=f"{comment}, als deel van 1; leeg als er niets te delen is")


def stand(bericht: str) -> list[Column[Any]]:
    """Up to when the source of a row delivered, and whether that covers the period."""
    return [
        Column("geleverd_tot", Moment, comment=f"Tot wanneer de bron {bericht} leverde; leeg: nog nooit"),
        Column("is_geleverd", Boolean, nullable=False,
               comment="Of van dit tijdvak minstens een hele dag geleverd is: dan is 0 echt 0"),
        Column("is_compleet", Boolean, nullable=False, comment="Of het hele tijdvak geleverd is"),
    ]  # fmt: skip


def vandaag() -> Column[Any]:
    return Column("vandaag", Date, nullable=False, comment="Dag van de publicatie")


def gemeente(*, region: bool = False) -> Column[Any]:
    empty = "; leeg: de hele regio, iedereen een keer" if region else ""
    return Column("gemeente_code", Text, nullable=region, comment=f"Verantwoordelijke gemeente (CBS){empty}")


def verantwoordelijke(what: str, *, region: bool = False) -> Column[Any]:
    return Column("verantwoordelijke_code", Text, nullable=region, comment=f"Verwerkingsverantwoordelijke: {what}")
