"""The first page and the pages of calendars: what comes, in order, by month."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from services.api.pages import listing
from shared import clock, events
from shared.schemas.events import EventContent
from tests.api.pages.reading import Reading
from tests.factories import in_days, make_calendar, make_event, register


def test_an_empty_house_says_so(client: TestClient, session: Session) -> None:
    page = Reading(client, "/")

    assert page.status == 200
    assert page.find(".empty h2") == "Nothing is announced at the moment"


def test_coming_events_of_all_calendars_stand_by_month_soonest_first(client: TestClient, session: Session) -> None:
    harbour, hills = make_calendar(session, title="Harbours"), make_calendar(session, title="Hills")
    make_event(session, hills, title="Later", starts_at_local=datetime(2031, 8, 2, 9))
    make_event(session, harbour, title="Second", starts_at_local=datetime(2031, 7, 9, 9))
    make_event(session, hills, title="First", starts_at_local=datetime(2031, 7, 8, 9))
    make_event(session, hills, title="Draft", published=False)

    page = Reading(client, "/")

    assert page.all(".month h2") == ["July 2031", "August 2031"]
    assert page.all(".row h3") == ["First", "Second", "Later"]
    assert page.all(".calendars li > a") == ["Harbours", "Hills"]
    assert page.find(".row .there") == "Tuesday 8 July 2031 09:00–10:00 Madrid (UTC+2)"


def test_each_line_says_what_one_must_know_before_coming(client: TestClient, session: Session) -> None:
    full = make_event(session, title="A", starts_at_local=in_days(3), places=1)
    register(session, full, "ada@example.org")
    cancelled = make_event(session, title="B", starts_at_local=in_days(4))
    postponed = make_event(session, title="C", starts_at_local=in_days(5))
    events.cancel(session, cancelled.id, None)
    events.postpone(session, postponed.id, None)
    session.commit()

    assert Reading(client, "/").all(".row .state") == [
        "Full, with a waiting list",
        "Cancelled",
        "Postponed: a new date will be announced",
    ]


def test_a_running_event_still_stands_there_and_an_over_one_does_not(client: TestClient, session: Session) -> None:
    event = make_event(session)
    assert event.starts_at is not None
    assert event.ends_at is not None

    with clock.travel_to(event.starts_at + timedelta(minutes=5)):
        running = Reading(client, "/").all(".row h3")
    with clock.travel_to(event.ends_at + timedelta(minutes=5)):
        over = Reading(client, "/").all(".row h3")

    assert (running, over) == ([event.title], [])


def test_a_calendar_shows_its_own_and_what_was_recently_over(client: TestClient, session: Session) -> None:
    calendar = make_calendar(session, title="Harbours", organisation="Network of Harbours")
    old = make_event(session, calendar, title="Old", starts_at_local=in_days(1))
    make_event(session, calendar, title="New", starts_at_local=in_days(20))
    make_event(session, title="Elsewhere")
    assert old.ends_at is not None

    with clock.travel_to(old.ends_at + timedelta(days=1)):
        page = Reading(client, f"/calendars/{calendar.slug}")

    assert page.find("h1") == "Harbours"
    assert page.all(".month:not(.past) .row h3") == ["New"]
    assert page.all(".past .row h3") == ["Old"]


def test_a_calendar_says_how_to_follow_it(client: TestClient, session: Session) -> None:
    calendar = make_calendar(session)

    page = Reading(client, f"/calendars/{calendar.slug}")

    assert page.attribute("aside .button", "href") == f"webcal://testserver/calendars/{calendar.slug}.ics"
    assert [link["href"] for link in page.html.select("aside li a")] == [
        f"http://testserver/calendars/{calendar.slug}.ics",
        f"http://testserver/calendars/{calendar.slug}.atom",
    ]
    assert "some only once a day" in page.find("aside")


def test_a_calendar_nobody_made_is_not_found(client: TestClient, session: Session) -> None:
    assert Reading(client, "/calendars/nothing").status == 404


def test_many_events_come_in_pages(client: TestClient, session: Session) -> None:
    calendar = make_calendar(session)
    for number in range(listing.ON_ONE_PAGE + 1):
        make_event(session, calendar, title=f"Event {number}", starts_at_local=in_days(number + 1))

    first, second = Reading(client, "/?lang=en"), Reading(client, "/?lang=en&page=2")

    assert (len(first.all(".row")), len(second.all(".row"))) == (listing.ON_ONE_PAGE, 1)
    assert first.attribute(".pages a[rel=next]", "href") == "/?lang=en&page=2"
    assert second.attribute(".pages a[rel=prev]", "href") == "/?lang=en&page=1"
    assert Reading(client, "/?page=0").status == 422


def test_a_list_seen_before_is_not_written_again_and_is_never_stale(client: TestClient, session: Session) -> None:
    calendar = make_calendar(session)
    event = make_event(session, calendar, title="Before", places=1)
    paths = ["/", f"/calendars/{calendar.slug}"]
    first = [client.get(path) for path in paths]

    again = [
        client.get(path, headers={"If-None-Match": seen.headers["ETag"]})
        for path, seen in zip(paths, first, strict=True)
    ]
    register(session, event, "ada@example.org")
    full = [Reading(client, path).all(".row .state") for path in paths]
    events.edit(session, event.id, EventContent(title="After"), version=None)
    session.commit()
    edited = [Reading(client, path).all(".row h3") for path in paths]
    assert event.ends_at is not None
    with clock.travel_to(event.ends_at + timedelta(minutes=1)):
        over = Reading(client, paths[1]).all(".past h3")

    assert [answer.status_code for answer in again] == [304, 304]
    assert full == [["Full, with a waiting list"]] * 2
    assert edited == [["After"]] * 2
    assert over == ["After"]
