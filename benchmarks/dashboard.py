"""Figure: one dashboard process with viewers on an event's live screen, and a soak that watches its memory.

`python -m benchmarks.dashboard --viewers 40 --seconds 60` measures; `--viewers 20 --minutes 120` soaks, with a line
every half minute in a CSV file, so that what was learnt stays when the run is broken off.
"""

import asyncio
import csv
import json
import os
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import linear_regression
from typing import Any

import requests

from benchmarks.aims import Aim
from benchmarks.conditions import conditions
from benchmarks.dashboard_viewers import Viewers, open_tabs
from benchmarks.errors import CannotMeasure
from benchmarks.stage import Stage, staged
from benchmarks.world import make_event, make_tokens
from services.local.ports import LOOPBACK, free_port
from shared.logs import configure_logs

VIEWERS, SECONDS = 40, 60.0
# Written down before the first run: more than this in the second half is growth.
FLAT_MB_PER_HOUR = 10.0
_REGISTERED_BEFORE = 1200
_WARM_UP_SECONDS = 15
_SOAK_LINE_SECONDS = 30
_STATS = '/stats"'


@dataclass(frozen=True)
class Look:
    """What a stretch of time showed. Processor time is of one core, 1 is all of it; `stats_calls` are a second's."""

    seconds: float
    viewers: int
    refreshes_per_second: float
    p50_ms: float
    p95_ms: float
    slowest_ms: float
    processor_share: float
    memory_mb: float
    stats_calls: float
    kilobytes_per_viewer: float
    lost: int
    machine_load: float


def measure(stage: Stage, plan: Any) -> tuple[dict[str, Any], list[Aim]]:
    """As a figure among the others."""
    look = asyncio.run(_one_look(stage, VIEWERS, SECONDS))
    return {"viewers": asdict(look)}, _aims(look)


def _aims(look: Look) -> list[Aim]:
    return [
        Aim(f"dashboard: share of a core with {look.viewers} viewers", look.processor_share, at_most=0.6),
        Aim("dashboard: p95 of a refresh, seconds", look.p95_ms / 1000, at_most=1),
        # A snapshot is kept for two seconds, whoever looks.
        Aim("dashboard: questions to the API a second, for all viewers", look.stats_calls, at_most=0.6),
    ]


async def _one_look(stage: Stage, viewers: int, seconds: float) -> Look:
    async with _watched(stage, viewers) as (opened, watch):
        await asyncio.sleep(_WARM_UP_SECONDS)
        watch.begin(opened)
        await asyncio.sleep(seconds)
        return watch.look(opened)


class _Watch:
    """What the dashboard's process uses between two looks, and how often the API was asked."""

    def __init__(self, stage: Stage) -> None:
        self._process, self._log = stage.parts["dashboard"], stage.directory / "api.log"

    def begin(self, opened: Viewers) -> None:
        opened.refreshes.take()
        self._at, self._spent, self._asked = time.monotonic(), self._processor(), self._stats_calls()

    def look(self, opened: Viewers) -> Look:
        seen, seconds = opened.refreshes.take(), time.monotonic() - self._at
        spent, asked = self._processor() - self._spent, self._stats_calls() - self._asked
        self._at, self._spent, self._asked = time.monotonic(), self._spent + spent, self._asked + asked
        return Look(
            seconds=round(seconds, 1),
            viewers=opened.connected,
            refreshes_per_second=round(len(seen.seconds) / seconds, 1),
            p50_ms=seen.percentile_ms(0.5),
            p95_ms=seen.percentile_ms(0.95),
            slowest_ms=seen.percentile_ms(1),
            processor_share=round(spent / seconds, 3),
            memory_mb=round(self._process.memory_info().rss / 1e6, 1),
            stats_calls=round(asked / seconds, 2),
            kilobytes_per_viewer=round(seen.received_bytes / 1000 / seconds / max(1, opened.connected), 1),
            lost=seen.lost,
            machine_load=round(os.getloadavg()[0], 2),
        )

    def _processor(self) -> float:
        times = self._process.cpu_times()
        return float(times.user + times.system)

    def _stats_calls(self) -> int:
        return self._log.read_text().count(_STATS)


@asynccontextmanager
async def _watched(stage: Stage, viewers: int) -> AsyncIterator[tuple[Viewers, _Watch]]:
    """An event with registrations, one more of them each second, and so many tabs that show it."""
    event_id, slug = make_event("An event that many watch", places=100_000)
    with stage.api() as api, _dashboard(stage, api) as port:
        url = f"{api}/api/v1/events/{slug}/registrations"
        await asyncio.to_thread(_register, url, range(_REGISTERED_BEFORE))
        coming = asyncio.create_task(_keep_registering(url))
        cookies = [f"plenary_session={token}" for token in make_tokens(4)]
        stream = f"ws://{LOOPBACK}:{port}/dashboard/_stcore/stream"
        try:
            opened = await open_tabs(viewers, url=stream, cookies=cookies, query=f"event={event_id}")
            yield opened, _Watch(stage)
        finally:
            coming.cancel()


@contextmanager
def _dashboard(stage: Stage, api: str) -> Iterator[int]:
    os.environ["PLENARY_API_URL"] = api
    port = free_port()
    with stage.running("dashboard", "services.dashboard", "--port", str(port)):
        stage.wait_for(port, "/dashboard/_stcore/health", "dashboard")
        yield port


def _register(url: str, numbers: Sequence[int]) -> None:
    with requests.Session() as session:
        for number in numbers:
            answer = session.post(url, json=_person(number), timeout=10)
            if not answer.ok:
                raise CannotMeasure(f"A registration was refused: {answer.text[:300]}")


def _person(number: int) -> dict[str, object]:
    country, zone, city = _FROM[number % len(_FROM)]
    return {
        "name": f"Visitor {number}",
        "address": f"visitor-{number}@example.org",
        "city": city,
        "country": country,
        "time_zone": zone,
        "audience": ("City officials", "Landscape architects", "Students")[number % 3],
        "consent": True,
    }


_FROM = (
    ("ES", "Europe/Madrid", "Barcelona"),
    ("KE", "Africa/Nairobi", "Nairobi"),
    ("CO", "America/Bogota", "Bogotá"),
    ("IN", "Asia/Kolkata", "Bengaluru"),
    ("FR", "Europe/Paris", "Lyon"),
    ("US", "America/Chicago", "Chicago"),
    ("JP", "Asia/Tokyo", "Tokyo"),
)  # fmt: skip


async def _keep_registering(url: str) -> None:
    number = _REGISTERED_BEFORE
    while True:
        await asyncio.sleep(1)
        await asyncio.to_thread(_register, url, [number])
        number += 1


async def _soak(stage: Stage, viewers: int, minutes: float, lines: Path) -> list[Look]:
    looks = []
    with lines.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["minute", *Look.__dataclass_fields__])
        writer.writeheader()
        async with _watched(stage, viewers) as (opened, watch):
            await asyncio.sleep(_WARM_UP_SECONDS)
            watch.begin(opened)
            began = time.monotonic()
            while (minute := (time.monotonic() - began) / 60) < minutes:
                await asyncio.sleep(_SOAK_LINE_SECONDS)
                looks.append(watch.look(opened))
                writer.writerow({"minute": round(minute, 1)} | asdict(looks[-1]))
                file.flush()
    return looks


def growth_per_hour(looks: Sequence[Look]) -> float:
    """MB an hour over the second half, by least squares: what is loaded at first is no growth."""
    later = looks[len(looks) // 2 :]
    if len(later) < 2:
        raise CannotMeasure("The run was too short to tell growth from noise.")
    hours = [sum(look.seconds for look in later[: place + 1]) / 3600 for place in range(len(later))]
    return round(linear_regression(hours, [look.memory_mb for look in later]).slope, 2)


def _said_of(looks: Sequence[Look]) -> dict[str, Any]:
    growth = growth_per_hour(looks)
    return {
        "minutes": round(sum(look.seconds for look in looks) / 60, 1),
        "viewers": min(look.viewers for look in looks),
        "memory_mb": {
            "first": looks[0].memory_mb,
            "last": looks[-1].memory_mb,
            "most": max(x.memory_mb for x in looks),
        },
        "growth_mb_per_hour": growth,
        "is_flat": growth < FLAT_MB_PER_HOUR,
        "p95_ms_worst": max(look.p95_ms for look in looks),
        "lost_connections": sum(look.lost for look in looks),
    }


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m benchmarks.dashboard", description=__doc__)
    parser.add_argument("--viewers", type=int, default=VIEWERS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of one measurement (default: %(default)s)")
    parser.add_argument("--minutes", type=float, help="soak so long instead")
    parser.add_argument("--lines", type=Path, default=Path("var/dashboard-soak.csv"), help="of a soak")
    return parser.parse_args()


def main() -> None:
    chosen = _arguments()
    configure_logs()
    with suppress(KeyboardInterrupt), staged() as stage:
        said: dict[str, Any] = {"conditions": conditions(stage)}
        if chosen.minutes is None:
            look = asyncio.run(_one_look(stage, chosen.viewers, chosen.seconds))
            said |= {"look": asdict(look), "aims": [aim.as_json() for aim in _aims(look)]}
        else:
            chosen.lines.parent.mkdir(parents=True, exist_ok=True)
            said["soak"] = _said_of(asyncio.run(_soak(stage, chosen.viewers, chosen.minutes, chosen.lines)))
        sys.stdout.write(json.dumps(said, indent=1) + "\n")


if __name__ == "__main__":
    main()
