"""Engine and sessions. PostgreSQL only, synchronous; whoever opens a session commits it."""

from functools import cache

from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.orm import Session, sessionmaker

from shared.settings import Settings, get_settings


def database_url(settings: Settings) -> URL:
    url = make_url(settings.database_url).set(drivername="postgresql+psycopg")
    if settings.database_password is not None:
        url = url.set(password=settings.database_password.get_secret_value())
    return url


@cache
def get_engine() -> Engine:
    settings = get_settings()
    return create_engine(
        database_url(settings),
        pool_size=settings.database_pool_size,
        max_overflow=5,
        pool_use_lifo=True,  # The one used last has its statements planned: a crowd must not begin on a cold one.
        hide_parameters=True,  # An error that is logged must not carry what somebody typed.
        pool_pre_ping=True,  # PostgreSQL may be restarted at any time; a stale connection must not fail a request.
        connect_args={"connect_timeout": 5, "options": "-c timezone=UTC -c lock_timeout=10s"},
    )


@cache
def session_factory() -> sessionmaker[Session]:
    return sessionmaker(get_engine(), expire_on_commit=False)


def new_session() -> Session:
    """A session of its own. Use it as a context manager, and commit once."""
    return session_factory()()
