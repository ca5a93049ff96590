"""The tables that Alembic keeps: the ledger (EXCHANGE), KLUIS, LINK, the desks and the mart of the desks.

ACCEPTED and `warehouse.actueel_*` are not here: `warehouse.generated` makes them from the contracts. Times of
the ledger are those of the clock on the wall; days (`vandaag`, `stand_op`) are those of the delivery.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP, UUID

SCHEMAS = {
    "exchange": "Het grootboek: elke levering, elk geweigerd record, en wie wat mag zien",
    "stage": "Gecontroleerde tekst op weg naar accepted; leeg tussen twee leveringen",
    "accepted": "Elke versie van elk goedgekeurd record; er komt alleen bij",
    "warehouse": "De laatst bekende stand van elk record, en de loketten van de regio",
    "kluis": "Identiteit, versleuteld, met een eigen rol",
    "link": "Wie bij verschillende loketten dezelfde persoon is",
    "mart_loket": "Overzichten per loket, voor de analist",
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

run = Table(
    "run",
    metadata,
    Column(
        "run_id", Text, primary_key=True, comment="Naam van de uitvoering, van Airflow of van de commandoregel"
    ),
    Column("source", Text, nullable=False, comment="Bron, of 'publish' voor de publicatie"),
    Column("vandaag", Date, nullable=False, comment="De dag waarvoor de uitvoering geldt"),
    Column("started_at", Moment, nullable=False, server_default=WALL_CLOCK, comment="Begin van de uitvoering"),
    Column("finished_at", Moment, comment="Einde van de uitvoering; leeg zolang zij loopt"),
    Column("state", Text, nullable=False, server_default="running", comment="running, succeeded of failed"),
    CheckConstraint("state in ('running', 'succeeded', 'failed')", name="state"),
    schema="exchange",
    comment="Uitvoeringen. Korrel: een uitvoering van een bron",
)

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
    Column("omvang", Text, comment="volledig of wijzigingen, volgens de levering zelf"),
    Column("duplicate_of", BigInteger, ForeignKey("exchange.delivery.delivery_id"),
           comment="Eerdere levering met dezelfde bytes"),
    Column("state", Text, nullable=False, comment="received, validated, merged, refused of duplicate"),
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
    Column("regelset", Text, comment="Hash van contract en codelijsten waarmee gekeurd is"),
    Column("software", Text, comment="Versie van de hub die keurde"),
    Column("finished_at", Moment, comment="Moment van de laatste stap"),
    CheckConstraint("state in ('received', 'validated', 'merged', 'refused', 'duplicate')", name="state"),
    CheckConstraint("state = 'received' or residual = 0", name="residual"),
    CheckConstraint("state <> 'refused' or fault_code is not null", name="refused_has_fault"),
    CheckConstraint("state <> 'duplicate' or duplicate_of is not null", name="duplicate_has_first"),
    CheckConstraint("least(received, accepted, rejected, unchanged, superseded, deleted, withdrawn) >= 0",
                    name="counts"),
    schema="exchange",
    comment="Leveringen. Korrel: een bericht in een keer ophalen bij een bron",
)  # fmt: skip
# The same bytes again are a row of their own (duplicate_of), so only first ones are unique.
Index(
    "delivery_bytes_uq", delivery.c.source, delivery.c.bericht, delivery.c.sha256, delivery.c.stand_op,
    unique=True, postgresql_nulls_not_distinct=True, postgresql_where=delivery.c.duplicate_of.is_(None),
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
    Column("regelset", Text, nullable=False, comment="Hash van contract en codelijsten waarmee gekeurd is"),
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
    CheckConstraint("octet_length(keys) = octet_length(contents) and mod(octet_length(keys), 16) = 0",
                    name="length"),
    schema="exchange",
    comment="Wat een levering liet zien, zonder waarden. Korrel: een levering",
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

# No foreign keys inside KLUIS: its rows are written in bulk, in one statement that joins them already.
persoon = Table(
    "persoon",
    metadata,
    Column("lookup", LargeBinary, primary_key=True, comment="Hash met sleutel van bron en eigen nummer"),
    Column("client_ref", UUID, nullable=False, unique=True, server_default=text("gen_random_uuid()"),
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

loket = Table(
    "loket",
    metadata,
    Column("loket_code", Text, primary_key=True, comment="Code van het loket in de regio"),
    Column("naam", Text, nullable=False, comment="Naam van het loket"),
    Column("soort_loket_code", Text, nullable=False, comment="Soort loket (lijst soort_loket)"),
    Column("organisatie_code", Text, nullable=False, comment="Organisatie van het loket: CBS-code of KvK-nummer"),
    Column("gemeente_code", Text, nullable=False, comment="Gemeente van het loket (CBS)"),
    Column("geldig_van", Date, comment="Eerste dag van het loket; leeg: altijd al"),
    Column("geldig_tot", Date, comment="Laatste dag van het loket; leeg: nog steeds"),
    schema="warehouse",
    comment="Loketten zoals de regio ze declareert. Korrel: een loket",
)


def _aantal(name: str, comment: str) -> Column[int]:
    return Column(name, Integer, nullable=False, comment=comment)


aanmeldingen = Table(
    "aanmeldingen",
    metadata,
    Column("gemeente_code", Text, comment="Gemeente die verantwoordelijk is voor de ondersteuning (CBS)"),
    Column("verantwoordelijke_code", Text, comment="Verwerkingsverantwoordelijke van de records"),
    Column("organisatie_code", Text, comment="Organisatie die de records vastlegde"),
    Column("source", Text, comment="Bron die de records leverde"),
    Column("loket_code", Text, comment="Loket waar de mensen zich meldden"),
    Column("loket_naam", Text, comment="Naam van het loket; leeg als de regio het niet meer declareert"),
    Column("soort_loket_code", Text, comment="Soort loket (lijst soort_loket)"),
    Column("maand", Date, comment="Eerste dag van de maand van aanmelding"),
    _aantal("aanmeldingen", "Aantal aanmeldingen; telt op over maanden, loketten en gemeenten"),
    _aantal("unieke_clienten", "Aantal verschillende, niet anonieme personen; telt NIET op over rijen"),
    _aantal("minderjarigen", "Unieke clienten die bij een aanmelding nog geen 18 waren; telt NIET op over rijen"),
    _aantal("anoniem", "Aantal aanmeldingen van wie anoniem wil blijven"),
    _aantal("beantwoord", "Aantal aanmeldingen met uitkomst 1 (beantwoord)"),
    _aantal("naar_traject", "Aantal aanmeldingen met uitkomst 2 (traject)"),
    _aantal("warm_overgedragen", "Aantal aanmeldingen met uitkomst 3 (warm overgedragen)"),
    _aantal("doorverwezen", "Aantal aanmeldingen met uitkomst 4 (doorverwezen)"),
    _aantal("overige_uitkomst", "Aantal aanmeldingen met een andere uitkomst dan 1 tot en met 4"),
    _aantal("uitkomst_onbekend", "Aantal aanmeldingen zonder uitkomst, of met uitkomst 99"),
    _aantal("koud_overgedragen", "Aantal aanmeldingen, koud naar een ander loket doorgestuurd (overdracht 2)"),
    _aantal("leeftijd_onbekend", "Aantal aanmeldingen van wie de leeftijd niet bekend is"),
    _aantal("leefgebied_onbekend", "Aantal aanmeldingen zonder leefgebied, of met alleen 99"),
    Column("aandeel_leefgebied_onbekend", Numeric(5, 4), nullable=False,
           comment="leefgebied_onbekend gedeeld door aanmeldingen, 0 tot en met 1"),
    Column("geleverd_tot", Moment,
           comment="Tot wanneer deze bron aanmeldingen leverde; een latere maand is niet geleverd, geen 0"),
    Column("vandaag", Date, nullable=False, comment="Dag van de publicatie"),
    PrimaryKeyConstraint(
        "gemeente_code", "verantwoordelijke_code", "organisatie_code", "source", "loket_code", "maand"
    ),
    CheckConstraint(
        "aanmeldingen = beantwoord + naar_traject + warm_overgedragen + doorverwezen + overige_uitkomst"
        " + uitkomst_onbekend",
        name="uitkomsten",
    ),
    schema="mart_loket",
    comment="Productie van de loketten; alleen wat geleverd is. "
    "Korrel: gemeente, verantwoordelijke, organisatie, bron, loket en maand van aanmelding",
)  # fmt: skip
