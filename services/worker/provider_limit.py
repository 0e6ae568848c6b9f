"""The mail provider's limit, for all workers together: counted in Redis, spread evenly over the minute.

Evenly, because who may send sixty a minute and sends them in the first second keeps urgent mail waiting for the rest.
"""

import time
from datetime import datetime
from functools import cache

import structlog
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis import RedisError

from services.worker.queueing import redis_connection
from shared import clock
from shared.settings import get_settings

log = structlog.get_logger()

_WINDOW_SECONDS = 5
# Seconds between two tries to get a turn.
_PAUSE = 0.1


@cache
def limiter() -> MovingWindowRateLimiter:
    storage = RedisStorage(get_settings().redis_url, connection_pool=redis_connection().connection_pool)
    return MovingWindowRateLimiter(storage)


def share(per_minute: int) -> RateLimitItem:
    """So many in each few seconds that no minute ever has more."""
    in_window = per_minute * _WINDOW_SECONDS // 60
    if in_window:
        return RateLimitItemPerSecond(in_window, multiples=_WINDOW_SECONDS, namespace="smtp")
    return RateLimitItemPerSecond(1, multiples=-(-60 // per_minute), namespace="smtp")


def wait_for_turn(per_minute: int, *, until: datetime) -> bool:
    """False where it does not come in time, or where nobody knows: without Redis no worker can tell what the others
    send, and a provider that was sent too much is slower to forgive than a reader."""
    while True:
        try:
            if limiter().hit(share(per_minute)):
                return True
        except RedisError as problem:
            log.warning("provider_limit.unknown", error=type(problem).__name__)
            return False
        if clock.now() >= until:
            return False
        time.sleep(_PAUSE)
