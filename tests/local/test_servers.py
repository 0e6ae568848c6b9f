"""The real PostgreSQL and Redis that tests and `make run` use: they start, keep what they should, and leave nothing."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import make_url

from services.local.ports import is_free
from services.local.postgres import running_postgres
from services.local.privileges import Account, open_way_to
from services.local.redis import running_redis
from services.local.waiting import wait_until


@pytest.fixture
def closed_directory() -> Iterator[Path]:
    """As mktemp makes it: nobody but its owner may enter."""
    with TemporaryDirectory() as name:
        yield Path(name)


def ask(url: str, query: str) -> object:
    """The first value of the answer, if there is one."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        answer = connection.execute(query)
        row = answer.fetchone() if answer.description else None
    return row[0] if row else None


def test_a_database_keeps_its_rows_over_a_restart(closed_directory: Path) -> None:
    with running_postgres(closed_directory, durable=True) as url:
        ask(url, "CREATE TABLE kept AS SELECT 42 AS answer")

    with running_postgres(closed_directory, durable=True) as url:
        assert ask(url, "SELECT answer FROM kept") == 42
        assert ask(url, "SHOW fsync") == "on"


def test_a_database_for_tests_does_not_wait_for_the_disk(closed_directory: Path) -> None:
    with running_postgres(closed_directory, durable=False) as url:
        assert ask(url, "SHOW fsync") == "off"
        assert ask(url, "SELECT lower('ÉTÉ')") == "été"
        port = make_url(url).port

    assert port
    assert is_free(port)


def test_nobody_enters_the_database_without_the_password(closed_directory: Path) -> None:
    with running_postgres(closed_directory, durable=False) as url:
        wrong = make_url(url).set(password="wrong", drivername="postgresql").render_as_string(hide_password=False)

        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong)


def test_redis_starts_empty_and_asks_for_its_password(tmp_path: Path) -> None:
    with running_redis(tmp_path) as url, redis.Redis.from_url(url) as client:
        assert client.dbsize() == 0
        port = client.connection_pool.connection_kwargs["port"]
        stranger = redis.Redis(port=port, retry=Retry(NoBackoff(), retries=0))
        with stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()

    assert is_free(port)


KILLED = """
import os, signal, sys
from pathlib import Path
from services.local.postgres import running_postgres
from services.local.redis import running_redis
where = Path(sys.argv[1])
with running_postgres(where / "postgres", durable=False) as database, running_redis(where / "redis") as cache:
    print(database, cache, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_servers_do_not_outlive_a_killed_process_and_start_again(closed_directory: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(closed_directory)]

    killed = subprocess.run(command, capture_output=True, text=True)

    database, cache = (make_url(url) for url in killed.stdout.split())
    assert wait_until(lambda: is_free(database.port or 0) and is_free(cache.port or 0), within=timedelta(seconds=10))
    with running_postgres(closed_directory / "postgres", durable=False) as url:
        assert ask(url, "SELECT 1") == 1


def test_only_the_way_in_is_opened_and_only_for_passing(closed_directory: Path) -> None:
    inside = closed_directory / "a" / "b"
    inside.mkdir(parents=True)
    os.chmod(inside.parent, 0o750)

    opened = open_way_to(inside, Account("somebody else", user_id=4_000_000, group_id=4_000_000))

    assert opened == [inside.parent, closed_directory.resolve()]
    assert [directory.stat().st_mode & 0o777 for directory in opened] == [0o751, 0o701]
