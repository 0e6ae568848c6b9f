"""PostgreSQL and Redis go away in the middle of a crowd: honest answers, and everything is as it was said."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import redis
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from services.local.ports import free_port
from services.local.postgres import Cluster, prepare
from services.local.redis import Server
from services.local.waiting import wait_until
from tests.crowd.people import Crowd
from tests.crowd.processes import running_apis
from tests.crowd.test_never_one_too_many import assert_all_is_right
from tests.factories import make_event


class Killable:
    """A server of this test alone, which keeps its port and its data from one life to the next."""

    def __init__(self, server: Cluster | Server, log: Path) -> None:
        self.server, self._log = server, log

    def start(self) -> None:
        if isinstance(self.server, Cluster):
            # Waits for what the last life left running, too.
            prepare(self.server)
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                self.server.command(), stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        assert wait_until(self.server.answers, within=timedelta(seconds=60)), self._log.read_text()[-2000:]

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    @contextmanager
    def running(self) -> Iterator["Killable"]:
        self.start()
        try:
            yield self
        finally:
            self.kill()


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that the account which runs PostgreSQL can be let into."""
    with TemporaryDirectory(prefix="plenary-lost-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def durable_postgres(folder: Path) -> Killable:
    # What was told must be on the disk: this one dies without a word.
    cluster = Cluster(folder / "postgres", "a password for tests", free_port(), durable=True)
    return Killable(cluster, folder / "postgres.log")


def small_redis(folder: Path) -> Killable:
    server = Server(folder / "redis", "a-password-for-tests", free_port())
    server.write_configuration()
    return Killable(server, folder / "redis.log")


@contextmanager
def session_on(url: str) -> Iterator[Session]:
    engine = create_engine(url, pool_pre_ping=True)
    try:
        with Session(engine, expire_on_commit=False) as session:
            yield session
    finally:
        engine.dispose()


def test_postgresql_and_redis_die_in_the_middle_and_every_answer_was_true(folder: Path) -> None:
    people, places = 400, 150
    with ExitStack() as stack:
        database = stack.enter_context(durable_postgres(folder).running())
        cache = stack.enter_context(small_redis(folder).running())
        assert isinstance(database.server, Cluster)
        assert isinstance(cache.server, Server)
        database.server.ensure_database()
        url = database.server.url.render_as_string(hide_password=False)
        settings = {"PLENARY_DATABASE_URL": url, "PLENARY_REDIS_URL": cache.server.url_with_password}
        upgrade(settings)
        apis = stack.enter_context(running_apis(2, folder, **settings))
        session = stack.enter_context(session_on(url))
        event = make_event(session, places=places)
        session.close()
        crowd = Crowd(event.id, [process.port for process in apis])

        with crowd.coming([f"p{each}@example.org" for each in range(people)], connections=24):
            crowd.wait_until_told(60)
            with redis.Redis.from_url(cache.server.url_with_password) as client:
                client.flushall()
            crowd.wait_until_told(120)
            cache.kill()
            crowd.wait_until_told(200)
            database.kill()
            database.start()
            crowd.wait_until_told(300)
            cache.start()

        assert_all_is_right(session, event, crowd, places=places, people=people)
        assert any(each.tries > 1 for each in crowd.told)


def upgrade(settings: dict[str, str]) -> None:
    command = [sys.executable, "-m", "alembic", "upgrade", "head"]
    subprocess.run(command, env=os.environ | settings, check=True, capture_output=True)
