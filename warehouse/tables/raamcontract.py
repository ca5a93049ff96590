"""What the region declares: its framework contract, and who should deliver what."""

from sqlalchemy import Boolean, Column, Date, Integer, Numeric, PrimaryKeyConstraint, Table, Text

from warehouse.tables.base import metadata
from warehouse.tables.contract_columns import AANBIEDER, euro, gemeente, verantwoordelijke

raamcontract = Table(
    "raamcontract",
    metadata,
    Column("naam", Text, primary_key=True, comment="Naam van het raamcontract"),
    verantwoordelijke(AANBIEDER),
    Column("datum_van", Date, nullable=False, comment="Eerste dag van de looptijd"),
    Column("datum_tot_en_met", Date, nullable=False, comment="Laatste dag, met de optie als die gelicht is"),
    Column("vergelijken_vanaf", Date, nullable=False, comment="Vanaf hier cijfers om mee te vergelijken"),
    Column("lezing", Text, nullable=False, comment="Lezing van het budget die geldt: A of B"),
    Column("vloer", Numeric(5, 4), nullable=False,
           comment="Deel van het budget dat minstens blijft, over alle individuele diensten samen"),
    euro("ivh_vast_eur", "Vast bedrag voor de coordinatie van Integrale Vroeghulp, per jaar", nullable=False),
    Column("ivh_leeftijd_tot_en_met", Integer, nullable=False, comment="Oudste leeftijd voor Integrale Vroeghulp"),
    Column("ivh_leeftijd_overgang", Integer, nullable=False,
           comment="Leeftijd waarop jeugdgezondheidszorg en school wisselen"),
    Column("drempel_kenmerk", Integer, nullable=False, comment="Kleinste aantal mensen met een kenmerk dat te zien is"),
    Column("drempel_doelgroep", Integer, nullable=False, comment="Hetzelfde voor een doelgroep"),
    schema="warehouse",
    comment="Het raamcontract zoals de regio het declareert. Korrel: een contract",
)  # fmt: skip

raamcontract_gemeente = Table(
    "raamcontract_gemeente",
    metadata,
    gemeente(),
    Column("jaar", Integer, comment="Kalenderjaar"),
    Column("inwoners", Integer, nullable=False, comment="Aantal inwoners"),
    euro("budget_a_eur", "Deel van het budget in lezing A (het bedrag is het contract)", nullable=False),
    euro("budget_b_eur", "Deel van het budget in lezing B (het bedrag is alle middelen)", nullable=False),
    euro("collectief_max_eur", "Hoogste bedrag voor collectieve ondersteuning", nullable=False),
    PrimaryKeyConstraint("gemeente_code", "jaar"),
    schema="warehouse",
    comment="Deel van elke gemeente in het raamcontract. Korrel: gemeente en jaar",
)

normbedrag = Table(
    "normbedrag",
    metadata,
    Column("dienst_code", Text, comment="Dienst (lijst dienst)"),
    Column("jaar", Integer, comment="Kalenderjaar"),
    euro("eur", "Bedrag per eenheid", nullable=False),
    Column("is_per_bijeenkomst", Boolean, nullable=False,
           comment="Waar: per gegeven cursusbijeenkomst; onwaar: per afgesloten dienst"),
    Column("bron", Text, nullable=False, comment="Regeling of afspraak waar het bedrag staat"),
    PrimaryKeyConstraint("dienst_code", "jaar"),
    schema="warehouse",
    comment="Normbedragen. Korrel: dienst en jaar",
)  # fmt: skip

verwachte_levering = Table(
    "verwachte_levering",
    metadata,
    Column("source", Text, comment="Bron"),
    Column("bericht", Text, comment="Soort record dat zij levert"),
    Column("naam", Text, nullable=False, comment="Naam van de partij"),
    Column("soort", Text, nullable=False, comment="gemeente of aanbieder"),
    verantwoordelijke("de partij"),
    Column("gemeente_code", Text, comment="Gemeente van de partij (CBS); leeg bij een aanbieder"),
    PrimaryKeyConstraint("source", "bericht"),
    schema="warehouse",
    comment="Wie wat zou moeten leveren, volgens de declaraties. Korrel: bron en bericht",
)
