"""The beginning: ledger, kluis, links, desks and the mart of the desks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access",
        sa.Column(
            "access_id", sa.BigInteger(), sa.Identity(always=True), nullable=False, comment="Nummer van de inzage"
        ),
        sa.Column(
            "moment",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
            comment="Wanneer",
        ),
        sa.Column("rol", sa.Text(), nullable=False, comment="In welke rol"),
        sa.Column("organisatie_code", sa.Text(), nullable=False, comment="Namens welke organisatie"),
        sa.Column("doel", sa.Text(), nullable=False, comment="Met welk doel"),
        sa.Column("actie", sa.Text(), nullable=False, comment="Wat is gedaan; geen zoekterm, geen waarde"),
        sa.Column(
            "client_ref",
            sa.UUID(),
            nullable=True,
            comment="Om wie het ging (pseudoniem); leeg waar het niet om een persoon ging",
        ),
        sa.PrimaryKeyConstraint("access_id", name=op.f("access_pk")),
        schema="exchange",
        comment="Logboek van inzage in identiteit (NEN 7513). Korrel: een handeling",
    )
    op.create_table(
        "delivery",
        sa.Column(
            "delivery_id",
            sa.BigInteger(),
            sa.Identity(always=True),
            nullable=False,
            comment="Nummer van de levering",
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="Bron die leverde"),
        sa.Column(
            "gemeente_code", sa.Text(), nullable=True, comment="Gemeente die leverde (CBS); leeg bij een aanbieder"
        ),
        sa.Column(
            "verantwoordelijke_code",
            sa.Text(),
            nullable=False,
            comment="Verwerkingsverantwoordelijke van de levering",
        ),
        sa.Column("bericht", sa.Text(), nullable=False, comment="Soort record: aanmelding, traject, ..."),
        sa.Column("contract_versie", sa.Text(), nullable=False, comment="Versie van het contract waartegen is gekeurd"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Uitvoering die de levering ophaalde"),
        sa.Column("name", sa.Text(), nullable=False, comment="Naam van het bestand of de bevraging bij de bron"),
        sa.Column("media_type", sa.Text(), nullable=False, comment="Vorm van de bytes"),
        sa.Column(
            "stand_op",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Moment waarvan de levering de stand geeft, volgens de bron",
        ),
        sa.Column("vandaag", sa.Date(), nullable=False, comment="De dag waarvoor is opgehaald"),
        sa.Column(
            "received_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
            comment="Moment van ontvangst",
        ),
        sa.Column("sha256", sa.LargeBinary(), nullable=False, comment="SHA-256 van de ontvangen bytes"),
        sa.Column("bytes", sa.BigInteger(), nullable=False, comment="Aantal ontvangen bytes"),
        sa.Column("landing_path", sa.Text(), nullable=False, comment="Plaats van de versleutelde bytes onder landing"),
        sa.Column(
            "scope",
            postgresql.ARRAY(sa.Text()),
            server_default="{}",
            nullable=False,
            comment="Delen die volledig geleverd zijn; wat daarin ontbreekt is ingetrokken",
        ),
        sa.Column(
            "gone",
            postgresql.ARRAY(sa.Text()),
            nullable=True,
            comment="Vindplaatsen waarvan de bron bevestigde dat zij weg zijn; leeg waar afwezigheid genoeg zegt",
        ),
        sa.Column("omvang", sa.Text(), nullable=True, comment="volledig of wijzigingen, volgens de levering zelf"),
        sa.Column("duplicate_of", sa.BigInteger(), nullable=True, comment="Eerdere levering met dezelfde bytes"),
        sa.Column("state", sa.Text(), nullable=False, comment="received, validated, merged, refused of duplicate"),
        sa.Column(
            "fault_code",
            sa.Text(),
            nullable=True,
            comment="Fout (faults.toml) waarom de hele levering geweigerd is",
        ),
        sa.Column(
            "received",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Aantal ontvangen records",
        ),
        sa.Column(
            "accepted", sa.Integer(), server_default=sa.text("0"), nullable=False, comment="Aantal nieuwe versies"
        ),
        sa.Column(
            "rejected",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Aantal geweigerde records",
        ),
        sa.Column(
            "unchanged",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Aantal records gelijk aan hun voorganger",
        ),
        sa.Column(
            "superseded",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Aantal records waarvan een nieuwere versie bekend is",
        ),
        sa.Column(
            "deleted",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Aantal verwijderberichten",
        ),
        sa.Column(
            "withdrawn",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Aantal door afwezigheid ingetrokken records; telt niet mee in de som",
        ),
        sa.Column(
            "residual",
            sa.Integer(),
            sa.Computed("received - accepted - rejected - unchanged - superseded - deleted", persisted=True),
            nullable=True,
            comment="Records waarvan niemand weet wat ervan werd: 0 zodra de levering gekeurd is",
        ),
        sa.Column(
            "warnings",
            postgresql.JSONB(),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
            comment="Waarschuwingen: [{code, field, count}], nooit een waarde",
        ),
        sa.Column("regelset", sa.Text(), nullable=True, comment="Hash van contract en codelijsten waarmee gekeurd is"),
        sa.Column("software", sa.Text(), nullable=True, comment="Versie van de hub die keurde"),
        sa.Column(
            "finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True, comment="Moment van de laatste stap"
        ),
        sa.CheckConstraint(
            "state <> 'duplicate' or duplicate_of is not null", name=op.f("delivery_duplicate_has_first_ck")
        ),
        sa.CheckConstraint("state <> 'refused' or fault_code is not null", name=op.f("delivery_refused_has_fault_ck")),
        sa.CheckConstraint("state = 'received' or residual = 0", name=op.f("delivery_residual_ck")),
        sa.CheckConstraint(
            "state in ('received', 'validated', 'merged', 'refused', 'duplicate')", name=op.f("delivery_state_ck")
        ),
        sa.CheckConstraint(
            "least(received, accepted, rejected, unchanged, superseded, deleted, withdrawn) >= 0",
            name=op.f("delivery_counts_ck"),
        ),
        sa.ForeignKeyConstraint(
            ["duplicate_of"], ["exchange.delivery.delivery_id"], name=op.f("delivery_duplicate_of_fk")
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("delivery_pk")),
        schema="exchange",
        comment="Leveringen. Korrel: een bericht in een keer ophalen bij een bron",
    )
    op.create_index(
        "delivery_bytes_uq",
        "delivery",
        ["source", "bericht", "sha256", "stand_op"],
        unique=True,
        schema="exchange",
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("duplicate_of IS NULL"),
    )
    op.create_index(
        "delivery_source_bericht_stand_op_ix",
        "delivery",
        ["source", "bericht", "stand_op"],
        unique=False,
        schema="exchange",
    )
    op.create_index("delivery_vandaag_ix", "delivery", ["vandaag"], unique=False, schema="exchange")
    op.create_table(
        "run",
        sa.Column(
            "run_id",
            sa.Text(),
            nullable=False,
            comment="Naam van de uitvoering, van Airflow of van de commandoregel",
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="Bron, of 'publish' voor de publicatie"),
        sa.Column("vandaag", sa.Date(), nullable=False, comment="De dag waarvoor de uitvoering geldt"),
        sa.Column(
            "started_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
            comment="Begin van de uitvoering",
        ),
        sa.Column(
            "finished_at",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Einde van de uitvoering; leeg zolang zij loopt",
        ),
        sa.Column("state", sa.Text(), server_default="running", nullable=False, comment="running, succeeded of failed"),
        sa.CheckConstraint("state in ('running', 'succeeded', 'failed')", name=op.f("run_state_ck")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("run_pk")),
        schema="exchange",
        comment="Uitvoeringen. Korrel: een uitvoering van een bron",
    )
    op.create_table(
        "toegang",
        sa.Column("rol", sa.Text(), nullable=False, comment="Naam van de databaserol van een lezer"),
        sa.Column(
            "verantwoordelijke_code",
            sa.Text(),
            nullable=False,
            comment="Verwerkingsverantwoordelijke wiens rijen die rol mag zien",
        ),
        sa.PrimaryKeyConstraint("rol", "verantwoordelijke_code", name=op.f("toegang_pk")),
        schema="exchange",
        comment="Wie wiens rijen mag lezen; de database dwingt het af. Korrel: een rol en een verantwoordelijke",
    )
    op.create_table(
        "identiteit",
        sa.Column("client_ref", sa.UUID(), nullable=False, comment="Pseudoniem van de persoon"),
        sa.Column(
            "known_from",
            postgresql.TIMESTAMP(timezone=True),
            nullable=False,
            comment="Moment vanaf wanneer deze identiteit geldt",
        ),
        sa.Column(
            "digest",
            sa.LargeBinary(),
            nullable=False,
            comment="Hash met sleutel van de identiteit, om een wijziging te herkennen",
        ),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="De identiteit, versleuteld"),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False, comment="Levering die haar bracht"),
        sa.Column("verantwoordelijke_code", sa.Text(), nullable=False, comment="Verwerkingsverantwoordelijke"),
        sa.PrimaryKeyConstraint("client_ref", "known_from", "digest", name=op.f("identiteit_pk")),
        schema="kluis",
        comment="Versleutelde identiteiten. Korrel: een versie van de identiteit van een persoon",
    )
    op.create_table(
        "persoon",
        sa.Column("lookup", sa.LargeBinary(), nullable=False, comment="Hash met sleutel van bron en eigen nummer"),
        sa.Column(
            "client_ref",
            sa.UUID(),
            server_default=sa.text("gen_random_uuid()"),
            nullable=False,
            comment="Willekeurig pseudoniem: een per bron en persoon",
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="Bron die de persoon kent"),
        sa.Column("verantwoordelijke_code", sa.Text(), nullable=False, comment="Verwerkingsverantwoordelijke"),
        sa.Column(
            "known_from",
            postgresql.TIMESTAMP(timezone=True),
            nullable=False,
            comment="Sinds wanneer de hub de persoon kent",
        ),
        sa.PrimaryKeyConstraint("lookup", name=op.f("persoon_pk")),
        sa.UniqueConstraint("client_ref", name=op.f("persoon_client_ref_uq")),
        schema="kluis",
        comment="Personen zoals een bron ze kent. Korrel: een persoon van een bron",
    )
    op.create_table(
        "client_link",
        sa.Column("client_ref", sa.UUID(), nullable=False, comment="Persoon zoals een bron hem kent"),
        sa.Column(
            "client_id", sa.UUID(), nullable=False, comment="Willekeurig nummer van de persoon over bronnen heen"
        ),
        sa.Column(
            "known_from",
            postgresql.TIMESTAMP(timezone=True),
            nullable=False,
            comment="Vanaf wanneer de koppeling geldt",
        ),
        sa.Column(
            "known_to",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Tot wanneer zij gold; leeg zolang zij geldt",
        ),
        sa.Column("reason", sa.Text(), nullable=False, comment="Waarom gekoppeld of losgemaakt"),
        sa.PrimaryKeyConstraint("client_ref", "known_from", name=op.f("client_link_pk")),
        schema="link",
        comment="Koppelingen tussen bronnen. Korrel: een persoon van een bron en een tijdvak",
    )
    op.create_index("client_link_client_id_ix", "client_link", ["client_id"], unique=False, schema="link")
    op.create_index(
        "client_link_current_uq",
        "client_link",
        ["client_ref"],
        unique=True,
        schema="link",
        postgresql_where=sa.text("known_to IS NULL"),
    )
    op.create_table(
        "aanmeldingen",
        sa.Column(
            "gemeente_code",
            sa.Text(),
            nullable=False,
            comment="Gemeente die verantwoordelijk is voor de ondersteuning (CBS)",
        ),
        sa.Column(
            "verantwoordelijke_code",
            sa.Text(),
            nullable=False,
            comment="Verwerkingsverantwoordelijke van de records",
        ),
        sa.Column("organisatie_code", sa.Text(), nullable=False, comment="Organisatie die de records vastlegde"),
        sa.Column("source", sa.Text(), nullable=False, comment="Bron die de records leverde"),
        sa.Column("loket_code", sa.Text(), nullable=False, comment="Loket waar de mensen zich meldden"),
        sa.Column(
            "loket_naam",
            sa.Text(),
            nullable=True,
            comment="Naam van het loket; leeg als de regio het niet meer declareert",
        ),
        sa.Column("soort_loket_code", sa.Text(), nullable=True, comment="Soort loket (lijst soort_loket)"),
        sa.Column("maand", sa.Date(), nullable=False, comment="Eerste dag van de maand van aanmelding"),
        sa.Column(
            "aanmeldingen",
            sa.Integer(),
            nullable=False,
            comment="Aantal aanmeldingen; telt op over maanden, loketten en gemeenten",
        ),
        sa.Column(
            "unieke_clienten",
            sa.Integer(),
            nullable=False,
            comment="Aantal verschillende, niet anonieme personen; telt NIET op over rijen",
        ),
        sa.Column(
            "minderjarigen",
            sa.Integer(),
            nullable=False,
            comment="Unieke clienten die bij een aanmelding nog geen 18 waren; telt NIET op over rijen",
        ),
        sa.Column("anoniem", sa.Integer(), nullable=False, comment="Aantal aanmeldingen van wie anoniem wil blijven"),
        sa.Column(
            "beantwoord", sa.Integer(), nullable=False, comment="Aantal aanmeldingen met uitkomst 1 (beantwoord)"
        ),
        sa.Column("naar_traject", sa.Integer(), nullable=False, comment="Aantal aanmeldingen met uitkomst 2 (traject)"),
        sa.Column(
            "warm_overgedragen",
            sa.Integer(),
            nullable=False,
            comment="Aantal aanmeldingen met uitkomst 3 (warm overgedragen)",
        ),
        sa.Column(
            "doorverwezen",
            sa.Integer(),
            nullable=False,
            comment="Aantal aanmeldingen met uitkomst 4 (doorverwezen)",
        ),
        sa.Column(
            "overige_uitkomst",
            sa.Integer(),
            nullable=False,
            comment="Aantal aanmeldingen met een andere uitkomst dan 1 tot en met 4",
        ),
        sa.Column(
            "uitkomst_onbekend",
            sa.Integer(),
            nullable=False,
            comment="Aantal aanmeldingen zonder uitkomst, of met uitkomst 99",
        ),
        sa.Column(
            "koud_overgedragen",
            sa.Integer(),
            nullable=False,
            comment="Aantal aanmeldingen, koud naar een ander loket doorgestuurd (overdracht 2)",
        ),
        sa.Column(
            "leeftijd_onbekend",
            sa.Integer(),
            nullable=False,
            comment="Aantal aanmeldingen van wie de leeftijd niet bekend is",
        ),
        sa.Column(
            "leefgebied_onbekend",
            sa.Integer(),
            nullable=False,
            comment="Aantal aanmeldingen zonder leefgebied, of met alleen 99",
        ),
        sa.Column(
            "aandeel_leefgebied_onbekend",
            sa.Numeric(precision=5, scale=4),
            nullable=False,
            comment="leefgebied_onbekend gedeeld door aanmeldingen, 0 tot en met 1",
        ),
        sa.Column(
            "geleverd_tot",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Tot wanneer deze bron aanmeldingen leverde; een latere maand is niet geleverd, geen 0",
        ),
        sa.Column("vandaag", sa.Date(), nullable=False, comment="Dag van de publicatie"),
        sa.CheckConstraint(
            "aanmeldingen = beantwoord + naar_traject + warm_overgedragen + doorverwezen + overige_uitkomst"
            " + uitkomst_onbekend",
            name=op.f("aanmeldingen_uitkomsten_ck"),
        ),
        sa.PrimaryKeyConstraint(
            "gemeente_code",
            "verantwoordelijke_code",
            "organisatie_code",
            "source",
            "loket_code",
            "maand",
            name=op.f("aanmeldingen_pk"),
        ),
        schema="mart_loket",
        comment="Productie van de loketten; alleen wat geleverd is. "
        "Korrel: gemeente, verantwoordelijke, organisatie, bron, loket en maand van aanmelding",
    )
    op.create_table(
        "loket",
        sa.Column("loket_code", sa.Text(), nullable=False, comment="Code van het loket in de regio"),
        sa.Column("naam", sa.Text(), nullable=False, comment="Naam van het loket"),
        sa.Column("soort_loket_code", sa.Text(), nullable=False, comment="Soort loket (lijst soort_loket)"),
        sa.Column(
            "organisatie_code",
            sa.Text(),
            nullable=False,
            comment="Organisatie van het loket: CBS-code of KvK-nummer",
        ),
        sa.Column("gemeente_code", sa.Text(), nullable=False, comment="Gemeente van het loket (CBS)"),
        sa.Column("geldig_van", sa.Date(), nullable=True, comment="Eerste dag van het loket; leeg: altijd al"),
        sa.Column("geldig_tot", sa.Date(), nullable=True, comment="Laatste dag van het loket; leeg: nog steeds"),
        sa.PrimaryKeyConstraint("loket_code", name=op.f("loket_pk")),
        schema="warehouse",
        comment="Loketten zoals de regio ze declareert. Korrel: een loket",
    )
    op.create_table(
        "manifest",
        sa.Column("delivery_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="Levering"),
        sa.Column("keys", sa.LargeBinary(), nullable=False, comment="16 bytes sleutel-hash per record, oplopend"),
        sa.Column("contents", sa.LargeBinary(), nullable=False, comment="16 bytes inhoud-hash per record, net zo"),
        sa.CheckConstraint(
            "octet_length(keys) = octet_length(contents) and mod(octet_length(keys), 16) = 0",
            name=op.f("manifest_length_ck"),
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["exchange.delivery.delivery_id"], name=op.f("manifest_delivery_id_fk")
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("manifest_pk")),
        schema="exchange",
        comment="Wat een levering liet zien, zonder waarden. Korrel: een levering",
    )
    op.create_table(
        "reject",
        sa.Column("delivery_id", sa.BigInteger(), nullable=False, comment="Levering"),
        sa.Column(
            "record_nummer",
            sa.Integer(),
            nullable=False,
            comment="Volgnummer van het record in de levering, vanaf 1",
        ),
        sa.Column("byte_start", sa.BigInteger(), nullable=True, comment="Eerste byte van het record in landing"),
        sa.Column("byte_end", sa.BigInteger(), nullable=True, comment="Byte na het record in landing"),
        sa.Column("gemeente_code", sa.Text(), nullable=True, comment="Gemeente van het record, waar die leesbaar was"),
        sa.Column("verantwoordelijke_code", sa.Text(), nullable=False, comment="Verwerkingsverantwoordelijke"),
        sa.Column(
            "sleutel",
            sa.Text(),
            nullable=True,
            comment="Sleutel van het record zoals geleverd; negen cijfers als een BSN afgedekt",
        ),
        sa.Column(
            "faults",
            postgresql.JSONB(),
            nullable=False,
            comment="Alle fouten: [{code, field, index}], nooit een waarde",
        ),
        sa.Column("regelset", sa.Text(), nullable=False, comment="Hash van contract en codelijsten waarmee gekeurd is"),
        sa.Column("software", sa.Text(), nullable=False, comment="Versie van de hub die keurde"),
        sa.ForeignKeyConstraint(["delivery_id"], ["exchange.delivery.delivery_id"], name=op.f("reject_delivery_id_fk")),
        sa.PrimaryKeyConstraint("delivery_id", "record_nummer", name=op.f("reject_pk")),
        schema="exchange",
        comment="Geweigerde records: waar zij staan en waarom. Korrel: een record van een levering",
    )
    # Hashes do not compress.
    op.execute("ALTER TABLE exchange.manifest ALTER keys SET STORAGE EXTERNAL, ALTER contents SET STORAGE EXTERNAL")
    op.execute("COMMENT ON TABLE exchange.alembic_version IS 'Stand van de migraties. Korrel: een rij'")
    op.execute("COMMENT ON COLUMN exchange.alembic_version.version_num IS 'Laatste uitgevoerde migratie'")


def downgrade() -> None:
    # The policies on generated tables read it; without them those tables show a reader nothing.
    op.execute("DROP TABLE exchange.toegang CASCADE")
    for name in ("reject", "manifest", "run", "access", "delivery"):
        op.drop_table(name, schema="exchange")
    for schema, name in (
        ("mart_loket", "aanmeldingen"),
        ("warehouse", "loket"),
        ("link", "client_link"),
        ("kluis", "identiteit"),
        ("kluis", "persoon"),
    ):
        op.drop_table(name, schema=schema)
