"""Whether everything runs, for who runs it."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

# Up to so many rows are counted.
EXACT_ROWS = 10_000


class SystemFinding(BaseModel):
    """`says` is one sentence of fact, `remedy` one of what to do."""

    check: str
    level: Literal["ok", "warning", "problem", "unknown"]
    says: str
    remedy: str | None


class ProcessFacts(BaseModel):
    process: str
    kind: str
    seen_at: datetime
    is_alive: bool
    mails_per_minute: float | None


class SystemAnswer(BaseModel):
    """`oldest_waiting_seconds` is None where no due mail waits; rows above EXACT_ROWS are estimated."""

    server_time: datetime
    version: str
    findings: list[SystemFinding]
    processes: list[ProcessFacts]
    mails_due: int
    oldest_waiting_seconds: float | None
    jobs: dict[str, int]
    database_bytes: int
    database_version: str
    redis_bytes: int | None
    backup_at: datetime | None
    rows: dict[str, int]
