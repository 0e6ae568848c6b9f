"""The Atom feed of a calendar's upcoming events (RFC 4287)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

_GENERATOR = "Plenary"
# XML 1.0 has no way to write these, not even escaped.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class AtomEntry:
    """One event of the feed. The caller marks a cancelled one in its title and renders the HTML safely."""

    id: UUID
    title: str
    url: str
    summary: str
    content_html: str
    updated_at: datetime
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AtomFeed:
    """What the feed says about itself: its page, the address it is fetched from, and whose events these are."""

    id: UUID
    title: str
    subtitle: str
    author: str
    language: str
    url: str
    self_url: str
    updated_at: datetime


def atom(feed: AtomFeed, entries: Iterable[AtomEntry]) -> bytes:
    """The feed as XML, entries in the order given; the same bytes for the same values. Moments must be aware."""
    entries = list(entries)
    generator = FeedGenerator()
    _describe(generator, feed, max([feed.updated_at, *(entry.updated_at for entry in entries)]))
    for entry in entries:
        generator.add_entry(_entry(entry), order="append")
    return bytes(generator.atom_str())


def _describe(generator: FeedGenerator, feed: AtomFeed, updated_at: datetime) -> None:
    generator.id(feed.id.urn)
    generator.title(_text(feed.title))
    generator.subtitle(_text(feed.subtitle))
    generator.language(feed.language)
    generator.author(name=_text(feed.author))
    generator.link(href=feed.url, rel="alternate", type="text/html")
    generator.link(href=feed.self_url, rel="self", type="application/atom+xml")
    generator.updated(_instant(updated_at))
    generator.generator(_GENERATOR)


def _entry(entry: AtomEntry) -> FeedEntry:
    written = FeedEntry()
    written.id(entry.id.urn)
    written.title(_text(entry.title))
    written.link(href=entry.url, rel="alternate", type="text/html")
    written.updated(_instant(entry.updated_at))
    if entry.published_at:
        written.published(_instant(entry.published_at))
    written.summary(_text(entry.summary), type="text")
    written.content(_text(entry.content_html), type="html")
    return written


def _text(text: str) -> str:
    return _NOT_XML.sub("", text)


def _instant(moment: datetime) -> datetime:
    """In UTC, so that the bytes do not depend on the zone that a row was read in."""
    if moment.utcoffset() is None:
        raise ValueError(f"A feed needs aware moments, not {moment!r}.")
    return moment.astimezone(UTC)
