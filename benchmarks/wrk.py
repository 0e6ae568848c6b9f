"""The load generator: wrk, because a client in Python on the same two cores would mostly measure itself."""

import json
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import CannotMeasure

_SCRIPTS = Path(__file__).parent / "load"
_REPORT = "REPORT "
# Seconds after which a request counts as unanswered, and after which wrk itself is given up.
_ANSWER_LIMIT = 20
_GRACE = 60


@dataclass(frozen=True)
class Answers:
    """What came back. `unanswered` are connections that broke and requests that took too long."""

    seconds: float
    p50_ms: float
    p99_ms: float
    bytes: int
    statuses: dict[str, int]
    unanswered: int

    def good(self, status: int) -> int:
        return self.statuses.get(str(status), 0)

    def bad(self, status: int) -> int:
        return sum(self.statuses.values()) - self.good(status) + self.unanswered


def require_wrk() -> None:
    if shutil.which("wrk") is None:
        raise CannotMeasure("wrk is not installed. Debian and Ubuntu: apt install wrk. macOS: brew install wrk.")


def register(url: str, *, seconds: float, connections: int) -> Answers:
    """POST an applicant with a new address, over and over."""
    return _run("register.lua", url, secrets.token_hex(4), seconds=seconds, connections=connections)


def read(url: str, *, seconds: float, connections: int, token: str | None = None) -> Answers:
    return _run("read.lua", url, *([token] if token else []), seconds=seconds, connections=connections)


def _run(script: str, url: str, *arguments: str, seconds: float, connections: int) -> Answers:
    command = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{max(1, round(seconds))}s"]
    command += ["--timeout", f"{_ANSWER_LIMIT}s", "--script", script, url, "--", *arguments]
    finished = subprocess.run(command, cwd=_SCRIPTS, capture_output=True, text=True, timeout=seconds + _GRACE)
    lines = [line for line in finished.stdout.splitlines() if line.startswith(_REPORT)]
    if not lines:
        raise CannotMeasure(f"wrk gave no report: {(finished.stderr or finished.stdout).strip()[:500]}")
    return Answers(**json.loads(lines[-1].removeprefix(_REPORT)))
