"""Whether everything runs, for who runs it."""

from fastapi import APIRouter
from redis import RedisError

from services.api.auth import Operating
from services.api.database import DatabaseSession
from services.api.openapi import refused
from services.api.redis_store import redis_connection
from shared import clock, system
from shared.checkup import line
from shared.checkup.findings import problem
from shared.release import RELEASE
from shared.schemas.system import SystemAnswer

router = APIRouter(tags=["operators"])
_QUEUES = ("urgent", "mail", "bulk")


@router.get("/system", responses=refused(403))
def read_system(operator: Operating, session: DatabaseSession) -> SystemAnswer:
    """Processes, queue, database, Redis, backups: for operators. Cheap enough to be asked for every few seconds."""
    now, oldest = clock.now(), line.oldest_waiting(session)
    redis = _redis()
    return SystemAnswer(
        server_time=now,
        version=RELEASE,
        findings=[*([_REDIS_IS_SILENT] if redis is None else []), *system.findings(session)],
        processes=list(system.processes(session)),
        mails_due=line.waiting(session),
        oldest_waiting_seconds=(now - oldest).total_seconds() if oldest else None,
        jobs=redis[1] if redis else {},
        database_bytes=system.database_bytes(session),
        database_version=system.database_version(session),
        redis_bytes=redis[0] if redis else None,
        backup_at=system.backup_at(session),
        rows=system.rows(session),
    )


_SILENCE = "Redis does not answer: registrations are taken, no mail leaves."
_REDIS_IS_SILENT = system.as_answer(problem("redis", _SILENCE, "Start it: `docker compose up --detach redis`."))


def _redis() -> tuple[int, dict[str, int]] | None:
    """Bytes it uses, and jobs that wait by queue; None where it does not answer."""
    try:
        redis = redis_connection()
        used = int(redis.info("memory")["used_memory"])
        return used, {name: int(redis.llen(f"rq:queue:{name}")) for name in _QUEUES}
    except RedisError:
        return None
