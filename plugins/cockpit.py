"""Airflow reads this file: the pages of the hub in its navigation. What they need is imported when first asked for."""

from typing import Any
from urllib.parse import urlsplit

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

PREFIX = "/cockpit"
PAGES = {
    "Marts": "marts",
    "Retourberichten": "retourberichten",
    "Data Docs": "data-docs",
    "Incidenten": "incidenten",
}


async def pages(scope: Any, receive: Any, send: Any) -> None:
    """The app. Every process of Airflow loads plugins, and only the api-server needs this one."""
    from plugins.app import app

    await app(scope, receive, send)


def _view(name: str, route: str) -> dict[str, Any]:
    below = urlsplit(conf.get("api", "base_url", fallback="")).path.rstrip("/")
    return {
        "name": name,
        "href": f"{below}{PREFIX}/{route}",
        "destination": "nav",
        "url_route": f"hub-{route}",
        "nav_top_level": True,
    }


class Cockpit(AirflowPlugin):
    """Marts, retourberichten, quality and incidents, for who is logged in and may see them."""

    name = "hub"
    fastapi_apps = [{"app": pages, "url_prefix": PREFIX, "name": "hub"}]  # noqa: RUF012
    external_views = [_view(name, route) for name, route in PAGES.items()]  # noqa: RUF012
