"""Runs migrations over the engine of the settings, one process at a time."""

from alembic import context
from sqlalchemy import text

from shared.database import get_engine
from shared.models import Model

# Two containers may start in the same second; the second waits for the first and finds nothing to do.
MIGRATION_LOCK = 7_368_637_692_018


def run() -> None:
    with get_engine().connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.commit()
        context.configure(connection=connection, target_metadata=Model.metadata, compare_server_default=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
        connection.commit()


run()
