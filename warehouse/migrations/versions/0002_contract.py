"""The framework contract: what the region declares of it, and its marts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "aanlevering",
        sa.Column("source", sa.Text(), nullable=False, comment="Bron"),
        sa.Column("bericht", sa.Text(), nullable=False, comment="Soort record"),
        sa.Column("naam", sa.Text(), nullable=False, comment="Naam van de partij"),
        sa.Column("soort", sa.Text(), nullable=False, comment="gemeente of aanbieder"),
        sa.Column(
            "verantwoordelijke_code", sa.Text(), nullable=False, comment="Verwerkingsverantwoordelijke: de partij"
        ),
        sa.Column(
            "gemeente_code",
            sa.Text(),
            nullable=True,
            comment="Gemeente van de partij (CBS); leeg bij een aanbieder: die levert voor alle",
        ),
        sa.Column(
            "geleverd_tot",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Tot wanneer de bron leverde; leeg: nog nooit",
        ),
        sa.Column(
            "dagen_achter",
            sa.Integer(),
            nullable=True,
            comment="Dagen tussen geleverd_tot en vandaag; leeg: nog nooit geleverd",
        ),
        sa.Column("records", sa.Integer(), nullable=False, comment="Records die er nu zijn"),
        sa.Column("records_jaar", sa.Integer(), nullable=False, comment="Records van de laatste 365 dagen"),
        sa.Column(
            "geweigerd",
            sa.Integer(),
            nullable=True,
            comment="Geweigerde records in de laatste levering; leeg: nog nooit geleverd",
        ),
        sa.Column(
            "aandeel_geweigerd",
            sa.Numeric(precision=7, scale=4),
            nullable=True,
            comment="Geweigerde records in de laatste levering, als deel van 1; leeg als er niets te delen is",
        ),
        sa.Column(
            "schatting_jaar",
            sa.Numeric(precision=14, scale=1),
            nullable=True,
            comment="Records per jaar: records_jaar, en van een gemeente die nog nooit leverde haar "
            "inwoners maal wat de andere gemeenten per inwoner leveren; leeg: niet te schatten",
        ),
        sa.Column(
            "aandeel_in_totaal",
            sa.Numeric(precision=7, scale=4),
            nullable=True,
            comment="Deel dat deze bron naar schatting heeft in het totaal van de regio, als deel van 1; "
            "leeg als er niets te delen is",
        ),
        sa.Column(
            "mist_naar_schatting",
            sa.Numeric(precision=14, scale=1),
            nullable=True,
            comment="Records die nog moeten komen: schatting_jaar naar rato van dagen_achter; het hele "
            "jaar van wie nog nooit leverde",
        ),
        sa.Column(
            "aandeel_mist",
            sa.Numeric(precision=7, scale=4),
            nullable=True,
            comment="Deel van het totaal van de regio dat door deze bron naar schatting nog mist; telt op, "
            "als deel van 1; leeg als er niets te delen is",
        ),
        sa.Column("vandaag", sa.Date(), nullable=False, comment="Dag van de publicatie"),
        sa.PrimaryKeyConstraint("source", "bericht", name=op.f("aanlevering_pk")),
        schema="mart_contract",
        comment="Wiens cijfers niet compleet zijn, en wat dat met het totaal doet. Korrel: bron en bericht",
    )
    op.create_table(
        "clienten",
        sa.Column(
            "gemeente_code",
            sa.Text(),
            nullable=True,
            comment="Verantwoordelijke gemeente (CBS); leeg: de hele regio, iedereen een keer",
        ),
        sa.Column(
            "verantwoordelijke_code",
            sa.Text(),
            nullable=False,
            comment="Verwerkingsverantwoordelijke: de aanbieder van het raamcontract",
        ),
        sa.Column("tijdvak", sa.Text(), nullable=False, comment="maand, kwartaal of jaar"),
        sa.Column("datum_van", sa.Date(), nullable=False, comment="Eerste dag van het tijdvak"),
        sa.Column("datum_tot_en_met", sa.Date(), nullable=False, comment="Laatste dag van het tijdvak, of vandaag"),
        sa.Column(
            "unieke_clienten",
            sa.Integer(),
            nullable=True,
            comment="Mensen met een lopend traject (financier 1), ieder een keer; telt NIET op; per "
            "persoon zoals een bron hem kent; wie bij twee bronnen bekend is telt tweemaal tot er "
            "gekoppeld is; leeg als er niet geleverd is",
        ),
        sa.Column(
            "minderjarigen",
            sa.Integer(),
            nullable=True,
            comment="Unieke clienten die bij hun aanmelding nog geen 18 waren; niet per maand; leeg onder "
            "de drempel, en waar het anders uit andere rijen is af te leiden",
        ),
        sa.Column(
            "leeftijd_onbekend",
            sa.Integer(),
            nullable=True,
            comment="Unieke clienten van wie de leeftijd bij aanmelding niet bekend is; leeg als er niet geleverd is",
        ),
        sa.Column(
            "aandeel_onbekend",
            sa.Numeric(precision=7, scale=4),
            nullable=True,
            comment="leeftijd_onbekend in unieke_clienten, als deel van 1; leeg als er niets te delen is",
        ),
        sa.Column(
            "geleverd_tot",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Tot wanneer de bron trajecten leverde; leeg: nog nooit",
        ),
        sa.Column(
            "is_geleverd",
            sa.Boolean(),
            nullable=False,
            comment="Of van dit tijdvak minstens een hele dag geleverd is: dan is 0 echt 0",
        ),
        sa.Column("is_compleet", sa.Boolean(), nullable=False, comment="Of het hele tijdvak geleverd is"),
        sa.Column("vandaag", sa.Date(), nullable=False, comment="Dag van de publicatie"),
        sa.CheckConstraint("tijdvak in ('maand', 'kwartaal', 'jaar')", name=op.f("clienten_tijdvak_ck")),
        schema="mart_contract",
        comment="Unieke clienten van het raamcontract; geen som van andere rijen. Korrel: gemeente "
        "(leeg: de regio) en tijdvak",
    )
    op.create_index(
        "clienten_uq",
        "clienten",
        ["gemeente_code", "tijdvak", "datum_van"],
        unique=True,
        schema="mart_contract",
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "kenmerken",
        sa.Column(
            "gemeente_code",
            sa.Text(),
            nullable=True,
            comment="Verantwoordelijke gemeente (CBS); leeg: de hele regio, iedereen een keer",
        ),
        sa.Column(
            "verantwoordelijke_code",
            sa.Text(),
            nullable=True,
            comment="Verwerkingsverantwoordelijke: de gemeente zelf; leeg voor de regio",
        ),
        sa.Column("tijdvak", sa.Text(), nullable=False, comment="jaar, of voor de regio ook kwartaal"),
        sa.Column("datum_van", sa.Date(), nullable=False, comment="Eerste dag van het tijdvak van aanmelding"),
        sa.Column("kenmerk", sa.Text(), nullable=False, comment="leefgebied of doelgroep"),
        sa.Column("code", sa.Text(), nullable=False, comment="Code uit de lijst van het kenmerk"),
        sa.Column(
            "clienten",
            sa.Integer(),
            nullable=True,
            comment="Mensen die zich met dit kenmerk meldden, ieder een keer en niet anoniem; telt NIET "
            "op; per persoon zoals een bron hem kent; wie bij twee bronnen bekend is telt tweemaal "
            "tot er gekoppeld is; leeg onder de drempel, en waar het anders uit andere rijen is af "
            "te leiden",
        ),
        sa.Column(
            "clienten_jaar_eerder",
            sa.Integer(),
            nullable=True,
            comment="Hetzelfde een jaar eerder, om groei te zien; leeg als dat niet te zien is",
        ),
        sa.Column(
            "aandeel_onbekend",
            sa.Numeric(precision=7, scale=4),
            nullable=True,
            comment="Mensen van wie het kenmerk niet bekend is in allen die zich meldden, als deel van 1; "
            "leeg als er niets te delen is",
        ),
        sa.Column(
            "geleverd_tot",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Tot wanneer de bron aanmeldingen (de vroegste bron) leverde; leeg: nog nooit",
        ),
        sa.Column(
            "is_geleverd",
            sa.Boolean(),
            nullable=False,
            comment="Of van dit tijdvak minstens een hele dag geleverd is: dan is 0 echt 0",
        ),
        sa.Column("is_compleet", sa.Boolean(), nullable=False, comment="Of het hele tijdvak geleverd is"),
        sa.Column("vandaag", sa.Date(), nullable=False, comment="Dag van de publicatie"),
        sa.CheckConstraint("kenmerk in ('leefgebied', 'doelgroep')", name=op.f("kenmerken_kenmerk_ck")),
        sa.CheckConstraint("tijdvak in ('kwartaal', 'jaar')", name=op.f("kenmerken_tijdvak_ck")),
        schema="mart_contract",
        comment="Leefgebieden en doelgroepen van wie zich bij enig loket meldde (financier 1); alleen "
        "tijdvakken die voorbij zijn. Korrel: gemeente en jaar, of regio (leeg) en jaar of "
        "kwartaal; kenmerk en code",
    )
    op.create_index(
        "kenmerken_uq",
        "kenmerken",
        ["gemeente_code", "tijdvak", "datum_van", "kenmerk", "code"],
        unique=True,
        schema="mart_contract",
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "onafhankelijkheid",
        sa.Column("gemeente_code", sa.Text(), nullable=False, comment="Verantwoordelijke gemeente (CBS)"),
        sa.Column(
            "verantwoordelijke_code", sa.Text(), nullable=False, comment="Verwerkingsverantwoordelijke: van de records"
        ),
        sa.Column("kwartaal", sa.Date(), nullable=False, comment="Eerste dag van het kwartaal"),
        sa.Column(
            "trajecten",
            sa.Integer(),
            nullable=True,
            comment="Trajecten (financier 1) die in het kwartaal begonnen; leeg als er niet geleverd is",
        ),
        sa.Column(
            "onafhankelijk",
            sa.Integer(),
            nullable=True,
            comment="Daarvan onafhankelijk (rol 1); leeg als er niet geleverd is",
        ),
        sa.Column(
            "namens_college",
            sa.Integer(),
            nullable=True,
            comment="Daarvan namens het college (rol 2); leeg als er niet geleverd is",
        ),
        sa.Column(
            "beide",
            sa.Integer(),
            nullable=True,
            comment="Daarvan in beide rollen (rol 3); leeg als er niet geleverd is",
        ),
        sa.Column(
            "rol_onbekend", sa.Integer(), nullable=True, comment="Daarvan met rol 99; leeg als er niet geleverd is"
        ),
        sa.Column(
            "aandeel_niet_onafhankelijk",
            sa.Numeric(precision=7, scale=4),
            nullable=True,
            comment="namens_college en beide in de trajecten waarvan de rol bekend is, als deel van 1; "
            "leeg als er niets te delen is",
        ),
        sa.Column(
            "aandeel_onbekend",
            sa.Numeric(precision=7, scale=4),
            nullable=True,
            comment="rol_onbekend in trajecten, als deel van 1; leeg als er niets te delen is",
        ),
        sa.Column(
            "keukentafelgesprekken",
            sa.Integer(),
            nullable=True,
            comment="Gesprekken namens het college (activiteit 10, financier 1); leeg als er niet geleverd is",
        ),
        sa.Column(
            "minuten_keukentafel",
            sa.Integer(),
            nullable=True,
            comment="Minuten aan gesprekken namens het college; leeg als er niet geleverd is",
        ),
        sa.Column(
            "activiteiten_geleverd_tot",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Tot wanneer de bron activiteiten leverde; leeg: nog nooit",
        ),
        sa.Column(
            "geleverd_tot",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Tot wanneer de bron trajecten leverde; leeg: nog nooit",
        ),
        sa.Column(
            "is_geleverd",
            sa.Boolean(),
            nullable=False,
            comment="Of van dit tijdvak minstens een hele dag geleverd is: dan is 0 echt 0",
        ),
        sa.Column("is_compleet", sa.Boolean(), nullable=False, comment="Of het hele tijdvak geleverd is"),
        sa.Column("vandaag", sa.Date(), nullable=False, comment="Dag van de publicatie"),
        sa.CheckConstraint(
            "trajecten = onafhankelijk + namens_college + beide + rol_onbekend", name=op.f("onafhankelijkheid_som_ck")
        ),
        sa.PrimaryKeyConstraint(
            "gemeente_code", "verantwoordelijke_code", "kwartaal", name=op.f("onafhankelijkheid_pk")
        ),
        schema="mart_contract",
        comment="In welke rol ondersteund wordt. Alles telt op. Korrel: gemeente, verantwoordelijke en kwartaal",
    )
    op.create_table(
        "overige_inzet",
        sa.Column("gemeente_code", sa.Text(), nullable=False, comment="Verantwoordelijke gemeente (CBS)"),
        sa.Column(
            "verantwoordelijke_code", sa.Text(), nullable=False, comment="Verwerkingsverantwoordelijke: van de records"
        ),
        sa.Column("maand", sa.Date(), nullable=False, comment="Eerste dag van de maand"),
        sa.Column(
            "soort_code", sa.Text(), nullable=False, comment="Soort activiteit (lijst soort_activiteit), 5 en hoger"
        ),
        sa.Column(
            "groep",
            sa.Text(),
            nullable=False,
            comment="collectief (5 6 7), ivh (8 9), college (10: gesprek namens de gemeente) of anders",
        ),
        sa.Column(
            "activiteiten", sa.Integer(), nullable=True, comment="Aantal activiteiten; leeg als er niet geleverd is"
        ),
        sa.Column("minuten", sa.Integer(), nullable=True, comment="Bestede minuten; leeg als er niet geleverd is"),
        sa.Column(
            "uren",
            sa.Numeric(precision=12, scale=2),
            sa.Computed("round(minuten / 60.0, 2)", persisted=True),
            nullable=True,
            comment="minuten in uren, afgerond: tel voor een som de minuten op",
        ),
        sa.Column(
            "financier_onbekend",
            sa.Integer(),
            nullable=True,
            comment="Minuten met financier 99: tellen niet mee; leeg als er niet geleverd is",
        ),
        sa.Column(
            "aandeel_onbekend",
            sa.Numeric(precision=7, scale=4),
            nullable=True,
            comment="Minuten met financier 99 in alles wat misschien voor het raamcontract was, als deel "
            "van 1; leeg als er niets te delen is",
        ),
        sa.Column(
            "geleverd_tot",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Tot wanneer de bron activiteiten leverde; leeg: nog nooit",
        ),
        sa.Column(
            "is_geleverd",
            sa.Boolean(),
            nullable=False,
            comment="Of van dit tijdvak minstens een hele dag geleverd is: dan is 0 echt 0",
        ),
        sa.Column("is_compleet", sa.Boolean(), nullable=False, comment="Of het hele tijdvak geleverd is"),
        sa.Column("vandaag", sa.Date(), nullable=False, comment="Dag van de publicatie"),
        sa.CheckConstraint("groep in ('collectief', 'ivh', 'college', 'anders')", name=op.f("overige_inzet_groep_ck")),
        sa.PrimaryKeyConstraint(
            "gemeente_code", "verantwoordelijke_code", "maand", "soort_code", name=op.f("overige_inzet_pk")
        ),
        schema="mart_contract",
        comment="Tijd van het raamcontract (financier 1) buiten de diensten: collectieve "
        "ondersteuning, coordinatie van Integrale Vroeghulp, gesprekken namens het college. "
        "Alles telt op. Korrel: gemeente, verantwoordelijke, maand en soort activiteit",
    )
    op.create_table(
        "productie",
        sa.Column("gemeente_code", sa.Text(), nullable=False, comment="Verantwoordelijke gemeente (CBS)"),
        sa.Column(
            "verantwoordelijke_code", sa.Text(), nullable=False, comment="Verwerkingsverantwoordelijke: van de records"
        ),
        sa.Column("maand", sa.Date(), nullable=False, comment="Eerste dag van de maand"),
        sa.Column(
            "dienst_code", sa.Text(), nullable=False, comment="Dienst (lijst dienst); E is een cursus in een groep"
        ),
        sa.Column(
            "nieuw",
            sa.Integer(),
            nullable=True,
            comment="Trajecten die in de maand begonnen; leeg als er niet geleverd is",
        ),
        sa.Column(
            "afgesloten",
            sa.Integer(),
            nullable=True,
            comment="Trajecten die in de maand eindigden, om welke reden ook; leeg als er niet geleverd is",
        ),
        sa.Column(
            "lopend",
            sa.Integer(),
            nullable=True,
            comment="Trajecten die aan het eind van de maand, of op vandaag, nog lopen; telt niet op over "
            "maanden; leeg als er niet geleverd is",
        ),
        sa.Column(
            "bijeenkomsten",
            sa.Integer(),
            nullable=True,
            comment="Gegeven cursusbijeenkomsten: een cursus telt een keer per dag; leeg als er niet geleverd is",
        ),
        sa.Column(
            "minuten_direct",
            sa.Integer(),
            nullable=True,
            comment="Minuten met de client (activiteit 1); leeg als er niet geleverd is",
        ),
        sa.Column(
            "minuten_indirect",
            sa.Integer(),
            nullable=True,
            comment="Minuten voor de client (activiteit 2); leeg als er niet geleverd is",
        ),
        sa.Column(
            "minuten_reis",
            sa.Integer(),
            nullable=True,
            comment="Minuten reistijd (activiteit 3); leeg als er niet geleverd is",
        ),
        sa.Column(
            "minuten_cursus",
            sa.Integer(),
            nullable=True,
            comment="Minuten cursusbijeenkomst (activiteit 4), van alle begeleiders; leeg als er niet geleverd is",
        ),
        sa.Column(
            "uren",
            sa.Numeric(precision=12, scale=2),
            sa.Computed(
                "round((minuten_direct + minuten_indirect + minuten_reis + minuten_cursus) / 60.0, 2)", persisted=True
            ),
            nullable=True,
            comment="Alle minuten in uren, afgerond: tel voor een som de minuten op",
        ),
        sa.Column(
            "normbedrag_eur",
            sa.Numeric(precision=14, scale=2),
            nullable=True,
            comment="Normbedrag per eenheid in dit jaar",
        ),
        sa.Column(
            "bedrag_eur",
            sa.Numeric(precision=14, scale=2),
            nullable=True,
            comment="Gerealiseerd: afgesloten maal normbedrag, bij E bijeenkomsten maal normbedrag",
        ),
        sa.Column(
            "financier_onbekend",
            sa.Integer(),
            nullable=True,
            comment="Afgesloten trajecten, bij E bijeenkomsten, met financier 99: tellen niet mee; leeg "
            "als er niet geleverd is",
        ),
        sa.Column(
            "aandeel_onbekend",
            sa.Numeric(precision=7, scale=4),
            nullable=True,
            comment="financier_onbekend in alles wat misschien voor het raamcontract was, als deel van 1; "
            "leeg als er niets te delen is",
        ),
        sa.Column(
            "activiteiten_geleverd_tot",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Tot wanneer de bron activiteiten leverde; leeg: nog nooit",
        ),
        sa.Column(
            "geleverd_tot",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Tot wanneer de bron trajecten leverde; leeg: nog nooit",
        ),
        sa.Column(
            "is_geleverd",
            sa.Boolean(),
            nullable=False,
            comment="Of van dit tijdvak minstens een hele dag geleverd is: dan is 0 echt 0",
        ),
        sa.Column("is_compleet", sa.Boolean(), nullable=False, comment="Of het hele tijdvak geleverd is"),
        sa.Column("vandaag", sa.Date(), nullable=False, comment="Dag van de publicatie"),
        sa.PrimaryKeyConstraint(
            "gemeente_code", "verantwoordelijke_code", "maand", "dienst_code", name=op.f("productie_pk")
        ),
        schema="mart_contract",
        comment="Productie van het raamcontract (financier 1), exact. Een rij voor elke maand van de "
        "looptijd tot vandaag, ook zonder werk. Alles telt op, behalve lopend over maanden. "
        "Korrel: gemeente, verantwoordelijke, maand en dienst",
    )
    op.create_table(
        "realisatie",
        sa.Column(
            "gemeente_code",
            sa.Text(),
            nullable=True,
            comment="Verantwoordelijke gemeente (CBS); leeg: de hele regio, iedereen een keer",
        ),
        sa.Column(
            "verantwoordelijke_code",
            sa.Text(),
            nullable=False,
            comment="Verwerkingsverantwoordelijke: de aanbieder van het raamcontract",
        ),
        sa.Column("jaar", sa.Integer(), nullable=False, comment="Kalenderjaar van de looptijd"),
        sa.Column(
            "gerealiseerd_eur",
            sa.Numeric(precision=14, scale=2),
            nullable=True,
            comment="Individuele diensten en cursussen: som van productie.bedrag_eur",
        ),
        sa.Column("lezing", sa.Text(), nullable=False, comment="Lezing van het budget die geldt: A of B"),
        sa.Column(
            "budget_a_eur",
            sa.Numeric(precision=14, scale=2),
            nullable=True,
            comment="Budget in lezing A: het bedrag is het contract",
        ),
        sa.Column(
            "budget_b_eur",
            sa.Numeric(precision=14, scale=2),
            nullable=True,
            comment="Budget in lezing B: het bedrag is alle middelen, het contract een deel",
        ),
        sa.Column(
            "aandeel_a",
            sa.Numeric(precision=7, scale=4),
            nullable=True,
            comment="gerealiseerd_eur in budget_a_eur, als deel van 1; leeg als er niets te delen is",
        ),
        sa.Column(
            "aandeel_b",
            sa.Numeric(precision=7, scale=4),
            nullable=True,
            comment="gerealiseerd_eur in budget_b_eur, als deel van 1; leeg als er niets te delen is",
        ),
        sa.Column(
            "aandeel_tijd",
            sa.Numeric(precision=7, scale=4),
            nullable=True,
            comment="Verstreken deel van het jaar binnen de looptijd, vandaag niet meegeteld, als deel van "
            "1; leeg als er niets te delen is",
        ),
        sa.Column(
            "vloer_a_eur",
            sa.Numeric(precision=14, scale=2),
            nullable=True,
            comment="Wat in lezing A minstens blijft; alleen voor de regio, over alle diensten samen",
        ),
        sa.Column(
            "vloer_b_eur",
            sa.Numeric(precision=14, scale=2),
            nullable=True,
            comment="Wat in lezing B minstens blijft; alleen voor de regio, over alle diensten samen",
        ),
        sa.Column(
            "minuten_collectief",
            sa.Integer(),
            nullable=True,
            comment="Minuten collectieve ondersteuning; leeg als er niet geleverd is",
        ),
        sa.Column(
            "collectief_max_eur",
            sa.Numeric(precision=14, scale=2),
            nullable=True,
            comment="Hoogste bedrag voor collectieve ondersteuning",
        ),
        sa.Column(
            "minuten_ivh",
            sa.Integer(),
            nullable=True,
            comment="Minuten coordinatie en casemanagement van Integrale Vroeghulp; leeg als er niet geleverd is",
        ),
        sa.Column(
            "ivh_vast_eur",
            sa.Numeric(precision=14, scale=2),
            nullable=True,
            comment="Vast bedrag voor de coordinatie van Integrale Vroeghulp; alleen voor de regio",
        ),
        sa.Column(
            "onbekend_eur",
            sa.Numeric(precision=14, scale=2),
            nullable=True,
            comment="Waarde van wat met financier 99 is afgesloten: telt niet mee",
        ),
        sa.Column(
            "aandeel_onbekend",
            sa.Numeric(precision=7, scale=4),
            nullable=True,
            comment="onbekend_eur in alles wat misschien voor het raamcontract was, als deel van 1; leeg "
            "als er niets te delen is",
        ),
        sa.Column(
            "geleverd_tot",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Tot wanneer de bron trajecten en activiteiten (de vroegste van beide) leverde; leeg: nog nooit",
        ),
        sa.Column(
            "is_geleverd",
            sa.Boolean(),
            nullable=False,
            comment="Of van dit tijdvak minstens een hele dag geleverd is: dan is 0 echt 0",
        ),
        sa.Column("is_compleet", sa.Boolean(), nullable=False, comment="Of het hele tijdvak geleverd is"),
        sa.Column("vandaag", sa.Date(), nullable=False, comment="Dag van de publicatie"),
        schema="mart_contract",
        comment="Budget gerealiseerd tegen de tijd. Korrel: gemeente (leeg: de regio) en jaar",
    )
    op.create_index(
        "realisatie_uq",
        "realisatie",
        ["gemeente_code", "jaar"],
        unique=True,
        schema="mart_contract",
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "termijnen",
        sa.Column("gemeente_code", sa.Text(), nullable=False, comment="Verantwoordelijke gemeente (CBS)"),
        sa.Column(
            "verantwoordelijke_code",
            sa.Text(),
            nullable=False,
            comment="Verwerkingsverantwoordelijke: de gemeente zelf",
        ),
        sa.Column("kwartaal", sa.Date(), nullable=False, comment="Eerste dag van het kwartaal van de melding"),
        sa.Column(
            "meldingen", sa.Integer(), nullable=True, comment="Meldingen onder de Wmo; leeg als er niet geleverd is"
        ),
        sa.Column(
            "gewezen_op_tijd",
            sa.Integer(),
            nullable=True,
            comment="Op gratis ondersteuning gewezen voor het onderzoek (Wmo 2.3.2), uiterlijk op de dag "
            "van het gesprek of, zonder gesprek, van het gereedkomen; leeg als er niet geleverd is",
        ),
        sa.Column(
            "gewezen_te_laat",
            sa.Integer(),
            nullable=True,
            comment="Later gewezen, of niet (wijze 4); leeg als er niet geleverd is",
        ),
        sa.Column(
            "gewezen_onbekend",
            sa.Integer(),
            nullable=True,
            comment="Geen dag van wijzen bekend; leeg als er niet geleverd is",
        ),
        sa.Column(
            "aandeel_onbekend",
            sa.Numeric(precision=7, scale=4),
            nullable=True,
            comment="gewezen_onbekend in meldingen, als deel van 1; leeg als er niets te delen is",
        ),
        sa.Column(
            "onderzoek_op_tijd",
            sa.Integer(),
            nullable=True,
            comment="Onderzoek gereed binnen zes weken na de melding, plus de dagen opgeschort; leeg als "
            "er niet geleverd is",
        ),
        sa.Column(
            "onderzoek_te_laat",
            sa.Integer(),
            nullable=True,
            comment="Later gereed, of op vandaag nog niet gereed en over de termijn; leeg als er niet geleverd is",
        ),
        sa.Column(
            "onderzoek_loopt",
            sa.Integer(),
            nullable=True,
            comment="Nog niet gereed, binnen de termijn; leeg als er niet geleverd is",
        ),
        sa.Column(
            "onderzoek_vervallen",
            sa.Integer(),
            nullable=True,
            comment="Niet gereed en ingetrokken (uitkomst 4); leeg als er niet geleverd is",
        ),
        sa.Column(
            "aanvragen", sa.Integer(), nullable=True, comment="Daarvan met een aanvraag; leeg als er niet geleverd is"
        ),
        sa.Column(
            "besluit_op_tijd",
            sa.Integer(),
            nullable=True,
            comment="Besluit binnen twee weken na de aanvraag (Wmo 2.3.5); leeg als er niet geleverd is",
        ),
        sa.Column(
            "besluit_te_laat",
            sa.Integer(),
            nullable=True,
            comment="Later besloten, of op vandaag nog niet besloten en over de termijn; leeg als er niet geleverd is",
        ),
        sa.Column(
            "besluit_loopt",
            sa.Integer(),
            nullable=True,
            comment="Nog niet besloten, binnen de termijn; leeg als er niet geleverd is",
        ),
        sa.Column(
            "geleverd_tot",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Tot wanneer de bron onderzoeken leverde; leeg: nog nooit",
        ),
        sa.Column(
            "is_geleverd",
            sa.Boolean(),
            nullable=False,
            comment="Of van dit tijdvak minstens een hele dag geleverd is: dan is 0 echt 0",
        ),
        sa.Column("is_compleet", sa.Boolean(), nullable=False, comment="Of het hele tijdvak geleverd is"),
        sa.Column("vandaag", sa.Date(), nullable=False, comment="Dag van de publicatie"),
        sa.CheckConstraint(
            "aanvragen = besluit_op_tijd + besluit_te_laat + besluit_loopt", name=op.f("termijnen_besluit_ck")
        ),
        sa.CheckConstraint(
            "meldingen = gewezen_op_tijd + gewezen_te_laat + gewezen_onbekend", name=op.f("termijnen_gewezen_ck")
        ),
        sa.CheckConstraint(
            "meldingen = onderzoek_op_tijd + onderzoek_te_laat + onderzoek_loopt + onderzoek_vervallen",
            name=op.f("termijnen_onderzoek_ck"),
        ),
        sa.PrimaryKeyConstraint("gemeente_code", "kwartaal", name=op.f("termijnen_pk")),
        schema="mart_contract",
        comment="De drie wettelijke termijnen van de Wmo, per kwartaal van melding; alles telt op. "
        "Opgeschorte dagen verlengen de zes weken van het onderzoek. Korrel: gemeente en "
        "kwartaal",
    )
    op.create_table(
        "wachttijd",
        sa.Column(
            "gemeente_code",
            sa.Text(),
            nullable=True,
            comment="Verantwoordelijke gemeente (CBS); leeg: de hele regio, iedereen een keer",
        ),
        sa.Column(
            "verantwoordelijke_code",
            sa.Text(),
            nullable=False,
            comment="Verwerkingsverantwoordelijke: de aanbieder van het raamcontract",
        ),
        sa.Column("kwartaal", sa.Date(), nullable=False, comment="Eerste dag van het kwartaal van aanmelding"),
        sa.Column(
            "aanmeldingen",
            sa.Integer(),
            nullable=True,
            comment="Aanmeldingen waaruit een traject (financier 1) voortkwam; leeg als er niet geleverd is",
        ),
        sa.Column(
            "met_gesprek",
            sa.Integer(),
            nullable=True,
            comment="Daarvan met een eerste gesprek; leeg als er niet geleverd is",
        ),
        sa.Column(
            "wachtend",
            sa.Integer(),
            nullable=True,
            comment="Daarvan zonder gesprek, met een traject dat nog loopt; leeg als er niet geleverd is",
        ),
        sa.Column(
            "zonder_gesprek",
            sa.Integer(),
            nullable=True,
            comment="Daarvan zonder gesprek, met trajecten die alle zijn afgesloten; leeg als er niet geleverd is",
        ),
        sa.Column(
            "onbekend",
            sa.Integer(),
            nullable=True,
            comment="Daarvan waarvan de aanmelding niet geleverd is; het kwartaal is dan dat van de start; "
            "leeg als er niet geleverd is",
        ),
        sa.Column(
            "aandeel_onbekend",
            sa.Numeric(precision=7, scale=4),
            nullable=True,
            comment="onbekend in aanmeldingen, als deel van 1; leeg als er niets te delen is",
        ),
        sa.Column(
            "dagen_samen",
            sa.BigInteger(),
            nullable=True,
            comment="Dagen van aanmelding tot eerste gesprek, opgeteld over met_gesprek; een gesprek voor "
            "de aanmelding telt als 0 dagen",
        ),
        sa.Column(
            "dagen_mediaan",
            sa.Integer(),
            nullable=True,
            comment="De helft wachtte hoogstens zoveel dagen; telt NIET op",
        ),
        sa.Column(
            "dagen_p90",
            sa.Integer(),
            nullable=True,
            comment="Negen van de tien wachtten hoogstens zoveel dagen; telt NIET op",
        ),
        sa.Column(
            "dagen_langst_wachtend",
            sa.Integer(),
            nullable=True,
            comment="Dagen die de langst wachtende op vandaag al wacht",
        ),
        sa.Column(
            "geleverd_tot",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Tot wanneer de bron trajecten leverde; leeg: nog nooit",
        ),
        sa.Column(
            "is_geleverd",
            sa.Boolean(),
            nullable=False,
            comment="Of van dit tijdvak minstens een hele dag geleverd is: dan is 0 echt 0",
        ),
        sa.Column("is_compleet", sa.Boolean(), nullable=False, comment="Of het hele tijdvak geleverd is"),
        sa.Column("vandaag", sa.Date(), nullable=False, comment="Dag van de publicatie"),
        sa.CheckConstraint(
            "aanmeldingen = met_gesprek + wachtend + zonder_gesprek + onbekend", name=op.f("wachttijd_som_ck")
        ),
        schema="mart_contract",
        comment="Wachttijd van aanmelding tot eerste gesprek, per kwartaal van aanmelding. Korrel: "
        "gemeente (leeg: de regio) en kwartaal",
    )
    op.create_index(
        "wachttijd_uq",
        "wachttijd",
        ["gemeente_code", "kwartaal"],
        unique=True,
        schema="mart_contract",
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "normbedrag",
        sa.Column("dienst_code", sa.Text(), nullable=False, comment="Dienst (lijst dienst)"),
        sa.Column("jaar", sa.Integer(), nullable=False, comment="Kalenderjaar"),
        sa.Column("eur", sa.Numeric(precision=14, scale=2), nullable=False, comment="Bedrag per eenheid"),
        sa.Column(
            "is_per_bijeenkomst",
            sa.Boolean(),
            nullable=False,
            comment="Waar: per gegeven cursusbijeenkomst; onwaar: per afgesloten dienst",
        ),
        sa.Column("bron", sa.Text(), nullable=False, comment="Regeling of afspraak waar het bedrag staat"),
        sa.PrimaryKeyConstraint("dienst_code", "jaar", name=op.f("normbedrag_pk")),
        schema="warehouse",
        comment="Normbedragen. Korrel: dienst en jaar",
    )
    op.create_table(
        "raamcontract",
        sa.Column("naam", sa.Text(), nullable=False, comment="Naam van het raamcontract"),
        sa.Column(
            "verantwoordelijke_code",
            sa.Text(),
            nullable=False,
            comment="Verwerkingsverantwoordelijke: de aanbieder van het raamcontract",
        ),
        sa.Column("datum_van", sa.Date(), nullable=False, comment="Eerste dag van de looptijd"),
        sa.Column(
            "datum_tot_en_met", sa.Date(), nullable=False, comment="Laatste dag, met de optie als die gelicht is"
        ),
        sa.Column("vergelijken_vanaf", sa.Date(), nullable=False, comment="Vanaf hier cijfers om mee te vergelijken"),
        sa.Column("lezing", sa.Text(), nullable=False, comment="Lezing van het budget die geldt: A of B"),
        sa.Column(
            "vloer",
            sa.Numeric(precision=5, scale=4),
            nullable=False,
            comment="Deel van het budget dat minstens blijft, over alle individuele diensten samen",
        ),
        sa.Column(
            "ivh_vast_eur",
            sa.Numeric(precision=14, scale=2),
            nullable=False,
            comment="Vast bedrag voor de coordinatie van Integrale Vroeghulp, per jaar",
        ),
        sa.Column(
            "ivh_leeftijd_tot_en_met", sa.Integer(), nullable=False, comment="Oudste leeftijd voor Integrale Vroeghulp"
        ),
        sa.Column(
            "ivh_leeftijd_overgang",
            sa.Integer(),
            nullable=False,
            comment="Leeftijd waarop jeugdgezondheidszorg en school wisselen",
        ),
        sa.Column(
            "drempel_kenmerk",
            sa.Integer(),
            nullable=False,
            comment="Kleinste aantal mensen met een kenmerk dat te zien is",
        ),
        sa.Column("drempel_doelgroep", sa.Integer(), nullable=False, comment="Hetzelfde voor een doelgroep"),
        sa.PrimaryKeyConstraint("naam", name=op.f("raamcontract_pk")),
        schema="warehouse",
        comment="Het raamcontract zoals de regio het declareert. Korrel: een contract",
    )
    op.create_table(
        "raamcontract_gemeente",
        sa.Column("gemeente_code", sa.Text(), nullable=False, comment="Verantwoordelijke gemeente (CBS)"),
        sa.Column("jaar", sa.Integer(), nullable=False, comment="Kalenderjaar"),
        sa.Column("inwoners", sa.Integer(), nullable=False, comment="Aantal inwoners"),
        sa.Column(
            "budget_a_eur",
            sa.Numeric(precision=14, scale=2),
            nullable=False,
            comment="Deel van het budget in lezing A (het bedrag is het contract)",
        ),
        sa.Column(
            "budget_b_eur",
            sa.Numeric(precision=14, scale=2),
            nullable=False,
            comment="Deel van het budget in lezing B (het bedrag is alle middelen)",
        ),
        sa.Column(
            "collectief_max_eur",
            sa.Numeric(precision=14, scale=2),
            nullable=False,
            comment="Hoogste bedrag voor collectieve ondersteuning",
        ),
        sa.PrimaryKeyConstraint("gemeente_code", "jaar", name=op.f("raamcontract_gemeente_pk")),
        schema="warehouse",
        comment="Deel van elke gemeente in het raamcontract. Korrel: gemeente en jaar",
    )
    op.create_table(
        "verwachte_levering",
        sa.Column("source", sa.Text(), nullable=False, comment="Bron"),
        sa.Column("bericht", sa.Text(), nullable=False, comment="Soort record dat zij levert"),
        sa.Column("naam", sa.Text(), nullable=False, comment="Naam van de partij"),
        sa.Column("soort", sa.Text(), nullable=False, comment="gemeente of aanbieder"),
        sa.Column(
            "verantwoordelijke_code", sa.Text(), nullable=False, comment="Verwerkingsverantwoordelijke: de partij"
        ),
        sa.Column(
            "gemeente_code", sa.Text(), nullable=True, comment="Gemeente van de partij (CBS); leeg bij een aanbieder"
        ),
        sa.PrimaryKeyConstraint("source", "bericht", name=op.f("verwachte_levering_pk")),
        schema="warehouse",
        comment="Wie wat zou moeten leveren, volgens de declaraties. Korrel: bron en bericht",
    )


def downgrade() -> None:
    for schema, name in (
        ("warehouse", "verwachte_levering"),
        ("warehouse", "raamcontract_gemeente"),
        ("warehouse", "raamcontract"),
        ("warehouse", "normbedrag"),
        ("mart_contract", "wachttijd"),
        ("mart_contract", "termijnen"),
        ("mart_contract", "realisatie"),
        ("mart_contract", "productie"),
        ("mart_contract", "overige_inzet"),
        ("mart_contract", "onafhankelijkheid"),
        ("mart_contract", "kenmerken"),
        ("mart_contract", "clienten"),
        ("mart_contract", "aanlevering"),
    ):
        op.drop_table(name, schema=schema)
