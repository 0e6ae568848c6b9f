"""How often somebody may try, counted in Redis; where Redis does not answer, nobody is kept out."""

from functools import cache

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis import RedisError

from services.api.redis_store import redis_connection
from shared import clock
from shared.errors import TooManyRequests
from shared.settings import get_settings

log = structlog.get_logger()

# A person mistypes a few times; a machine tries for ever. By account, because one address hides many people.
SIGN_IN_PER_ACCOUNT = RateLimitItemPerMinute(10, multiples=10, namespace="sign-in")
# The link goes out once an hour; more wishes are a slip, a doubt, or somebody who wants to annoy a mailbox.
LINKS_PER_ADDRESS = RateLimitItemPerMinute(5, multiples=60, namespace="link")
LINKS_PER_NETWORK = RateLimitItemPerMinute(60, multiples=10, namespace="link-network")


@cache
def _limiter() -> MovingWindowRateLimiter:
    storage = RedisStorage(get_settings().redis_url, connection_pool=redis_connection().connection_pool)
    return MovingWindowRateLimiter(storage)


def count(limit: RateLimitItem, *who: str) -> None:
    """Note one try. Raises TooManyRequests where it was one too many."""
    try:
        is_allowed = _limiter().hit(limit, *who)
        reset_at = 0.0 if is_allowed else _limiter().get_window_stats(limit, *who).reset_time
    except RedisError as problem:
        log.warning("rate_limit.not_counted", error=type(problem).__name__)
        return
    if not is_allowed:
        wait = max(1, round(reset_at - clock.now().timestamp()))
        raise TooManyRequests(f"Too many tries. Wait {-(-wait // 60)} minutes and try again.", retry_after=wait)
