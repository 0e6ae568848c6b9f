"""What `make run` tells the person who typed it: short lines, and where everything is at the end."""

import contextlib

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from services.local.errors import LocalError, ProgramFailed
from services.local.sign_in import SignIn

_console = Console(highlight=False, soft_wrap=True)


def say(line: str) -> None:
    _print(Text(line))


def complain(error: LocalError) -> None:
    _print(Text(str(error), style="bold red"))
    if isinstance(error, ProgramFailed):
        for line in error.last_lines:
            _print(Text(f"  {line}", style="dim"))


def welcome(sign_in: SignIn) -> None:
    facts = {
        "Site": sign_in.site,
        "Dashboard": sign_in.dashboard,
        "Caught mail": sign_in.mail,
        "Sign in as": sign_in.address,
        "Password": sign_in.password,
    }
    remark = (
        "Mail stays on this machine. Logs are in var/log, this password in var/sign-in.json. Ctrl-C stops everything."
    )
    if _console.is_terminal:
        _print(_box(facts))
    else:
        for name, value in facts.items():
            say(f"{name + ':':<13}{value}")
    say(remark)


def _box(facts: dict[str, str]) -> Panel:
    table = Table.grid(padding=(0, 2))
    for name, value in facts.items():
        table.add_row(Text(name, style="dim"), Text(value, style="bold", no_wrap=True))
    return Panel(table, title="Plenary is running", expand=False, padding=(1, 2))


def _print(shown: Text | Panel) -> None:
    # A terminal that was closed is no reason to leave anything running: whoever calls us still has to stop it.
    with contextlib.suppress(OSError, SystemExit):
        _console.print(shown)
