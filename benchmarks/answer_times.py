"""Figure: whether the time of an answer tells that an address was known: `python -m benchmarks.answer_times`.

Known and new addresses register in random order over one connection, alone and beside a crowd, at an event with free
places and at a full one; once as served, once without the ticks of `services/api/abuse/even_times.py` for comparison.
The figure is the AUC: how often a known address took longer than a new one. At 0.5 the clock tells nothing.
"""

import argparse
import asyncio
import http.client
import json
import os
import random
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from math import sqrt
from pathlib import Path
from statistics import median, quantiles

from services.api import __main__ as api
from services.api.abuse import even_times
from services.local.ports import LOOPBACK, free_port
from services.local.postgres import running_postgres
from services.local.privileges import tied
from services.local.redis import running_redis
from services.local.waiting import wait_until
from shared import calendars, clock, events
from shared.admission import Application, register_many
from shared.database import new_session
from shared.migrations import state
from shared.models import RegistrationSource
from shared.schemas.events import EventContent
from shared.schemas.registrations import Applicant

_CROWD = 48
Times = dict[str, list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=400, help="of each kind, in each setting")
    parser.add_argument("--serve", nargs=2, metavar=("PORT", "TICKS"), help=argparse.SUPPRESS)
    parser.add_argument("--crowd", nargs=2, metavar=("PORT", "SLUG"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve:
        _serve(*chosen.serve)
    elif chosen.crowd:
        asyncio.run(_come(int(chosen.crowd[0]), chosen.crowd[1]))
    else:
        with _stores():
            _measure(chosen.samples)


@contextmanager
def _stores() -> Iterator[None]:
    with tempfile.TemporaryDirectory(prefix="plenary-benchmark-") as name:
        directory = Path(name)
        with (
            running_postgres(directory / "postgres", durable=True) as database_url,
            running_redis(directory / "redis") as redis_url,
        ):
            os.environ |= {
                "PLENARY_DATABASE_URL": database_url,
                "PLENARY_REDIS_URL": redis_url,
                "PLENARY_SECRET_KEY": secrets.token_urlsafe(32),
            }
            state.upgrade()
            yield


def _measure(samples: int) -> None:
    _say(f"{'served':<14}{'event':<10}{'company':<9}{'known':>26}{'new: p10, median, p90':>26}{'AUC':>8}")
    for ticks in ("with-ticks", "without-ticks"):
        port = free_port()
        with _running("--serve", str(port), ticks):
            wait_until(lambda port=port: _answers(port), within=timedelta(seconds=60))  # type: ignore[misc]
            for is_full in (False, True):
                for has_company in (False, True):
                    slug, known = _make_event(samples, is_full=is_full)
                    with _running("--crowd", str(port), slug) if has_company else _nobody():
                        times = _probe(port, slug, known)
                    setting = f"{ticks:<14}{'full' if is_full else 'free':<10}{'crowd' if has_company else 'alone':<9}"
                    _say(setting + _shown(times))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _make_event(known: int, *, is_full: bool) -> tuple[str, list[str]]:
    addresses = [f"known{number}-{secrets.token_hex(4)}@example.org" for number in range(known)]
    applicants = [Applicant(name="Ada Known", address=address, consent=True) for address in addresses]
    with new_session() as session:
        calendar = calendars.create(session, title="Answer times", organisation="Benchmark", time_zone="Europe/Madrid")
        starts_at = (clock.now() + timedelta(days=30)).replace(tzinfo=None, microsecond=0)
        content = EventContent(
            title=f"Answer times {secrets.token_hex(4)}",
            starts_at_local=starts_at,
            time_zone="Europe/Madrid",
            minutes=60,
        )
        event = events.create(session, calendar, content)
        if is_full:
            event.places.places = known
        events.publish(session, event.id)
        register_many(session, event.id, [Application(one, RegistrationSource.API, "en") for one in applicants])
        session.commit()
        return event.slug, addresses


_HEADERS = {"Content-Type": "application/json"}


def _probe(port: int, slug: str, known: list[str]) -> Times:
    """Seconds from the request to the whole answer, by kind."""
    new = [f"new{number}-{secrets.token_hex(4)}@example.org" for number in range(len(known))]
    probes = [("known", address) for address in known] + [("new", address) for address in new]
    random.shuffle(probes)
    times: Times = {"known": [], "new": []}
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=30)
    for kind, address in probes:
        time.sleep(random.random() * 0.005)  # Nobody probes in step with the server.
        started = time.perf_counter()
        body = json.dumps({"name": "Ada Known", "address": address, "consent": True})
        connection.request("POST", f"/api/v1/events/{slug}/registrations", body, _HEADERS)
        answer = connection.getresponse()
        answer.read()
        times[kind].append(time.perf_counter() - started)
        assert answer.status == 201, answer.status
    connection.close()
    return times


def _shown(times: Times) -> str:
    known, new = times["known"], times["new"]
    area, margin = auc(known, new)
    return f"{_spread(known):>26}{_spread(new):>26}{area:>8.3f} ± {margin:.3f}"


def _spread(times: list[float]) -> str:
    tenths = quantiles(times, n=10)
    return ", ".join(f"{seconds * 1000:.1f}" for seconds in (tenths[0], median(times), tenths[-1])) + " ms"


def auc(slower: list[float], faster: list[float]) -> tuple[float, float]:
    """How often one of the first is larger than one of the second (Mann-Whitney), and the 95 % margin of chance."""
    ranked = sorted([(seconds, 1) for seconds in slower] + [(seconds, 0) for seconds in faster])
    rank_sum = sum(rank for rank, (_, is_slower) in enumerate(ranked, 1) if is_slower)
    n, m = len(slower), len(faster)
    return (rank_sum - n * (n + 1) / 2) / (n * m), 1.96 * sqrt((n + m + 1) / (12 * n * m))


def _serve(port: str, ticks: str) -> None:
    if ticks == "without-ticks":
        even_times._TICK = 1e-6
    sys.argv = ["services.api", "--port", port]
    api.main()


async def _come(port: int, slug: str) -> None:
    """A crowd of new addresses over many connections, until somebody ends it."""
    await asyncio.gather(*(_keep_registering(port, slug, number) for number in range(_CROWD)))


async def _keep_registering(port: int, slug: str, number: int) -> None:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    for turn in range(1_000_000):
        body = json.dumps({"name": "Crowd", "address": f"c{number}-{turn}@example.net", "consent": True}).encode()
        head = f"POST /api/v1/events/{slug}/registrations HTTP/1.1\r\nHost: crowd\r\nContent-Type: application/json\r\n"
        writer.write(head.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))


@contextmanager
def _running(*arguments: str) -> Iterator[None]:
    command = tied([sys.executable, "-m", "benchmarks.answer_times", *arguments], signal_name="SIGTERM")
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _nobody() -> Iterator[None]:
    yield


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    main()
