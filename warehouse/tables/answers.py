"""ANSWERS: which answer (retourbericht) each delivery has had, and which of them still has to be sent.

An answer is a view of the ledger: what it tells stands in `exchange.delivery` and `exchange.reject`, and nowhere twice.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from warehouse.tables.base import NONE_YET, WALL_CLOCK, Moment, metadata

answer = Table(
    "answer",
    metadata,
    Column("delivery_id", BigInteger, ForeignKey("exchange.delivery.delivery_id"), comment="Levering"),
    Column("versie", Integer, comment="Volgnummer van het retourbericht over deze levering, vanaf 1"),
    Column("soort", Text, nullable=False, comment="ontvangen, aangehouden, definitief of proef"),
    Column("source", Text, nullable=False, comment="Bron die leverde en het retourbericht krijgt"),
    Column("gemeente_code", Text, comment="Gemeente die leverde (CBS); leeg bij een aanbieder"),
    Column("verantwoordelijke_code", Text, nullable=False, comment="Verwerkingsverantwoordelijke van de levering"),
    Column("made_at", Moment, nullable=False, server_default=WALL_CLOCK,
           comment="Moment waarop de levering in deze staat kwam"),
    PrimaryKeyConstraint("delivery_id", "versie"),
    CheckConstraint("soort in ('ontvangen', 'aangehouden', 'definitief', 'proef')", name="soort"),
    CheckConstraint("versie > 0", name="versie"),
    schema="exchange",
    comment="Retourberichten. Korrel: een levering in een staat die de afzender hoort te weten",
)  # fmt: skip

outbox = Table(
    "outbox",
    metadata,
    Column("delivery_id", BigInteger, comment="Levering"),
    Column("versie", Integer, comment="Versie van het retourbericht"),
    Column("source", Text, nullable=False, comment="Bron in wier postvak het komt"),
    Column("gemeente_code", Text, comment="Gemeente die leverde (CBS); leeg bij een aanbieder"),
    Column("verantwoordelijke_code", Text, nullable=False, comment="Verwerkingsverantwoordelijke van de levering"),
    Column("state", Text, nullable=False, server_default="waiting",
           comment="waiting, sent, of overtaken: er kwam een nieuwere versie voor deze verstuurd was"),
    Column("tries", Integer, nullable=False, server_default=NONE_YET, comment="Aantal pogingen tot nu toe"),
    Column("problem", Text, comment="Waarom de laatste poging niet lukte; nooit een waarde van een record"),
    Column("name", Text, comment="Naam van het bestand in het postvak, zonder achtervoegsel"),
    Column("sha256", LargeBinary, comment="SHA-256 van het verstuurde JSON-bestand"),
    Column("sent_at", Moment, comment="Moment van verzending"),
    PrimaryKeyConstraint("delivery_id", "versie"),
    ForeignKeyConstraint(["delivery_id", "versie"], ["exchange.answer.delivery_id", "exchange.answer.versie"]),
    CheckConstraint("state in ('waiting', 'sent', 'overtaken')", name="state"),
    CheckConstraint("(state = 'sent') = (sent_at is not null and sha256 is not null and name is not null)",
                    name="sent"),
    schema="exchange",
    comment="Wat nog verstuurd moet worden en wat verstuurd is. Korrel: een retourbericht",
)  # fmt: skip
Index("outbox_waiting_ix", outbox.c.source, outbox.c.delivery_id, postgresql_where=text("state = 'waiting'"))
