"""PostgreSQL refuses to run as root: which account runs it instead, and what that account must be able to reach."""

import os
import pwd
import stat
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.local.errors import NotPermitted

_LIFELINE = Path(__file__).with_name("lifeline.py")


@dataclass(frozen=True)
class Account:
    name: str
    user_id: int
    group_id: int


@cache
def unprivileged_account() -> Account | None:
    """`nobody` when we are root; otherwise none is needed."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def tied(command: list[str], *, signal_name: str, account: Account | None = None) -> list[str]:
    """The command, ended by this signal when its parent dies."""
    as_account = ["--account", account.name] if account else []
    return [sys.executable, "-IS", str(_LIFELINE), signal_name, *as_account, "--", *command]


def open_way_to(place: Path, account: Account) -> list[Path]:
    """Let the account pass through the directories above a place, and no more than pass. Gives those that changed."""
    closed = [directory for directory in place.resolve().parents if not _may_enter(directory, account)]
    for directory in closed:
        _add_permission(directory, stat.S_IXOTH, account)
    return closed


def make_readable(tree: Path, account: Account) -> None:
    """Let the account read what a strict umask closed when it was installed."""
    for directory, _, files in os.walk(tree):
        _add_permission(Path(directory), stat.S_IROTH | stat.S_IXOTH, account)
        for name in files:
            _add_permission(Path(directory, name), stat.S_IROTH, account)


def give_to(place: Path, account: Account) -> None:
    os.chown(place, account.user_id, account.group_id)


def _may_enter(directory: Path, account: Account) -> bool:
    status = directory.stat()
    if status.st_uid == account.user_id:
        return bool(status.st_mode & stat.S_IXUSR)
    return bool(status.st_mode & stat.S_IXOTH)


def _add_permission(path: Path, permission: int, account: Account) -> None:
    mode = path.stat().st_mode
    if mode & permission == permission:
        return
    try:
        path.chmod(mode | permission)
    except OSError as reason:
        raise NotPermitted(
            f"PostgreSQL does not run as root, and the account {account.name} cannot reach {path} ({reason.strerror}). "
            "Run this as an ordinary user, or from a directory that everybody may enter."
        ) from reason
