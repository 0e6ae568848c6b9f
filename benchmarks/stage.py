"""Where figures are taken: a durable PostgreSQL and a Redis of their own, and the product's processes, on loopback."""

import http.client
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import psutil
import psycopg
from sqlalchemy import make_url

from benchmarks.errors import CannotMeasure
from services.local.ports import LOOPBACK, free_port
from services.local.postgres import running_postgres
from services.local.privileges import tied
from services.local.redis import running_redis
from services.local.waiting import wait_until
from shared.database import get_engine, session_factory
from shared.migrations import state
from shared.settings import get_settings

_START_LIMIT = timedelta(seconds=60)
_STOP_LIMIT = 20
# A crowd comes from many networks, wrk from one address: the limits stay in the path, and never bite.
HIGH_LIMITS = {"PLENARY_LIMIT_PER_NETWORK": str(10**9), "PLENARY_LIMIT_WITHOUT_PROOF": str(10**9)}


@dataclass
class Stage:
    """`parts` are the processes that run now, by name, each with those it started."""

    directory: Path
    database_url: str
    parts: dict[str, psutil.Process] = field(default_factory=dict)

    def database(self, name: str) -> str:
        """An empty database of this name on the same server, brought to the newest state."""
        url = make_url(self.database_url).set(database=name)
        self.administer(f"CREATE DATABASE {name}")
        made = url.render_as_string(hide_password=False)
        with pointed_at(made):
            state.upgrade()
        return made

    def administer(self, *statements: str) -> None:
        with self.connection() as connection:
            for statement in statements:
                connection.execute(statement)

    def connection(self, database_url: str | None = None) -> psycopg.Connection:
        url = make_url(database_url or self.database_url).set(drivername="postgresql")
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)

    @contextmanager
    def running(self, name: str, module: str, *arguments: str, database_url: str | None = None) -> Iterator[None]:
        """One process of the product, until the block ends."""
        environment = os.environ | {"PLENARY_DATABASE_URL": database_url or self.database_url}
        command = tied([sys.executable, "-m", module, *arguments], signal_name="SIGTERM")
        with (self.directory / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.parts[name] = psutil.Process(process.pid)
        try:
            yield
        finally:
            del self.parts[name]
            process.terminate()
            try:
                process.wait(_STOP_LIMIT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @contextmanager
    def mail_to(self, port: int) -> Iterator[None]:
        """What is started inside the block hands its mail to this port."""
        os.environ["PLENARY_SMTP_PORT"] = str(port)
        try:
            yield
        finally:
            del os.environ["PLENARY_SMTP_PORT"]

    @contextmanager
    def api(self, *, processes: int = 1, name: str = "api", database_url: str | None = None) -> Iterator[str]:
        """The benchmark's app. Gives its address."""
        port = free_port()
        options = ("--port", str(port), "--processes", str(processes))
        with self.running(name, "benchmarks.app", *options, database_url=database_url):
            self.wait_for(port, "/healthz", name)
            yield f"http://{LOOPBACK}:{port}"

    def wait_for(self, port: int, path: str, name: str) -> None:
        if not wait_until(lambda: answers(port, path), within=_START_LIMIT):
            log = (self.directory / f"{name}.log").read_text()[-2000:]
            raise CannotMeasure(f"{name} did not start: {log}")


def answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def pointed_at(database_url: str) -> Iterator[None]:
    """The rules of the product, called from here, work on this database while the block runs."""
    before = os.environ.get("PLENARY_DATABASE_URL")
    _point(database_url)
    try:
        yield
    finally:
        get_engine().dispose()
        _point(before or database_url)


def _point(database_url: str) -> None:
    os.environ["PLENARY_DATABASE_URL"] = database_url
    for cached in (get_settings, get_engine, session_factory):
        cached.cache_clear()


@contextmanager
def staged() -> Iterator[Stage]:
    """Everything ends with the block, and nothing of it stays."""
    with tempfile.TemporaryDirectory(prefix="plenary-benchmark-") as name:
        directory = Path(name)
        with (
            running_postgres(directory / "postgres", durable=True) as database_url,
            running_redis(directory / "redis") as redis_url,
        ):
            os.environ |= HIGH_LIMITS | {
                "PLENARY_REDIS_URL": redis_url,
                "PLENARY_SECRET_KEY": secrets.token_urlsafe(32),
            }
            stage = Stage(directory, database_url)
            stage.parts["postgres"] = psutil.Process(_postgres_id(directory))
            stage.parts["redis"] = _child("redis-server", "valkey-server")
            with pointed_at(database_url):
                state.upgrade()
                yield stage


def _postgres_id(directory: Path) -> int:
    return int((directory / "postgres" / "data" / "postmaster.pid").read_text().split()[0])


def _child(*names: str) -> psutil.Process:
    return next(child for child in psutil.Process().children(recursive=True) if child.name() in names)
