"""The provider's API behaves as such systems do. Over a real socket, without the waiting."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from kit.nights import FULL_FILE
from kit.serve import running
from kit.servers.region import Region
from kit.servers.rest_dialect import rest_dialects
from kit.world import World

MEE = "mee_drenthe"
FORGETS = FULL_FILE[MEE]


class Caller:
    """Asks the API as the hub's application."""

    def __init__(self, rest: dict[str, str]) -> None:
        self.rest = rest
        self.session = requests.Session()
        self.session.trust_env = False
        self.token = ""

    def ask_token(self, secret: str | None = None, **changed: str) -> requests.Response:
        form = {"grant_type": "client_credentials", "scope": "registraties.lezen"} | changed
        who = (self.rest["client_id"], secret or self.rest["secret"])
        return self.session.post(self.rest["token_url"], form, auth=who, timeout=10)

    def get(self, path: str, **params: Any) -> requests.Response:
        if not self.token:
            self.token = self.ask_token().json()["access_token"]
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.session.get(self.rest["base_url"] + path, params=params, headers=headers, timeout=10)

    def page(self, path: str, cursor: str = "", size: int = 500) -> dict[str, Any]:
        found: dict[str, Any] = self.get(path, aantal=size, **({"vanaf": cursor} if cursor else {})).json()
        return found

    def pages(self, path: str, cursor: str = "") -> tuple[list[dict[str, Any]], str]:
        """All rows from a cursor on, and the cursor behind them."""
        rows: list[dict[str, Any]] = []
        while True:
            page = self.page(path, cursor)
            rows += page["items"]
            cursor = page["paginering"]["cursor"]
            if not page["paginering"]["meer"]:
                return rows, cursor


Kit = tuple[Caller, Region]


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[Kit]:
    with running(tmp_path) as (services, region):
        region.providers[MEE].busy_every = 0
        region.providers[MEE].token_seconds = 60
        yield Caller(services["rest"][MEE]), region


def refused(answer: requests.Response) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    return body["status"], body["code"]


def test_a_token_is_given_for_the_secret_and_dies(kit: Kit) -> None:
    caller, region = kit
    region.providers[MEE].token_seconds = 1
    given = caller.ask_token()
    assert given.headers["Cache-Control"] == "no-store"
    assert (given.json()["token_type"], given.json()["expires_in"]) == ("Bearer", 1)
    assert caller.get("trajecten").status_code == 200
    time.sleep(1.05)
    answer = caller.get("trajecten")
    assert refused(answer) == (401, "invalid_token")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_the_token_endpoint_says_no_in_the_words_of_oauth(kit: Kit) -> None:
    caller, _ = kit
    for answer, status, error in (
        (caller.ask_token(secret="een ander"), 401, "invalid_client"),
        (caller.ask_token(scope="alles.schrijven"), 400, "invalid_scope"),
        (caller.ask_token(grant_type="password"), 400, "unsupported_grant_type"),
    ):
        assert (answer.status_code, answer.json()) == (status, {"error": error})


def test_without_a_token_of_its_own_nothing_is_shown(kit: Kit) -> None:
    caller, _ = kit
    caller.token = "verzonnen"
    assert refused(caller.get("trajecten")) == (401, "invalid_token")


def test_all_there_is_comes_once_in_pages_of_at_most_500(kit: Kit, world: World) -> None:
    caller, _ = kit
    held = world.sender_state(MEE, "aanmelding", 1)
    assert len(caller.page("aanmeldingen", size=9999)["items"]) == 500
    rows, _ = caller.pages("aanmeldingen")
    assert len({row["id"] for row in rows}) == len(rows) == len(held)
    assert not any(row["verwijderd"] for row in rows)


def test_the_cursor_tells_what_moved_in_the_next_nights(kit: Kit, world: World) -> None:
    caller, region = kit
    _, cursor = caller.pages("activiteiten")
    assert caller.pages("activiteiten", cursor) == ([], cursor)
    for night in (2, 3, 4):
        region.providers[MEE].move(world, night)
        rows, cursor = caller.pages("activiteiten", cursor)
        changes = world.changes(MEE, "activiteit", night)
        assert Counter(row["verwijderd"] for row in rows) == Counter(c.kind == "ingetrokken" for c in changes)
        assert [row["gegevens"]["nummer"] for row in rows] == [change.key[0] for change in changes]


def test_what_moves_while_it_is_read_is_told_behind_it(kit: Kit, world: World) -> None:
    caller, region = kit
    first = caller.page("vroeghulpstappen", size=100)
    region.providers[MEE].move(world, 2)
    rest, cursor = caller.pages("vroeghulpstappen", first["paginering"]["cursor"])
    shown = {row["id"]: row for row in [*first["items"], *rest]}
    now = {row["gegevens"]["nummer"]: row for row in caller.pages("vroeghulpstappen")[0]}
    held = {row["gegevens"]["nummer"]: row for row in shown.values() if not row["verwijderd"]}
    assert held == now
    assert caller.pages("vroeghulpstappen", cursor) == ([], cursor)


def test_after_the_maintenance_old_cursors_are_gone_and_new_ones_are_not(kit: Kit, world: World) -> None:
    caller, region = kit
    _, cursor = caller.pages("trajecten")
    region.providers[MEE].move(world, FORGETS)
    assert refused(caller.get("trajecten", vanaf=cursor)) == (410, "cursor-vervallen")
    rows, cursor = caller.pages("trajecten")
    assert len(rows) == len(world.sender_state(MEE, "traject", FORGETS))
    region.providers[MEE].move(world, FORGETS + 1)
    assert caller.get("trajecten", vanaf=cursor).status_code == 200


def test_a_record_that_is_gone_says_so_at_its_own_address(kit: Kit, world: World) -> None:
    caller, region = kit
    _, cursor = caller.pages("trajecten")
    night = next(n for n in range(2, 12) if any(c.kind == "ingetrokken" for c in world.changes(MEE, "traject", n)))
    region.providers[MEE].move(world, night)
    rows, _ = caller.pages("trajecten", cursor)
    gone = next(row for row in rows if row["verwijderd"])
    assert set(gone["gegevens"]) == {"traject"}
    assert refused(caller.get(f"trajecten/{gone['id']}")) == (410, "verwijderd")
    alive = caller.page("trajecten")["items"][0]
    assert caller.get(f"trajecten/{alive['id']}").json() == alive
    never = "00000000-0000-4000-8000-000000000000"
    assert refused(caller.get(f"trajecten/{never}")) == (404, "not_found")


def test_a_night_back_begins_anew(kit: Kit, world: World) -> None:
    caller, region = kit
    before, _ = caller.pages("bezetting")
    region.providers[MEE].move(world, 5)
    region.providers[MEE].move(world, 1)
    assert caller.pages("bezetting")[0] == before


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"sinds": "2015-03-01"}, "onbekende-parameter"),
        ({"aantal": "0"}, "onjuist-aantal"),
        ({"aantal": "veel"}, "onjuist-aantal"),
        ({"vanaf": "verzonnen"}, "onjuiste-cursor"),
    ],
)
def test_a_wrong_question_is_a_400_with_a_code(kit: Kit, params: dict[str, str], code: str) -> None:
    assert refused(kit[0].get("trajecten", **params)) == (400, code)


def test_a_list_without_a_right_is_a_403_and_one_that_is_not_there_a_404(kit: Kit) -> None:
    caller, region = kit
    region.providers[MEE].client.rights.remove("vroeghulpstappen")
    assert refused(caller.get("vroeghulpstappen")) == (403, "geen-rechten")
    assert refused(caller.get("klachten")) == (404, "onbekende-lijst")


def test_who_asks_too_much_is_sent_away_for_a_moment(kit: Kit) -> None:
    caller, region = kit
    region.providers[MEE].busy_every = 3
    answers = [caller.get("trajecten", aantal=1) for _ in range(7)]
    busy = [answer for answer in answers if answer.status_code == 429]
    assert len(busy) == 2
    assert {answer.headers["Retry-After"] for answer in busy} == {"0"}


def test_a_dialect_names_nothing_twice_and_nothing_that_is_not_there(world: World) -> None:
    for bericht, dialect in rest_dialects("mee").items():
        for words in dialect.words.values():
            assert len(set(words.values())) == len(words)
        for record in world.sender_state(MEE, bericht, 1).values():
            shown = dialect.content(record)
            assert "verantwoordelijke_code" not in shown
            assert not any(name.startswith("persoon") for name in shown)
