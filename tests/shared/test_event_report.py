"""Comparing events, and the report: the numbers that the database has, and nothing of its people."""

from datetime import timedelta

from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from shared import clock, comparison, joining, registrations
from shared.event_report import writing
from shared.models import Event
from tests.factories import make_calendar, make_event, register

HOSTILE = "<img src=https://evil.example/p.png><script>alert(1)</script>"


def held(session: Session, *, people: int, joined: int, weeks_ago: int, **facts: object) -> Event:
    """An event that took place, with so many people of whom so many came."""
    now = clock.now()
    with clock.travel_to(now - timedelta(weeks=weeks_ago, days=30)):
        start = (clock.now() + timedelta(days=30)).replace(minute=0, second=0, microsecond=0, tzinfo=None)
        event = make_event(
            session, starts_at_local=start, time_zone="UTC", room_url="https://rooms.example.org/a", **facts
        )
        found = [register(session, event, f"p{number}@example.org", country="PT") for number in range(people)]
    assert event.starts_at is not None
    with clock.travel_to(event.starts_at + timedelta(minutes=3)):
        for one in found[:joined]:
            joining.enter(session, one)
    session.commit()
    return event


def test_events_are_compared_on_their_starts(session: Session) -> None:
    calendar = make_calendar(session)
    first = held(session, people=5, joined=2, weeks_ago=8, calendar=calendar)
    now = make_event(session, calendar)
    registrations.cancel(session, register(session, now, "ada@example.org").id)
    register(session, now, "bob@example.org")
    session.commit()

    found = comparison.compare(session, [now, first])

    assert found.days_before is not None
    here, before = found.events
    assert (here.registered, here.cancelled, here.cancelled_share, here.joined) == (1, 1, 0.5, None)
    assert (before.registered, before.joined, before.attendance) == (5, 2, 0.4)
    assert before.curve[-1].active == 5
    assert 29 < before.curve[0].days_before <= 30
    assert before.at_this_point == (5 if found.days_before < 29 else 0)


def test_the_report_has_the_numbers_and_needs_nothing_else(session: Session) -> None:
    calendar = make_calendar(session)
    held(session, people=4, joined=1, weeks_ago=20, calendar=calendar, title="Earlier")
    event = held(session, people=6, joined=3, weeks_ago=2, calendar=calendar, title="Trees")

    page = BeautifulSoup(writing.write(session, event), "lxml")

    numbers = {tile.dt.text: tile.dd.contents[0].strip() for tile in page.select(".numbers div")}
    assert (numbers["Registered"], numbers["Joined"], numbers["Countries"]) == ("6", "3", "1")
    assert "Earlier" in page.text
    assert page.find_all(["script", "link", "img", "iframe"]) == []
    assert [tag for tag in page.find_all(True) if tag.has_attr("src") or tag.has_attr("href")] == []
    assert "url(" not in page.style.text
    assert len(page.find_all("svg")) == 2
    assert page.html["lang"] == "en"
    assert "p0@example.org" not in page.text


def test_hostile_text_stays_text_in_the_report(session: Session) -> None:
    event = make_event(session, title=HOSTILE, audiences=[HOSTILE])
    register(session, event, "ada@example.org", audience=HOSTILE)

    page = BeautifulSoup(writing.write(session, event), "lxml")

    assert page.find_all(["script", "img"]) == []
    assert page.h1.text == HOSTILE


def test_a_report_can_be_made_before_anybody_came(session: Session) -> None:
    content = writing.write(session, make_event(session))

    assert "report so far" in content
    assert "nobody by a join link" in content
