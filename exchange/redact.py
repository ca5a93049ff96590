"""redact: the bytes of a record that may not be kept are destroyed in landing too, and a receipt says so.

A fault of the catalogue with `vernietigen` refuses a record because the hub may not have what is in it (identity
without consent). Its place in the delivery becomes spaces; the records around it keep their bytes and their place.
"""

import logging

from sqlalchemy import insert, text

from exchange.context import Context
from exchange.delivery import Delivery
from schemas.faults import CATALOGUE
from warehouse import load
from warehouse.tables import redaction

log = logging.getLogger(__name__)

FORBIDDEN = tuple(code for code, entry in CATALOGUE.items() if entry.vernietigen)
OPEN = """
select record_nummer, byte_start, byte_end, verantwoordelijke_code, min(fault ->> 'code') as code
from exchange.reject
cross join lateral jsonb_array_elements(faults) as fault
where delivery_id = :delivery_id and fault ->> 'code' = any(:codes)
  and not exists (select from exchange.redaction where redaction.delivery_id = reject.delivery_id
                  and redaction.record_nummer = reject.record_nummer)
group by delivery_id, record_nummer
order by byte_start
"""


def redact(context: Context, found: Delivery) -> int:
    """Destroy what may not be kept of a judged delivery. Returns how many records; done before: 0.

    Where the reader could not tell the place of such a record, all bytes of the delivery go. Killed half-way it is
    done again: the receipt is written behind the deed.
    """
    with context.engine.begin() as connection:
        asked = {"delivery_id": found.delivery_id, "codes": list(FORBIDDEN)}
        rows = connection.execute(text(OPEN), asked).all()
        if not rows:
            return 0
        load.one_at_a_time(connection, found.source)  # erase rewrites these bytes too
        is_placed = all(row.byte_start is not None and row.byte_start >= 0 for row in rows)
        ranges = [(row.byte_start, row.byte_end) for row in rows] if is_placed else None
        context.landing.blank(found.landing_path, found.sha256, ranges)
        connection.execute(
            insert(redaction),
            [
                {
                    "delivery_id": found.delivery_id,
                    "record_nummer": row.record_nummer,
                    "verantwoordelijke_code": row.verantwoordelijke_code,
                    "fault_code": row.code,
                    "is_whole": not is_placed,
                }
                for row in rows
            ],
        )
    log.info("%s: delivery %d: %d records destroyed in landing", context.source.id, found.delivery_id, len(rows))
    return len(rows)
