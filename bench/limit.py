"""The limit: reading a delivery with lxml and copying every field of it, as text, into a plain logged table.

No checks, no types, no keys, no history: what this machine, this parser and this server can do in one process.
The hub is held against it.
"""

from pathlib import Path
from time import perf_counter

import psycopg
from lxml import etree

from schemas.contract import Contract

NULL, BETWEEN = "\\N", ";"
BLOCK = 500  # records


def load(server: psycopg.Connection, contract: Contract, path: Path) -> float:
    """Seconds to read a delivery and copy it into a fresh table of text columns, committed."""
    columns = ", ".join(f'"{field.path}" text' for field in contract.fields)
    with server.transaction():
        server.execute("drop table if exists limiet")  # of a bench that was killed
        server.execute(f"create table limiet ({columns})")
    try:
        begin = perf_counter()
        with server.transaction():
            _copy(server, contract, path)
        return perf_counter() - begin
    finally:
        server.execute("drop table limiet")


def _copy(server: psycopg.Connection, contract: Contract, path: Path) -> None:
    namespace = f"{{urn:nl:regiohub:{contract.bericht}:{contract.major}}}"
    record_tag, blocks = namespace + contract.bericht, {namespace + block.name for block in contract.blocks}
    empty = {namespace + field.name: NULL for field in contract.fields}
    repeated = {namespace + field.name for field in contract.fields if field.meervoud}
    row: dict[str, str]
    lines: list[str] = []
    with server.cursor() as cursor, cursor.copy("copy limiet from stdin") as copy:
        for _, record in etree.iterparse(path, tag=record_tag):
            row = empty.copy()
            for element in record.iterdescendants():
                tag, text = element.tag, element.text
                if tag in repeated and row[tag] is not NULL:
                    text = row[tag] + BETWEEN + text
                row[tag] = text
            for block in blocks:
                row.pop(block, None)
            lines.append("\t".join(row.values()))
            record.clear()
            if len(lines) == BLOCK:
                copy.write("\n".join(lines) + "\n")
                lines.clear()
        copy.write("".join(line + "\n" for line in lines))
