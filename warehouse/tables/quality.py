"""EXCHANGE: what was expected of deliveries and marts, and what was seen: never a value of a person."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Numeric,
    Table,
    Text,
)

from warehouse.tables.base import WALL_CLOCK, Moment, metadata

quality_result = Table(
    "quality_result",
    metadata,
    Column("quality_result_id", BigInteger, Identity(always=True), primary_key=True, comment="Nummer van het oordeel"),
    Column("delivery_id", BigInteger, ForeignKey("exchange.delivery.delivery_id"),
           comment="Levering die beoordeeld is; leeg bij een overzicht"),
    Column("mart", Text, comment="Tabel die beoordeeld is, met schema; leeg bij een levering"),
    Column("source", Text, comment="Bron die leverde; leeg bij een overzicht"),
    Column("bericht", Text, comment="Soort record; leeg bij een overzicht"),
    Column("gemeente_code", Text, comment="Gemeente die leverde (CBS); leeg bij een aanbieder of een overzicht"),
    Column("verantwoordelijke_code", Text, comment="Verwerkingsverantwoordelijke; leeg bij een overzicht"),
    Column("vandaag", Date, nullable=False, comment="De dag waarvoor beoordeeld is"),
    Column("assessed_at", Moment, nullable=False, server_default=WALL_CLOCK, comment="Moment van het oordeel"),
    Column("expectation", Text, nullable=False, comment="Verwachting (quality/*.toml)"),
    Column("subject", Text, nullable=False, comment="Waarover: een veld of kolom; leeg waar het over het geheel gaat"),
    Column("level", Text, nullable=False, comment="hold (houdt de levering vast) of warn (zegt het alleen)"),
    Column("observed", Numeric, nullable=False, comment="Wat gezien is: een aantal, een deel van 1 of dagen"),
    Column("minimum", Numeric, comment="Ondergrens; leeg waar die er niet is"),
    Column("maximum", Numeric, comment="Bovengrens; leeg waar die er niet is"),
    Column("is_met", Boolean, nullable=False, comment="Of aan de verwachting voldaan is"),
    CheckConstraint("(delivery_id is null) <> (mart is null)", name="subject"),
    CheckConstraint("level in ('hold', 'warn')", name="level"),
    CheckConstraint("(delivery_id is null) = (source is null) and (delivery_id is null) = (bericht is null)"
                    " and (delivery_id is null) = (verantwoordelijke_code is null)", name="owner"),
    CheckConstraint("minimum is not null or maximum is not null", name="bounds"),
    schema="exchange",
    comment="Oordelen over kwaliteit. Korrel: een verwachting van een onderwerp van een levering of overzicht",
)  # fmt: skip
Index("quality_result_delivery_id_ix", quality_result.c.delivery_id)
Index("quality_result_vandaag_ix", quality_result.c.vandaag)
