"""assess_marts: after a publication, whether the warehouse and the marts show what they should. It only says so.

Holding them back would come too late: the marts of the day before are gone by then.
"""

import logging
from dataclasses import asdict, replace
from datetime import date

from sqlalchemy import func, insert, select

from exchange.expectations import marts
from exchange.region import Region
from quality.expectations import Judged, Measure
from warehouse.engine import engine_for
from warehouse.profile import profile_marts
from warehouse.tables import quality_result

log = logging.getLogger(__name__)


def assess_marts(region: Region, vandaag: date) -> list[Judged]:
    """Judge what was published, and keep the results as rows; the subject of each is "<table> <column>".

    Raises WarehouseError.
    """
    from quality import gx  # takes seconds, unless the process that forked this one has it

    with engine_for(region.database, "loader").begin() as connection:
        found = profile_marts(connection, vandaag, region.gemeenten)
        measures = [Measure(one.expectation, one.observed, one.base, f"{one.mart} {one.subject}") for one in found]
        declared = len(region.sources) + len(region.left_out)
        measures.append(Measure("laadt_niet", len(region.left_out), declared, "warehouse.verwachte_levering source"))
        results = gx.judge("marts", marts(), measures)
        moment = {"vandaag": vandaag, "assessed_at": connection.scalar(select(func.clock_timestamp()))}
        rows = []
        for one in results:
            mart, _, subject = one.subject.partition(" ")
            rows.append(moment | {"mart": mart} | asdict(replace(one, subject=subject)))
        if rows:
            connection.execute(insert(quality_result), rows)
    unmet = [f"{one.expectation} {one.subject}".rstrip() for one in results if not one.is_met]
    told = ", ".join(unmet) or "all as expected"
    log.log(
        logging.WARNING if unmet else logging.INFO,
        "assess %s on %s: expectations %d · %s",
        region.name,
        vandaag,
        len(results),
        told,
    )
    return results
