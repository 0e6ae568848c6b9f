"""The api's connections to Redis, for what it can do without: nobody waits for it longer than a second."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from redis import Redis
from redis import asyncio as redis_asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from shared.settings import get_settings


@cache
def redis_connection() -> Redis:
    # Left to itself the client tries again for seconds, while somebody waits.
    return Redis.from_url(get_settings().redis_url, **_facts(), retry=Retry(NoBackoff(), 0))


@asynccontextmanager
async def async_connection() -> AsyncIterator["redis_asyncio.Redis"]:
    """For the event loop. It belongs to the loop that opens it."""
    client = redis_asyncio.Redis.from_url(get_settings().redis_url, **_facts(), retry=AsyncRetry(NoBackoff(), 0))
    async with client:
        yield client


def _facts() -> dict[str, Any]:
    settings = get_settings()
    password = settings.redis_password.get_secret_value() if settings.redis_password else None
    return {"password": password, "socket_timeout": 1, "socket_connect_timeout": 1}
