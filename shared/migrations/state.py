"""Whether the database is where the code expects it, and bringing it there."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.orm import Session

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def _config() -> Config:
    return Config(toml_file=PROJECT)


@cache
def _head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def is_current(session: Session) -> bool:
    return MigrationContext.configure(session.connection()).get_current_revision() == _head()


def upgrade() -> None:
    """Bring the database to the newest state. Several may call it at once; one does the work."""
    command.upgrade(_config(), "head")
