"""Figure: what a million registrations that are stored already cost those who register, and those who watch."""

from functools import partial
from typing import Any
from uuid import UUID

from benchmarks import wrk
from benchmarks.aims import Aim
from benchmarks.plan import Plan
from benchmarks.registering import run_at, run_registering, warm_up
from benchmarks.samples import Sample, ratio, sample, summary
from benchmarks.stage import Stage, pointed_at
from benchmarks.world import make_event, make_token

FEW = 1_000

# Spread over thirty days, so that the curve has as many points in either case. Addresses in no order.
_REGISTRATIONS = """
    INSERT INTO registration (id, event_id, position, status, source, address, name, organisation, city, country,
        audience, language, time_zone, consent_version, consented_at, sequence, registered_at, confirmed_at)
    SELECT uuidv7(), '{event}', n, 'confirmed', 'api', substr(md5(n::text), 1, 8) || '.' || n || '@example.net',
        'Attendee ' || n, 'Works office ' || n % 500, 'City ' || floor(2000 * random() ^ 3)::int,
        (ARRAY['ES', 'FR', 'DE', 'BR', 'MX', 'US', 'IN', 'SN', 'JP', 'IT'])[1 + n % 10],
        (ARRAY['City officials', 'Landscape architects', 'Students'])[1 + n % 3], 'en', 'Europe/Madrid', '2026-11',
        at, 0, at, at
    FROM (SELECT n, now() - interval '30 days' * (1 - n::float / {count}) AS at FROM generate_series(1, {count}) n) one
"""
_MESSAGES = """
    INSERT INTO message (id, event_id, registration_id, kind, occasion, priority, status, sequence, facts, created_at,
        due_at, attempts, sent_at, reply)
    SELECT uuidv7(), event_id, id, 'confirmation', 'first', 15, 'sent', 0, '{{}}', registered_at, registered_at, 1,
        registered_at, '250 OK'
    FROM registration WHERE event_id = '{event}'
"""
# The dimensions of shared/tallies.py.
_TALLIES = """
    INSERT INTO event_tally (event_id, dimension, value, status, count)
    SELECT '{event}', dimension, coalesce(value, ''), tally.status, count(*)
    FROM registration, LATERAL (VALUES ('audience', audience, status), ('country', country, status),
        ('city', city, status), ('time_zone', time_zone, status),
        ('registered', to_char(registered_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24'), ''),
        ('gained', to_char(registered_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24'), '')) tally (dimension, value, status)
    WHERE event_id = '{event}' GROUP BY 2, 3, 4
"""
_COUNTS = """
    UPDATE event_places SET places = 10 * {count}, confirmed = {count}, last_position = {count}, version = 1
        WHERE event_id = '{event}';
    UPDATE event SET created_at = now() - interval '31 days' WHERE id = '{event}';
    INSERT INTO mail_tally (event_id, kind, occasion, status, count)
        VALUES ('{event}', 'confirmation', '', 'sent', {count})
"""


def measure(stage: Stage, plan: Plan) -> tuple[dict[str, Any], list[Aim]]:
    """Two databases on one server, one of them full; an app for each, asked in turn."""
    full_url = stage.database("plenary_full")
    with pointed_at(full_url):
        many, few, token = make_event("Many"), make_event("Few"), make_token()
    fill(stage, full_url, many[0], plan.stored)
    fill(stage, full_url, few[0], FEW)
    stage.administer("CHECKPOINT")
    with stage.api(processes=plan.api_processes) as empty, stage.api(name="api-full", database_url=full_url) as full:
        warm_up(stage, empty, plan, "Warm-up beside the full one")
        with pointed_at(full_url):
            warm_up(stage, full, plan)
        stats = _stats(stage, plan, full, token, few[1], many[1])
        crowd = _crowd(stage, plan, empty, full, full_url, many)
    found = {"stored": plan.stored, **{name: summary(runs) for name, runs in (stats | crowd).items()}}
    aims = [
        Aim(
            f"registrations/s with {plan.stored:,} stored over none", ratio(crowd["full"], crowd["empty"]), at_least=0.9
        ),
        Aim(
            f"stats route at {plan.stored:,} over that at {FEW:,}",
            ratio(stats["stats_many"], stats["stats_few"], "p50_ms"),
            at_most=1.5,
        ),
    ]
    return found, aims


def fill(stage: Stage, database_url: str, event_id: UUID, count: int) -> None:
    """Confirmed registrations with their sent messages and every tally that the product keeps of them."""
    with stage.connection(database_url) as connection:
        for statement in (_REGISTRATIONS, _MESSAGES, _TALLIES, _COUNTS):
            connection.execute(statement.format(event=event_id, count=count))
        for table in ("registration", "message", "event_tally", "event_places", "mail_tally", "event"):
            connection.execute(f"VACUUM (FREEZE, ANALYZE) {table}")


def _crowd(
    stage: Stage, plan: Plan, empty: str, full: str, full_url: str, many: tuple[UUID, str]
) -> dict[str, list[Sample]]:
    found: dict[str, list[Sample]] = {"empty": [], "full": []}
    for number in range(plan.rounds):
        found["empty"].append(run_registering(stage, empty, plan, f"Beside the full one {number}"))
        found["full"].append(run_at(stage, full, plan, *many, full_url))
    return found


def _stats(stage: Stage, plan: Plan, full: str, token: str, few: str, many: str) -> dict[str, list[Sample]]:
    """One reader at a time, as a dashboard asks."""
    found: dict[str, list[Sample]] = {"stats_few": [], "stats_many": []}
    for _ in range(plan.rounds):
        for name, slug in (("stats_few", few), ("stats_many", many)):
            url = f"{full}/api/v1/events/{slug}/stats"
            load = partial(wrk.read, url, seconds=plan.seconds / 2, connections=1, token=token)
            found[name].append(sample(stage, load, status=200))
    return found
