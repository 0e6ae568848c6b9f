"""What can keep Plenary from running on this machine. Each message is shown as it is, so it names the remedy.

LocalError
├── AlreadyRunning     another `make run` holds this directory
├── PortTaken          somebody else listens where we would
├── NotPermitted       a directory stays closed to the account that runs PostgreSQL
└── ProgramFailed      one of the programs did not start, or ended for good
"""

from pathlib import Path


class LocalError(Exception):
    """The message is a whole sentence for whoever typed the command."""


class AlreadyRunning(LocalError):
    pass


class PortTaken(LocalError):
    pass


class NotPermitted(LocalError):
    pass


class ProgramFailed(LocalError):
    """Carries the end of the program's log: the cause is nearly always there."""

    def __init__(self, sentence: str, log: Path | None = None) -> None:
        super().__init__(sentence)
        self.log = log
        self.last_lines = last_lines(log) if log else []


def last_lines(log: Path, count: int = 15) -> list[str]:
    if not log.is_file():
        return []
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 20_000))
        return file.read().decode(errors="replace").splitlines()[-count:]
