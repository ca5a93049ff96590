"""Airflow's API server in this process, with our plugin in it, and a hub with a delivery, an answer and marts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from exchange.assess_marts import assess_marts
from exchange.data_docs import data_docs
from exchange.incidents import seen
from exchange.keys import fresh
from exchange.region import load_regions
from exchange.try_out import try_file
from tests.exchange.hub import NIGHT, Hub, hub_of
from tests.exchange.levering import aanmelding, xml
from tests.exchange.test_assess import many


@pytest.fixture(scope="module")
def hub(region_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """One source with a delivery that was merged in part, one that is held and one that was only tried; marts, pages
    and an incident."""
    folder = tmp_path_factory.mktemp("cockpit")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_HOME", str(folder / "home"))
        secrets = fresh("drenthe")
        for name, value in secrets.items():
            patch.setenv(name, value)
        (drenthe,) = [region for region in load_regions() if region.name == "drenthe"]
        hub = hub_of(drenthe, region_database, folder)
        hub.deliver("aanmelding_1.xml", [*many(40), aanmelding("FOUT", loket_code="")], omvang="volledig")
        hub.deliver("aanmelding_2.xml", many(1), NIGHT, omvang="volledig", stand_op="2015-03-02T12:00:00Z")
        trial = folder / "aanmelding_3.xml"
        trial.write_text(xml(many(1), stand_op="2015-03-02T13:00:00Z"), "utf-8")
        try_file(hub.context(), trial)
        hub.publish()
        assess_marts(hub.region, NIGHT)
        data_docs(hub.region)
        seen(hub.region, "failed", date(2015, 3, 2), "proef: no answer at /zaken", hub.source)
        for name in secrets:
            patch.delenv(name)  # the api-server has no key of a region
        patch.setattr("plugins.app.read_regions", lambda: ([hub.region], []))
        yield hub


@dataclass
class Visitor:
    """Somebody at the door of the api-server."""

    client: Any
    headers: dict[str, str]

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=self.headers | headers, follow_redirects=False)


@pytest.fixture(scope="session")
def server() -> Iterator[Any]:
    """The app of the api-server, its database made."""
    from airflow.utils.db import initdb

    initdb()
    from airflow.api_fastapi.app import create_app
    from starlette.testclient import TestClient

    with TestClient(create_app(), base_url="http://127.0.0.1:8080") as client:
        yield client


@pytest.fixture
def visitor(server: Any, hub: Hub) -> Callable[..., Visitor]:
    """Who bears a token of this role; None: nobody. With cookie=True as a browser does."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    def made(role: str | None, *, cookie: bool = False) -> Visitor:
        if role is None:
            return Visitor(server, {})
        token = get_auth_manager().generate_jwt(SimpleAuthManagerUser(username=role, role=role))
        return Visitor(server, {"Cookie": f"_token={token}"} if cookie else {"Authorization": f"Bearer {token}"})

    return made
