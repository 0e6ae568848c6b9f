"""Feeds are written once and kept, and never kept a moment too long."""

import gzip
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import vobject
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from services.api.kept_feeds import Feed, KeptFeeds
from shared import clock, events, ical
from shared.database import get_engine, new_session
from shared.models import Calendar, Event
from shared.schemas.events import EventContent
from tests.factories import in_days, make_calendar, make_event

NOW = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The name of each calendar that was written out, once for each time."""
    names: list[str] = []
    write = ical.feed

    def note(calendar: Any, *args: Any, **more: Any) -> bytes:
        names.append(calendar.name)
        return write(calendar, *args, **more)

    monkeypatch.setattr(ical, "feed", note)
    return names


def titles(client: TestClient, calendar: Calendar, kind: str = "ics") -> list[str]:
    answer = client.get(f"/calendars/{calendar.slug}.{kind}")
    return [entry.summary.value for entry in vobject.readOne(answer.text).contents.get("vevent", [])]


def edit(session: Session, event: Event, **content: Any) -> None:
    events.edit(session, event.id, EventContent(**content), version=None)
    session.commit()


def test_a_feed_is_written_once_for_everybody_and_again_when_it_changes(
    client: TestClient, session: Session, written: list[str]
) -> None:
    calendar = make_calendar(session, title="Harbours")
    event = make_event(session, calendar)
    path = f"/calendars/{calendar.slug}.ics"
    tag = client.get(path).headers["ETag"]

    for request in ({}, {"headers": {"If-None-Match": tag}}, {"headers": {"Accept-Encoding": "identity"}}):
        assert client.get(path, **request).status_code in {200, 304}
    assert client.head(path).status_code == 200
    assert written == ["Harbours"]

    edit(session, event, title="Renamed")
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 200
    assert written == ["Harbours"] * 2


def test_one_calendar_keeps_another_from_nothing(client: TestClient, session: Session) -> None:
    first, second = make_calendar(session), make_calendar(session)
    make_event(session, first, title="Rivers")
    make_event(session, second, title="Trees")

    assert [titles(client, one) for one in (first, second, first)] == [["Rivers"], ["Trees"], ["Rivers"]]
    loud = client.get(f"/calendars/{first.slug}.ics?alarm=15").text
    assert "VALARM" in loud
    assert "VALARM" not in client.get(f"/calendars/{first.slug}.ics").text


def test_what_is_deleted_leaves_the_feed(client: TestClient, session: Session) -> None:
    calendar = make_calendar(session)
    make_event(session, calendar, title="Rivers")
    doomed = make_event(session, calendar, title="Trees")
    assert titles(client, calendar) == ["Rivers", "Trees"]

    session.delete(doomed)
    session.commit()

    assert titles(client, calendar) == ["Rivers"]


def test_an_edit_that_is_committed_after_a_later_one_is_not_missed(client: TestClient, session: Session) -> None:
    calendar = make_calendar(session)
    slow, quick = (make_event(session, calendar, title=title) for title in ("Rivers", "Trees"))
    with new_session() as other:
        events.edit(other, slow.id, EventContent(title="Harbours"), version=None)
        edit(session, quick, title="Woods")
        assert sorted(titles(client, calendar)) == ["Rivers", "Woods"]
        other.commit()

    assert sorted(titles(client, calendar)) == ["Harbours", "Woods"]


def test_time_alone_takes_events_out(client: TestClient, session: Session) -> None:
    calendar = make_calendar(session)
    make_event(session, calendar, title="Rivers", starts_at_local=in_days(1))
    off = make_event(session, calendar, title="Trees", starts_at_local=in_days(60))
    events.cancel(session, off.id, None)
    session.commit()
    path = f"/calendars/{calendar.slug}.ics"
    first = client.get(path)
    assert titles(client, calendar) == ["Rivers", "Cancelled: Trees"]

    def later(days: int) -> tuple[list[str], int]:
        with clock.travel_to(clock.now() + timedelta(days=days)):
            condition = {"If-Modified-Since": first.headers["Last-Modified"]}
            return titles(client, calendar), client.get(path, headers=condition).status_code

    assert later(29) == (["Rivers", "Cancelled: Trees"], 304)
    # Whoever asks by date alone is told as well that something is gone.
    assert later(31) == (["Rivers"], 200)
    assert later(90) == (["Rivers"], 200)
    assert later(92) == ([], 200)


def test_news_are_over_when_the_event_is(client: TestClient, session: Session) -> None:
    calendar = make_calendar(session)
    make_event(session, calendar, title="Rivers", starts_at_local=in_days(1))
    path = f"/calendars/{calendar.slug}.atom"
    assert "Rivers" in client.get(path).text

    with clock.travel_to(clock.now() + timedelta(days=2)):
        assert "Rivers" not in client.get(path).text


def test_an_answer_of_304_costs_two_looks_at_the_database(client: TestClient, session: Session) -> None:
    calendar = make_calendar(session)
    for number in range(5):
        make_event(session, calendar, title=f"Event {number}")
    path = f"/calendars/{calendar.slug}.ics"
    tag = client.get(path).headers["ETag"]
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    sqlalchemy_event.listen(get_engine(), "before_cursor_execute", note)
    try:
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    finally:
        sqlalchemy_event.remove(get_engine(), "before_cursor_execute", note)

    assert len(statements) == 2
    assert not any("event.title" in statement for statement in statements)


@pytest.mark.parametrize(
    ("accepts", "is_zipped"),
    [("gzip", True), ("br, GZIP;q=0.5", True), ("gzip;q=0", False), ("gzip; q=0.0", False), ("br", False), ("", False)],
)
def test_gzip_is_for_whoever_takes_it_under_a_tag_of_its_own(
    client: TestClient, session: Session, accepts: str, is_zipped: bool
) -> None:
    event = make_event(session)
    path = f"/calendars/{event.calendar.slug}.ics"
    plain = client.get(path, headers={"Accept-Encoding": "identity"})

    with client.stream("GET", path, headers={"Accept-Encoding": accepts}) as answer:
        octets = b"".join(answer.iter_raw())

    assert (gzip.decompress(octets) if is_zipped else octets) == plain.content
    assert (answer.headers.get("Content-Encoding") == "gzip") == is_zipped
    assert (answer.headers["ETag"] != plain.headers["ETag"]) == is_zipped
    assert answer.headers["Vary"] == "Accept-Encoding"
    again = client.get(path, headers={"Accept-Encoding": accepts, "If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_of_many_who_ask_at_once_one_writes() -> None:
    kept, begun, go = KeptFeeds(), threading.Event(), threading.Event()
    writers: list[int] = []

    def write() -> Feed:
        writers.append(1)
        begun.set()
        go.wait(10)
        return Feed(b"feed", NOW)

    found: list[Feed] = []
    asking = [threading.Thread(target=lambda: found.append(kept.get("a", 1, write))) for _ in range(8)]
    for thread in asking:
        thread.start()
    begun.wait(10)
    go.set()
    for thread in asking:
        thread.join(10)

    assert [feed.octets for feed in found] == [b"feed"] * 8
    assert len(writers) == 1


def test_a_writer_that_failed_keeps_nobody_waiting() -> None:
    kept = KeptFeeds()

    def fail() -> Feed:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        kept.get("a", 1, fail)

    assert kept.get("a", 1, lambda: Feed(b"feed", NOW)).octets == b"feed"


def test_no_more_is_kept_than_there_is_room_for() -> None:
    kept, written = KeptFeeds(room=3000), []

    def write(name: str) -> Feed:
        written.append(name)
        return Feed(bytes(1000), NOW)

    for name in "abcab":
        kept.get(name, 1, lambda name=name: write(name))  # type: ignore[misc]
    assert "".join(written) == "abcab"
    kept.get("b", 1, lambda: write("b"))
    assert "".join(written) == "abcab"
    kept.get("large", 1, lambda: Feed(bytes(range(256)) * 100, NOW))
    kept.get("b", 1, lambda: write("b"))
    assert "".join(written) == "abcab"
