"""Under what conditions a figure was taken: the machine, the settings, what ran beside, and what each part cost."""

import os
import platform
import resource
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psutil

from benchmarks.stage import Stage

_SETTINGS = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_connections")


def conditions(stage: Stage) -> dict[str, Any]:
    """Read once, at the beginning."""
    return {
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "processors": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "postgresql": {name: _setting(stage, name) for name in _SETTINGS},
        "load_average": round(os.getloadavg()[0], 2),
    }


def _setting(stage: Stage, name: str) -> str:
    with stage.connection() as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    return str(row[0]) if row else ""


@dataclass(frozen=True)
class Spent:
    """Processor seconds: of each part with its children, of the load generator, of the whole machine."""

    at: float
    parts: dict[str, float]
    load: float
    machine: float


def spent(stage: Stage) -> Spent:
    load = resource.getrusage(resource.RUSAGE_CHILDREN)
    machine = psutil.cpu_times()
    idle = machine.idle + getattr(machine, "iowait", 0)
    return Spent(
        at=time.monotonic(),
        parts={name: _of(process) for name, process in stage.parts.items()},
        load=load.ru_utime + load.ru_stime,
        machine=sum(machine) - idle - getattr(machine, "guest", 0) - getattr(machine, "guest_nice", 0),
    )


def _of(process: psutil.Process) -> float:
    family = [process, *process.children(recursive=True)]
    return sum(sum(_seconds(one)) for one in family)


def _seconds(process: psutil.Process) -> tuple[float, ...]:
    try:
        used = process.cpu_times()
    except psutil.NoSuchProcess:  # A backend that ended meanwhile; its time is its parent's now.
        return ()
    return used.user, used.system, used.children_user, used.children_system


def cost(before: Spent, after: Spent, count: int) -> dict[str, Any]:
    """Processor milliseconds for each answer, and how much of the machine others took: high means do not trust."""
    parts = {name: after.parts[name] - before.parts.get(name, 0.0) for name in after.parts}
    load = after.load - before.load
    others = max(0.0, after.machine - before.machine - sum(parts.values()) - load)
    whole = (after.at - before.at) * (os.cpu_count() or 1)
    each = {name: round(1000 * used / count, 3) for name, used in (*parts.items(), ("wrk", load)) if count and used}
    return {
        "processor_ms_each": each,
        "others_percent": round(100 * others / whole, 1),
        "load_average": round(os.getloadavg()[0], 2),
    }
