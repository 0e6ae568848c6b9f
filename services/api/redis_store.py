"""The api's connection to Redis, for what it can do without: nobody waits for it longer than a second."""

from functools import cache

from redis import Redis

from shared.settings import get_settings


@cache
def redis_connection() -> Redis:
    settings = get_settings()
    password = settings.redis_password.get_secret_value() if settings.redis_password else None
    return Redis.from_url(settings.redis_url, password=password, socket_timeout=1, socket_connect_timeout=1)
