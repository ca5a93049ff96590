"""The mail about an incident: what is the matter at which source, since when, and what to do now. In plain Dutch.

Readers: the owner of a source, and whoever runs the hub. Holds no value of a record: a source, a day, one line of ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from html import escape

from reports import wording

RUNBOOK = "docs/operate.md"


@dataclass(frozen=True)
class Kind:
    """One kind of incident, for its reader. heading: that of the runbook, and of the mail."""

    heading: str
    meaning: str
    next_step: str
    recovered: str


@dataclass(frozen=True)
class Mail:
    """One mail. key: the same for the same news, so that one that comes twice is known again; contact: of the hub."""

    key: str
    to: str
    contact: str
    subject: str
    paragraphs: tuple[str, ...]

    @property
    def html(self) -> str:
        """The body, for a mail program."""
        body = "".join(f"<p>{escape(paragraph)}</p>\n" for paragraph in self.paragraphs)
        return f'<html lang="nl"><body style="font: 16px/1.5 sans-serif; max-width: 40em">\n{body}</body></html>\n'


STAYS = "De gegevens van de vorige keer blijven intussen in gebruik."
KINDS: Mapping[str, Kind] = {
    "failed": Kind(
        "Een bron mislukt",
        f"De hub kon de gegevens van deze bron niet ophalen of verwerken, ook niet na opnieuw proberen. {STAYS}",
        "Kijk of het bronsysteem aanstaat en de hub er nog in mag (adres, account, certificaat). De hub probeert het "
        "de volgende nacht vanzelf weer; eerder kan met de knop Trigger van deze bron in Airflow.",
        "De gegevens van deze bron zijn weer opgehaald en verwerkt.",
    ),
    "silent": Kind(
        "Een bron is stil",
        f"Van deze bron kwam al een tijd niets nieuws. {STAYS}",
        "Kijk of het bronsysteem nog levert, en of de uitvoering van deze bron in Airflow aanstaat.",
        "Van deze bron komen weer gegevens.",
    ),
    "held": Kind(
        "Een levering is aangehouden",
        f"Er is iets ongewoons aan een levering als geheel. Zij telt niet mee tot iemand haar vrijgeeft. {STAYS}",
        "Lees het retourbericht en de pagina Data Docs over deze levering. Klopt zij, geef haar dan vrij met "
        "`hub release`; klopt zij niet, lever dan opnieuw.",
        "Er wordt van deze bron niets meer aangehouden.",
    ),
    "certificate": Kind(
        "Een certificaat verloopt",
        "Een certificaat waarmee de hub en deze bron elkaar herkennen, verloopt binnenkort. Daarna kan er niets meer "
        "opgehaald worden.",
        "Vraag een nieuw certificaat aan en zet het in de verbinding van deze bron, voor de dag waarop het verloopt.",
        "Het certificaat van deze bron is weer lang genoeg geldig.",
    ),
    "attention": Kind(
        "Een bron vraagt aandacht",
        "Deze bron is verwerkt, maar er is iets dat iemand moet bekijken.",
        "Bespreek met de beheerder van het bronsysteem wat de hub zag.",
        "Wat aandacht vroeg, is er niet meer.",
    ),
    "answer": Kind(
        "Een retourbericht komt niet aan",
        "De hub kan de retourberichten niet in het postvak van deze bron leggen. Zij blijven bewaard.",
        "Kijk of het postvak bereikbaar is en de hub er mag schrijven. De volgende nacht gaat alles wat wacht mee.",
        "De retourberichten van deze bron zijn bezorgd.",
    ),
    "late": Kind(
        "De nacht is laat",
        "De uitvoering was niet klaar op het moment dat zij klaar had moeten zijn, en loopt misschien nog.",
        "Kijk in Airflow welke stap nog loopt of wacht, en of er genoeg ruimte is op de machine.",
        "De uitvoering is alsnog klaar.",
    ),
    "publish": Kind(
        "De publicatie mislukt",
        "De overzichten (marts) zijn niet ververst. Lezers zien de overzichten van de vorige keer.",
        "Lees de laatste regel van de taak in Airflow, neem de oorzaak weg en start de publicatie opnieuw.",
        "De overzichten zijn weer ververst.",
    ),
}


def mail(
    kind: str,
    *,
    key: str,
    source: str | None,
    title: str,
    to: str,
    contact: str,
    reason: str,
    opened_on: date,
    recovered_on: date | None,
) -> Mail:
    """The notice of an incident, or of its end where `recovered_on` is given.

    key: a name of the incident. source, title: whom it is about, `source` None for the region. contact: whom the
    reader may ask.
    """
    about, whose = KINDS[kind], f"{title} ({source})" if source else title
    since = f"sinds {wording.day(opened_on.isoformat())}"
    if recovered_on:
        subject = f"Hersteld: {about.heading.lower()}: {title}"
        said: tuple[str, ...] = (
            f"{whose}: {about.recovered}",
            f"Het begon op {wording.day(opened_on.isoformat())} en was over op "
            f"{wording.day(recovered_on.isoformat())}. U hoeft niets te doen.",
        )
    else:
        subject = f"{about.heading}: {title}"
        said = (
            f"{whose}, {since}: {about.meaning}",
            f"Wat de hub zag: {reason}",
            f"Wat u kunt doen: {about.next_step}",
            f"Meer hierover staat in {RUNBOOK}, onder “{about.heading}”. U krijgt hierover geen tweede bericht, "
            "wel een als het over is.",
        )
    key = f"{key}-{'hersteld' if recovered_on else 'melding'}"
    return Mail(key, to, contact, subject, (*said, f"Vragen? Mail {contact}."))
