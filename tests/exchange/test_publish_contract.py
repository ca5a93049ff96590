"""From a delivery to a figure of the contract: what was mended, moved or withdrawn counts as it is now."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from exchange.region import load_source
from tests.exchange.hub import Hub
from tests.warehouse.contract_world import DECLARATION

MEE = """
[delivers.traject]
contract = 1
[delivers.activiteit]
contract = 1
"""
ALGEMEEN = {"gemeente_code": "0109", "organisatie_code": "41018393", "verantwoordelijke_code": "41018393",
            "financier_code": "1", "grondslag_code": "1"}  # fmt: skip


@pytest.fixture
def mee(hub: Hub, tmp_path: Path) -> Hub:
    """MEE Drenthe, with a folder instead of its own system."""
    file = tmp_path / "mee.toml"
    file.write_text(DECLARATION.format(title="MEE Drenthe", kind="aanbieder", code="41018393") + MEE)
    source = load_source(file, hub.region.name, hub.region.gemeenten, hub.region.codelists)
    return Hub(replace(hub.region, sources={source.id: source}), source, hub.folder)


def traject(nummer: str, **changes: Any) -> dict[str, Any]:
    return ALGEMEEN | {
        "traject_nummer": nummer, "dossier_nummer": "D1", "aanmelding_nummer": "A1", "client_nummer_bron": "C1",
        "dienst_code": "B2", "uitvoerder_code": "1", "rol_code": "1", "datum_start": "2015-01-12",
        "datum_einde": "2015-02-20", "reden_einde_code": "1", "leefgebied_code": ["01"],
    } | changes  # fmt: skip


def closed(mee: Hub) -> dict[str, int]:
    """Closed services of February per gemeente, where there are any."""
    query = (
        "select gemeente_code, sum(afgesloten)::int from mart_contract.productie"
        " where maand = '2015-02-01' group by 1 having sum(afgesloten) > 0"
    )
    return dict(mee.rows(query))


def deliver(mee: Hub, records: list[dict[str, Any]], day: int, **header: Any) -> dict[str, int]:
    """One file of a night, published: what then counts."""
    vandaag = date(2015, 3, day)
    mee.deliver(
        f"traject_201503{day:02d}.xml", records, vandaag, bericht="traject", afzender="41018393",
        stand_op=f"{vandaag}T00:00:00Z", **header,
    )  # fmt: skip
    mee.publish(vandaag)
    return closed(mee)


def test_a_figure_follows_what_the_sender_mends(mee: Hub) -> None:
    assert deliver(mee, [traject("T1"), traject("T2"), traject("T3", financier_code="3")], 2) == {"0109": 2}
    # It was for another gemeente.
    assert deliver(mee, [traject("T1", gemeente_code="0119")], 3) == {"0109": 1, "0119": 1}
    # It was for the raamcontract after all; and one did not end.
    running = {"datum_einde": None, "reden_einde_code": None}
    assert deliver(mee, [traject("T3"), traject("T2", **running)], 4) == {"0109": 1, "0119": 1}
    # Taken back by a message, then by absence from a whole file.
    assert deliver(mee, [{"actie": "verwijderen", "traject_nummer": "T1"}], 5) == {"0109": 1}
    assert deliver(mee, [traject("T2", **running)], 6, omvang="volledig") == {}
    ((people,),) = mee.rows(
        "select unieke_clienten from mart_contract.clienten"
        " where gemeente_code is null and tijdvak = 'jaar' and datum_van = '2015-01-01'"
    )
    assert people == 1
    ((moment, behind),) = mee.rows(
        "select geleverd_tot::date::text, dagen_achter from mart_contract.aanlevering where bericht = 'traject'"
    )
    assert (moment, behind) == ("2015-03-06", 0)


def test_a_refused_state_leaves_the_figure_as_it_was(mee: Hub) -> None:
    assert deliver(mee, [traject("T1")], 2) == {"0109": 1}
    assert deliver(mee, [traject("T1", datum_einde="2014-12-31"), traject("T2")], 3) == {"0109": 2}
    refused = mee.rows("select geweigerd, aandeel_geweigerd from mart_contract.aanlevering where bericht = 'traject'")
    assert [(count, float(share)) for count, share in refused] == [(1, 0.5)]
