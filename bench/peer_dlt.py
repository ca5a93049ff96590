"""dlt loads one XML delivery into PostgreSQL by merge. Run in dlt's own environment, never in that of the hub.

What to do comes as JSON on standard input: file, record (its tag), columns ([tag, column, type] of each), key, form
(plain, rows or arrow), url, dataset, folder. What it took goes as JSON to standard output: seconds.

As it comes (plain): a dictionary a record, its own formats and settings, write_disposition merge with a primary key,
and the types of columns, so that what it holds can be compared. Nothing else is asked of it.

Set up to be as fast as dlt can be asked to be (rows, arrow): rows in pages, every column declared and delivered in its
own type, no child tables, nothing compressed on its way, COPY instead of INSERT, one MERGE instead of deleting and
inserting. In every form the clock runs while the pipeline does: importing dlt and, by a first load of one record,
making its tables come before it.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import chain
from time import perf_counter
from typing import Any

PAGE = 5000  # records
QUIET = {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
SETTINGS = {
    "DATA_WRITER__BUFFER_MAX_ITEMS": "50000",
    "DATA_WRITER__DISABLE_COMPRESSION": "true",
    "NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION": "true",
}
FORMATS = {"rows": "csv", "arrow": "parquet"}  # the fastest that dlt's postgres takes, for each
TYPED: dict[str, Callable[[str], Any]] = {
    "bigint": int,
    "bool": "true".__eq__,
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
}


def main() -> None:
    asked = json.load(sys.stdin)
    is_tuned = asked["form"] in FORMATS
    os.environ |= QUIET | (SETTINGS if is_tuned else {}) | {"DLT_DATA_DIR": asked["folder"]}
    import dlt
    from dlt.destinations import postgres

    pipeline = dlt.pipeline(
        "peer", destination=postgres(asked["url"]), dataset_name=asked["dataset"], pipelines_dir=asked["folder"]
    )

    def load(most: int | None = None) -> float:
        pages = _pages(asked, most)
        forms = {"plain": chain.from_iterable(pages), "rows": pages, "arrow": _tables(asked, pages)}
        resource = dlt.resource(
            forms[asked["form"]],
            name="aanmelding",
            primary_key=asked["key"],
            write_disposition={"disposition": "merge", "strategy": "upsert"} if is_tuned else "merge",
            columns={column: {"data_type": kind} for _, column, kind in asked["columns"]},
            max_table_nesting=0 if is_tuned else None,
        )
        begin = perf_counter()
        pipeline.run(resource, loader_file_format=FORMATS.get(asked["form"]))
        return perf_counter() - begin

    load(most=1)
    json.dump({"seconds": load()}, sys.stdout)


def _pages(asked: dict[str, Any], most: int | None) -> Iterator[list[dict[str, Any]]]:
    """The records as dictionaries, a field that repeats as one text."""
    from lxml import etree

    names = {tag: column for tag, column, _ in asked["columns"]}
    typed = {tag: TYPED[kind] for tag, _, kind in asked["columns"] if kind in TYPED}
    page: list[dict[str, Any]] = []
    for number, (_, record) in enumerate(etree.iterparse(asked["file"], tag=asked["record"]), 1):
        row: dict[str, Any] = {}
        for element in record.iterdescendants():
            name = names.get(element.tag)
            if name is None:  # a blok around fields
                continue
            value = element.text
            if convert := typed.get(element.tag):
                value = convert(value)
            row[name] = f"{row[name]},{value}" if name in row else value
        page.append(row)
        record.clear()
        if len(page) == PAGE:
            yield page
            page = []
        if number == most:
            break
    yield page


def _tables(asked: dict[str, Any], pages: Iterator[list[dict[str, Any]]]) -> Iterator[Any]:
    import pyarrow

    types = {
        "bigint": pyarrow.int64(),
        "bool": pyarrow.bool_(),
        "date": pyarrow.date32(),
        "text": pyarrow.string(),
        "timestamp": pyarrow.timestamp("us", "UTC"),
    }
    schema = pyarrow.schema([(column, types[kind]) for _, column, kind in asked["columns"]])
    for page in pages:
        yield pyarrow.Table.from_pylist(page, schema=schema)


if __name__ == "__main__":
    main()
