"""EXCHANGE: runs, deliveries, refused records, manifests, and who may see what.

Times are those of the clock on the wall; days (`vandaag`, `stand_op`) are those of the delivery.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from warehouse.tables.base import NONE_YET, WALL_CLOCK, Moment, metadata

run = Table(
    "run",
    metadata,
    Column("run_id", Text, primary_key=True, comment="Naam van de uitvoering, van Airflow of van de commandoregel"),
    Column("source", Text, nullable=False, comment="Bron, of 'publish' voor de publicatie"),
    Column("vandaag", Date, nullable=False, comment="De dag waarvoor de uitvoering geldt"),
    Column("started_at", Moment, nullable=False, server_default=WALL_CLOCK, comment="Begin van de uitvoering"),
    Column("finished_at", Moment, comment="Einde van de uitvoering; leeg zolang zij loopt"),
    Column("state", Text, nullable=False, server_default="running", comment="running, succeeded of failed"),
    Column(
        "notices",
        JSONB,
        comment="Wat een mens moet weten al ging de nacht door: code, level en text; leeg als er niet is opgehaald",
    ),
    CheckConstraint("state in ('running', 'succeeded', 'failed')", name="state"),
    schema="exchange",
    comment="Uitvoeringen. Korrel: een uitvoering van een bron",
)
Index("run_source_ix", run.c.source, run.c.vandaag, run.c.started_at)

delivery = Table(
    "delivery",
    metadata,
    Column("delivery_id", BigInteger, Identity(always=True), primary_key=True, comment="Nummer van de levering"),
    Column("source", Text, nullable=False, comment="Bron die leverde"),
    Column("gemeente_code", Text, comment="Gemeente die leverde (CBS); leeg bij een aanbieder"),
    Column("verantwoordelijke_code", Text, nullable=False, comment="Verwerkingsverantwoordelijke van de levering"),
    Column("bericht", Text, nullable=False, comment="Soort record: aanmelding, traject, ..."),
    Column("contract_versie", Text, nullable=False, comment="Versie van het contract waartegen is gekeurd"),
    Column("run_id", Text, nullable=False, comment="Uitvoering die de levering ophaalde"),
    Column("name", Text, nullable=False, comment="Naam van het bestand of de bevraging bij de bron"),
    Column("media_type", Text, nullable=False, comment="Vorm van de bytes"),
    Column("stand_op", Moment, comment="Moment waarvan de levering de stand geeft, volgens de bron"),
    Column("vandaag", Date, nullable=False, comment="De dag waarvoor is opgehaald"),
    Column("received_at", Moment, nullable=False, server_default=WALL_CLOCK, comment="Moment van ontvangst"),
    Column("sha256", LargeBinary, nullable=False, comment="SHA-256 van de ontvangen bytes"),
    Column("bytes", BigInteger, nullable=False, comment="Aantal ontvangen bytes"),
    Column("landing_path", Text, nullable=False, comment="Plaats van de versleutelde bytes onder landing"),
    Column("scope", ARRAY(Text), nullable=False, server_default="{}",
           comment="Delen die volledig geleverd zijn; wat daarin ontbreekt is ingetrokken"),
    Column("gone", ARRAY(Text),
           comment="Vindplaatsen waarvan de bron bevestigde dat zij weg zijn; leeg waar afwezigheid genoeg zegt"),
    Column("bookmark", Text,
           comment="Waar de bron de volgende keer verdergaat (haar cursor); leeg bij een bron zonder"),
    Column("omvang", Text, comment="volledig of wijzigingen, volgens de levering zelf"),
    Column("duplicate_of", BigInteger, ForeignKey("exchange.delivery.delivery_id"),
           comment="Eerdere levering met dezelfde bytes"),
    Column("state", Text, nullable=False,
           comment="received, validated, held, merged, refused, duplicate of tried (proef)"),
    Column("assessed_at", Moment, comment="Moment waarop de levering als geheel beoordeeld is; leeg: nog niet"),
    Column("released_at", Moment, comment="Moment waarop een vastgehouden levering is vrijgegeven"),
    Column("released_by", Text, comment="Wie haar vrijgaf"),
    Column("release_reason", Text, comment="Waarom zij is vrijgegeven"),
    Column("replay_reason", Text, comment="Waarom opnieuw gekeurd of gevraagd is; leeg bij een gewone nacht"),
    Column("fault_code", Text, comment="Fout (faults.toml) waarom de hele levering geweigerd is"),
    Column("received", Integer, nullable=False, server_default=NONE_YET, comment="Aantal ontvangen records"),
    Column("accepted", Integer, nullable=False, server_default=NONE_YET, comment="Aantal nieuwe versies"),
    Column("rejected", Integer, nullable=False, server_default=NONE_YET, comment="Aantal geweigerde records"),
    Column("unchanged", Integer, nullable=False, server_default=NONE_YET,
           comment="Aantal records gelijk aan hun voorganger"),
    Column("superseded", Integer, nullable=False, server_default=NONE_YET,
           comment="Aantal records waarvan een nieuwere versie bekend is"),
    Column("deleted", Integer, nullable=False, server_default=NONE_YET, comment="Aantal verwijderberichten"),
    Column("withdrawn", Integer, nullable=False, server_default=NONE_YET,
           comment="Aantal door afwezigheid ingetrokken records; telt niet mee in de som"),
    Column("residual", Integer,
           Computed("received - accepted - rejected - unchanged - superseded - deleted", persisted=True),
           comment="Records waarvan niemand weet wat ervan werd: 0 zodra de levering gekeurd is"),
    Column("warnings", JSONB, nullable=False, server_default=text("'[]'::jsonb"),
           comment="Waarschuwingen: [{code, field, count}], nooit een waarde"),
    Column("regelset", Text, comment="Hash van contract, codelijsten en invullingen bij het keuren"),
    Column("software", Text, comment="Versie van de hub die keurde"),
    Column("finished_at", Moment, comment="Moment van de laatste stap"),
    CheckConstraint("state in ('received', 'validated', 'held', 'merged', 'refused', 'duplicate', 'tried')",
                    name="state"),
    CheckConstraint("state = 'received' or residual = 0", name="residual"),
    CheckConstraint("state <> 'held' or assessed_at is not null", name="held_is_assessed"),
    CheckConstraint("num_nulls(released_at, released_by, release_reason) in (0, 3)", name="released"),
    CheckConstraint("state <> 'refused' or fault_code is not null", name="refused_has_fault"),
    CheckConstraint("state <> 'duplicate' or duplicate_of is not null", name="duplicate_has_first"),
    CheckConstraint("least(received, accepted, rejected, unchanged, superseded, deleted, withdrawn) >= 0",
                    name="counts"),
    schema="exchange",
    comment="Leveringen. Korrel: een bericht in een keer ophalen bij een bron",
)  # fmt: skip
# The same bytes again are a row of their own (duplicate_of), so only first ones are unique; what was tried never came.
Index(
    "delivery_bytes_uq", delivery.c.source, delivery.c.bericht, delivery.c.sha256, delivery.c.stand_op,
    unique=True, postgresql_nulls_not_distinct=True, postgresql_where=text("duplicate_of is null and state <> 'tried'"),
)  # fmt: skip
Index("delivery_source_bericht_stand_op_ix", delivery.c.source, delivery.c.bericht, delivery.c.stand_op)
Index("delivery_vandaag_ix", delivery.c.vandaag)

reject = Table(
    "reject",
    metadata,
    Column("delivery_id", BigInteger, ForeignKey("exchange.delivery.delivery_id"), comment="Levering"),
    Column("record_nummer", Integer, comment="Volgnummer van het record in de levering, vanaf 1"),
    Column("byte_start", BigInteger, comment="Eerste byte van het record in landing"),
    Column("byte_end", BigInteger, comment="Byte na het record in landing"),
    Column("gemeente_code", Text, comment="Gemeente van het record, waar die leesbaar was"),
    Column("verantwoordelijke_code", Text, nullable=False, comment="Verwerkingsverantwoordelijke"),
    Column("sleutel", Text, comment="Sleutel van het record zoals geleverd; negen cijfers als een BSN afgedekt"),
    Column("faults", JSONB, nullable=False, comment="Alle fouten: [{code, field, index}], nooit een waarde"),
    Column("regelset", Text, nullable=False, comment="Hash van contract, codelijsten en invullingen bij het keuren"),
    Column("software", Text, nullable=False, comment="Versie van de hub die keurde"),
    PrimaryKeyConstraint("delivery_id", "record_nummer"),
    schema="exchange",
    comment="Geweigerde records: waar zij staan en waarom. Korrel: een record van een levering",
)

manifest = Table(
    "manifest",
    metadata,
    Column("delivery_id", BigInteger, ForeignKey("exchange.delivery.delivery_id"), primary_key=True,
           autoincrement=False, comment="Levering"),
    Column("keys", LargeBinary, nullable=False, comment="16 bytes sleutel-hash per record, oplopend"),
    Column("contents", LargeBinary, nullable=False, comment="16 bytes inhoud-hash per record, net zo"),
    Column("marks", LargeBinary, nullable=False, server_default=text("'\\x'::bytea"),
           comment="16 bytes hash van de bytes van elk record, net zo; nullen waar het steeds gekeurd moet worden"),
    CheckConstraint("octet_length(keys) = octet_length(contents) and mod(octet_length(keys), 16) = 0",
                    name="length"),
    CheckConstraint("octet_length(marks) in (0, octet_length(keys))", name="marks"),
    schema="exchange",
    comment="Wat een levering liet zien, zonder waarden. Korrel: een levering",
)  # fmt: skip

redaction = Table(
    "redaction",
    metadata,
    Column("delivery_id", BigInteger, ForeignKey("exchange.delivery.delivery_id"), comment="Levering"),
    Column("record_nummer", Integer, comment="Volgnummer van het vernietigde record in de levering"),
    Column("verantwoordelijke_code", Text, nullable=False, comment="Verwerkingsverantwoordelijke"),
    Column("fault_code", Text, nullable=False, comment="Fout (faults.toml) waarom het niet bewaard mag worden"),
    Column("is_whole", Boolean, nullable=False,
           comment="Of de hele levering is gewist, omdat de plaats niet te zeggen was"),
    Column("redacted_at", Moment, nullable=False, server_default=WALL_CLOCK, comment="Wanneer"),
    PrimaryKeyConstraint("delivery_id", "record_nummer"),
    schema="exchange",
    comment="Bewijs van vernietiging in landing. Korrel: een record van een levering",
)  # fmt: skip

access = Table(
    "access",
    metadata,
    Column("access_id", BigInteger, Identity(always=True), primary_key=True, comment="Nummer van de inzage"),
    Column("moment", Moment, nullable=False, server_default=WALL_CLOCK, comment="Wanneer"),
    Column("rol", Text, nullable=False, comment="In welke rol"),
    Column("organisatie_code", Text, nullable=False, comment="Namens welke organisatie"),
    Column("doel", Text, nullable=False, comment="Met welk doel"),
    Column("actie", Text, nullable=False, comment="Wat is gedaan; geen zoekterm, geen waarde"),
    Column("client_ref", UUID, comment="Om wie het ging (pseudoniem); leeg waar het niet om een persoon ging"),
    schema="exchange",
    comment="Logboek van inzage in identiteit (NEN 7513). Korrel: een handeling",
)

toegang = Table(
    "toegang",
    metadata,
    Column("rol", Text, comment="Naam van de databaserol van een lezer"),
    Column("verantwoordelijke_code", Text, comment="Verwerkingsverantwoordelijke wiens rijen die rol mag zien"),
    PrimaryKeyConstraint("rol", "verantwoordelijke_code"),
    schema="exchange",
    comment="Wie wiens rijen mag lezen; de database dwingt het af. Korrel: een rol en een verantwoordelijke",
)
