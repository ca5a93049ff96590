"""MART_LOKET: hand-overs between desks, and what was handled at the first one.

Who sees what (decision 0014): a side of a hand-over belongs to who registered it; a pair to the controller of
both sides, and to nobody where these are two; counts per month to the controller of the desk that sent.
"""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Integer, Numeric, PrimaryKeyConstraint, Table, Text

from warehouse.tables.base import Moment, aantal, metadata

STATES = ("aangenomen", "alleen_ontvangen", "verwijzing", "onbekend", "open", "verloren")

overdracht_kanten = Table(
    "overdracht_kanten",
    metadata,
    Column("regel_nummer", Integer, primary_key=True, autoincrement=False,
           comment="Nummer van de regel in deze publicatie"),
    Column("gemeente_code", Text, nullable=False, comment="Gemeente die verantwoordelijk is (CBS)"),
    Column("verantwoordelijke_code", Text, nullable=False, comment="Verwerkingsverantwoordelijke van het record"),
    Column("source", Text, nullable=False, comment="Bron die het record leverde"),
    Column("kant", Text, nullable=False, comment="van: dit loket stuurde door; naar: dit loket ontving"),
    Column("aanmelding_nummer", Text, nullable=False, comment="Nummer van de aanmelding bij dit loket"),
    Column("overdracht_kenmerk", Text, comment="Kenmerk van de overdracht, aan beide kanten gelijk"),
    Column("van_loket_code", Text, nullable=False, comment="Loket dat doorstuurde"),
    Column("naar_loket_code", Text, nullable=False, comment="Loket waarheen is doorgestuurd"),
    Column("datum", Date, nullable=False,
           comment="Dag van doorsturen (kant van) of van aanmelding bij het ontvangende loket (kant naar)"),
    Column("datum_geaccepteerd", Date,
           comment="Dag waarop de overdracht is aangenomen, zoals het sturende loket die zelf vastlegde"),
    Column("overdracht_code", Text, nullable=False,
           comment="1 warm, 2 koud, 99 onbekend; ook 99 als een ontvanger zelf weer doorstuurde: de code kan dan bij"
           " beide overdrachten horen"),
    Column("vandaag", Date, nullable=False, comment="Dag van de publicatie"),
    CheckConstraint("kant IN ('van', 'naar')", name="kant"),
    schema="mart_loket",
    comment="Overdrachten zoals elk loket ze zelf vastlegde. Korrel: een aanmelding en een kant ervan. Elke"
    " verantwoordelijke ziet alleen zijn eigen kanten",
)  # fmt: skip

overdrachten = Table(
    "overdrachten",
    metadata,
    Column("overdracht_nummer", Integer, primary_key=True, autoincrement=False,
           comment="Nummer van de overdracht in deze publicatie"),
    Column("gemeente_code", Text, nullable=False, comment="Gemeente die verantwoordelijk is (CBS)"),
    Column("verantwoordelijke_code", Text,
           comment="Verantwoordelijke van beide kanten; leeg als dat er twee zijn: dan ziet geen van beide het paar"),
    Column("verantwoordelijke_van_code", Text, comment="Verantwoordelijke van het sturende loket"),
    Column("verantwoordelijke_naar_code", Text, comment="Verantwoordelijke van het ontvangende loket"),
    Column("overdracht_kenmerk", Text, comment="Kenmerk van de vraag; gelijk voor alle overdrachten van die vraag"),
    Column("van_loket_code", Text, nullable=False, comment="Loket dat doorstuurde"),
    Column("naar_loket_code", Text, nullable=False, comment="Loket waarheen is doorgestuurd"),
    Column("naar_soort_loket_code", Text, comment="Soort van dat loket; leeg als de regio het niet declareert"),
    Column("kanten_bekend", Text, nullable=False, comment="Wie de overdracht vastlegde: beide, van of naar"),
    Column("overdracht_code", Text, nullable=False,
           comment="1 warm, 2 koud, 99 onbekend; het sturende loket gaat voor"),
    Column("datum_doorgestuurd", Date, comment="Dag van doorsturen; leeg als alleen de ontvanger haar kent"),
    Column("datum_aangenomen", Date,
           comment="Dag van aannemen volgens de verzender, anders de dag van aanmelding bij de ontvanger"),
    Column("dagen_tot_aangenomen", Integer,
           comment="Dagen van doorsturen tot aannemen; 0 als de ontvanger eerder registreerde"),
    Column("toestand", Text, nullable=False,
           comment="aangenomen; alleen_ontvangen: de verzender legde niets vast; verwijzing: naar huisarts;"
           " onbekend: het ontvangende loket levert niet; open: nog geen 90 dagen; verloren: daarna nooit"
           " aangenomen"),
    Column("is_hop", Boolean, nullable=False,
           comment="Of dezelfde vraag binnen 90 dagen bij een ander loket lag; een verwijzing is geen hop"),
    Column("geleverd_tot_van", Moment, comment="Tot wanneer de verantwoordelijke van het sturende loket leverde"),
    Column("geleverd_tot_naar", Moment, comment="Tot wanneer die van het ontvangende loket leverde; leeg: niet"),
    Column("vandaag", Date, nullable=False, comment="Dag van de publicatie"),
    CheckConstraint("kanten_bekend IN ('beide', 'van', 'naar')", name="kanten"),
    CheckConstraint(f"toestand IN ({', '.join(repr(state) for state in STATES)})", name="toestand"),
    CheckConstraint("dagen_tot_aangenomen >= 0", name="dagen"),
    schema="mart_loket",
    comment="Overdrachten tussen loketten, twee kanten samengebracht op overdracht_kenmerk. Korrel: een overdracht",
)  # fmt: skip

overdrachten_maanden = Table(
    "overdrachten_maanden",
    metadata,
    Column("gemeente_code", Text, comment="Gemeente die verantwoordelijk is (CBS)"),
    Column("verantwoordelijke_code", Text, comment="Verantwoordelijke van het sturende loket"),
    Column("van_loket_code", Text, comment="Loket dat doorstuurde"),
    Column("naar_loket_code", Text, comment="Loket waarheen is doorgestuurd"),
    Column("maand", Date, comment="Eerste dag van de maand van doorsturen; anders van ontvangst"),
    aantal("overdrachten", "Aantal overdrachten; telt op"),
    aantal("warm", "Aantal warme overdrachten (1)"),
    aantal("koud", "Aantal koude overdrachten (2)"),
    aantal("soort_onbekend", "Aantal overdrachten waarvan warm of koud niet bekend is"),
    aantal("aangenomen", "Aantal overdrachten die zijn aangenomen"),
    aantal("alleen_ontvangen", "Aantal overdrachten die alleen het ontvangende loket vastlegde"),
    aantal("verwijzing", "Aantal verwijzingen naar een huisarts; geen hop"),
    aantal("onbekend", "Aantal overdrachten naar een loket waarvan niemand levert"),
    aantal("open", "Aantal overdrachten van hoogstens 90 dagen geleden die nog niet zijn aangenomen"),
    aantal("verloren", "Aantal overdrachten die na 90 dagen niet zijn aangenomen"),
    aantal("hops", "Aantal overdrachten waardoor dezelfde vraag binnen 90 dagen bij een ander loket lag"),
    aantal("na_90_dagen", "Aantal aangenomen overdrachten die er langer dan 90 dagen over deden; geen hop"),
    aantal("dagen_bekend", "Aantal overdrachten met bekende dagen tot aannemen"),
    aantal("dagen_tot_aangenomen", "Som van die dagen; gedeeld door dagen_bekend het gemiddelde"),
    Column("aandeel_onbekend", Numeric(5, 4), nullable=False, comment="onbekend gedeeld door overdrachten"),
    Column("geleverd_tot_van", Moment, comment="Tot wanneer de verantwoordelijke van het sturende loket leverde"),
    Column("geleverd_tot_naar", Moment, comment="Tot wanneer die van het ontvangende loket leverde; leeg: niet"),
    Column("vandaag", Date, nullable=False, comment="Dag van de publicatie"),
    PrimaryKeyConstraint("gemeente_code", "verantwoordelijke_code", "van_loket_code", "naar_loket_code", "maand"),
    CheckConstraint("overdrachten = warm + koud + soort_onbekend", name="warm_koud"),
    CheckConstraint(f"overdrachten = {' + '.join(STATES)}", name="toestanden"),
    schema="mart_loket",
    comment="Productie van overdrachten, exact. Korrel: gemeente, sturend en ontvangend loket, maand",
)  # fmt: skip

eerste_loket = Table(
    "eerste_loket",
    metadata,
    Column("gemeente_code", Text, comment="Gemeente die verantwoordelijk is (CBS)"),
    Column("verantwoordelijke_code", Text, comment="Verwerkingsverantwoordelijke van de records"),
    Column("source", Text, comment="Bron die de records leverde"),
    Column("loket_code", Text, comment="Loket waar de vraag het eerst kwam"),
    Column("maand", Date, comment="Eerste dag van de maand van aanmelding"),
    aantal("aanmeldingen", "Aantal aanmeldingen die niet van een ander loket kwamen; telt op"),
    aantal("geholpen", "Aantal aan dit loket geholpen: uitkomst 1 of 2 en niet doorgestuurd"),
    aantal("warm_overgedragen", "Aantal warm naar een ander loket doorgestuurd"),
    aantal("koud_overgedragen", "Aantal koud naar een ander loket doorgestuurd"),
    aantal("overgedragen_onbekend", "Aantal doorgestuurd zonder dat warm of koud bekend is"),
    aantal("verwezen", "Aantal verwezen naar een huisarts"),
    aantal("overige_uitkomst", "Aantal met een andere uitkomst, of doorverwezen zonder dat het loket bekend is"),
    aantal("uitkomst_onbekend", "Aantal zonder uitkomst, of met uitkomst 99"),
    Column("aandeel_onbekend", Numeric(5, 4), nullable=False,
           comment="uitkomst_onbekend gedeeld door aanmeldingen"),
    Column("geleverd_tot", Moment, comment="Tot wanneer deze bron aanmeldingen leverde"),
    Column("vandaag", Date, nullable=False, comment="Dag van de publicatie"),
    PrimaryKeyConstraint("gemeente_code", "verantwoordelijke_code", "source", "loket_code", "maand"),
    CheckConstraint(
        "aanmeldingen = geholpen + warm_overgedragen + koud_overgedragen + overgedragen_onbekend + verwezen"
        " + overige_uitkomst + uitkomst_onbekend",
        name="uitkomsten",
    ),
    schema="mart_loket",
    comment="Wat het eerste loket zelf afhandelde. Korrel: gemeente, verantwoordelijke, bron, loket, maand",
)  # fmt: skip
