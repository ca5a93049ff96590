"""MART_VROEGHULP: one line per file of a child, its phases and consents, and lead times for everybody."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Integer, Numeric, PrimaryKeyConstraint, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from warehouse.tables.base import Moment, metadata

# What a file waits for, in order; the same list stands in sql/vroeghulp/verloop.sql.
FASEN = (
    "triage", "huisbezoek", "informatie", "kernteam", "advies", "verwijzing", "aanname", "evaluatie", "afsluiting",
)  # fmt: skip

vroeghulp_norm = Table(
    "vroeghulp_norm",
    metadata,
    Column("fase", Text, primary_key=True, comment="Fase van een dossier"),
    Column("norm_dagen", Integer, nullable=False, comment="Dagen zonder pauzes die de regio voor de fase afsprak"),
    CheckConstraint("norm_dagen > 0", name="norm_dagen"),
    schema="warehouse",
    comment="Afgesproken dagen per fase van Integrale Vroeghulp (vroeghulp.toml). Korrel: een fase",
)


def _sleutel() -> list[Column[str]]:
    """What tells one file from another; a number is only a source's own."""
    return [
        Column("source", Text, nullable=False, comment="Bron die de stappen leverde"),
        Column("verantwoordelijke_code", Text, nullable=False, comment="Verwerkingsverantwoordelijke"),
        Column("dossier_nummer", Text, nullable=False, comment="Nummer van het dossier bij deze bron"),
        Column("gemeente_code", Text, nullable=False, comment="Gemeente volgens de laatste stap (CBS)"),
    ]


def _stap(name: str, what: str) -> Column[object]:
    return Column(f"datum_{name}", Date, comment=f"Laatste keer: {what}")


dossiers = Table(
    "dossiers",
    metadata,
    *_sleutel(),
    Column("partij_code", Text, nullable=False, comment="Partij die de laatste stap meldde: wie te bellen is"),
    Column("partij_kenmerk", Text, nullable=False, comment="Kenmerk van het kind bij die partij"),
    Column("heeft_toestemming", Boolean, nullable=False,
           comment="Of er vandaag toestemming van kracht is (stap 20, niet ingetrokken, niet verlopen). Zo niet,"
           " dan is alles hierna leeg: gemeld door deze partij onder eigen kenmerk, meer niet"),
    Column("client_ref", UUID, comment="Het kind bij deze bron: verwijzing naar KLUIS, nooit de identiteit"),
    Column("partijen", ARRAY(Text), comment="Partijen die in dit dossier stappen meldden"),
    Column("stappen", Integer, comment="Aantal stappen tot en met vandaag"),
    Column("laatste_stap_code", Text, comment="Laatste stap, toestemmingen niet meegeteld (lijst stap)"),
    Column("datum_laatste_stap", Date, comment="Dag van die stap"),
    Column("volgende_stap_code", Text, comment="Afgesproken volgende stap; leeg: niets afgesproken"),
    Column("datum_volgende_stap", Date, comment="Dag waarop die verwacht wordt"),
    Column("eigenaar_organisatie_code", Text, comment="Organisatie die aan zet is"),
    Column("casemanager_code", Text, comment="Onherleidbare code van de casemanager bij deze bron; nooit een naam"),
    _stap("signaal", "signaal (01)"),
    _stap("aanmelding", "aanmelding (02)"),
    _stap("triage", "triage (03)"),
    _stap("casemanager", "casemanager aangewezen (04)"),
    _stap("huisbezoek", "huisbezoek (05)"),
    _stap("informatie", "informatie ontvangen (07)"),
    _stap("kernteam", "kernteam gehouden (09)"),
    _stap("advies", "advies (10)"),
    _stap("verwijzing", "verwijzing (11)"),
    _stap("geaccepteerd", "verwijzing geaccepteerd (12)"),
    _stap("evaluatie", "evaluatie (14)"),
    _stap("afsluiting", "afsluiting (15)"),
    _stap("heropend", "heropend (16)"),
    Column("datum_begin", Date, comment="Dag van de eerste stap: hier begint de klok"),
    Column("is_afgesloten", Boolean, comment="Of het dossier nu dicht is"),
    Column("reden_afsluiting_code", Text, comment="Reden, als het dossier dicht is (lijst reden_afsluiting)"),
    Column("is_pauze", Boolean, comment="Of het dossier nu stilstaat; de klok ook"),
    Column("pauze_code", Text, comment="Reden van de pauze die nu loopt (lijst pauze)"),
    Column("datum_pauze", Date, comment="Dag waarop de pauze begon die nu loopt"),
    Column("dagen_in_proces", Integer, comment="Dagen sinds het begin, zonder pauzes en zonder dat het dicht was"),
    Column("dagen_gepauzeerd", Integer, comment="Dagen in pauze"),
    Column("dagen_gesloten", Integer, comment="Dagen dat het dossier dicht was, tot en met vandaag"),
    Column("dagen_wachtend", Integer, comment="Dagen zonder pauzes sinds de laatste stap; leeg als het dicht is"),
    Column("fase", Text, comment="Fase waarin het dossier is; leeg als het dicht is"),
    Column("dagen_in_fase", Integer, comment="Dagen zonder pauzes in die fase"),
    Column("norm_dagen", Integer, comment="Afgesproken dagen voor die fase (vroeghulp.toml); leeg: geen afspraak"),
    Column("is_over_tijd", Boolean,
           comment="Of de norm van de fase of de dag van de volgende stap voorbij is; nooit tijdens een pauze"),
    Column("leeftijdsklasse_code", Text, comment="Laatst bekende leeftijdsklasse van het kind"),
    Column("is_vier_geworden", Boolean, comment="Waarschuwing: het kind is tijdens dit dossier zeker vier geworden"),
    Column("is_boven_leeftijdsgrens", Boolean, comment="Waarschuwing: het kind is zeker ouder dan 7"),
    Column("verwijzing_nummers", ARRAY(Text), comment="Nummers van verwijzingen; gelijk bij de partij die ontvangt"),
    Column("kernteam_nummers", ARRAY(Text), comment="Nummers van kernteams; een kernteam kan meer kinderen bespreken"),
    Column("geleverd_tot", Moment, comment="Tot wanneer deze bron vroeghulp leverde"),
    Column("vandaag", Date, nullable=False, comment="Dag van de publicatie"),
    PrimaryKeyConstraint("source", "verantwoordelijke_code", "dossier_nummer"),
    CheckConstraint(
        "vandaag - datum_begin = dagen_in_proces + dagen_gepauzeerd + dagen_gesloten", name="dagen"
    ),
    CheckConstraint("least(dagen_in_proces, dagen_gepauzeerd, dagen_gesloten, dagen_wachtend) >= 0", name="positief"),
    CheckConstraint(
        "heeft_toestemming = (stappen IS NOT NULL) AND (heeft_toestemming OR coalesce(client_ref::text,"
        " laatste_stap_code, fase) IS NULL)",
        name="toestemming",
    ),
    schema="mart_vroeghulp",
    comment="Integrale Vroeghulp. Korrel: een dossier van een bron. Dichte dossiers zonder geldige toestemming staan"
    " er niet in. Dossiers van twee bronnen over een kind zijn twee regels",
)  # fmt: skip

dossier_fasen = Table(
    "dossier_fasen",
    metadata,
    *_sleutel(),
    Column("ronde", Integer, nullable=False, comment="0, en 1 meer na elke heropening"),
    Column("fase_nummer", Integer, nullable=False, comment="Volgorde van de fasen"),
    Column("fase", Text, nullable=False, comment="Waarop gewacht wordt: triage tot en met afsluiting"),
    Column("datum_begin", Date, nullable=False, comment="Dag waarop de fase begon"),
    Column("datum_einde", Date, comment="Dag waarop zij eindigde; leeg: zij loopt"),
    Column("dagen", Integer, nullable=False, comment="Dagen in de fase zonder pauzes"),
    Column("norm_dagen", Integer, comment="Afgesproken dagen (vroeghulp.toml); leeg: geen afspraak"),
    Column("is_over_norm", Boolean, comment="Of dat er meer waren dan afgesproken; leeg: geen afspraak"),
    Column("vandaag", Date, nullable=False, comment="Dag van de publicatie"),
    PrimaryKeyConstraint("source", "verantwoordelijke_code", "dossier_nummer", "ronde", "fase_nummer"),
    CheckConstraint("dagen >= 0", name="dagen"),
    schema="mart_vroeghulp",
    comment="De klok per fase, alleen van dossiers met toestemming. Korrel: een dossier, een ronde en een fase",
)  # fmt: skip

dossier_toestemmingen = Table(
    "dossier_toestemmingen",
    metadata,
    *_sleutel(),
    Column("voor_partij_code", Text, nullable=False, comment="Partij waarvoor toestemming gegeven is"),
    Column("datum_gegeven", Date, nullable=False, comment="Dag van de laatste toestemming"),
    Column("datum_geldig_tot", Date, comment="Laatste dag waarop zij geldt; leeg: tot intrekking"),
    Column("datum_ingetrokken", Date, comment="Dag van intrekking"),
    Column("toestand", Text, nullable=False, comment="geldig, verlopen of ingetrokken"),
    Column("omvang_code", ARRAY(Text), comment="Waarvoor (lijst toestemming_omvang)"),
    Column("vandaag", Date, nullable=False, comment="Dag van de publicatie"),
    PrimaryKeyConstraint("source", "verantwoordelijke_code", "dossier_nummer", "voor_partij_code"),
    CheckConstraint("toestand IN ('geldig', 'verlopen', 'ingetrokken')", name="toestand"),
    schema="mart_vroeghulp",
    comment="Toestemming per partij, alleen van dossiers waarin er een geldt. Korrel: een dossier en een partij",
)  # fmt: skip

looptijden = Table(
    "looptijden",
    metadata,
    Column("traject", Text, comment="advies: van begin tot advies; afsluiting: van begin tot afsluiting"),
    Column("niveau", Text, comment="regio (per kwartaal) of gemeente (per jaar)"),
    Column("gebied_code", Text, comment="Gemeente (CBS), of regio"),
    Column("periode_begin", Date, comment="Eerste dag van het kwartaal of jaar waarin het traject eindigde"),
    Column("is_onderdrukt", Boolean, nullable=False,
           comment="Of de cijfers zijn weggelaten: minder dan 5, of nodig om zo'n aantal niet te laten uitrekenen"),
    Column("aantal", Integer, comment="Aantal trajecten, een per dossier en ronde; leeg als het onderdrukt is"),
    Column("gemiddelde_dagen", Integer, comment="Gemiddeld aantal dagen zonder pauzes, op hele dagen"),
    Column("mediaan_dagen", Integer, comment="Mediaan van de dagen zonder pauzes, op hele dagen"),
    Column("aandeel_begin_onbekend", Numeric(3, 2),
           comment="Deel waarvan signaal, aanmelding en heropening ontbreken; de klok begint dan bij een latere stap"),
    Column("geleverd_tot", Moment, comment="Tot wanneer elke bron van vroeghulp zeker leverde"),
    Column("vandaag", Date, nullable=False, comment="Dag van de publicatie"),
    PrimaryKeyConstraint("traject", "niveau", "gebied_code", "periode_begin"),
    CheckConstraint("is_onderdrukt = (aantal IS NULL) AND coalesce(aantal, 5) >= 5", name="aantal"),
    CheckConstraint("NOT is_onderdrukt OR (gemiddelde_dagen IS NULL AND mediaan_dagen IS NULL"
                    " AND aandeel_begin_onbekend IS NULL)", name="onderdrukt"),
    schema="mart_vroeghulp",
    comment="Doorlooptijden van Integrale Vroeghulp zonder pauzes, van voltooide perioden."
    " Korrel: traject, regio en kwartaal, of gemeente en jaar",
)  # fmt: skip
