"""Figure: reminders per second into a local sink, beside a bare loop; and how soon a confirmation is there."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import requests

from benchmarks import mail_loop
from benchmarks.aims import Aim
from benchmarks.errors import CannotMeasure
from benchmarks.mail_campaign import Campaign, latest_mails, mail_side, make_crowd, send_reminder
from benchmarks.mail_loop import Post
from benchmarks.mail_sink import Sink
from benchmarks.plan import Plan
from benchmarks.stage import Stage
from benchmarks.world import make_event
from services.local.ports import free_port
from services.local.waiting import wait_until

WORKERS = (1, 2, 4)
CONNECTIONS = (1, 2)
# The ratio is judged for as many workers as docker-compose.yml starts, and as many connections.
_JUDGED = 2
_WARM_UP_MAILS = 300
_REGISTRATIONS = 60
_PATIENCE = timedelta(seconds=30)


def measure(stage: Stage, plan: Plan) -> tuple[dict[str, Any], list[Aim]]:
    campaigns: dict[int, list[Campaign]] = {workers: [] for workers in WORKERS}
    loops: dict[str, list[float]] = {}
    with sink_running(stage) as sink:
        for number in range(plan.rounds):
            for workers in WORKERS:
                campaigns[workers].append(_campaign(stage, sink, plan, workers, number))
            for name, rate in _loops(stage, sink, plan.mails).items():
                loops.setdefault(name, []).append(rate)
        waits = _registration_to_mail(stage, sink)
    found = {f"{workers} workers": _summary(runs) for workers, runs in campaigns.items()}
    found |= {name: _rates(runs) for name, runs in loops.items()}
    found["registration to accepted mail"] = _spread(waits)
    return found, _aims(plan, campaigns, loops, waits)


@contextmanager
def sink_running(stage: Stage) -> Iterator[Sink]:
    """The settings of everything started inside the block point to it."""
    port = free_port()
    with stage.running("sink", "benchmarks.mail_sink", "--port", str(port)), stage.mail_to(port):
        if not wait_until(lambda: sink_is_there(port), within=_PATIENCE):
            raise CannotMeasure("The sink did not start.")
        sink = Sink(port)
        try:
            yield sink
        finally:
            sink.close()


def sink_is_there(port: int) -> bool:
    try:
        Sink(port).close()
    except OSError:
        return False
    return True


def _campaign(stage: Stage, sink: Sink, plan: Plan, workers: int, number: int) -> Campaign:
    crowd = make_crowd(f"{workers} workers, run {number}", plan.mails)
    warm_up = make_crowd(f"Warm-up of {workers}, run {number}", _WARM_UP_MAILS)
    with mail_side(stage, workers=workers):
        send_reminder(stage, sink, warm_up, people=_WARM_UP_MAILS)
        return send_reminder(stage, sink, crowd, people=plan.mails)


def _loops(stage: Stage, sink: Sink, count: int) -> dict[str, float]:
    """The same octets, by nothing but a loop: command by command, and with the commands of a mail together."""
    mails = latest_mails(count)
    return {
        f"bare loop, {connections} connections{', pipelining' if is_pipelined else ''}": _loop(
            stage, sink, mails, connections, is_pipelined=is_pipelined
        )
        for connections in CONNECTIONS
        for is_pipelined in (False, True)
    }


def _loop(stage: Stage, sink: Sink, mails: Sequence[Post], connections: int, *, is_pipelined: bool) -> float:
    """Mails per second, of all connections together."""
    sink.forget()
    with ExitStack() as running:
        loops = []
        for number in range(connections):
            file = stage.directory / f"mails-{number}"
            mail_loop.write(file, mails[number::connections])
            loops.append(running.enter_context(_loop_process(file, sink.port, is_pipelined=is_pipelined)))
        for loop in loops:
            assert loop.stdout is not None
            loop.stdout.readline()
        began_at = time.time()
        for loop in loops:
            assert loop.stdin is not None
            loop.stdin.write("go\n")
            loop.stdin.flush()
        if any(loop.wait() for loop in loops):
            raise CannotMeasure("The bare loop was refused by the sink.")
    return round(len(mails) / (sink.seen().last_at - began_at), 1)


@contextmanager
def _loop_process(file: Path, port: int, *, is_pipelined: bool) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "benchmarks.mail_loop", str(file), "--port", str(port)]
    command += ["--pipelining"] if is_pipelined else []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process


def _registration_to_mail(stage: Stage, sink: Sink) -> list[float]:
    """Seconds from sending the request to the sink's acceptance of the confirmation, one after the other."""
    _, slug = make_event("One by one")
    with mail_side(stage, workers=_JUDGED), stage.api() as address, requests.Session() as client:
        url = f"{address}/api/v1/events/{slug}/registrations"
        waits = [_wait_of_one(client, url, sink, f"single{number}@example.org") for number in range(_REGISTRATIONS)]
    return waits[5:]  # The first ones wait for everything to be loaded.


def _wait_of_one(client: requests.Session, url: str, sink: Sink, address: str) -> float:
    began_at = time.time()
    client.post(url, json={"name": "Ada Lovelace", "address": address, "consent": True}).raise_for_status()
    if not wait_until(lambda: sink.accepted_at(address) is not None, within=_PATIENCE):
        raise CannotMeasure(f"No confirmation came within {_PATIENCE}.")
    return (sink.accepted_at(address) or 0.0) - began_at


def _summary(runs: Sequence[Campaign]) -> dict[str, Any]:
    best = max(runs, key=lambda run: run.per_second)
    return {
        "per_second": median(run.per_second for run in runs),
        "sending_per_second": median(run.sending_per_second for run in runs),
        "processor_ms_each": best.cost["processor_ms_each"],
        "runs": [asdict(run) for run in runs],
    }


def _rates(runs: Sequence[float]) -> dict[str, Any]:
    return {"per_second": median(runs), "runs": list(runs)}


def _spread(waits: Sequence[float]) -> dict[str, Any]:
    return {"p50_ms": round(1000 * median(waits), 1), "p95_ms": round(1000 * _p95(waits), 1)}


def _p95(waits: Sequence[float]) -> float:
    return quantiles(waits, n=20)[-1]


def _aims(
    plan: Plan, campaigns: dict[int, list[Campaign]], loops: dict[str, list[float]], waits: Sequence[float]
) -> list[Aim]:
    ours = median(run.per_second for run in campaigns[_JUDGED])
    bare = loops[f"bare loop, {_JUDGED} connections"]
    # Neighbours: what disturbs the machine falls on both.
    over_bare = median(run.per_second / rate for run, rate in zip(campaigns[_JUDGED], bare, strict=True))
    bad = sum(run.bad for runs in campaigns.values() for run in runs)
    return [
        Aim("reminders/s, 2 workers, over a bare loop on 2 connections", over_bare, at_least=0.25),
        Aim("reminders/s, 2 workers, over pretix", plan.against_pretix(ours, "mail"), at_least=40),
        Aim("seconds from registration to accepted mail, p95", _p95(waits), at_most=1),
        Aim("reminders lost, sent twice, or not marked as sent", bad, at_most=0),
    ]
