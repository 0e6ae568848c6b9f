"""A backup of the whole database in memory, and its restoring."""

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from shared.models import Model


class Backup:
    """Every row of every table, as it is now."""

    def __init__(self, session: Session) -> None:
        session.commit()
        self._tables = [
            (table, [dict(row) for row in session.execute(select(table)).mappings()])
            for table in Model.metadata.sorted_tables
        ]

    def restore(self, session: Session) -> None:
        """Everything that happened since is forgotten."""
        session.expunge_all()
        names = ", ".join(f'"{table.name}"' for table, _ in self._tables)
        session.execute(text(f"TRUNCATE {names} CASCADE"))
        for table, rows in self._tables:
            if rows:
                session.execute(insert(table), rows)
        session.commit()
