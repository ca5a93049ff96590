"""What all tables share: the schemas of a region's database, one `metadata`, and a few words of DDL."""

from sqlalchemy import Column, Integer, MetaData, text
from sqlalchemy.dialects.postgresql import TIMESTAMP

SCHEMAS = {
    "exchange": "Het grootboek: elke levering, elk geweigerd record, en wie wat mag zien",
    "stage": "Gecontroleerde tekst op weg naar accepted; leeg tussen twee leveringen",
    "accepted": "Elke versie van elk goedgekeurd record; er komt alleen bij",
    "warehouse": "De laatst bekende stand van elk record, en de loketten van de regio",
    "kluis": "Identiteit, versleuteld, met een eigen rol",
    "link": "Wie bij verschillende loketten dezelfde persoon is",
    "mart_contract": "Het raamcontract: productie, bedragen en budget, voor de analist en de contractpartijen",
    "mart_loket": "Overzichten per loket, voor de analist",
    "mart_vroeghulp": "Integrale Vroeghulp: een regel per kind zonder identiteit, voor de coordinatie",
}

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "uq": "%(table_name)s_%(column_0_N_name)s_uq",
        "ix": "%(table_name)s_%(column_0_N_name)s_ix",
        "fk": "%(table_name)s_%(column_0_N_name)s_fk",
        "ck": "%(table_name)s_%(constraint_name)s_ck",
    }
)

Moment = TIMESTAMP(timezone=True)
WALL_CLOCK = text("clock_timestamp()")
NONE_YET = text("0")


def aantal(name: str, comment: str) -> Column[int]:
    """A count of a mart: never empty."""
    return Column(name, Integer, nullable=False, comment=comment)
