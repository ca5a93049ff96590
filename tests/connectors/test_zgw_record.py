"""Flattening a zaak, also as real servers write it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from connectors.zgw_record import flatten


def test_what_occurs_twice_shows_as_a_list() -> None:
    rol = {"omschrijvingGeneriek": "initiator", "betrokkeneIdentificatie": {"geslachtsnaam": "Een"}}
    other = {"omschrijvingGeneriek": "initiator", "betrokkeneIdentificatie": {"geslachtsnaam": "Twee"}}
    values = flatten({"rollen": [rol, other]}, {})
    assert values["rol.betrokkeneIdentificatie.geslachtsnaam"] == ["Een", "Twee"]


def test_another_role_does_not_look_like_the_initiator() -> None:
    rol = {"omschrijvingGeneriek": "behandelaar", "betrokkeneIdentificatie": {"achternaam": "Een"}}
    values = flatten({"rollen": [rol]}, {})
    assert values["rol.behandelaar.betrokkeneIdentificatie.achternaam"] == "Een"
    assert "rol.betrokkeneIdentificatie.achternaam" not in values


def test_names_that_an_answer_leaves_out_come_from_the_catalogue() -> None:
    catalogue = {"roltypen": {"r": "initiator"}, "eigenschappen": {"e": "leefgebied"}}
    composite = {
        "rollen": [{"roltype": "r", "omschrijvingGeneriek": "", "roltoelichting": "x"}],
        "eigenschappen": [{"eigenschap": "e", "naam": "", "waarde": "wonen"}],
    }
    values = flatten(composite, catalogue)
    assert values["rol.roltoelichting"] == "x"
    assert values["eigenschap.leefgebied"] == "wonen"


def test_a_status_set_twice_counts_by_the_last_time() -> None:
    types = {"s": {"volgnummer": 3, "omschrijving": "Klaar"}, "t": {"volgnummer": 1, "omschrijving": "Open"}}
    statuses = [
        {"statustype": "s", "datumStatusGezet": "2015-02-03T10:00:00Z"},
        {"statustype": "t", "datumStatusGezet": "2015-01-01T10:00:00Z"},
        {"statustype": "s", "datumStatusGezet": "2015-01-02T10:00:00Z"},
    ]
    values = flatten({"statussen": statuses}, {"statustypen": types})
    assert values["status.3"] == values["status.Klaar"] == "2015-02-03"
    assert values["status.1"] == "2015-01-01"
    assert values["status.laatste"] == "Klaar"


def test_null_numbers_and_truth_become_text() -> None:
    values = flatten({"zaak": {"a": None, "b": 7, "c": True, "d": {"e": 1.5}, "f": ["x", "y"]}}, {})
    assert values == {"zaak.a": "", "zaak.b": "7", "zaak.c": "true", "zaak.d.e": "1.5", "zaak.f": ["x", "y"]}


@pytest.fixture
def answers() -> Path:
    """Answers of a real server, where somebody has them: HUB_STANDARDS names the folder."""
    folder = Path(os.environ.get("HUB_STANDARDS", "")) / "zgw" / "antwoorden"
    if not os.environ.get("HUB_STANDARDS") or not folder.is_dir():
        pytest.skip("HUB_STANDARDS names no folder with answers of a real server")
    return folder


def test_real_answers_flatten(answers: Path) -> None:
    def load(name: str) -> Any:
        return json.loads((answers / name).read_text(encoding="utf-8"))

    for zaak in load("zaken_lijst.json")["results"]:
        composite = {
            "zaak": zaak,
            "rollen": load("rollen_lijst.json")["results"][:1],
            "statussen": load("statussen_lijst.json")["results"][:3],
            "eigenschappen": load("zaakeigenschappen.json"),
        }
        values = flatten(composite, {})
        assert values["zaak.identificatie"] == zaak["identificatie"]
        assert values["zaak.opschorting.indicatie"] in ("true", "false")
        assert values["eigenschap.wet"] == "Jeugdwet"
        assert values["rol.klantcontacter.betrokkeneIdentificatie.geslachtsaanduiding"] == "m"
        assert values["status.laatste.datum"] == "2026-10-05"
        assert all(isinstance(value, str | list) for value in values.values())
