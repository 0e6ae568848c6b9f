"""Real PostgreSQL, real Redis and a real SMTP conversation for every test that asks for them."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import vobject

# Settings are read once per process: tests have their own from the first import on.
os.environ["PLENARY_SECRET_KEY"] = "a key for tests, long enough to sign links with"
os.environ["PLENARY_SITE_URL"] = "http://testserver"
# Tests fill in forms faster than people do; those of this rule ask for it.
os.environ["PLENARY_FORM_MINIMUM_TIME"] = "0"
# No message to ourselves among those that a test counts; those about it ask for it.
os.environ["PLENARY_CANARY_MINUTES"] = "0"

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from services.api import redis_store
from services.api.abuse import rate_limits
from services.api.main import create_app
from services.api.public_events import forget_events
from services.local.mail_catcher import caught_mail
from services.local.postgres import running_postgres
from services.local.redis import running_redis
from services.worker.queueing import mail_queue, redis_connection
from shared.database import get_engine, new_session, session_factory
from shared.migrations import state
from shared.models import Model
from shared.settings import get_settings
from tests.effort import register_profiles
from tests.mailbox import Mailbox

register_profiles()

_READ_SETTINGS_ONCE = (
    get_settings,
    get_engine,
    session_factory,
    redis_connection,
    mail_queue,
    redis_store.redis_connection,
    rate_limits._limiter,
)


@pytest.fixture(scope="session")
def servers() -> Iterator[Path]:
    """PostgreSQL and Redis for the whole run, and a Maildir that a mail catcher fills."""
    with tempfile.TemporaryDirectory(prefix="plenary-tests-") as name:
        directory = Path(name)
        with (
            running_postgres(directory / "postgres", durable=False) as database_url,
            running_redis(directory / "redis") as redis_url,
            caught_mail(directory / "mail") as smtp_port,
        ):
            os.environ["PLENARY_DATABASE_URL"] = database_url
            os.environ["PLENARY_REDIS_URL"] = redis_url
            os.environ["PLENARY_SMTP_PORT"] = str(smtp_port)
            for cached in _READ_SETTINGS_ONCE:
                cached.cache_clear()
            yield directory
            get_engine().dispose()
            redis_connection().close()


@pytest.fixture(scope="session")
def engine(servers: Path) -> Engine:
    state.upgrade()
    return get_engine()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session on empty tables. Tests that look from several sides commit it themselves."""
    tables = ", ".join(f'"{table.name}"' for table in Model.metadata.sorted_tables)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {tables} CASCADE"))
    redis_connection().flushdb()
    forget_events()
    with new_session() as open_session:
        yield open_session


@pytest.fixture
def client(session: Session) -> Iterator[TestClient]:
    with TestClient(create_app()) as test_client:
        yield test_client


@pytest.fixture(autouse=True)
def _zones_as_each_calendar_file_tells_them() -> None:
    """vobject keeps the first VTIMEZONE of a name for the whole process; each test reads the one it was given."""
    known = vars(vobject.icalendar)["__tzidMap"]
    for name in set(known) - {"UTC"}:
        del known[name]


@pytest.fixture
def mailbox(servers: Path) -> Mailbox:
    """Everything the mail catcher took, emptied before the test."""
    caught = Mailbox(servers / "mail")
    caught.empty()
    return caught
