"""Is it alive, is it ready, and how much is there to do: for operators and their tools."""

from datetime import datetime

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from redis import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from services.api.database import DatabaseSession
from services.api.openapi import gives
from services.api.redis_store import redis_connection
from shared import canary, clock, heartbeats
from shared.checkup import line
from shared.checkup.findings import Level
from shared.database import new_session
from shared.migrations.state import is_current

router = APIRouter(tags=["operators"], include_in_schema=True)

_WORTH_SAYING = (Level.WARNING, Level.PROBLEM)


@router.get("/healthz")
def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "Something is not well.", "model": dict[str, object]}})
def ready(response: Response) -> dict[str, object]:
    """Database, Redis, migrations, the mail queue's age: 503 where one of them is not well.

    `causes` says in words what keeps mail from leaving: no worker, a server that refuses (with its words), a canary
    that did not arrive. `plenary doctor` looks further.
    """
    checks = {"database": _database_answers(), "redis": _redis_answers(), "migrations": False, "mail": False}
    causes: list[str] = [] if checks["redis"] else ["Redis does not answer: registrations are taken, no mail leaves."]
    if checks["database"]:
        with new_session() as session:
            checks["migrations"] = is_current(session)
            if checks["migrations"]:
                found = [finding for finding in line.check(session) if finding.level in _WORTH_SAYING]
                checks["mail"] = not any(finding.check == "queue" for finding in found)
                causes += [finding.says for finding in found]
    # Registrations are taken without Redis, so its absence alone does not take the service out of rotation.
    if not all(ok for name, ok in checks.items() if name != "redis"):
        response.status_code = 503
    return {"status": "ready" if response.status_code != 503 else "not ready", "checks": checks, "causes": causes}


def _database_answers() -> bool:
    try:
        with new_session() as session:
            return bool(session.scalar(text("SELECT 1")) == 1)
    except SQLAlchemyError:
        return False


def _redis_answers() -> bool:
    try:
        return bool(redis_connection().ping())
    except RedisError:
        return False


def _seconds_since(moment: datetime | None) -> float:
    return (clock.now() - moment).total_seconds() if moment else 0.0


@router.get("/metrics", response_class=Response, responses=gives("text/plain"))
def metrics(session: DatabaseSession) -> Response:
    """Prometheus text format: what is waiting, and whether dispatcher and worker run."""
    registry = CollectorRegistry()
    _gauge(registry, "plenary_mail_waiting", "Messages due and not sent.", line.waiting(session))
    age = _seconds_since(line.oldest_waiting(session))
    _gauge(registry, "plenary_mail_oldest_waiting_seconds", "Age of the oldest message due and not sent.", age)
    arrived = canary.last_arrived(session)
    if arrived is not None:
        text_of_it = "Since the last message to ourselves went through the whole line."
        _gauge(registry, "plenary_canary_seconds", text_of_it, _seconds_since(arrived))
    for kind in ("dispatcher", "worker"):
        is_alive = heartbeats.is_alive(heartbeats.last_seen(session, kind))
        _gauge(registry, f"plenary_{kind}_alive", f"1 while a {kind} runs.", float(is_alive))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _gauge(registry: CollectorRegistry, name: str, text: str, value: float) -> None:
    Gauge(name, text, registry=registry).set(value)
