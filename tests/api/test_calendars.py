"""The public feeds, read by a parser that did not write them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
import vobject
from httpx2 import Response
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared import clock, events
from shared.models import Calendar, Event
from shared.schemas.events import EventContent
from tests.factories import in_days, make_calendar, make_event

SUMMER: dict[str, Any] = {"starts_at_local": datetime(2031, 7, 23, 15), "time_zone": "Europe/Madrid", "minutes": 90}
ATOM = "{http://www.w3.org/2005/Atom}"


def entries(answer: Response) -> list[Any]:
    parsed = vobject.readOne(answer.text)
    return list(parsed.contents.get("vevent", []))


def titles(client: TestClient, calendar: Calendar) -> list[str]:
    return [entry.summary.value for entry in entries(client.get(f"/calendars/{calendar.slug}.ics"))]


def test_a_calendar_app_reads_the_events_as_they_are(client: TestClient, session: Session) -> None:
    calendar = make_calendar(session, title="Harbours")
    event = make_event(
        session, calendar, **SUMMER, title="Cool streets; hot, roofs", introduction="Streets are **hot**."
    )

    answer = client.get(f"/calendars/{calendar.slug}.ics")

    [entry] = entries(answer)
    assert entry.summary.value == "Cool streets; hot, roofs"
    assert entry.dtstart.value.isoformat() == "2031-07-23T15:00:00+02:00"
    assert entry.dtend.value.isoformat() == "2031-07-23T16:30:00+02:00"
    assert (entry.status.value, entry.location.value) == ("CONFIRMED", "Online")
    assert entry.description.value == f"Streets are hot.\n\nhttp://testserver/events/{event.slug}"
    assert entry.uid.value == f"event-{event.id}@plenary.localhost"
    parsed = vobject.readOne(answer.text)
    assert parsed.contents["x-wr-calname"][0].value == "Harbours"
    assert "method" not in parsed.contents
    assert "organizer" not in answer.text.lower()


def test_the_headers_let_everyone_keep_it_for_a_quarter_of_an_hour(client: TestClient, session: Session) -> None:
    calendar = make_calendar(session)
    event = make_event(session, calendar)

    for path, kind, name in (
        (f"/calendars/{calendar.slug}.ics", "text/calendar; charset=utf-8", f"{calendar.slug}.ics"),
        (f"/calendars/{calendar.slug}.atom", "application/atom+xml; charset=utf-8", f"{calendar.slug}.atom"),
        (f"/events/{event.slug}.ics", "text/calendar; charset=utf-8", f"{event.slug}.ics"),
    ):
        headers = client.get(path).headers
        assert headers["Content-Type"] == kind
        assert headers["Content-Disposition"] == f'inline; filename="{name}"'
        assert headers["Cache-Control"] == "public, max-age=900"
        assert headers["ETag"].startswith('"')
        assert headers["Last-Modified"].endswith("GMT")


@pytest.mark.parametrize("kind", ["ics", "atom"])
def test_who_has_it_already_gets_304_until_something_changes(client: TestClient, session: Session, kind: str) -> None:
    calendar = make_calendar(session)
    event = make_event(session, calendar)
    path = f"/calendars/{calendar.slug}.{kind}"
    first = client.get(path)
    conditions = [
        {"If-None-Match": first.headers["ETag"]},
        {"If-None-Match": f'"other", W/{first.headers["ETag"]}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": first.headers["Last-Modified"]},
    ]

    assert client.get(path).content == first.content
    for condition in conditions:
        again = client.get(path, headers=condition)
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert client.get(path, headers={"If-None-Match": '"x"', **conditions[3]}).status_code == 200
    assert client.get(path, headers={"If-Modified-Since": "yesterday"}).status_code == 200

    with clock.travel_to(clock.now() + timedelta(seconds=2)):
        events.edit(session, event.id, EventContent(title="Renamed"), version=None)
    session.commit()

    for condition in (conditions[0], conditions[3]):
        assert client.get(path, headers=condition).status_code == 200


def test_head_is_get_without_a_body(client: TestClient, session: Session) -> None:
    event = make_event(session)
    for path in (
        f"/calendars/{event.calendar.slug}.ics",
        f"/calendars/{event.calendar.slug}.atom",
        f"/events/{event.slug}.ics",
    ):
        whole, head = client.get(path), client.head(path)
        assert head.status_code == 200
        assert head.headers["ETag"] == whole.headers["ETag"]


def test_a_move_keeps_the_uid_and_grows_the_sequence(client: TestClient, session: Session) -> None:
    event = make_event(session, **SUMMER)
    path = f"/events/{event.slug}.ics"
    [before] = entries(client.get(path))

    events.edit(session, event.id, EventContent(starts_at_local=datetime(2031, 7, 24, 17)), version=None)
    session.commit()

    [after] = entries(client.get(path))
    assert after.uid.value == before.uid.value
    assert int(after.sequence.value) == int(before.sequence.value) + 1
    assert after.dtstart.value.isoformat() == "2031-07-24T17:00:00+02:00"


@pytest.mark.parametrize(
    ("days_later", "shown"), [(0, ["Cancelled: Tide gauges"]), (29, ["Cancelled: Tide gauges"]), (31, [])]
)
def test_a_cancelled_event_is_struck_out_for_thirty_days(
    client: TestClient, session: Session, days_later: int, shown: list[str]
) -> None:
    event = make_event(session, title="Tide gauges", starts_at_local=in_days(60))
    events.cancel(session, event.id, "Flooded.")
    session.commit()

    with clock.travel_to(clock.now() + timedelta(days=days_later)):
        answer = client.get(f"/calendars/{event.calendar.slug}.ics")

    assert [entry.summary.value for entry in entries(answer)] == shown
    assert all(entry.status.value == "CANCELLED" for entry in entries(answer))


def test_a_postponed_event_leaves_its_old_date_and_returns(client: TestClient, session: Session) -> None:
    event = make_event(session, title="Ferries", text_language="es")
    events.postpone(session, event.id, None)
    session.commit()
    [off] = entries(client.get(f"/events/{event.slug}.ics"))
    events.edit(session, event.id, EventContent(starts_at_local=in_days(30)), version=None)
    events.publish(session, event.id)
    session.commit()
    [on] = entries(client.get(f"/events/{event.slug}.ics"))

    assert (off.status.value, off.summary.value) == ("CANCELLED", "Aplazado: Ferries")
    assert (on.status.value, on.summary.value) == ("CONFIRMED", "Ferries")
    assert int(on.sequence.value) > int(off.sequence.value)


def past(session: Session, calendar: Calendar, title: str, days: int) -> Event:
    """An event that ended so many days ago."""
    with clock.travel_to(clock.now() - timedelta(days=days + 1)):
        event = make_event(session, calendar, title=title, starts_at_local=in_days(1))
    return event


def test_the_feed_reaches_ninety_days_back_and_shows_no_draft(client: TestClient, session: Session) -> None:
    calendar = make_calendar(session)
    past(session, calendar, "Long ago", 92)
    past(session, calendar, "Lately", 80)
    make_event(session, calendar, title="Far ahead", starts_at_local=datetime(2039, 1, 5, 9))
    make_event(session, calendar, title="Draft", published=False)

    assert titles(client, calendar) == ["Lately", "Far ahead"]


def test_an_alarm_is_there_for_who_asks(client: TestClient, session: Session) -> None:
    event = make_event(session)

    [quiet] = entries(client.get(f"/events/{event.slug}.ics"))
    [loud] = entries(client.get(f"/events/{event.slug}.ics?alarm=15"))

    assert "valarm" not in quiet.contents
    assert loud.valarm.trigger.value == timedelta(minutes=-15)
    assert client.get(f"/events/{event.slug}.ics?alarm=0").status_code == 422


def test_the_news_feed_tells_what_comes_the_latest_announcement_first(client: TestClient, session: Session) -> None:
    calendar = make_calendar(session, title="Harbours")
    with clock.travel_to(clock.now() - timedelta(days=1)):
        make_event(session, calendar, title="Announced first", starts_at_local=in_days(9))
    make_event(
        session, calendar, **SUMMER, title="Announced last", introduction="**Hot** <script> ![p](https://x.example/p)"
    )
    past(session, calendar, "Over", 3)

    feed = fromstring(client.get(f"/calendars/{calendar.slug}.atom").content)

    found = feed.findall(f"{ATOM}entry")
    assert feed.findtext(f"{ATOM}title") == "Harbours"
    assert [entry.findtext(f"{ATOM}title") for entry in found] == ["Announced last", "Announced first"]
    assert found[0].findtext(f"{ATOM}summary") == "Wednesday 23 July 2031, 15:00–16:30, Madrid (UTC+2)"
    assert found[0].findtext(f"{ATOM}content") == (
        "<p><strong>Wednesday 23 July 2031, 15:00–16:30, Madrid (UTC+2)</strong></p>"
        "<p><strong>Hot</strong> &lt;script&gt; p</p>\n"
    )


def test_an_empty_calendar_is_a_feed_too(client: TestClient, session: Session) -> None:
    calendar = make_calendar(session)

    assert entries(client.get(f"/calendars/{calendar.slug}.ics")) == []
    assert fromstring(client.get(f"/calendars/{calendar.slug}.atom").content).findall(f"{ATOM}entry") == []


@pytest.mark.parametrize("path", ["/calendars/nothing.ics", "/calendars/nothing.atom", "/events/nothing.ics"])
def test_what_is_not_there_is_not_found(client: TestClient, session: Session, path: str) -> None:
    assert client.get(path).status_code == 404


def test_times_are_utc_where_an_instant_is_meant(client: TestClient, session: Session) -> None:
    event = make_event(session, **SUMMER)

    [entry] = entries(client.get(f"/events/{event.slug}.ics"))

    assert entry.dtstamp.value == event.updated_at.replace(microsecond=0)
    assert entry.dtstamp.value.utcoffset() == timedelta(0)
    assert entry.dtstart.value.astimezone(UTC) == event.starts_at
