"""Many rows in one statement: they travel as one JSON value, so that the statement is the same for any number.

SQLAlchemy then compiles it once and PostgreSQL plans it once; a list of VALUES is another text for each number of rows.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from pydantic_core import to_json
from sqlalchemy import ColumnElement, Executable, Table, Text, bindparam, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert
from sqlalchemy.orm import Session

from shared.models import Model

Row = Mapping[str, Any]
# A megabyte or two at a time.
_AT_ONCE = 5_000


@cache
def insert_rows(model: type[Model], *columns: str) -> Insert:
    """A statement that `run` gives its rows to; it inserts these columns and leaves the others to the database."""
    table = model.__table__
    assert isinstance(table, Table)
    row: ColumnElement[Any] = literal_column(f'NULL::"{table.name}"')
    rows = func.jsonb_populate_recordset(row, cast(bindparam("rows", type_=Text), JSONB)).table_valued(*columns)
    return insert(table).from_select(columns, select(rows), include_defaults=False)


def run(session: Session, statement: Executable, rows: Sequence[Row]) -> list[Any]:
    """Run it for all rows, in their order, after what the session holds back. Returns what the statement returns."""
    answered: list[Any] = []
    session.flush()
    for start in range(0, len(rows), _AT_ONCE):
        # Moments and identifiers become text that PostgreSQL reads back exactly.
        given = {"rows": to_json(rows[start : start + _AT_ONCE]).decode()}
        result = session.connection().execute(statement, given)
        answered += result if result.returns_rows else []
    return answered
