"""EXCHANGE: what goes wrong for longer than a moment, and who was told. No value of a person."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Identity, Index, Table, Text

from warehouse.tables.base import Moment, metadata

KINDS = ("failed", "silent", "held", "certificate", "attention", "answer", "late", "publish")

incident = Table(
    "incident",
    metadata,
    Column("incident_id", BigInteger, Identity(always=True), primary_key=True, comment="Nummer van het incident"),
    Column("kind", Text, nullable=False, comment="failed, silent, held, certificate, attention, answer, late, publish"),
    Column("source", Text, comment="Bron waar het om gaat; leeg bij de publicatie van de regio"),
    Column("gemeente_code", Text, comment="Gemeente van de bron (CBS); leeg bij een aanbieder of de regio"),
    Column("verantwoordelijke_code", Text, comment="Verwerkingsverantwoordelijke van de bron; leeg bij de regio"),
    Column("reason", Text, nullable=False, comment="Waarom, op een regel; nooit een waarde van een record"),
    Column("opened_on", Date, nullable=False, comment="De dag waarvoor het begon"),
    Column("last_seen_on", Date, nullable=False, comment="De laatste dag waarvoor het er nog was"),
    Column("recovered_on", Date, comment="De dag waarvoor het over was; leeg zolang het duurt"),
    Column("notice_tried_at", Moment, comment="Moment van de laatste poging om het te melden"),
    Column("notice_sent_at", Moment, comment="Moment waarop het gemeld is"),
    Column("recovery_sent_at", Moment, comment="Moment waarop het herstel gemeld is"),
    Column("problem", Text, comment="Waarom de laatste melding niet weg kon"),
    CheckConstraint(f"kind in ({', '.join(repr(kind) for kind in KINDS)})", name="kind"),
    CheckConstraint("last_seen_on >= opened_on", name="days"),
    CheckConstraint("recovered_on is not null or recovery_sent_at is null", name="recovery"),
    CheckConstraint("notice_sent_at is null or notice_tried_at is not null", name="tried"),
    schema="exchange",
    comment="Incidenten, elk eenmaal gemeld. Korrel: een soort probleem van een bron, van begin tot eind",
)  # fmt: skip
# One at a time: as long as it lasts it is the same incident.
Index(
    "incident_open_uq", incident.c.kind, incident.c.source,
    unique=True, postgresql_nulls_not_distinct=True, postgresql_where=incident.c.recovered_on.is_(None),
)  # fmt: skip
