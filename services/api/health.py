"""Is it alive, is it ready, and how much is there to do: for operators and their tools."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from redis import RedisError
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from services.api.database import DatabaseSession
from services.api.openapi import gives
from services.api.redis_store import redis_connection
from shared import clock, heartbeats
from shared.database import new_session
from shared.migrations.state import is_current
from shared.models import Message, MessageStatus

router = APIRouter(tags=["operators"], include_in_schema=True)

# A mail that has been due for this long means that nothing is being sent.
OLDEST_MAIL_SECONDS = 600
_WAITING = (MessageStatus.PENDING, MessageStatus.SENDING)


@router.get("/healthz")
def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "Something is not well.", "model": dict[str, object]}})
def ready(response: Response) -> dict[str, object]:
    """Database, Redis, migrations, the mail queue's age: 503 where one of them is not well."""
    checks = {"database": _database_answers(), "redis": _redis_answers(), "migrations": False, "mail": False}
    if checks["database"]:
        with new_session() as session:
            checks["migrations"] = is_current(session)
            checks["mail"] = checks["migrations"] and oldest_waiting_seconds(session) < OLDEST_MAIL_SECONDS
    # Registrations are taken without Redis, so its absence alone does not take the service out of rotation.
    if not all(ok for name, ok in checks.items() if name != "redis"):
        response.status_code = 503
    return {"status": "ready" if response.status_code != 503 else "not ready", "checks": checks}


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


def oldest_waiting_seconds(session: Session) -> float:
    """For how long the oldest due mail has been waiting; 0 when nothing waits."""
    oldest = session.scalar(
        select(func.min(Message.due_at)).where(Message.status.in_(_WAITING), Message.due_at <= clock.now())
    )
    return (clock.now() - oldest).total_seconds() if oldest else 0.0


@router.get("/metrics", response_class=Response, responses=gives("text/plain"))
def metrics(session: DatabaseSession) -> Response:
    """Prometheus text format: what is waiting, and whether dispatcher and worker run."""
    registry = CollectorRegistry()
    waiting = select(func.count()).where(Message.status.in_(_WAITING), Message.due_at <= clock.now())
    _gauge(registry, "plenary_mail_waiting", "Messages due and not sent.", session.scalar(waiting) or 0)
    age = oldest_waiting_seconds(session)
    _gauge(registry, "plenary_mail_oldest_waiting_seconds", "Age of the oldest message due and not sent.", age)
    for kind in ("dispatcher", "worker"):
        is_alive = heartbeats.is_alive(heartbeats.last_seen(session, kind))
        _gauge(registry, f"plenary_{kind}_alive", f"1 while a {kind} runs.", float(is_alive))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _gauge(registry: CollectorRegistry, name: str, text: str, value: float) -> None:
    Gauge(name, text, registry=registry).set(value)
