"""KLUIS and LINK: who a record is about, sealed; and who is the same person at several sources."""

from sqlalchemy import BigInteger, Column, Date, Index, LargeBinary, PrimaryKeyConstraint, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from warehouse.tables.base import WALL_CLOCK, Moment, metadata

# No foreign keys inside KLUIS: its rows are written in bulk, in one statement that joins them already.
persoon = Table(
    "persoon",
    metadata,
    Column("lookup", LargeBinary, primary_key=True, comment="Hash met sleutel van bron en eigen nummer"),
    Column("client_ref", UUID, nullable=False, server_default=text("gen_random_uuid()"),
           comment="Willekeurig pseudoniem: een per bron en persoon"),
    Column("source", Text, nullable=False, comment="Bron die de persoon kent"),
    Column("verantwoordelijke_code", Text, nullable=False, comment="Verwerkingsverantwoordelijke"),
    Column("known_from", Moment, nullable=False, comment="Sinds wanneer de hub de persoon kent"),
    schema="kluis",
    comment="Personen zoals een bron ze kent. Korrel: een persoon van een bron",
)  # fmt: skip

# The identifier of the key stands in front of the sealed bytes themselves.
identiteit = Table(
    "identiteit",
    metadata,
    Column("client_ref", UUID, comment="Pseudoniem van de persoon"),
    Column("known_from", Moment, comment="Moment vanaf wanneer deze identiteit geldt"),
    Column("digest", LargeBinary, comment="Hash met sleutel van de identiteit, om een wijziging te herkennen"),
    Column("sealed", LargeBinary, nullable=False, comment="De identiteit, versleuteld"),
    Column("delivery_id", BigInteger, nullable=False, comment="Levering die haar bracht"),
    Column("verantwoordelijke_code", Text, nullable=False, comment="Verwerkingsverantwoordelijke"),
    PrimaryKeyConstraint("client_ref", "known_from", "digest"),
    schema="kluis",
    comment="Versleutelde identiteiten. Korrel: een versie van de identiteit van een persoon",
)

gewist = Table(
    "gewist",
    metadata,
    Column("lookup", LargeBinary, comment="Hash met sleutel van bron en eigen nummer: wie, zonder een gegeven van hem"),
    Column("verantwoordelijke_code", Text, comment="Verantwoordelijke die besloot"),
    Column("source", Text, nullable=False, comment="Bron die de persoon kent"),
    Column("besluit", Text, nullable=False, comment="Waar de verantwoordelijke het besluit bewaart"),
    Column("datum_besluit", Date, nullable=False, comment="Dag waarop het werd uitgevoerd"),
    Column("known_from", Moment, nullable=False, server_default=WALL_CLOCK, comment="Sinds wanneer het geldt"),
    PrimaryKeyConstraint("lookup", "verantwoordelijke_code"),
    schema="kluis",
    comment="Blokkeerlijst: wiens gegevens gewist zijn en niet terug mogen komen (Wmo 2015 artikel 5.3.5)."
    " Korrel: een persoon van een bron en een verantwoordelijke",
)  # fmt: skip
Index("gewist_source_ix", gewist.c.source)

opzoeksleutel = Table(
    "opzoeksleutel",
    metadata,
    Column("naam", Text, primary_key=True, comment="Naam van de sleutel"),
    Column("afdruk", LargeBinary, nullable=False, comment="Hash met die sleutel van een vaste tekst"),
    schema="kluis",
    comment="Waaraan de hub de sleutel herkent waarmee hij personen terugvindt. Korrel: een sleutel",
)

vorm = Table(
    "vorm",
    metadata,
    Column("vorm", Text, primary_key=True, comment="Naam van de vorm; staat vooraan in de verzegelde tekst"),
    Column("velden", ARRAY(Text), nullable=False, comment="De velden van het contract, in de orde van de waarden"),
    schema="kluis",
    comment="Welke velden een verzegelde identiteit heeft. Korrel: een vorm",
)

client_link = Table(
    "client_link",
    metadata,
    Column("client_ref", UUID, comment="Persoon zoals een bron hem kent"),
    Column("client_id", UUID, nullable=False, comment="Willekeurig nummer van de persoon over bronnen heen"),
    Column("known_from", Moment, comment="Vanaf wanneer de koppeling geldt"),
    Column("known_to", Moment, comment="Tot wanneer zij gold; leeg zolang zij geldt"),
    Column("reason", Text, nullable=False, comment="Waarom gekoppeld of losgemaakt"),
    PrimaryKeyConstraint("client_ref", "known_from"),
    schema="link",
    comment="Koppelingen tussen bronnen. Korrel: een persoon van een bron en een tijdvak",
)
Index(
    "client_link_current_uq",
    client_link.c.client_ref,
    unique=True,
    postgresql_where=client_link.c.known_to.is_(None),
)
Index("client_link_client_id_ix", client_link.c.client_id)
