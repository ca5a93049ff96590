"""The ZGW server behaves as a real one was seen to behave. Over a real socket, without the waiting."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests

from kit.serve import running
from kit.servers.dialect import dialects
from kit.servers.region import Region
from kit.world import World

CRS = {"Accept-Crs": "EPSG:4326"}


class Caller:
    """Asks one case system as one application."""

    def __init__(self, zgw: dict[str, str]) -> None:
        self.base, self.client_id, self.secret = zgw["base_url"], zgw["client_id"], zgw["secret"]
        self.session = requests.Session()
        self.session.trust_env = False

    def token(self, secret: str | None = None, **changed: Any) -> dict[str, str]:
        claims = {"iss": "test", "iat": int(time.time()), "client_id": self.client_id, **changed}
        claims = {name: value for name, value in claims.items() if value is not None}
        token = jwt.encode(claims, secret or self.secret, algorithm="HS256")
        return {"Authorization": f"Bearer {token}"}

    def get(
        self, path: str, headers: dict[str, str] | None = None, crs: bool = True, **params: Any
    ) -> requests.Response:
        url = path if path.startswith("http") else self.base + path
        sent = {**self.token(), **(CRS if crs else {}), **(headers or {})}
        return self.session.get(url, params=params, headers=sent, timeout=10)

    def zaken(self, **params: Any) -> dict[str, Any]:
        answer = self.get("zaken/api/v1/zaken", **params)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def all_zaken(self, **params: Any) -> list[dict[str, Any]]:
        page = self.zaken(**params)
        rows = list(page["results"])
        while page["next"]:
            page = self.get(page["next"]).json()
            rows += page["results"]
        return rows

    def versions(self, identificatie: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(
            "catalogi/api/v1/zaaktypen", crs=False, identificatie=identificatie
        ).json()["results"]
        return found


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Any], Region]]:
    home: Path = tmp_path_factory.mktemp("hub")
    with running(home) as found:
        yield found


@pytest.fixture
def emmen(kit: tuple[dict[str, Any], Region]) -> Caller:
    return Caller(kit[0]["zgw"]["emmen"])


@pytest.fixture
def hoogeveen(kit: tuple[dict[str, Any], Region]) -> Caller:
    return Caller(kit[0]["zgw"]["hoogeveen"])


def refused(answer: requests.Response) -> str:
    assert answer.status_code == 403
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == 403
    assert set(body) >= {"type", "title", "detail", "instance"}
    return str(body["code"])


@pytest.mark.parametrize(
    ("claims", "secret", "code"),
    [
        ({"iat": int(time.time()) - 3601}, None, "jwt-expired"),
        ({"iat": None}, None, "jwt-missing-iat-claim"),
        ({"client_id": None}, None, "missing-client-identifier"),
        ({"client_id": "somebody"}, None, "invalid-client-identifier"),
        ({}, "another secret that is long enough to sign", "invalid-jwt-signature"),
    ],
)
def test_each_wrong_token_is_a_403_with_its_own_code(
    emmen: Caller, claims: dict[str, Any], secret: str | None, code: str
) -> None:
    assert refused(emmen.get("zaken/api/v1/zaken", headers=emmen.token(secret, **claims))) == code


def test_no_token_and_no_jwt_are_a_403_and_never_a_401(emmen: Caller) -> None:
    assert refused(emmen.get("zaken/api/v1/zaken", headers={"Authorization": ""})) == "permission_denied"
    assert refused(emmen.get("zaken/api/v1/zaken", headers={"Authorization": "Bearer x"})) == "jwt-decode-error"


def test_a_token_lives_an_hour_counted_from_iat_whatever_exp_says(emmen: Caller) -> None:
    now = int(time.time())
    assert emmen.get("zaken/api/v1/zaken", headers=emmen.token(iat=now - 3500, exp=now - 60)).status_code == 200
    assert refused(emmen.get("zaken/api/v1/zaken", headers=emmen.token(iat=now - 3700, exp=now + 60)))


def test_the_secret_of_one_system_opens_no_other(kit: tuple[dict[str, Any], Region], emmen: Caller) -> None:
    assen = Caller(kit[0]["zgw"]["assen"])
    answer = assen.get("zaken/api/v1/zaken", headers=emmen.token())
    assert refused(answer) == "invalid-client-identifier"


def test_zaken_ask_for_coordinates_and_what_hangs_on_them_does_not(emmen: Caller) -> None:
    assert emmen.get("zaken/api/v1/zaken", crs=False).status_code == 412
    assert emmen.get("zaken/api/v1/zaken", crs=False, headers={"Accept-Crs": "EPSG:28992"}).status_code == 406
    zaak = emmen.zaken()["results"][0]
    assert emmen.get(zaak["url"], crs=False).status_code == 412
    for path in ("zaken/api/v1/rollen", "zaken/api/v1/statussen", "catalogi/api/v1/zaaktypen"):
        assert emmen.get(path, crs=False).status_code == 200
    assert emmen.get(f"{zaak['url']}/zaakeigenschappen", crs=False).status_code == 200


@pytest.mark.parametrize(
    ("asked", "given"), [("", 100), ("7", 7), ("500", 500), ("501", 500), ("0", 100), ("-3", 100), ("veel", 100)]
)
def test_a_page_size_that_does_not_suit_is_replaced_without_a_word(emmen: Caller, asked: str, given: int) -> None:
    params = {"pageSize": asked} if asked else {}
    assert len(emmen.zaken(**params)["results"]) == given


def test_an_unknown_parameter_is_a_400_that_names_it(emmen: Caller) -> None:
    answer = emmen.get("zaken/api/v1/zaken", laatstGemuteerd__gte="2015-03-01")
    assert answer.status_code == 400
    assert answer.json()["invalidParams"][0]["code"] == "unknown-parameters"
    assert "laatstGemuteerd__gte" in answer.json()["invalidParams"][0]["reason"]
    assert emmen.get("zaken/api/v1/zaken", startdatum__gte="gisteren").status_code == 400
    assert emmen.get("zaken/api/v1/zaken", ordering="toelichting").status_code == 400


def test_zaakeigenschappen_are_a_bare_list(emmen: Caller) -> None:
    zaak = emmen.zaken()["results"][0]
    rows = emmen.get(f"{zaak['url']}/zaakeigenschappen").json()
    assert isinstance(rows, list)
    assert {row["url"] for row in rows} == set(zaak["eigenschappen"])
    assert all(isinstance(row["waarde"], str) and len(row["naam"]) <= 20 for row in rows)


def test_newest_first_by_default_and_every_zaak_once_by_identificatie(
    kit: tuple[dict[str, Any], Region], emmen: Caller
) -> None:
    numbers = [case.identificatie for case in kit[1].systems["emmen"].register.newest_first()]
    assert [zaak["identificatie"] for zaak in emmen.zaken()["results"]] == numbers[:100]
    rows = emmen.all_zaken(ordering="identificatie", pageSize="300")
    assert [row["identificatie"] for row in rows] == sorted(numbers)
    assert len({row["url"] for row in rows}) == len(rows) == len(numbers)


def test_a_zaak_made_between_two_pages_repeats_a_row_newest_first(world: World, tmp_path: Path) -> None:
    with running(tmp_path) as (services, region):
        caller = Caller(services["zgw"]["emmen"])
        first = caller.zaken(pageSize="20")
        night = next(n for n in range(2, 9) if any(c.kind == "nieuw" for c in world.changes("emmen", "aanmelding", n)))
        region.systems["emmen"].register.move(world, night)
        second = caller.get(first["next"]).json()
        repeated = {row["url"] for row in first["results"]} & {row["url"] for row in second["results"]}
        assert repeated


def test_count_is_a_floor_in_a_long_list_and_next_tells_the_truth(emmen: Caller) -> None:
    page = emmen.zaken(pageSize="500")
    rows = emmen.all_zaken(pageSize="500")
    assert page["count"] < len(rows)
    assert page["previous"] is None
    assert emmen.get("zaken/api/v1/zaken", page="99").status_code == 404
    assert emmen.get("zaken/api/v1/zaken", page="99").headers["Content-Type"] == "application/problem+json"


def test_filters_divide_the_zaken_without_loss(emmen: Caller) -> None:
    def urls(**params: str) -> set[str]:
        return {row["url"] for row in emmen.all_zaken(pageSize="500", **params)}

    rows = emmen.all_zaken(pageSize="500", ordering="startdatum")
    day, every = rows[len(rows) // 2]["startdatum"], {row["url"] for row in rows}
    on_the_day = urls(startdatum=day)
    assert on_the_day == {row["url"] for row in rows if row["startdatum"] == day}
    before, later = urls(startdatum__lt=day), urls(startdatum__gt=day)
    assert urls(startdatum__lte=day) == before | on_the_day
    assert urls(startdatum__gte=day) == later | on_the_day
    assert len(before) + len(on_the_day) + len(later) == len(before | on_the_day | later) == len(every)
    opened, closed = urls(einddatum__isnull="true"), urls(einddatum__isnull="false")
    assert (opened | closed, opened & closed) == (every, set())
    assert opened == {row["url"] for row in rows if row["einddatum"] is None} != set()


def test_two_gemeenten_in_one_system_are_told_apart_by_bronorganisatie(hoogeveen: Caller, world: World) -> None:
    rows = hoogeveen.all_zaken(pageSize="500")
    rsins = {world.parties[name].rsin for name in ("hoogeveen", "de_wolden")}
    assert {row["bronorganisatie"] for row in rows} == rsins
    shared = next(
        number
        for number in (row["identificatie"] for row in rows)
        if len(hoogeveen.zaken(identificatie=number)["results"]) == 2
    )
    for rsin in rsins:
        one = hoogeveen.zaken(identificatie=shared, bronorganisatie=rsin)["results"]
        assert [row["bronorganisatie"] for row in one] == [rsin]


def test_a_zaaktype_has_versions_and_a_zaak_keeps_its_own(emmen: Caller) -> None:
    old, new = emmen.versions("CLO-AANMELDING")
    assert (old["eindeGeldigheid"], new["beginGeldigheid"]) == ("2014-06-30", "2014-07-01")
    for version, check in ((old, "startdatum__gte"), (new, "startdatum__lt")):
        assert emmen.zaken(zaaktype=version["url"])["results"]
        assert not emmen.zaken(zaaktype=version["url"], **{check: "2014-07-01"})["results"]
    steps = [
        emmen.get("catalogi/api/v1/statustypen", crs=False, zaaktype=version["url"]).json()["results"]
        for version in (old, new)
    ]
    numbers = [{step["omschrijving"]: step["volgnummer"] for step in row} for row in steps]
    assert numbers[0]["Afgehandeld"] != numbers[1]["Afgehandeld"]


def test_lost_rights_are_fewer_rows_and_a_403_at_the_zaak_itself(
    kit: tuple[dict[str, Any], Region], emmen: Caller
) -> None:
    onderzoek = emmen.versions("WMO-ONDERZOEK")[0]["url"]
    before = emmen.all_zaken(pageSize="500")
    zaak = emmen.zaken(zaaktype=onderzoek)["results"][0]
    rights = kit[1].systems["emmen"].clients[emmen.client_id].rights
    rights.remove("WMO-ONDERZOEK")
    try:
        after = emmen.all_zaken(pageSize="500")
        assert 0 < len(after) < len(before)
        assert emmen.zaken(zaaktype=onderzoek) == {"count": 0, "next": None, "previous": None, "results": []}
        assert refused(emmen.get(zaak["url"])) == "permission_denied"
        assert refused(emmen.get(f"{zaak['url']}/zaakeigenschappen")) == "permission_denied"
        assert emmen.get("zaken/api/v1/rollen", crs=False, zaak=zaak["url"]).json()["count"] == 0
    finally:
        rights.add("WMO-ONDERZOEK")


def test_a_zaak_that_is_gone_is_a_404_in_json_and_a_wrong_path_one_in_html(emmen: Caller) -> None:
    gone = emmen.get("zaken/api/v1/zaken/00000000-0000-4000-8000-000000000000")
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found")
    outside = emmen.get("zaken/api/v1/nergens")
    assert (outside.status_code, outside.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_nobody_may_write(emmen: Caller) -> None:
    answer = requests.post(emmen.base + "zaken/api/v1/zaken", json={}, headers=emmen.token() | CRS, timeout=10)
    assert refused(answer) == "permission_denied"


def test_the_client_is_a_rol_and_an_anonymous_question_has_none(emmen: Caller, world: World) -> None:
    records = world.sender_state("emmen", "aanmelding", 1)
    for hidden in (False, True):
        number = next(key[0] for key, r in records.items() if r["persoon"]["is_anoniem"] is hidden)
        zaak = emmen.zaken(identificatie=number)["results"][0]
        rollen = emmen.get("zaken/api/v1/rollen", crs=False, zaak=zaak["url"]).json()["results"]
        kinds = {rol["omschrijvingGeneriek"]: rol["betrokkeneType"] for rol in rollen}
        assert ("initiator" in kinds) is not hidden
        named = {row["naam"] for row in emmen.get(f"{zaak['url']}/zaakeigenschappen").json()}
        assert ("leeftijdsklasse" in named) is hidden
        if not hidden:
            assert kinds["initiator"] == "natuurlijk_persoon"
            person = next(r for r in rollen if r["omschrijvingGeneriek"] == "initiator")["betrokkeneIdentificatie"]
            assert person["anpIdentificatie"] == ""  # an empty text, where one expects a null
            assert len(person["geboortedatum"]) == 8
            assert person["geslachtsaanduiding"] in ("m", "v", "o")
            assert isinstance(person["verblijfsadres"]["aoaHuisnummer"], int)


def test_the_etag_and_the_moment_of_change_stay_when_only_an_eigenschap_changes(world: World, tmp_path: Path) -> None:
    words = dialects("emmen")["aanmelding"].places
    with running(tmp_path) as (services, region):
        caller, register = Caller(services["zgw"]["emmen"]), region.systems["emmen"].register
        night, key = next(
            (night, change.key[0])
            for night in range(2, 31)
            for change in world.changes("emmen", "aanmelding", night)
            if change.kind == "gewijzigd" and _only_eigenschappen(world, night, change.key, words)
        )
        register.move(world, night - 1)
        zaak = caller.zaken(identificatie=key)["results"][0]
        first = caller.get(zaak["url"])
        before = caller.get(f"{zaak['url']}/zaakeigenschappen").json()
        register.move(world, night)
        assert caller.get(f"{zaak['url']}/zaakeigenschappen").json() != before
        again = caller.get(zaak["url"], headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
        assert caller.get(zaak["url"]).json()["laatstGemuteerd"] == first.json()["laatstGemuteerd"]


def _only_eigenschappen(world: World, night: int, key: tuple[str, ...], places: Any) -> bool:
    old = world.sender_state("emmen", "aanmelding", night - 1).get(key, {})
    new = world.sender_state("emmen", "aanmelding", night).get(key, {})
    changed = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    return bool(old) and all(places.get(name, "").startswith("eigenschap.") for name in changed)


def test_expand_gives_what_the_separate_questions_give(emmen: Caller) -> None:
    zaak = emmen.zaken(pageSize="1", expand="rollen,eigenschappen,status")["results"][0]
    rollen = emmen.get("zaken/api/v1/rollen", crs=False, zaak=zaak["url"]).json()["results"]
    assert zaak["_expand"]["rollen"] == rollen
    assert zaak["_expand"]["eigenschappen"] == emmen.get(f"{zaak['url']}/zaakeigenschappen").json()
    assert zaak["_expand"]["status"]["url"] == zaak["status"]
    assert emmen.get(zaak["status"], crs=False).json()["indicatieLaatstGezetteStatus"] is True


def test_a_page_takes_as_long_as_it_was_measured(tmp_path: Path) -> None:
    with running(tmp_path, latency=True) as (services, _):
        caller = Caller(services["zgw"]["emmen"])
        begin = time.monotonic()
        zaak = caller.zaken()["results"][0]
        page = time.monotonic() - begin
        begin = time.monotonic()
        caller.get(f"{zaak['url']}/zaakeigenschappen")
        assert page >= 0.2
        assert 0.047 <= time.monotonic() - begin < 0.2
