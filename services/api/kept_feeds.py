"""Feeds that calendar programs ask for again and again: written once, and kept in this process until they change.

What a feed says is known by a version that the database tells in a few milliseconds; so whoever has it already is
answered without it being written, and so is everybody else for as long as the version stays.
"""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cached_property
from threading import Lock

from fastapi import Request, Response

# Bytes in one process. A feed of 1,000 events has 0.9 MB, and a tenth of that again in gzip.
ROOM = 32 * 1024 * 1024
# Calendar programs ask every hour at most; a quarter of that keeps a change from waiting for a cache as well.
PUBLIC = "public, max-age=900"


@dataclass(frozen=True)
class Feed:
    """The bytes with what names them. `changed_at` is when they last became others."""

    octets: bytes
    changed_at: datetime

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.octets).hexdigest()[:32]

    @cached_property
    def zipped(self) -> bytes:
        return gzip.compress(self.octets, compresslevel=6, mtime=0)


class KeptFeeds:
    """The feeds asked for last, as many as there is room for."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._feeds: OrderedDict[Hashable, tuple[Hashable, Feed]] = OrderedDict()
        self._writing: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def get(self, key: Hashable, version: Hashable, write: Callable[[], Feed]) -> Feed:
        """The feed of this version, written unless it is here. Of several who ask at once, one writes."""
        with self._lock:
            found = self._find(key, version)
            writing = self._writing.setdefault(key, Lock())
        if found is not None:
            return found
        with writing:
            with self._lock:
                found = self._find(key, version)
            try:
                return found or self._put(key, version, write())
            finally:
                self._writing.pop(key, None)

    def _find(self, key: Hashable, version: Hashable) -> Feed | None:
        kept_version, feed = self._feeds.get(key, (None, None))
        if feed is None or kept_version != version:
            return None
        self._feeds.move_to_end(key)
        return feed

    def _put(self, key: Hashable, version: Hashable, feed: Feed) -> Feed:
        size = _size(feed)
        with self._lock:
            self._feeds.pop(key, None)
            if size <= self._room:
                self._feeds[key] = version, feed
            while sum(_size(each) for _, each in self._feeds.values()) > self._room:
                self._feeds.popitem(last=False)
        return feed


def _size(feed: Feed) -> int:
    return len(feed.octets) + len(feed.zipped)


def answer(request: Request, feed: Feed, media_type: str, filename: str, *, kept: str = PUBLIC) -> Response:
    """The feed, or 304 to who has it (RFC 9110 section 13); in gzip to who takes that, under a tag of its own."""
    is_zipped = _takes_gzip(request)
    tags = [f'"{feed.digest}"', f'"{feed.digest}-gzip"']
    headers = {
        "ETag": tags[is_zipped],
        "Last-Modified": format_datetime(feed.changed_at.astimezone(UTC), usegmt=True),
        "Cache-Control": kept,
        "Vary": "Accept-Encoding",
        "Content-Disposition": f'inline; filename="{filename}"',
    }
    if _has_it(request, tags, feed.changed_at):
        return Response(status_code=304, headers=headers)
    if is_zipped:
        headers["Content-Encoding"] = "gzip"
    octets = feed.zipped if is_zipped else feed.octets
    return Response(octets, headers=headers, media_type=f"{media_type}; charset=utf-8")


def _takes_gzip(request: Request) -> bool:
    """RFC 9110 section 12.5.3, as far as programs use it: named, and not refused with q=0."""
    for named in request.headers.get("accept-encoding", "").lower().split(","):
        coding, _, quality = named.replace(" ", "").partition(";q=")
        if coding == "gzip":
            return quality.strip("0.") != "" or not quality
    return False


def _has_it(request: Request, tags: list[str], changed_at: datetime) -> bool:
    given = request.headers.get("if-none-match")
    if given is not None:
        named = {tag.strip().removeprefix("W/") for tag in given.split(",")}
        return given.strip() == "*" or not named.isdisjoint(tags)
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return changed_at.replace(microsecond=0) <= (since if since.tzinfo else since.replace(tzinfo=UTC))
