"""The Atom feed, read back with the standard library's XML parser."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID
from xml.etree.ElementTree import Element, fromstring
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import feeds
from shared.feeds import AtomEntry, AtomFeed

FEED = AtomFeed(
    id=UUID("0198c3f4-7b7e-7b1e-a1f2-2b1d5a0c9f11"),
    title="International calendar",
    subtitle="Webinars of the network",
    author="International network",
    language="en",
    url="https://events.example.org/calendars/international",
    self_url="https://events.example.org/calendars/international.atom",
    updated_at=datetime(2026, 5, 1, tzinfo=UTC),
)
WEBINAR = AtomEntry(
    id=UUID("0198c3f4-0000-7b1e-a1f2-2b1d5a0c9f11"),
    title="Cities & water",
    url="https://events.example.org/events/cities-and-water?a=1&b=2",
    summary="Wednesday 22 July 2026, 15:00 CEST (Madrid, UTC+2)",
    content_html="<p>Two hours, <em>three</em> cities.</p>",
    updated_at=datetime(2026, 6, 20, 9, tzinfo=UTC),
    published_at=datetime(2026, 6, 1, 9, tzinfo=UTC),
)


def texts(element: Element) -> dict[str, str]:
    return {child.tag.rpartition("}")[2]: child.text or "" for child in element}


def entries(octets: bytes) -> list[Element]:
    return fromstring(octets).findall("{http://www.w3.org/2005/Atom}entry")


def links(element: Element) -> dict[str, str | None]:
    # A link without rel is an alternate one (RFC 4287 4.2.7.2).
    return {
        link.get("rel", "alternate"): link.get("href") for link in element.findall("{http://www.w3.org/2005/Atom}link")
    }


def test_a_feed_says_whose_it_is_where_it_lives_and_when_it_last_changed() -> None:
    feed = fromstring(feeds.atom(FEED, [WEBINAR]))

    said = texts(feed)
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    assert (said["id"], said["title"]) == ("urn:uuid:0198c3f4-7b7e-7b1e-a1f2-2b1d5a0c9f11", "International calendar")
    assert (said["subtitle"], said["generator"]) == ("Webinars of the network", "Plenary")
    assert said["updated"] == "2026-06-20T09:00:00+00:00"
    assert feed.findtext("{http://www.w3.org/2005/Atom}author/{http://www.w3.org/2005/Atom}name") == FEED.author
    assert links(feed) == {"alternate": FEED.url, "self": FEED.self_url}


def test_an_entry_carries_its_summary_as_text_and_its_content_as_html() -> None:
    (entry,) = entries(feeds.atom(FEED, [WEBINAR]))

    assert texts(entry) == {
        "id": "urn:uuid:0198c3f4-0000-7b1e-a1f2-2b1d5a0c9f11",
        "title": "Cities & water",
        "updated": "2026-06-20T09:00:00+00:00",
        "link": "",
        "summary": WEBINAR.summary,
        "content": WEBINAR.content_html,
        "published": "2026-06-01T09:00:00+00:00",
    }
    assert links(entry) == {"alternate": WEBINAR.url}
    kinds = {child.tag.rpartition("}")[2]: child.get("type") for child in entry}
    assert (kinds["summary"], kinds["content"]) == ("text", "html")


def test_entries_keep_the_order_they_were_given_in() -> None:
    later = replace(WEBINAR, id=UUID(int=7), title="Later")

    assert [texts(entry)["title"] for entry in entries(feeds.atom(FEED, [WEBINAR, later]))] == [
        "Cities & water",
        "Later",
    ]


def test_equal_values_give_equal_bytes_in_whatever_zone_they_were_read() -> None:
    elsewhere = replace(WEBINAR, updated_at=WEBINAR.updated_at.astimezone(ZoneInfo("America/Chicago")))

    assert feeds.atom(FEED, [elsewhere]) == feeds.atom(FEED, [WEBINAR])


def test_a_calendar_without_events_has_a_feed_too() -> None:
    octets = feeds.atom(FEED, [])

    assert entries(octets) == []
    assert texts(fromstring(octets))["updated"] == "2026-05-01T00:00:00+00:00"


@given(st.text(min_size=1), st.text(), st.text())
@settings(deadline=None, max_examples=60)
def test_any_text_gives_well_formed_xml_with_one_entry(title: str, summary: str, content: str) -> None:
    entry = replace(WEBINAR, title=f"x{title}", summary=summary, content_html=content)

    assert len(entries(feeds.atom(replace(FEED, subtitle=summary), [entry]))) == 1


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware moments"):
        feeds.atom(FEED, [replace(WEBINAR, published_at=datetime(2026, 6, 1))])
