"""How often somebody may try, counted in Redis; where Redis does not answer, nobody is kept out."""

from functools import cache
from typing import NamedTuple

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis import RedisError

from services.api.abuse.counters import Key
from services.api.redis_store import redis_connection
from shared import clock
from shared.errors import TooManyRequests
from shared.settings import get_settings

log = structlog.get_logger()

# A person mistypes a few times; a machine tries for ever. By account, because one address hides many people.
SIGN_IN_PER_ACCOUNT = RateLimitItemPerMinute(10, multiples=10, namespace="sign-in")
# Each try costs a signature; codes are good once, so nobody can guess here.
IDENTITIES = RateLimitItemPerMinute(300, multiples=10, namespace="identity")
# A mailed link a few times a day is a doubt; more is somebody who wants to annoy a mailbox.
PASSWORD_LINKS_PER_ACCOUNT = RateLimitItemPerMinute(5, multiples=60, namespace="password-link")
# Each may cause a mail to an address that somebody typed.
MEMBERS_PER_ORGANISER = RateLimitItemPerMinute(30, multiples=60, namespace="members")
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
        facts = (limit.namespace, limit.amount, limit.get_expiry())
        raise TooManyRequests(f"Too many tries. {_remedy(wait)}", retry_after=wait, limit=facts)


class Window(NamedTuple):
    """A limit of the crowd path: so many in each window of so many seconds, by the clock that all processes share."""

    name: str
    seconds: int

    def key(self, who: bytes) -> Key:
        """Where it is counted in the window that runs now. `who` is a digest: nothing in Redis names anybody."""
        return Key(b"limit:%b:%d:%b" % (self.name.encode(), self.number(), who), self.seconds)

    def number(self) -> int:
        return int(clock.now().timestamp()) // self.seconds

    def ends_in(self) -> int:
        return self.seconds - int(clock.now().timestamp()) % self.seconds

    def refuse(self, fact: str, *, most: int) -> TooManyRequests:
        wait = max(1, self.ends_in())
        message = f"{fact} Nothing was stored. {_remedy(wait)}"
        return TooManyRequests(message, retry_after=wait, limit=(self.name, most, self.seconds))


PER_NETWORK = Window("network", 600)
WITHOUT_PROOF = Window("without-proof", 600)
PER_ADDRESS = Window("address", 3600)
PROOF_USED = Window("proof", 3600)


def _remedy(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return f"Wait {minutes} minute{'s' if minutes > 1 else ''} and try again."


def fields(name: str, most: int, seconds: int, *, remaining: int, reset: int) -> dict[str, str]:
    """How much is left, after the IETF draft "RateLimit header fields for HTTP" (revision 10)."""
    return {
        "RateLimit-Policy": f'"{name}";q={most};w={seconds}',
        "RateLimit": f'"{name}";r={max(0, remaining)};t={reset}',
    }
