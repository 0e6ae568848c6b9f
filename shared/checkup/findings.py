"""What a check found."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """`unknown`: could not be looked at from here."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """`says` is one sentence of fact, `remedy` one of what to do; `records` are lines ready to copy."""

    check: str
    level: Level
    says: str
    remedy: str | None = None
    records: tuple[str, ...] = ()

    @property
    def is_bad(self) -> bool:
        return self.level is Level.PROBLEM


def ok(check: str, says: str, *records: str) -> Finding:
    return Finding(check, Level.OK, says, None, records)


def warning(check: str, says: str, remedy: str, *records: str) -> Finding:
    return Finding(check, Level.WARNING, says, remedy, records)


def problem(check: str, says: str, remedy: str, *records: str) -> Finding:
    return Finding(check, Level.PROBLEM, says, remedy, records)


def unknown(check: str, says: str, remedy: str | None = None, *records: str) -> Finding:
    return Finding(check, Level.UNKNOWN, says, remedy, records)
