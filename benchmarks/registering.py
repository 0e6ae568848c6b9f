"""Figure: durable registrations per second over HTTP, at one event with limited places."""

from dataclasses import asdict
from functools import partial
from statistics import median
from typing import Any
from uuid import UUID

from benchmarks import wrk
from benchmarks.aims import Aim
from benchmarks.app import PATH
from benchmarks.pgbench import transactions_per_second
from benchmarks.plan import Plan
from benchmarks.samples import Sample, ratio, sample, summary
from benchmarks.stage import Stage
from benchmarks.world import make_event

# Imports, connections, compiled statements, prepared statements: none of it belongs to the figure.
WARM_UP_SECONDS = 2


def measure(stage: Stage, plan: Plan) -> tuple[dict[str, Any], list[Aim]]:
    nothing: list[Sample] = []
    registering: list[Sample] = []
    database: list[float] = []
    with stage.api(processes=plan.api_processes) as address:
        warm_up(stage, address, plan)
        for number in range(plan.rounds):
            nothing.append(run_nothing(stage, address, plan))
            registering.append(run_registering(stage, address, plan, f"Crowd {number}"))
            database.append(_run_pgbench(stage, plan, f"pgbench {number}"))
    found = {
        "nothing": summary(nothing),
        "registering": summary(registering),
        "pgbench": {"per_second": round(median(database), 1), "runs": database},
    }
    return found, _aims(plan, nothing, registering, database)


def _aims(plan: Plan, nothing: list[Sample], registering: list[Sample], database: list[float]) -> list[Aim]:
    rates = [one.per_second for one in registering]
    over_pgbench = median(ours / theirs for ours, theirs in zip(rates, database, strict=True))
    over_pretix = plan.against_pretix(median(rates), "register")
    return [
        Aim("registrations/s over a route that does nothing", ratio(registering, nothing), at_least=0.45),
        Aim("registrations/s over pgbench, one transaction each", over_pgbench, at_least=1.5),
        Aim("registrations/s over pretix", over_pretix, at_least=200),
        Aim("p99 over that of the route that does nothing", ratio(registering, nothing, "p99_ms"), at_most=5),
        Aim("registrations refused, lost or taken without an answer", sum(one.bad for one in registering), at_most=0),
    ]


def warm_up(stage: Stage, address: str, plan: Plan, title: str = "Warm-up") -> None:
    _, slug = make_event(title)
    for path in (PATH, f"/api/v1/events/{slug}/registrations"):
        wrk.register(address + path, seconds=WARM_UP_SECONDS, connections=plan.connections)


def run_nothing(stage: Stage, address: str, plan: Plan) -> Sample:
    load = partial(wrk.register, address + PATH, seconds=plan.seconds, connections=plan.connections)
    return sample(stage, load, status=201)


def run_registering(stage: Stage, address: str, plan: Plan, title: str) -> Sample:
    event_id, slug = make_event(title)
    return run_at(stage, address, plan, event_id, slug)


def run_at(
    stage: Stage, address: str, plan: Plan, event_id: UUID, slug: str, database_url: str | None = None
) -> Sample:
    """Counts as bad also what the database does not hold, and what it holds beyond the requests cut off at the end."""
    url = f"{address}/api/v1/events/{slug}/registrations"
    before = _stored(stage, event_id, database_url)
    found = sample(stage, lambda: wrk.register(url, seconds=plan.seconds, connections=plan.connections), status=201)
    stored = _stored(stage, event_id, database_url) - before
    untrue = max(0, found.good - stored) + max(0, stored - found.good - plan.connections)
    return Sample(**asdict(found) | {"bad": found.bad + untrue})


def _stored(stage: Stage, event_id: UUID, database_url: str | None) -> int:
    """Those with a place and a first message; the counted places must agree, or the figure is worth nothing."""
    with stage.connection(database_url) as connection:
        row = connection.execute(
            """SELECT (SELECT confirmed FROM event_places WHERE event_id = %(event)s),
               (SELECT count(*) FROM registration WHERE event_id = %(event)s AND status = 'confirmed'),
               (SELECT count(*) FROM message WHERE event_id = %(event)s AND kind = 'confirmation')""",
            {"event": event_id},
        ).fetchone()
    if row is None or len(set(row)) != 1:
        raise AssertionError(f"places counted, registrations and messages differ: {row}")
    return int(row[0])


def _run_pgbench(stage: Stage, plan: Plan, title: str) -> float:
    event_id, _ = make_event(title)
    return transactions_per_second(stage.database_url, event_id, seconds=plan.seconds, connections=plan.connections)
