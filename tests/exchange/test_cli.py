"""`hub` as its users type it: readable by default, JSON for programs, one line where something is wrong."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import exchange.shell
from exchange.cli import app
from exchange.errors import DeclarationError
from tests.exchange.hub import Hub
from tests.exchange.levering import aanmelding, deliver, xml


@pytest.fixture
def run(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Types a command against the hub of the test."""
    monkeypatch.setattr(exchange.shell, "load_regions", lambda: [hub.region])
    connection = {"conn_type": "fs", "extra": {"path": str(hub.folder)}}
    monkeypatch.setenv("AIRFLOW_CONN_PROEF", json.dumps(connection))
    (hub.folder / "uit").mkdir(parents=True)
    return lambda *words: CliRunner().invoke(app, [*words])


def as_json(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_help_names_every_command_and_each_command_gives_an_example() -> None:
    commands = (
        "sources",
        "status",
        "check",
        "receive",
        "run",
        "publish",
        "deliveries",
        "rejects",
        "replay",
        "keys",
    )
    shown = CliRunner().invoke(app, ["--help"]).output
    for command in commands:
        assert command in shown
        assert "Example" in CliRunner().invoke(app, [command, "--help"]).output


def test_run_does_all_verbs_and_status_tells_of_them(hub: Hub, run: Any) -> None:
    deliver(hub.folder, "aanmelding_1.xml", xml([aanmelding("A"), aanmelding("B", datum_aanmelding="2015-02-31")]))
    (done,) = as_json(run("run", "proef", "--vandaag", "2015-03-02", "--json"))
    assert (done["received"], done["accepted"], done["rejected"]) == (2, 1, 1)
    (status,) = as_json(run("status", "--json"))
    assert status["delivery_ids"] == [done["delivery_id"]]
    assert (status["state"], status["residual"]) == ("merged", 0)
    assert "proef" in run("status").output
    assert as_json(run("publish", "--vandaag", "2015-03-02", "--json"))[0]["rows"]["mart_loket.aanmeldingen"] == 1


def test_rejects_and_deliveries_show_faults_in_dutch_and_no_values(hub: Hub, run: Any) -> None:
    deliver(hub.folder, "aanmelding_1.xml", xml([aanmelding("B", datum_aanmelding="2015-02-31")]))
    run("run", "proef", "--vandaag", "2015-03-02")
    (delivery,) = as_json(run("deliveries", "--source", "proef", "--json"))
    (reject,) = as_json(run("rejects", str(delivery["delivery_id"]), "--json"))
    assert reject["faults"][0]["tekst"] == "datum_aanmelding is geen bestaande datum in de vorm jjjj-mm-dd."
    shown = run("rejects", str(delivery["delivery_id"])).output
    assert "V005" in shown
    assert "2015-02-31" not in shown


def test_replay_of_a_sound_delivery_changes_nothing(hub: Hub, run: Any) -> None:
    deliver(hub.folder, "aanmelding_1.xml", xml([aanmelding("A")]))
    (done,) = as_json(run("run", "proef", "--vandaag", "2015-03-02", "--json"))
    why = "het loket  was te laat gemeld"
    (again,) = as_json(run("replay", str(done["delivery_id"]), "--reason", why, "--vandaag", "2015-03-02", "--json"))
    assert (again["received"], again["unchanged"]) == (1, 1)
    assert again["rows"] == {"inserted": 0, "updated": 0, "deleted": 0}
    assert [row["replay_reason"] for row in as_json(run("deliveries", "--json"))] == [
        "het loket was te laat gemeld",
        None,
    ]
    assert "replay_reason" in run("deliveries").output


def test_a_replay_of_what_is_refused_again_says_so(hub: Hub, run: Any) -> None:
    deliver(hub.folder, "aanmelding_1.xml", "Geachte heer, hierbij de aanmeldingen.")
    shown = run("run", "proef", "--vandaag", "2015-03-02")
    (first,) = as_json(run("deliveries", "--json"))
    assert (shown.exit_code, first["state"]) == (0, "refused")
    assert f"refused as a whole: see `hub rejects {first['delivery_id']}`" in shown.output
    again = run("replay", str(first["delivery_id"]), "--reason", "gebeld")
    second = as_json(run("deliveries", "--json"))[0]
    assert again.exit_code == 1
    assert f"refused as a whole: see `hub rejects {second['delivery_id']}`" in again.output


def test_a_source_that_delivered_nothing_has_an_empty_ledger(run: Any) -> None:
    assert as_json(run("deliveries", "--source", "proef", "--json")) == []


def test_a_replay_says_why(hub: Hub, run: Any) -> None:
    deliver(hub.folder, "aanmelding_1.xml", xml([aanmelding("A")]))
    (done,) = as_json(run("run", "proef", "--vandaag", "2015-03-02", "--json"))
    assert run("replay", str(done["delivery_id"])).exit_code == 2
    assert run("replay", str(done["delivery_id"]), "--reason", " ").exit_code == 2
    assert len(as_json(run("deliveries", "--json"))) == 1


def test_check_judges_a_file_without_storing_anything(hub: Hub, run: Any, tmp_path: Path) -> None:
    file = tmp_path / "levering.xml"
    file.write_text(xml([aanmelding("A"), aanmelding("B", kanaal_code="7")]))
    result = run("check", str(file), "--source", "proef")
    assert result.exit_code == 1
    assert "2 records, 1 afgekeurd" in result.output
    assert "De code in kanaal_code staat niet in de codelijst kanaal." in result.output
    file.write_text(xml([aanmelding("A")]))
    assert as_json(run("check", str(file), "--source", "proef", "--json"))["rejected"] == 0
    assert hub.value("select count(*) from exchange.delivery") == 0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (xml([aanmelding("A")]).replace("aanmelding:1", "aanmelding:2"), "L003"),
        (xml([aanmelding("A")], stand_op="2099-01-01T00:00:00Z"), "L008"),
    ],
)
def test_check_refuses_what_the_night_refuses(run: Any, tmp_path: Path, text: str, code: str) -> None:
    file = tmp_path / "levering.xml"
    file.write_text(text)
    result = run("check", str(file), "--source", "proef")
    assert result.exit_code == 1
    assert code in result.output


def test_rejects_of_a_refused_delivery_says_why_in_dutch(hub: Hub, run: Any) -> None:
    deliver(hub.folder, "aanmelding_1.xml", "Geachte heer, hierbij de aanmeldingen.")
    run("run", "proef", "--vandaag", "2015-03-02")
    (delivery,) = as_json(run("deliveries", "--json"))
    shown = run("rejects", str(delivery["delivery_id"])).output
    assert "L001: Het bestand is niet te lezen als " in shown


def test_check_says_why_a_whole_delivery_would_be_refused(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "levering.xml"
    file.write_text(xml([aanmelding("A")], afzender="0114"))
    result = run("check", str(file), "--source", "proef")
    assert result.exit_code == 1
    assert "L004: De afzender in het bestand is niet de partij" in result.output


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["run", "nergens"], "nergens: is no source; choose from proef"),
        (["run", "proef", "--vandaag", "morgen"], "--vandaag: must be a date"),
        (["run", "proef", "--vandaag", "9999-12-31"], "--vandaag: must be from 1900-01-01 on and before 2100-01-01"),
        (["publish", "--vandaag", "0001-01-01"], "--vandaag: must be from 1900-01-01 on and before 2100-01-01"),
        (["replay", "999", "--reason", "gebeld"], "there is no delivery 999"),
        (["deliveries", "--source", "nergens"], "nergens: is no source; choose from proef"),
        (["rejects", "999"], "there is no delivery 999"),
        (["quality", "999"], "there is no delivery 999"),
    ],
)
def test_a_mistake_of_ours_is_one_line(run: Any, words: list[str], line: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert line in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("name", ["[/x]", "[delivers.aanmelding]", "[bold]", ":warning:"])
def test_what_stands_in_brackets_or_colons_is_told_as_it_is(run: Any, name: str) -> None:
    result = run("check", __file__, "--source", name)
    assert result.exit_code == 2
    assert f"{name}: is no source; choose from proef" in result.output


def test_a_cure_in_brackets_reaches_who_lists_the_sources(hub: Hub, run: Any) -> None:
    fault = DeclarationError("regions/drenthe/sources/x.toml", "[/b]", "deliver a bericht: [delivers.aanmelding]")
    hub.region = replace(hub.region, title="[/i]", faults=(fault,))
    result = run("sources")
    assert result.exit_code == 2
    assert f"does not load: {fault}" in result.output.splitlines()


def test_what_a_sender_wrote_in_brackets_stands_in_a_table_as_it_is(hub: Hub, run: Any) -> None:
    deliver(hub.folder, "aanmelding_1.xml", xml([aanmelding("[/b][red]:x:", datum_aanmelding="2015-02-31")]))
    run("run", "proef", "--vandaag", "2015-03-02")
    (delivery,) = as_json(run("deliveries", "--json"))
    assert "[/b][red]:x:" in run("rejects", str(delivery["delivery_id"])).output


def test_help_shows_the_places_to_fill_in() -> None:
    """Read as Markdown, a placeholder like <ID> is a tag, and goes, unless it stands between backticks."""
    for command in (one.name or one.callback.__name__ for one in app.registered_commands if one.callback):
        shown = " ".join(CliRunner().invoke(app, [command.replace("_", "-"), "--help"]).output.split())
        assert "(AIRFLOW_CONN_)" not in shown
        assert "Usage" in shown
    assert "AIRFLOW_CONN_<ID>" in CliRunner().invoke(app, ["new-source", "--help"]).output


def test_a_missing_connection_is_one_line_with_its_variable(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_PROEF")
    result = run("run", "proef")
    assert result.exit_code == 2
    assert "AIRFLOW_CONN_PROEF" in result.output


def test_keys_prints_a_set_for_the_environment() -> None:
    lines = CliRunner().invoke(app, ["keys", "drenthe"]).output.splitlines()
    assert [line.split("=")[0] for line in lines] == [
        "HUB_DRENTHE_LANDING_KEY",
        "HUB_DRENTHE_KLUIS_KEY",
        "HUB_DRENTHE_LOOKUP_KEY",
    ]


def test_warnings_are_told_with_the_delivery_and_the_status(hub: Hub, run: Any) -> None:
    odd = aanmelding("999900031", **{"eigen_veld": "x", "tweede_veld": "x"})
    deliver(hub.folder, "aanmelding_1.xml", xml([odd, aanmelding("B", **{"eigen_veld": "x"})]))
    run("run", "proef", "--vandaag", "2015-03-02")
    (delivery,) = as_json(run("deliveries", "--json"))
    assert {(one["code"], one["field"], one["count"]) for one in delivery["warnings"]} == {
        ("L020", "eigen_veld", 2),
        ("L020", "tweede_veld", 1),
        ("V026", "aanmelding_nummer", 1),
    }
    assert "L020×3 V026×1" in run("deliveries").output
    assert as_json(run("status", "--json"))[0]["warnings"] == 4
    shown = run("rejects", str(delivery["delivery_id"])).output
    assert "let op (1 keer) V026: aanmelding_nummer lijkt een burgerservicenummer te bevatten" in shown
    assert "let op (2 keer) L020: " in shown
    assert "zijn niet overgenomen: eigen_veld." in shown
    assert "999900031" not in shown


def test_a_table_that_is_piped_is_cut_off_nowhere(hub: Hub, run: Any) -> None:
    deliver(hub.folder, "aanmelding_1.xml", xml([aanmelding("A")]))
    run("run", "proef", "--vandaag", "2015-03-02")
    lines = run("deliveries").output.splitlines()
    assert "…" not in "".join(lines)
    (row,) = [line for line in lines if "proef" in line]
    assert "2015-03-02 00:00:00+00:00" in row
    assert "merged" in row


def test_a_source_that_does_not_load_says_why_when_it_is_asked_for(hub: Hub, run: Any) -> None:
    shared = DeclarationError("regions/drenthe/shared/suite.toml", "shared.vast.x", "has no such field")
    hub.region = replace(hub.region, left_out={"kapot": shared})
    result = run("run", "kapot")
    assert result.exit_code == 2
    assert "regions/drenthe/shared/suite.toml: shared.vast.x" in result.output


def test_try_judges_a_file_and_the_ledger_shows_it_apart(hub: Hub, run: Any, tmp_path: Path) -> None:
    file = tmp_path / "aanmelding_1.xml"
    file.write_text(xml([aanmelding("A"), aanmelding("B", datum_aanmelding="2015-02-31")]), encoding="utf-8")
    shown = run("try", "proef", str(file), "--vandaag", "2015-03-02", "--out", str(tmp_path / "antwoord"))
    assert shown.exit_code == 1
    assert "Dit was een proef" in shown.output
    assert "1 × V005: datum_aanmelding is geen bestaande datum" in shown.output
    assert sorted(path.suffix for path in (tmp_path / "antwoord").iterdir()) == [".html", ".json"]
    assert "Tried only" in run("deliveries").output
    (row,) = as_json(run("deliveries", "--json"))
    assert (row["state"], row["received"], row["rejected"]) == ("tried", 2, 1)
    assert as_json(run("answer", str(row["delivery_id"]), "--json"))["soort"] == "proef"
    assert "V005" in run("rejects", str(row["delivery_id"])).output


def test_try_without_a_file_asks_the_source_and_run_of_a_proef_source_tries(
    hub: Hub, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = deliver(hub.folder, "aanmelding_1.xml", xml([aanmelding("A")]))
    (asked,) = as_json(run("try", "proef", "--vandaag", "2015-03-02", "--json"))
    assert (asked["soort"], asked["aantallen"]["aangenomen"], path.exists()) == ("proef", 1, True)
    trial = replace(hub.region, sources={"proef": replace(hub.source, is_proef=True)})
    monkeypatch.setattr(exchange.shell, "load_regions", lambda: [trial])
    (nightly,) = as_json(run("run", "proef", "--vandaag", "2015-03-03", "--json"))
    assert (nightly["soort"], path.exists()) == ("proef", False)
    assert hub.current() == set()
    assert len(list((hub.folder / "in").iterdir())) == 2


def test_each_delivery_names_its_region_and_a_number_of_two_is_that_of_neither(
    hub: Hub, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(hub.folder, "aanmelding_1.xml", xml([aanmelding("A1")]))
    (done,) = as_json(run("run", "proef", "--vandaag", "2015-03-02", "--json"))
    number = str(done["delivery_id"])
    # The same database under another name: a delivery of the same number in each.
    other = replace(hub.region, name="parkstad")
    monkeypatch.setattr(exchange.shell, "load_regions", lambda: [hub.region, other])
    for words in (
        ["answer"],
        ["rejects"],
        ["quality"],
        ["replay", "--reason", "gebeld"],
        ["release", "--reason", "gebeld"],
    ):
        result = run(*words, number)
        assert (result.exit_code, "hub --region drenthe" in result.output) == (2, True), words
    assert {row["region"] for row in as_json(run("deliveries", "--json"))} == {"drenthe", "parkstad"}
    assert [row["region"] for row in as_json(run("--region", "parkstad", "deliveries", "--json"))] == ["parkstad"]
