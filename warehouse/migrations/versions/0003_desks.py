"""The marts of vroeghulp and of the hand-overs between desks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vroeghulp_norm",
        sa.Column("fase", sa.Text(), nullable=False, comment="Fase van een dossier"),
        sa.Column(
            "norm_dagen", sa.Integer(), nullable=False, comment="Dagen zonder pauzes die de regio voor de fase afsprak"
        ),
        sa.CheckConstraint("norm_dagen > 0", name=op.f("vroeghulp_norm_norm_dagen_ck")),
        sa.PrimaryKeyConstraint("fase", name=op.f("vroeghulp_norm_pk")),
        schema="warehouse",
        comment="Afgesproken dagen per fase van Integrale Vroeghulp (vroeghulp.toml). Korrel: een fase",
    )
    op.create_table(
        "overdracht_kanten",
        sa.Column(
            "regel_nummer",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="Nummer van de regel in deze publicatie",
        ),
        sa.Column("gemeente_code", sa.Text(), nullable=False, comment="Gemeente die verantwoordelijk is (CBS)"),
        sa.Column(
            "verantwoordelijke_code", sa.Text(), nullable=False, comment="Verwerkingsverantwoordelijke van het record"
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="Bron die het record leverde"),
        sa.Column("kant", sa.Text(), nullable=False, comment="van: dit loket stuurde door; naar: dit loket ontving"),
        sa.Column("aanmelding_nummer", sa.Text(), nullable=False, comment="Nummer van de aanmelding bij dit loket"),
        sa.Column(
            "overdracht_kenmerk", sa.Text(), nullable=True, comment="Kenmerk van de overdracht, aan beide kanten gelijk"
        ),
        sa.Column("van_loket_code", sa.Text(), nullable=False, comment="Loket dat doorstuurde"),
        sa.Column("naar_loket_code", sa.Text(), nullable=False, comment="Loket waarheen is doorgestuurd"),
        sa.Column(
            "datum",
            sa.Date(),
            nullable=False,
            comment="Dag van doorsturen (kant van) of van aanmelding bij het ontvangende loket (kant naar)",
        ),
        sa.Column(
            "datum_geaccepteerd",
            sa.Date(),
            nullable=True,
            comment="Dag waarop de overdracht is aangenomen, zoals het sturende loket die zelf vastlegde",
        ),
        sa.Column(
            "overdracht_code",
            sa.Text(),
            nullable=False,
            comment="1 warm, 2 koud, 99 onbekend; ook 99 als een ontvanger zelf weer doorstuurde: de code kan "
            "dan bij beide overdrachten horen",
        ),
        sa.Column("vandaag", sa.Date(), nullable=False, comment="Dag van de publicatie"),
        sa.CheckConstraint("kant IN ('van', 'naar')", name=op.f("overdracht_kanten_kant_ck")),
        sa.PrimaryKeyConstraint("regel_nummer", name=op.f("overdracht_kanten_pk")),
        schema="mart_loket",
        comment="Overdrachten zoals elk loket ze zelf vastlegde. Korrel: een aanmelding en een kant ervan. Elke "
        "verantwoordelijke ziet alleen zijn eigen kanten",
    )
    op.create_table(
        "overdrachten",
        sa.Column(
            "overdracht_nummer",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="Nummer van de overdracht in deze publicatie",
        ),
        sa.Column("gemeente_code", sa.Text(), nullable=False, comment="Gemeente die verantwoordelijk is (CBS)"),
        sa.Column(
            "verantwoordelijke_code",
            sa.Text(),
            nullable=True,
            comment="Verantwoordelijke van beide kanten; leeg als dat er twee zijn: dan ziet geen van beide het paar",
        ),
        sa.Column(
            "verantwoordelijke_van_code", sa.Text(), nullable=True, comment="Verantwoordelijke van het sturende loket"
        ),
        sa.Column(
            "verantwoordelijke_naar_code",
            sa.Text(),
            nullable=True,
            comment="Verantwoordelijke van het ontvangende loket",
        ),
        sa.Column(
            "overdracht_kenmerk",
            sa.Text(),
            nullable=True,
            comment="Kenmerk van de vraag; gelijk voor alle overdrachten van die vraag",
        ),
        sa.Column("van_loket_code", sa.Text(), nullable=False, comment="Loket dat doorstuurde"),
        sa.Column("naar_loket_code", sa.Text(), nullable=False, comment="Loket waarheen is doorgestuurd"),
        sa.Column(
            "naar_soort_loket_code",
            sa.Text(),
            nullable=True,
            comment="Soort van dat loket; leeg als de regio het niet declareert",
        ),
        sa.Column(
            "kanten_bekend", sa.Text(), nullable=False, comment="Wie de overdracht vastlegde: beide, van of naar"
        ),
        sa.Column(
            "overdracht_code",
            sa.Text(),
            nullable=False,
            comment="1 warm, 2 koud, 99 onbekend; het sturende loket gaat voor",
        ),
        sa.Column(
            "datum_doorgestuurd",
            sa.Date(),
            nullable=True,
            comment="Dag van doorsturen; leeg als alleen de ontvanger haar kent",
        ),
        sa.Column(
            "datum_aangenomen",
            sa.Date(),
            nullable=True,
            comment="Dag van aannemen volgens de verzender, anders de dag van aanmelding bij de ontvanger",
        ),
        sa.Column(
            "dagen_tot_aangenomen",
            sa.Integer(),
            nullable=True,
            comment="Dagen van doorsturen tot aannemen; 0 als de ontvanger eerder registreerde",
        ),
        sa.Column(
            "toestand",
            sa.Text(),
            nullable=False,
            comment="aangenomen; alleen_ontvangen: de verzender legde niets vast; verwijzing: naar huisarts; "
            "onbekend: het ontvangende loket levert niet; open: nog geen 90 dagen; verloren: daarna nooit aangenomen",
        ),
        sa.Column(
            "is_hop",
            sa.Boolean(),
            nullable=False,
            comment="Of dezelfde vraag binnen 90 dagen bij een ander loket lag; een verwijzing is geen hop",
        ),
        sa.Column(
            "geleverd_tot_van",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Tot wanneer de verantwoordelijke van het sturende loket leverde",
        ),
        sa.Column(
            "geleverd_tot_naar",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Tot wanneer die van het ontvangende loket leverde; leeg: niet",
        ),
        sa.Column("vandaag", sa.Date(), nullable=False, comment="Dag van de publicatie"),
        sa.CheckConstraint("kanten_bekend IN ('beide', 'van', 'naar')", name=op.f("overdrachten_kanten_ck")),
        sa.CheckConstraint(
            "toestand IN ('aangenomen', 'alleen_ontvangen', 'verwijzing', 'onbekend', 'open', 'verloren')",
            name=op.f("overdrachten_toestand_ck"),
        ),
        sa.CheckConstraint("dagen_tot_aangenomen >= 0", name=op.f("overdrachten_dagen_ck")),
        sa.PrimaryKeyConstraint("overdracht_nummer", name=op.f("overdrachten_pk")),
        schema="mart_loket",
        comment="Overdrachten tussen loketten, twee kanten samengebracht op overdracht_kenmerk. Korrel: een overdracht",
    )
    op.create_table(
        "overdrachten_maanden",
        sa.Column("gemeente_code", sa.Text(), nullable=False, comment="Gemeente die verantwoordelijk is (CBS)"),
        sa.Column(
            "verantwoordelijke_code", sa.Text(), nullable=False, comment="Verantwoordelijke van het sturende loket"
        ),
        sa.Column("van_loket_code", sa.Text(), nullable=False, comment="Loket dat doorstuurde"),
        sa.Column("naar_loket_code", sa.Text(), nullable=False, comment="Loket waarheen is doorgestuurd"),
        sa.Column(
            "maand", sa.Date(), nullable=False, comment="Eerste dag van de maand van doorsturen; anders van ontvangst"
        ),
        sa.Column("overdrachten", sa.Integer(), nullable=False, comment="Aantal overdrachten; telt op"),
        sa.Column("warm", sa.Integer(), nullable=False, comment="Aantal warme overdrachten (1)"),
        sa.Column("koud", sa.Integer(), nullable=False, comment="Aantal koude overdrachten (2)"),
        sa.Column(
            "soort_onbekend",
            sa.Integer(),
            nullable=False,
            comment="Aantal overdrachten waarvan warm of koud niet bekend is",
        ),
        sa.Column("aangenomen", sa.Integer(), nullable=False, comment="Aantal overdrachten die zijn aangenomen"),
        sa.Column(
            "alleen_ontvangen",
            sa.Integer(),
            nullable=False,
            comment="Aantal overdrachten die alleen het ontvangende loket vastlegde",
        ),
        sa.Column(
            "verwijzing", sa.Integer(), nullable=False, comment="Aantal verwijzingen naar een huisarts; geen hop"
        ),
        sa.Column(
            "onbekend",
            sa.Integer(),
            nullable=False,
            comment="Aantal overdrachten naar een loket waarvan niemand levert",
        ),
        sa.Column(
            "open",
            sa.Integer(),
            nullable=False,
            comment="Aantal overdrachten van hoogstens 90 dagen geleden die nog niet zijn aangenomen",
        ),
        sa.Column(
            "verloren", sa.Integer(), nullable=False, comment="Aantal overdrachten die na 90 dagen niet zijn aangenomen"
        ),
        sa.Column(
            "hops",
            sa.Integer(),
            nullable=False,
            comment="Aantal overdrachten waardoor dezelfde vraag binnen 90 dagen bij een ander loket lag",
        ),
        sa.Column(
            "na_90_dagen",
            sa.Integer(),
            nullable=False,
            comment="Aantal aangenomen overdrachten die er langer dan 90 dagen over deden; geen hop",
        ),
        sa.Column(
            "dagen_bekend", sa.Integer(), nullable=False, comment="Aantal overdrachten met bekende dagen tot aannemen"
        ),
        sa.Column(
            "dagen_tot_aangenomen",
            sa.Integer(),
            nullable=False,
            comment="Som van die dagen; gedeeld door dagen_bekend het gemiddelde",
        ),
        sa.Column(
            "aandeel_onbekend",
            sa.Numeric(precision=5, scale=4),
            nullable=False,
            comment="onbekend gedeeld door overdrachten",
        ),
        sa.Column(
            "geleverd_tot_van",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Tot wanneer de verantwoordelijke van het sturende loket leverde",
        ),
        sa.Column(
            "geleverd_tot_naar",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Tot wanneer die van het ontvangende loket leverde; leeg: niet",
        ),
        sa.Column("vandaag", sa.Date(), nullable=False, comment="Dag van de publicatie"),
        sa.CheckConstraint(
            "overdrachten = aangenomen + alleen_ontvangen + verwijzing + onbekend + open + verloren",
            name=op.f("overdrachten_maanden_toestanden_ck"),
        ),
        sa.CheckConstraint(
            "overdrachten = warm + koud + soort_onbekend", name=op.f("overdrachten_maanden_warm_koud_ck")
        ),
        sa.PrimaryKeyConstraint(
            "gemeente_code",
            "verantwoordelijke_code",
            "van_loket_code",
            "naar_loket_code",
            "maand",
            name=op.f("overdrachten_maanden_pk"),
        ),
        schema="mart_loket",
        comment="Productie van overdrachten, exact. Korrel: gemeente, sturend en ontvangend loket, maand",
    )
    op.create_table(
        "eerste_loket",
        sa.Column("gemeente_code", sa.Text(), nullable=False, comment="Gemeente die verantwoordelijk is (CBS)"),
        sa.Column(
            "verantwoordelijke_code", sa.Text(), nullable=False, comment="Verwerkingsverantwoordelijke van de records"
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="Bron die de records leverde"),
        sa.Column("loket_code", sa.Text(), nullable=False, comment="Loket waar de vraag het eerst kwam"),
        sa.Column("maand", sa.Date(), nullable=False, comment="Eerste dag van de maand van aanmelding"),
        sa.Column(
            "aanmeldingen",
            sa.Integer(),
            nullable=False,
            comment="Aantal aanmeldingen die niet van een ander loket kwamen; telt op",
        ),
        sa.Column(
            "geholpen",
            sa.Integer(),
            nullable=False,
            comment="Aantal aan dit loket geholpen: uitkomst 1 of 2 en niet doorgestuurd",
        ),
        sa.Column(
            "warm_overgedragen", sa.Integer(), nullable=False, comment="Aantal warm naar een ander loket doorgestuurd"
        ),
        sa.Column(
            "koud_overgedragen", sa.Integer(), nullable=False, comment="Aantal koud naar een ander loket doorgestuurd"
        ),
        sa.Column(
            "overgedragen_onbekend",
            sa.Integer(),
            nullable=False,
            comment="Aantal doorgestuurd zonder dat warm of koud bekend is",
        ),
        sa.Column("verwezen", sa.Integer(), nullable=False, comment="Aantal verwezen naar een huisarts"),
        sa.Column(
            "overige_uitkomst",
            sa.Integer(),
            nullable=False,
            comment="Aantal met een andere uitkomst, of doorverwezen zonder dat het loket bekend is",
        ),
        sa.Column(
            "uitkomst_onbekend", sa.Integer(), nullable=False, comment="Aantal zonder uitkomst, of met uitkomst 99"
        ),
        sa.Column(
            "aandeel_onbekend",
            sa.Numeric(precision=5, scale=4),
            nullable=False,
            comment="uitkomst_onbekend gedeeld door aanmeldingen",
        ),
        sa.Column(
            "geleverd_tot",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Tot wanneer deze bron aanmeldingen leverde",
        ),
        sa.Column("vandaag", sa.Date(), nullable=False, comment="Dag van de publicatie"),
        sa.CheckConstraint(
            "aanmeldingen = geholpen + warm_overgedragen + koud_overgedragen + overgedragen_onbekend + verwezen "
            "+ overige_uitkomst + uitkomst_onbekend",
            name=op.f("eerste_loket_uitkomsten_ck"),
        ),
        sa.PrimaryKeyConstraint(
            "gemeente_code", "verantwoordelijke_code", "source", "loket_code", "maand", name=op.f("eerste_loket_pk")
        ),
        schema="mart_loket",
        comment="Wat het eerste loket zelf afhandelde. Korrel: gemeente, verantwoordelijke, bron, loket, maand",
    )
    op.create_table(
        "dossiers",
        sa.Column("source", sa.Text(), nullable=False, comment="Bron die de stappen leverde"),
        sa.Column("verantwoordelijke_code", sa.Text(), nullable=False, comment="Verwerkingsverantwoordelijke"),
        sa.Column("dossier_nummer", sa.Text(), nullable=False, comment="Nummer van het dossier bij deze bron"),
        sa.Column("gemeente_code", sa.Text(), nullable=False, comment="Gemeente volgens de laatste stap (CBS)"),
        sa.Column(
            "partij_code", sa.Text(), nullable=False, comment="Partij die de laatste stap meldde: wie te bellen is"
        ),
        sa.Column("partij_kenmerk", sa.Text(), nullable=False, comment="Kenmerk van het kind bij die partij"),
        sa.Column(
            "heeft_toestemming",
            sa.Boolean(),
            nullable=False,
            comment="Of er vandaag toestemming van kracht is (stap 20, niet ingetrokken, niet verlopen). Zo "
            "niet, dan is alles hierna leeg: gemeld door deze partij onder eigen kenmerk, meer niet",
        ),
        sa.Column(
            "client_ref",
            sa.UUID(),
            nullable=True,
            comment="Het kind bij deze bron: verwijzing naar KLUIS, nooit de identiteit",
        ),
        sa.Column(
            "partijen",
            postgresql.ARRAY(sa.Text()),
            nullable=True,
            comment="Partijen die in dit dossier stappen meldden",
        ),
        sa.Column("stappen", sa.Integer(), nullable=True, comment="Aantal stappen tot en met vandaag"),
        sa.Column(
            "laatste_stap_code",
            sa.Text(),
            nullable=True,
            comment="Laatste stap, toestemmingen niet meegeteld (lijst stap)",
        ),
        sa.Column("datum_laatste_stap", sa.Date(), nullable=True, comment="Dag van die stap"),
        sa.Column(
            "volgende_stap_code", sa.Text(), nullable=True, comment="Afgesproken volgende stap; leeg: niets afgesproken"
        ),
        sa.Column("datum_volgende_stap", sa.Date(), nullable=True, comment="Dag waarop die verwacht wordt"),
        sa.Column("eigenaar_organisatie_code", sa.Text(), nullable=True, comment="Organisatie die aan zet is"),
        sa.Column(
            "casemanager_code",
            sa.Text(),
            nullable=True,
            comment="Onherleidbare code van de casemanager bij deze bron; nooit een naam",
        ),
        sa.Column("datum_signaal", sa.Date(), nullable=True, comment="Laatste keer: signaal (01)"),
        sa.Column("datum_aanmelding", sa.Date(), nullable=True, comment="Laatste keer: aanmelding (02)"),
        sa.Column("datum_triage", sa.Date(), nullable=True, comment="Laatste keer: triage (03)"),
        sa.Column("datum_casemanager", sa.Date(), nullable=True, comment="Laatste keer: casemanager aangewezen (04)"),
        sa.Column("datum_huisbezoek", sa.Date(), nullable=True, comment="Laatste keer: huisbezoek (05)"),
        sa.Column("datum_informatie", sa.Date(), nullable=True, comment="Laatste keer: informatie ontvangen (07)"),
        sa.Column("datum_kernteam", sa.Date(), nullable=True, comment="Laatste keer: kernteam gehouden (09)"),
        sa.Column("datum_advies", sa.Date(), nullable=True, comment="Laatste keer: advies (10)"),
        sa.Column("datum_verwijzing", sa.Date(), nullable=True, comment="Laatste keer: verwijzing (11)"),
        sa.Column("datum_geaccepteerd", sa.Date(), nullable=True, comment="Laatste keer: verwijzing geaccepteerd (12)"),
        sa.Column("datum_evaluatie", sa.Date(), nullable=True, comment="Laatste keer: evaluatie (14)"),
        sa.Column("datum_afsluiting", sa.Date(), nullable=True, comment="Laatste keer: afsluiting (15)"),
        sa.Column("datum_heropend", sa.Date(), nullable=True, comment="Laatste keer: heropend (16)"),
        sa.Column("datum_begin", sa.Date(), nullable=True, comment="Dag van de eerste stap: hier begint de klok"),
        sa.Column("is_afgesloten", sa.Boolean(), nullable=True, comment="Of het dossier nu dicht is"),
        sa.Column(
            "reden_afsluiting_code",
            sa.Text(),
            nullable=True,
            comment="Reden, als het dossier dicht is (lijst reden_afsluiting)",
        ),
        sa.Column("is_pauze", sa.Boolean(), nullable=True, comment="Of het dossier nu stilstaat; de klok ook"),
        sa.Column("pauze_code", sa.Text(), nullable=True, comment="Reden van de pauze die nu loopt (lijst pauze)"),
        sa.Column("datum_pauze", sa.Date(), nullable=True, comment="Dag waarop de pauze begon die nu loopt"),
        sa.Column(
            "dagen_in_proces",
            sa.Integer(),
            nullable=True,
            comment="Dagen sinds het begin, zonder pauzes en zonder dat het dicht was",
        ),
        sa.Column("dagen_gepauzeerd", sa.Integer(), nullable=True, comment="Dagen in pauze"),
        sa.Column(
            "dagen_gesloten", sa.Integer(), nullable=True, comment="Dagen dat het dossier dicht was, tot en met vandaag"
        ),
        sa.Column(
            "dagen_wachtend",
            sa.Integer(),
            nullable=True,
            comment="Dagen zonder pauzes sinds de laatste stap; leeg als het dicht is",
        ),
        sa.Column("fase", sa.Text(), nullable=True, comment="Fase waarin het dossier is; leeg als het dicht is"),
        sa.Column("dagen_in_fase", sa.Integer(), nullable=True, comment="Dagen zonder pauzes in die fase"),
        sa.Column(
            "norm_dagen",
            sa.Integer(),
            nullable=True,
            comment="Afgesproken dagen voor die fase (vroeghulp.toml); leeg: geen afspraak",
        ),
        sa.Column(
            "is_over_tijd",
            sa.Boolean(),
            nullable=True,
            comment="Of de norm van de fase of de dag van de volgende stap voorbij is; nooit tijdens een pauze",
        ),
        sa.Column(
            "leeftijdsklasse_code", sa.Text(), nullable=True, comment="Laatst bekende leeftijdsklasse van het kind"
        ),
        sa.Column(
            "is_vier_geworden",
            sa.Boolean(),
            nullable=True,
            comment="Waarschuwing: het kind is tijdens dit dossier zeker vier geworden",
        ),
        sa.Column(
            "is_boven_leeftijdsgrens",
            sa.Boolean(),
            nullable=True,
            comment="Waarschuwing: het kind is zeker ouder dan 7",
        ),
        sa.Column(
            "verwijzing_nummers",
            postgresql.ARRAY(sa.Text()),
            nullable=True,
            comment="Nummers van verwijzingen; gelijk bij de partij die ontvangt",
        ),
        sa.Column(
            "kernteam_nummers",
            postgresql.ARRAY(sa.Text()),
            nullable=True,
            comment="Nummers van kernteams; een kernteam kan meer kinderen bespreken",
        ),
        sa.Column(
            "geleverd_tot",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Tot wanneer deze bron vroeghulp leverde",
        ),
        sa.Column("vandaag", sa.Date(), nullable=False, comment="Dag van de publicatie"),
        sa.CheckConstraint(
            "heeft_toestemming = (stappen IS NOT NULL) AND (heeft_toestemming OR coalesce(client_ref::text, "
            "laatste_stap_code, fase) IS NULL)",
            name=op.f("dossiers_toestemming_ck"),
        ),
        sa.CheckConstraint(
            "least(dagen_in_proces, dagen_gepauzeerd, dagen_gesloten, dagen_wachtend) >= 0",
            name=op.f("dossiers_positief_ck"),
        ),
        sa.CheckConstraint(
            "vandaag - datum_begin = dagen_in_proces + dagen_gepauzeerd + dagen_gesloten",
            name=op.f("dossiers_dagen_ck"),
        ),
        sa.PrimaryKeyConstraint("source", "verantwoordelijke_code", "dossier_nummer", name=op.f("dossiers_pk")),
        schema="mart_vroeghulp",
        comment="Integrale Vroeghulp. Korrel: een dossier van een bron. Dichte dossiers zonder geldige "
        "toestemming staan er niet in. Dossiers van twee bronnen over een kind zijn twee regels",
    )
    op.create_table(
        "dossier_fasen",
        sa.Column("source", sa.Text(), nullable=False, comment="Bron die de stappen leverde"),
        sa.Column("verantwoordelijke_code", sa.Text(), nullable=False, comment="Verwerkingsverantwoordelijke"),
        sa.Column("dossier_nummer", sa.Text(), nullable=False, comment="Nummer van het dossier bij deze bron"),
        sa.Column("gemeente_code", sa.Text(), nullable=False, comment="Gemeente volgens de laatste stap (CBS)"),
        sa.Column("ronde", sa.Integer(), nullable=False, comment="0, en 1 meer na elke heropening"),
        sa.Column("fase_nummer", sa.Integer(), nullable=False, comment="Volgorde van de fasen"),
        sa.Column("fase", sa.Text(), nullable=False, comment="Waarop gewacht wordt: triage tot en met afsluiting"),
        sa.Column("datum_begin", sa.Date(), nullable=False, comment="Dag waarop de fase begon"),
        sa.Column("datum_einde", sa.Date(), nullable=True, comment="Dag waarop zij eindigde; leeg: zij loopt"),
        sa.Column("dagen", sa.Integer(), nullable=False, comment="Dagen in de fase zonder pauzes"),
        sa.Column(
            "norm_dagen", sa.Integer(), nullable=True, comment="Afgesproken dagen (vroeghulp.toml); leeg: geen afspraak"
        ),
        sa.Column(
            "is_over_norm",
            sa.Boolean(),
            nullable=True,
            comment="Of dat er meer waren dan afgesproken; leeg: geen afspraak",
        ),
        sa.Column("vandaag", sa.Date(), nullable=False, comment="Dag van de publicatie"),
        sa.CheckConstraint("dagen >= 0", name=op.f("dossier_fasen_dagen_ck")),
        sa.PrimaryKeyConstraint(
            "source", "verantwoordelijke_code", "dossier_nummer", "ronde", "fase_nummer", name=op.f("dossier_fasen_pk")
        ),
        schema="mart_vroeghulp",
        comment="De klok per fase, alleen van dossiers met toestemming. Korrel: een dossier, een ronde en een fase",
    )
    op.create_table(
        "dossier_toestemmingen",
        sa.Column("source", sa.Text(), nullable=False, comment="Bron die de stappen leverde"),
        sa.Column("verantwoordelijke_code", sa.Text(), nullable=False, comment="Verwerkingsverantwoordelijke"),
        sa.Column("dossier_nummer", sa.Text(), nullable=False, comment="Nummer van het dossier bij deze bron"),
        sa.Column("gemeente_code", sa.Text(), nullable=False, comment="Gemeente volgens de laatste stap (CBS)"),
        sa.Column("voor_partij_code", sa.Text(), nullable=False, comment="Partij waarvoor toestemming gegeven is"),
        sa.Column("datum_gegeven", sa.Date(), nullable=False, comment="Dag van de laatste toestemming"),
        sa.Column(
            "datum_geldig_tot", sa.Date(), nullable=True, comment="Laatste dag waarop zij geldt; leeg: tot intrekking"
        ),
        sa.Column("datum_ingetrokken", sa.Date(), nullable=True, comment="Dag van intrekking"),
        sa.Column("toestand", sa.Text(), nullable=False, comment="geldig, verlopen of ingetrokken"),
        sa.Column(
            "omvang_code", postgresql.ARRAY(sa.Text()), nullable=True, comment="Waarvoor (lijst toestemming_omvang)"
        ),
        sa.Column("vandaag", sa.Date(), nullable=False, comment="Dag van de publicatie"),
        sa.CheckConstraint(
            "toestand IN ('geldig', 'verlopen', 'ingetrokken')", name=op.f("dossier_toestemmingen_toestand_ck")
        ),
        sa.PrimaryKeyConstraint(
            "source",
            "verantwoordelijke_code",
            "dossier_nummer",
            "voor_partij_code",
            name=op.f("dossier_toestemmingen_pk"),
        ),
        schema="mart_vroeghulp",
        comment="Toestemming per partij, alleen van dossiers waarin er een geldt. Korrel: een dossier en een partij",
    )
    op.create_table(
        "looptijden",
        sa.Column(
            "traject",
            sa.Text(),
            nullable=False,
            comment="advies: van begin tot advies; afsluiting: van begin tot afsluiting",
        ),
        sa.Column("niveau", sa.Text(), nullable=False, comment="regio (per kwartaal) of gemeente (per jaar)"),
        sa.Column("gebied_code", sa.Text(), nullable=False, comment="Gemeente (CBS), of regio"),
        sa.Column(
            "periode_begin",
            sa.Date(),
            nullable=False,
            comment="Eerste dag van het kwartaal of jaar waarin het traject eindigde",
        ),
        sa.Column(
            "is_onderdrukt",
            sa.Boolean(),
            nullable=False,
            comment="Of de cijfers zijn weggelaten: minder dan 5, of nodig om zo'n aantal niet te laten uitrekenen",
        ),
        sa.Column(
            "aantal",
            sa.Integer(),
            nullable=True,
            comment="Aantal trajecten, een per dossier en ronde; leeg als het onderdrukt is",
        ),
        sa.Column(
            "gemiddelde_dagen",
            sa.Integer(),
            nullable=True,
            comment="Gemiddeld aantal dagen zonder pauzes, op hele dagen",
        ),
        sa.Column(
            "mediaan_dagen", sa.Integer(), nullable=True, comment="Mediaan van de dagen zonder pauzes, op hele dagen"
        ),
        sa.Column(
            "aandeel_begin_onbekend",
            sa.Numeric(precision=3, scale=2),
            nullable=True,
            comment="Deel waarvan signaal, aanmelding en heropening ontbreken; de klok begint dan bij een latere stap",
        ),
        sa.Column(
            "geleverd_tot",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Tot wanneer elke bron van vroeghulp zeker leverde",
        ),
        sa.Column("vandaag", sa.Date(), nullable=False, comment="Dag van de publicatie"),
        sa.CheckConstraint(
            "NOT is_onderdrukt OR (gemiddelde_dagen IS NULL AND mediaan_dagen IS NULL AND aandeel_begin_onbekend "
            "IS NULL)",
            name=op.f("looptijden_onderdrukt_ck"),
        ),
        sa.CheckConstraint(
            "is_onderdrukt = (aantal IS NULL) AND coalesce(aantal, 5) >= 5", name=op.f("looptijden_aantal_ck")
        ),
        sa.PrimaryKeyConstraint("traject", "niveau", "gebied_code", "periode_begin", name=op.f("looptijden_pk")),
        schema="mart_vroeghulp",
        comment="Doorlooptijden van Integrale Vroeghulp zonder pauzes, van voltooide perioden. Korrel: traject, "
        "regio en kwartaal, of gemeente en jaar",
    )


def downgrade() -> None:
    for schema, name in (
        ("mart_vroeghulp", "looptijden"),
        ("mart_vroeghulp", "dossier_toestemmingen"),
        ("mart_vroeghulp", "dossier_fasen"),
        ("mart_vroeghulp", "dossiers"),
        ("mart_loket", "eerste_loket"),
        ("mart_loket", "overdrachten_maanden"),
        ("mart_loket", "overdrachten"),
        ("mart_loket", "overdracht_kanten"),
        ("warehouse", "vroeghulp_norm"),
    ):
        op.drop_table(name, schema=schema)
