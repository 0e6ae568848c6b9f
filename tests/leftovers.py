"""Looks for what somebody typed in every column of every table, and in every key and value of Redis."""

import zlib
from collections.abc import Iterable, Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.worker.queueing import redis_connection

_COLUMNS = text(
    "SELECT table_name, column_name, data_type FROM information_schema.columns "
    "WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"
)


def leftovers(session: Session, words: Iterable[str]) -> list[str]:
    """Where any of these still stands, as `table.column: word` or `redis: word`. Case does not matter."""
    wanted = [word.lower() for word in words]
    return [*_in_tables(session, wanted), *_in_redis(wanted)]


def _in_tables(session: Session, words: list[str]) -> Iterator[str]:
    session.flush()
    for table, column, kind in session.execute(_COLUMNS).all():
        shown = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
        query = text(f'SELECT 1 FROM "{table}" WHERE position(:word in lower({shown})) > 0 LIMIT 1')
        yield from (f"{table}.{column}: {word}" for word in words if session.scalar(query, {"word": word}))


def _in_redis(words: list[str]) -> Iterator[str]:
    content = b"\n".join(_redis_content()).lower()
    yield from (f"redis: {word}" for word in words if word.encode() in content)


def _redis_content() -> Iterator[bytes]:
    redis = redis_connection()
    for key in redis.scan_iter():
        yield key
        for part in _parts(key, redis.type(key).decode()):
            yield part
            try:
                yield zlib.decompress(part)  # RQ packs what its jobs are called with.
            except zlib.error:
                continue


def _parts(key: bytes, kind: str) -> list[bytes]:
    redis = redis_connection()
    if kind == "hash":
        return [part for pair in redis.hgetall(key).items() for part in pair]
    if kind == "list":
        return list(redis.lrange(key, 0, -1))
    if kind == "set":
        return list(redis.smembers(key))
    if kind == "zset":
        return list(redis.zrange(key, 0, -1))
    assert kind == "string", kind
    return [redis.get(key)]
