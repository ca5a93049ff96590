"""Airflow's callbacks: what a task ended in is written down as an incident or its end, and mailed when that is news.

They run in the process of the task, or in that of the DAG processor where the task was killed. Whether there is
anything to tell is known by exchange.incidents only. A mail that cannot be posted is one line in the log and harms no
task; what waits goes along with the next.
"""

import logging
import smtplib
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from airflow.sdk import BaseNotifier
from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from dags.tasks import one_line, vandaag
from exchange import incidents
from exchange.errors import SourceUnavailable
from exchange.incidents import Mail, Unposted
from exchange.region import Region, Source

log = logging.getLogger("hub.incidents")
Event = Callable[[date, str], None]  # (day, what a task raised, on one line; empty when it went well)
KILLED = "de taak is afgebroken voor zij kon zeggen waarom"


class IncidentNotifier(BaseNotifier):
    """Writes down what happened, and mails what is news: to the owner of the source, or the contact of the region."""

    def __init__(self, region: Region, event: Event) -> None:
        super().__init__()
        self.region = region
        self.event = event

    def notify(self, context: Any) -> None:
        """Called by Airflow at the end of a task. Never raises: the task has ended already."""
        try:
            self.event(vandaag(context, self.region.name), reason(context))
            told = incidents.tell(self.region, post)
        except Exception as error:
            # Its text may hold anything; that of our own errors does not, and names the place.
            log.error("%s: %s", self.region.name, reason({"exception": error}))
            return
        if told.posted:
            log.info("%s: mails %d", self.region.name, told.posted)
        if told.waiting:
            log.warning("%s: mails %d not posted: %s", self.region.name, told.waiting, told.problem)


def failed(region: Region, kind: str, source: Source | None = None) -> IncidentNotifier:
    """For on_failure_callback: a problem of this kind exists."""
    return IncidentNotifier(region, lambda day, why: incidents.seen(region, kind, day, why or KILLED, source))


def over(region: Region, kind: str, source: Source | None = None) -> IncidentNotifier:
    """For on_success_callback: a problem of this kind exists no more."""
    return IncidentNotifier(region, lambda day, _: incidents.over(region, kind, day, source))


def judged(region: Region, source: Source) -> IncidentNotifier:
    """For on_success_callback of a verb: what the ledger now shows of this source."""
    return IncidentNotifier(region, lambda day, _: incidents.judge(region, source, day))


def published(region: Region) -> IncidentNotifier:
    """For on_success_callback of a publication: what the ledger shows of all sources."""
    return IncidentNotifier(region, lambda day, _: incidents.judge_region(region, day))


def reason(context: Mapping[str, Any]) -> str:
    """What a task raised, on one line. Only what `cure` let through is quoted; of all else the kind alone."""
    error = context.get("exception")
    if error is None:
        return ""
    if isinstance(error, (AirflowFailException, SourceUnavailable)):
        return one_line(error)
    return type(error).__name__


def post(mail: Mail) -> None:
    """Send one mail over the SMTP connection of `[email] email_conn_id`. Raises Unposted: one line, no password."""
    from airflow.providers.smtp.hooks.smtp import SmtpHook  # only where there is something to mail

    connection_id = conf.get("email", "email_conn_id", fallback=SmtpHook.default_conn_name)
    try:
        with SmtpHook(smtp_conn_id=connection_id) as smtp:
            smtp.send_email_smtp(
                to=mail.to,
                subject=mail.subject,
                html_content=mail.html,
                from_email=smtp.from_email or mail.contact,
                custom_headers={"Message-ID": f"<{mail.key}@regiohub>", "Auto-Submitted": "auto-generated"},
            )
    except AirflowException as error:
        cure = "add it in Admin > Connections or as AIRFLOW_CONN_…, type smtp"
        raise Unposted(f"{connection_id}: {one_line(error)} Mend or {cure}") from None
    except (OSError, smtplib.SMTPException) as error:
        raise Unposted(f"{connection_id}: the mail server cannot be used: {type(error).__name__}") from None
