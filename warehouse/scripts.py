"""SQL that stands in files: templates over names of ours, run as a script or as one statement with parameters."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import Connection, CursorResult, text

FOLDER = Path(__file__).parent
_TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER),
    undefined=StrictUndefined,
    autoescape=False,
    trim_blocks=True,
    lstrip_blocks=True,
)


@cache
def statements(path: str, **names: Any) -> tuple[str, ...]:
    """The statements of a file, in order. `names` fill the template: identifiers only, never a value."""
    rendered = _TEMPLATES.get_template(path).render(**names)
    lines = [line for line in rendered.splitlines() if not line.lstrip().startswith("--")]
    return tuple(part.strip() for part in "\n".join(lines).split(";\n") if part.strip(" ;\n"))


def run_script(connection: Connection, path: str, **names: Any) -> None:
    """Run a whole file at once, blocks with statements of their own included. It takes no parameters."""
    run_ddl(connection, _TEMPLATES.get_template(path).render(**names))


def run_ddl(connection: Connection, statement: str) -> None:
    """Run a statement without parameters as it is written: no character of it means anything to the driver."""
    connection.execution_options(no_parameters=True).exec_driver_sql(statement)


def run(connection: Connection, statement: str, **values: Any) -> CursorResult[Any]:
    """Run one statement; it takes those of the values that it names."""
    query = text(statement.rstrip("; \n"))
    return connection.execute(query, {name: values[name] for name in query.compile().params})


def literal(value: str) -> str:
    """A text as PostgreSQL reads it in a statement that takes no parameters (COMMENT)."""
    return "'" + value.replace("'", "''") + "'"
