"""Where `make run` keeps things: all of it under `var/` in the checkout, secrets readable by their owner only."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

VAR = ROOT / "var"
LOGS = VAR / "log"
MAIL = VAR / "mail"
POSTGRES = VAR / "postgres"
RUN = VAR / "run"
SECRETS = VAR / "secrets"
SIGN_IN = VAR / "sign-in.json"


def make_folders() -> None:
    # Logs and mail tell about people. Only var/ itself is for others to pass through, on the way to var/postgres.
    for folder in (LOGS, MAIL, RUN, SECRETS):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def write_private(file: Path, text: str) -> None:
    """All or nothing, and at no moment readable by others."""
    unfinished = file.with_name(f".{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(text)
    unfinished.replace(file)


def shown(path: Path) -> str:
    """As one would type it in the checkout."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
