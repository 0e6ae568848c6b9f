"""Redis and the queues: what the dispatcher writes and workers read. Nothing here is the only copy of anything."""

from enum import StrEnum
from functools import cache

from redis import Redis
from rq import Queue

from shared.outbox import ALL, CHANGED, USUAL, Priorities
from shared.settings import get_settings


class Band(StrEnum):
    """Workers empty the first queue before they turn to the next: what is urgent never waits behind what is not."""

    URGENT = "urgent"
    USUAL = "mail"
    BULK = "bulk"


# Urgent: needed within the hour, or the news that everything is otherwise. Bulk: what nobody waits for.
PRIORITIES = {
    Band.URGENT: Priorities(ALL.first, CHANGED),
    Band.USUAL: Priorities(CHANGED + 1, USUAL),
    Band.BULK: Priorities(USUAL + 1, ALL.last),
}


@cache
def redis_connection() -> Redis:
    settings = get_settings()
    password = settings.redis_password.get_secret_value() if settings.redis_password else None
    return Redis.from_url(
        settings.redis_url, password=password, socket_connect_timeout=5, health_check_interval=30, retry_on_timeout=True
    )


@cache
def mail_queue(band: Band = Band.USUAL) -> Queue:
    return Queue(band.value, connection=redis_connection())


def mail_queues() -> list[Queue]:
    """The most urgent first."""
    return [mail_queue(band) for band in Band]
