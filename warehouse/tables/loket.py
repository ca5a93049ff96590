"""The desks of the region and MART_LOKET."""

from sqlalchemy import CheckConstraint, Column, Date, Numeric, PrimaryKeyConstraint, Table, Text

from warehouse.tables.base import Moment, aantal, metadata

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
    aantal("aanmeldingen", "Aantal aanmeldingen; telt op over maanden, loketten en gemeenten"),
    aantal("unieke_clienten", "Aantal verschillende, niet anonieme personen; telt NIET op over rijen"),
    aantal("anoniem", "Aantal aanmeldingen van wie anoniem wil blijven"),
    aantal("beantwoord", "Aantal aanmeldingen met uitkomst 1 (beantwoord)"),
    aantal("naar_traject", "Aantal aanmeldingen met uitkomst 2 (traject)"),
    aantal("warm_overgedragen", "Aantal aanmeldingen met uitkomst 3 (warm overgedragen)"),
    aantal("doorverwezen", "Aantal aanmeldingen met uitkomst 4 (doorverwezen)"),
    aantal("overige_uitkomst", "Aantal aanmeldingen met een andere uitkomst dan 1 tot en met 4"),
    aantal("uitkomst_onbekend", "Aantal aanmeldingen zonder uitkomst, of met uitkomst 99"),
    aantal("koud_overgedragen", "Aantal aanmeldingen, koud naar een ander loket doorgestuurd (overdracht 2)"),
    aantal("leeftijd_onbekend", "Aantal aanmeldingen van wie de leeftijd niet bekend is"),
    aantal("leefgebied_onbekend", "Aantal aanmeldingen zonder leefgebied, of met alleen 99"),
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
