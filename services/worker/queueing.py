"""Redis and the one queue: what the dispatcher writes and workers read. Nothing here is the only copy of anything."""

from functools import cache

from redis import Redis
from rq import Queue

from shared.settings import get_settings

QUEUE = "mail"


@cache
def redis_connection() -> Redis:
    settings = get_settings()
    password = settings.redis_password.get_secret_value() if settings.redis_password else None
    return Redis.from_url(
        settings.redis_url, password=password, socket_connect_timeout=5, health_check_interval=30, retry_on_timeout=True
    )


@cache
def mail_queue() -> Queue:
    return Queue(QUEUE, connection=redis_connection())
