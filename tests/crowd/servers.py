"""A PostgreSQL and a Redis of one test alone, which it may kill at any moment and start again."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from services.local.ports import free_port
from services.local.postgres import Cluster, prepare
from services.local.redis import Server
from services.local.waiting import wait_until


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


def upgrade(settings: dict[str, str]) -> None:
    command = [sys.executable, "-m", "alembic", "upgrade", "head"]
    subprocess.run(command, env=os.environ | settings, check=True, capture_output=True)
