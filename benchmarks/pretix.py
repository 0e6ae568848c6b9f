"""What pretix did on this machine, as a harness tells it: JSON lines, one figure a line. The project has no harness.

A harness is a directory with `up.sh`, `bench.py` and `down.sh`; it is asked for what is compared, by its own names.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.errors import CannotMeasure

# What the harness calls what we call so.
_PARTS = {"registering": "register", "reading": "read", "mail": "mail", "memory": "memory"}
# Seconds. The first time it installs and migrates.
_UP_LIMIT, _MEASURING_LIMIT, _DOWN_LIMIT = 1800, 1800, 120


def read_lines(text: str, *, clients: int) -> dict[str, float]:
    """Medians of orders and pages per second with so many clients, megabytes after work; missing ones are left out."""
    lines = [json.loads(line) for line in text.splitlines() if line.strip()]
    found: dict[str, float] = {}
    for figure in ("register", "read_page"):
        for line in _of(lines, f"{figure}_summary"):
            if line["concurrency"] == clients:
                found[figure] = line["median"]
    by_mail = [line["median"] for figure in ("mail_mass", "mail_rule") for line in _of(lines, f"{figure}_summary")]
    if by_mail:
        # It has two ways to write to many; we compare with the faster one.
        found["mail"] = max(by_mail)
    after = [line["pss_mb"] for line in _of(lines, "memory") if line["when"] == "after"]
    return found | ({"memory": round(sum(after), 1)} if after else {})


def _of(lines: list[dict[str, Any]], figure: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["figure"] == figure]


def run(harness: Path, figures: Iterable[str], *, clients: int) -> str:
    """Bring it up, measure, take it down. Gives the JSON lines. Raises CannotMeasure with its own words."""
    parts = [_PARTS[figure] for figure in figures if figure in _PARTS]
    environment = os.environ | {"PEER_CONCURRENCY": str(clients)}
    try:
        _step([harness / "up.sh"], environment, _UP_LIMIT)
        return _step([sys.executable, harness / "bench.py", *parts], environment, _MEASURING_LIMIT)
    finally:
        _step([harness / "down.sh"], environment, _DOWN_LIMIT)


def _step(command: list[Path | str], environment: dict[str, str], limit: float) -> str:
    finished = subprocess.run(
        [str(part) for part in command], env=environment, capture_output=True, text=True, timeout=limit
    )
    if finished.returncode:
        raise CannotMeasure(f"{Path(command[-1]).name} of the harness failed: {finished.stderr.strip()[-500:]}")
    return finished.stdout
