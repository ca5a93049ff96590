"""MART_CONTRACT, the figures of people: how many, how long they wait, what they come for."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Index, Integer, Table, Text

from warehouse.tables.base import metadata
from warehouse.tables.contract_columns import (
    AANBIEDER,
    GEMEENTE,
    deel,
    gemeente,
    geteld,
    stand,
    vandaag,
    verantwoordelijke,
)

PERSOON = "per persoon zoals een bron hem kent; wie bij twee bronnen bekend is telt tweemaal tot er gekoppeld is"
VERBORGEN = "leeg onder de drempel, en waar het anders uit andere rijen is af te leiden"

clienten = Table(
    "clienten",
    metadata,
    gemeente(region=True),
    verantwoordelijke(AANBIEDER),
    Column("tijdvak", Text, nullable=False, comment="maand, kwartaal of jaar"),
    Column("datum_van", Date, nullable=False, comment="Eerste dag van het tijdvak"),
    Column("datum_tot_en_met", Date, nullable=False, comment="Laatste dag van het tijdvak, of vandaag"),
    geteld("unieke_clienten", f"Mensen met een lopend traject (financier 1), ieder een keer; telt NIET op; {PERSOON}"),
    Column("minderjarigen", Integer,
           comment=f"Unieke clienten die bij hun aanmelding nog geen 18 waren; niet per maand; {VERBORGEN}"),
    geteld("leeftijd_onbekend", "Unieke clienten van wie de leeftijd bij aanmelding niet bekend is"),
    deel("aandeel_onbekend", "leeftijd_onbekend in unieke_clienten"),
    *stand("trajecten"),
    vandaag(),
    CheckConstraint("tijdvak in ('maand', 'kwartaal', 'jaar')", name="tijdvak"),
    schema="mart_contract",
    comment="Unieke clienten van het raamcontract; geen som van andere rijen. "
    "Korrel: gemeente (leeg: de regio) en tijdvak",
)  # fmt: skip
Index(
    "clienten_uq", clienten.c.gemeente_code, clienten.c.tijdvak, clienten.c.datum_van,
    unique=True, postgresql_nulls_not_distinct=True,
)  # fmt: skip

wachttijd = Table(
    "wachttijd",
    metadata,
    gemeente(region=True),
    verantwoordelijke(AANBIEDER),
    Column("kwartaal", Date, nullable=False, comment="Eerste dag van het kwartaal van aanmelding"),
    geteld("aanmeldingen", "Aanmeldingen waaruit een traject (financier 1) voortkwam"),
    geteld("met_gesprek", "Daarvan met een eerste gesprek"),
    geteld("wachtend", "Daarvan zonder gesprek, met een traject dat nog loopt"),
    geteld("zonder_gesprek", "Daarvan zonder gesprek, met trajecten die alle zijn afgesloten"),
    geteld("onbekend", "Daarvan waarvan de aanmelding niet geleverd is; het kwartaal is dan dat van de start"),
    deel("aandeel_onbekend", "onbekend in aanmeldingen"),
    Column("dagen_samen", BigInteger, comment="Dagen van aanmelding tot eerste gesprek, opgeteld over met_gesprek; een "
           "gesprek voor de aanmelding telt als 0 dagen"),
    Column("dagen_mediaan", Integer, comment="De helft wachtte hoogstens zoveel dagen; telt NIET op"),
    Column("dagen_p90", Integer, comment="Negen van de tien wachtten hoogstens zoveel dagen; telt NIET op"),
    Column("dagen_langst_wachtend", Integer, comment="Dagen die de langst wachtende op vandaag al wacht"),
    *stand("trajecten"),
    vandaag(),
    CheckConstraint("aanmeldingen = met_gesprek + wachtend + zonder_gesprek + onbekend", name="som"),
    schema="mart_contract",
    comment="Wachttijd van aanmelding tot eerste gesprek, per kwartaal van aanmelding. "
    "Korrel: gemeente (leeg: de regio) en kwartaal",
)  # fmt: skip
Index("wachttijd_uq", wachttijd.c.gemeente_code, wachttijd.c.kwartaal, unique=True, postgresql_nulls_not_distinct=True)

kenmerken = Table(
    "kenmerken",
    metadata,
    gemeente(region=True),
    verantwoordelijke(f"{GEMEENTE}; leeg voor de regio", region=True),
    Column("tijdvak", Text, nullable=False, comment="jaar, of voor de regio ook kwartaal"),
    Column("datum_van", Date, nullable=False, comment="Eerste dag van het tijdvak van aanmelding"),
    Column("kenmerk", Text, nullable=False, comment="leefgebied of doelgroep"),
    Column("code", Text, nullable=False, comment="Code uit de lijst van het kenmerk"),
    Column("clienten", Integer,
           comment=f"Mensen die zich met dit kenmerk meldden, ieder een keer en niet anoniem; telt NIET "
           f"op; {PERSOON}; {VERBORGEN}"),
    Column("clienten_jaar_eerder", Integer,
           comment="Hetzelfde een jaar eerder, om groei te zien; leeg als dat niet te zien is"),
    deel("aandeel_onbekend", "Mensen van wie het kenmerk niet bekend is in allen die zich meldden"),
    *stand("aanmeldingen (de vroegste bron)"),
    vandaag(),
    CheckConstraint("tijdvak in ('kwartaal', 'jaar')", name="tijdvak"),
    CheckConstraint("kenmerk in ('leefgebied', 'doelgroep')", name="kenmerk"),
    schema="mart_contract",
    comment="Leefgebieden en doelgroepen van wie zich bij enig loket meldde (financier 1); alleen tijdvakken die "
    "voorbij zijn. Korrel: gemeente en jaar, of regio (leeg) en jaar of kwartaal; kenmerk en code",
)  # fmt: skip
Index(
    "kenmerken_uq", kenmerken.c.gemeente_code, kenmerken.c.tijdvak, kenmerken.c.datum_van, kenmerken.c.kenmerk,
    kenmerken.c.code, unique=True, postgresql_nulls_not_distinct=True,
)  # fmt: skip
