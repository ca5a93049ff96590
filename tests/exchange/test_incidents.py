"""What goes wrong for longer than a moment is told once, and once more when it is over."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import Result

from connectors.notice import URGENT, WARNING, Notice
from exchange.errors import DeclarationError
from exchange.incidents import Mail, Told, Unposted, judge, judge_region, over, seen, tell
from exchange.release import release
from exchange.runs import note, run
from exchange.status import due
from reports.incident import KINDS, RUNBOOK
from tests.exchange.hub import NIGHT, Hub
from tests.exchange.test_assess import many, send
from tests.exchange.test_cli import run as run_hub
from warehouse.tables.incidents import KINDS as KNOWN

__all__ = ["run_hub"]

Tell = Callable[[], list[str]]


def day(number: int) -> date:
    return NIGHT + timedelta(days=number)


@pytest.fixture
def told(hub: Hub) -> Tell:
    """Subjects of the mails that telling posts now."""

    def now() -> list[str]:
        mails: list[Mail] = []
        assert tell(hub.region, mails.append) == Told(len(mails))
        return [mail.subject for mail in mails]

    return now


def newest(hub: Hub) -> int:
    return int(hub.value("select max(delivery_id) from exchange.delivery"))


def opened(hub: Hub) -> list[tuple[str, str, str]]:
    return hub.rows("select kind, source, reason from exchange.incident where recovered_on is null order by kind")


def test_a_problem_of_three_nights_is_told_once_and_its_end_once(hub: Hub, told: Tell) -> None:
    subjects = []
    for number in range(3):
        seen(hub.region, "failed", day(number), f"no answer, try {number}", hub.source)
        subjects.append(told())
    assert subjects == [["Een bron mislukt: Gemeente Coevorden"], [], []]
    assert hub.rows("select opened_on::text, last_seen_on::text, reason from exchange.incident") == [
        ("2015-03-02", "2015-03-04", "no answer, try 2")
    ]
    over(hub.region, "failed", day(3), hub.source)
    over(hub.region, "failed", day(4), hub.source)
    assert [told(), told()] == [["Hersteld: een bron mislukt: Gemeente Coevorden"], []]


def test_the_same_problem_later_is_another_incident(hub: Hub, told: Tell) -> None:
    for number in (0, 10):
        seen(hub.region, "failed", day(number), "no answer", hub.source)
        assert told() == ["Een bron mislukt: Gemeente Coevorden"]
        over(hub.region, "failed", day(number + 1), hub.source)
        assert told() == ["Hersteld: een bron mislukt: Gemeente Coevorden"]
    assert hub.value("select count(*) from exchange.incident") == 2


def test_what_was_over_before_anybody_was_told_is_not_told(hub: Hub, told: Tell) -> None:
    seen(hub.region, "failed", NIGHT, "no answer", hub.source)
    over(hub.region, "failed", NIGHT, hub.source)
    assert told() == []


def test_killed_between_the_mail_and_the_note_it_is_told_again_and_never_not(hub: Hub, told: Tell) -> None:
    class Killed(BaseException):
        pass

    posted: list[Mail] = []

    def post_and_die(mail: Mail) -> None:
        posted.append(mail)
        raise Killed

    seen(hub.region, "failed", NIGHT, "no answer", hub.source)
    with pytest.raises(Killed):
        tell(hub.region, post_and_die)
    again: list[Mail] = []
    tell(hub.region, again.append)
    assert [mail.key for mail in posted] == [mail.key for mail in again]
    assert told() == []


def test_killed_after_the_mail_and_mended_before_the_next_night_its_end_is_told(hub: Hub, told: Tell) -> None:
    def die(mail: Mail) -> None:
        raise SystemExit

    seen(hub.region, "failed", NIGHT, "no answer", hub.source)
    with pytest.raises(SystemExit):
        tell(hub.region, die)
    over(hub.region, "failed", day(1), hub.source)
    assert told() == ["Hersteld: een bron mislukt: Gemeente Coevorden"]


def test_what_cannot_be_posted_waits_and_is_told_the_next_time(hub: Hub, told: Tell) -> None:
    def no_server(mail: Mail) -> None:
        raise Unposted("smtp_default: is no connection")

    seen(hub.region, "failed", NIGHT, "no answer", hub.source)
    seen(hub.region, "publish", NIGHT, "no room")
    assert tell(hub.region, no_server) == Told(0, 2, "smtp_default: is no connection")
    assert (
        hub.rows("select problem, notice_tried_at from exchange.incident")
        == [("smtp_default: is no connection", None)] * 2
    )
    over(hub.region, "publish", day(1))
    assert told() == ["Een bron mislukt: Gemeente Coevorden"]
    assert hub.value("select problem from exchange.incident where source is not null") is None


def test_two_who_tell_at_the_same_time_tell_it_once(hub: Hub) -> None:
    seen(hub.region, "failed", NIGHT, "no answer", hub.source)
    inner: list[Mail] = []
    outer: list[Mail] = []

    def post(mail: Mail) -> None:
        tell(hub.region, inner.append)
        outer.append(mail)

    tell(hub.region, post)
    assert (len(outer), inner) == (1, [])


def test_the_mail_goes_to_the_owner_and_says_in_dutch_what_to_do(hub: Hub) -> None:
    mails: list[Mail] = []
    seen(hub.region, "failed", NIGHT, "emmen: <geen> antwoord", hub.source)
    seen(hub.region, "late", NIGHT, "not ready at 06:30")
    tell(hub.region, mails.append)
    of_source, of_region = mails
    assert (of_source.to, of_region.to) == (hub.source.owner, "regiohub@drenthe.example")
    text = " ".join(of_source.paragraphs)
    assert "sinds 2 maart 2015" in text
    assert "docs/operate.md, onder “Een bron mislukt”" in text
    assert "emmen: &lt;geen&gt; antwoord" in of_source.html
    assert of_region.subject == "De nacht is laat: Regiohub Drenthe"


def test_a_held_delivery_is_an_incident_until_it_is_released_or_replaced(hub: Hub, told: Tell) -> None:
    assert send(hub, 1, many(40), omvang="volledig") == "merged"
    assert send(hub, 2, many(1), omvang="volledig") == "held"
    judge(hub.region, hub.source, day(1))
    assert opened(hub) == [("held", "proef", f"levering {newest(hub)}")]
    assert told() == ["Een levering is aangehouden: Gemeente Coevorden"]
    judge_region(hub.region, day(1))
    assert told() == []
    release(hub.context(), newest(hub), "nagekeken", "beheer")
    judge(hub.region, hub.source, day(1))
    assert told() == ["Hersteld: een levering is aangehouden: Gemeente Coevorden"]


def test_a_source_that_was_asked_and_brings_nothing_for_a_week_is_silent(hub: Hub, told: Tell) -> None:
    assert send(hub, 1, many(3)) == "merged"
    for number in range(9):
        hub.night(day(number))
        judge_region(hub.region, day(number))
    assert hub.rows("select kind, opened_on::text, reason from exchange.incident") == [
        ("silent", "2015-03-09", "geen levering sinds 2015-03-02")
    ]
    assert send(hub, 10, many(4)) == "merged"
    judge_region(hub.region, day(9))
    assert opened(hub) == []


def test_a_source_that_was_not_asked_is_silent_but_not_one_that_failed(hub: Hub) -> None:
    judge_region(hub.region, NIGHT)
    assert opened(hub) == []  # never asked: it is not switched on yet
    hub.deliver("a.xml", many(3), NIGHT)
    judge_region(hub.region, day(1))
    assert opened(hub) == [("silent", "proef", "laatst opgehaald voor 2015-03-02")]
    hub.night(day(1))
    judge_region(hub.region, day(1))
    assert opened(hub) == []
    seen(hub.region, "failed", day(2), "no answer", hub.source)
    seen(hub.region, "answer", day(2), "no answer", hub.source)
    judge_region(hub.region, day(2))
    assert [kind for kind, *_ in opened(hub)] == ["failed"]


def test_a_source_whose_declaration_does_not_load_is_silent_and_the_region_is_told(hub: Hub, told: Tell) -> None:
    right = hub.region
    fault = DeclarationError("regions/drenthe/sources/proef.toml", "quality.kwijd", "is unknown")
    hub.region = replace(right, sources={}, left_out={"proef": fault})
    judge_region(hub.region, NIGHT)
    assert opened(hub) == []  # never asked: it is not switched on yet
    hub.deliver("a.xml", many(3), NIGHT)
    judge_region(hub.region, day(1))
    assert opened(hub) == [
        ("silent", "proef", "declaratie laadt niet (regions/drenthe/sources/proef.toml: quality.kwijd)")
    ]
    mails: list[Mail] = []
    tell(hub.region, mails.append)
    assert [mail.to for mail in mails] == [hub.region.contact]
    assert "(proef)" in mails[0].paragraphs[0]
    judge_region(right, NIGHT)
    assert opened(hub) == []


def test_a_night_that_failed_is_over_when_a_later_one_left_nothing_to_do(hub: Hub) -> None:
    seen(hub.region, "failed", NIGHT, "no answer", hub.source)
    with pytest.raises(RuntimeError), run(hub.context()):
        raise RuntimeError
    judge(hub.region, hub.source, NIGHT)
    assert [kind for kind, *_ in opened(hub)] == ["failed"]
    hub.deliver("a.xml", many(3), day(1))
    judge(hub.region, hub.source, day(1))
    assert opened(hub) == []


def test_what_a_run_noted_is_an_incident_until_a_later_run_notes_it_no_more(hub: Hub, told: Tell) -> None:
    certificate = Notice("certificaat", URGENT, "het certificaat van de bron verloopt op 2015-03-09, over 7 dagen")
    drop = Notice("drop", WARNING, "de map met wijzigingen is er niet")
    context = hub.context()
    with run(context):
        note(context, [certificate, drop])
    judge(hub.region, hub.source, NIGHT)
    assert opened(hub) == [("attention", "proef", drop.text), ("certificate", "proef", certificate.text)]
    assert (
        told() == ["Een bron vraagt aandacht: Gemeente Coevorden", "Een certificaat verloopt: Gemeente Coevorden"][::-1]
    )
    context = hub.context(day(1))
    with run(context):
        note(context, [drop])
    judge(hub.region, hub.source, day(1))
    assert told() == ["Hersteld: een certificaat verloopt: Gemeente Coevorden"]


@pytest.mark.parametrize(
    ("schedule", "last"),
    [("0 1 * * *", "2015-03-04"), ("0 22 * * *", "2015-03-03"), ("0 2 * * 1", "2015-03-02")],
)
def test_a_source_is_due_on_its_own_schedule(schedule: str, last: str) -> None:
    assert due(schedule, date(2015, 3, 4)) == date.fromisoformat(last)  # a Wednesday


def test_the_command_lists_what_is_wrong_now_and_what_was_over_lately(
    hub: Hub, told: Tell, run_hub: Callable[..., Result]
) -> None:
    seen(hub.region, "failed", NIGHT, "no answer", hub.source)
    told()
    over(hub.region, "failed", day(1), hub.source)
    seen(hub.region, "publish", day(2), "no room on the disk")
    rows = json.loads(run_hub("incidents", "--vandaag", "2015-03-10", "--json").output)
    assert [(row["kind"], row["source"], row["recovered_on"]) for row in rows] == [
        ("publish", None, None),
        ("failed", "proef", "2015-03-03"),
    ]
    shown = run_hub("incidents", "--vandaag", "2015-03-20").output
    assert "De publicatie mislukt" in shown
    assert "no room on the disk" in shown
    assert "Een bron mislukt" not in shown


def test_every_kind_has_words_and_a_heading_of_its_own() -> None:
    assert tuple(KINDS) == KNOWN
    assert len({kind.heading for kind in KINDS.values()}) == len(KINDS)


def test_the_runbook_that_a_mail_names_has_a_part_for_each_kind() -> None:
    runbook = (Path(__file__).resolve().parents[2] / RUNBOOK).read_text()
    assert [kind.heading for kind in KINDS.values() if f"### {kind.heading}\n" not in runbook] == []
