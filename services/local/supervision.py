"""supervisord as a child of ours: it starts the programs, starts again what dies, and stops them in order."""

import os
import secrets
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from configparser import RawConfigParser
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from typing import IO, Any
from xmlrpc.client import ServerProxy

from services.local import places
from services.local.errors import ProgramFailed
from services.local.ports import LOOPBACK, free_port
from services.local.privileges import tied
from services.local.programs import Group, Program
from services.local.waiting import wait_until

LOG = places.LOGS / "supervisord.log"
_START_LIMIT = timedelta(seconds=20)
# Each group has this long to end by itself.
_STOP_LIMIT_OF_A_PROGRAM = timedelta(seconds=4)
_STOP_LIMIT = timedelta(seconds=15)


@dataclass(frozen=True)
class Status:
    state: str
    process: int

    @property
    def runs(self) -> bool:
        return self.state == "RUNNING"

    @property
    def gave_up(self) -> bool:
        return self.state in ("FATAL", "STOPPED")


class Supervisor:
    """Its programs, by name. Every call goes to supervisord itself, so the answer is of this moment."""

    def __init__(self, process: subprocess.Popen[bytes], url: str) -> None:
        self._process, self._url = process, url

    def start(self, group: Group) -> None:
        # Without waiting: each program tells by itself when it works.
        self._call("startProcessGroup", group.value, False)

    def statuses(self) -> dict[str, Status]:
        found: list[dict[str, Any]] = self._call("getAllProcessInfo")
        return {each["name"]: Status(each["statename"], each["pid"]) for each in found}

    def answers(self) -> bool:
        try:
            return bool(self._call("getState"))
        except OSError:
            return False

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def stop(self) -> None:
        """Services first, then what they need. supervisord kills whatever does not end by itself."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_LIMIT.total_seconds())
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _call(self, method: str, *arguments: object) -> Any:
        with ServerProxy(self._url) as proxy:
            return getattr(proxy.supervisor, method)(*arguments)


@contextmanager
def supervised(programs: Sequence[Program], environment: Mapping[str, str], lock: IO[str]) -> Iterator[Supervisor]:
    """A supervisor that has started nothing yet. At the end of the block everything it started is stopped."""
    port, password = free_port(), secrets.token_urlsafe(24)
    configuration = places.RUN / "supervisord.conf"
    places.write_private(configuration, _configuration(programs, port=port, password=password))
    command = [sys.executable, "-m", "supervisor.supervisord", "-c", places.shown(configuration)]
    # The lock goes in as standard input, the one descriptor that supervisord neither closes nor hands on:
    # so it is held as long as anything may still run.
    process = subprocess.Popen(
        tied(command, signal_name="SIGTERM"),
        stdin=lock,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=places.ROOT,
        env={**environment, **{_variable(program): shlex.join(program.command) for program in programs}},
        start_new_session=True,  # A Ctrl-C in the terminal is ours to act on: stopping has an order.
    )
    supervisor = Supervisor(process, f"http://plenary:{password}@{LOOPBACK}:{port}")
    try:
        wait_until(lambda: supervisor.has_ended or supervisor.answers(), within=_START_LIMIT)
        if not supervisor.answers():
            raise ProgramFailed("The process supervisor did not start.", LOG)
        yield supervisor
    finally:
        supervisor.stop()


def _configuration(programs: Sequence[Program], *, port: int, password: str) -> str:
    sections = {
        "supervisord": _own_section(),
        "inet_http_server": {"port": f"{LOOPBACK}:{port}", "username": "plenary", "password": password},
        "rpcinterface:supervisor": {
            "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
        },
    }
    for priority, group in enumerate(Group):
        names = [program.name for program in programs if program.group is group]
        sections[f"group:{group}"] = {"programs": ",".join(names), "priority": str(priority)}
    sections |= {f"program:{program.name}": _program_section(program) for program in programs}
    parser, text = RawConfigParser(), StringIO()
    parser.read_dict(sections)
    parser.write(text)
    return text.getvalue()


def _own_section() -> dict[str, str]:
    # supervisord insists that whoever starts it as root says so.
    account = {"user": "root"} if os.geteuid() == 0 else {}
    return {
        **account,
        "nodaemon": "true",
        "silent": "true",
        "logfile": places.shown(LOG),
        "logfile_maxbytes": "2MB",
        "logfile_backups": "1",
        "pidfile": places.shown(places.RUN / "supervisord.pid"),
        "childlogdir": places.shown(places.LOGS),
        "minfds": "256",
        "minprocs": "20",
    }


def _program_section(program: Program) -> dict[str, str]:
    return {
        # By way of the environment: in a file, supervisord takes what follows " ;" or " #" in a path for a comment.
        "command": f"%(ENV_{_variable(program)})s",
        "autostart": "false",
        "autorestart": "true",
        "startsecs": str(int(program.settling_time.total_seconds())),
        "startretries": "2",
        "stopsignal": program.stop_signal,
        "stopwaitsecs": str(int(_STOP_LIMIT_OF_A_PROGRAM.total_seconds())),
        # What a program started itself must not survive it either.
        "killasgroup": "true",
        "redirect_stderr": "true",
        "stdout_logfile": places.shown(program.log),
        "stdout_logfile_maxbytes": "5MB",
        "stdout_logfile_backups": "2",
    }


def _variable(program: Program) -> str:
    return f"COMMAND_OF_{program.name.upper().replace('-', '_')}"
