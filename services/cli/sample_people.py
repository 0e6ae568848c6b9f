"""People for the sample calendar: webinars that took place, and registrations for those to come, all of them made up.

Nobody is written to: the addresses are of a domain that has no mail (RFC 2606 section 3), and no mail is made.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.cli.sample_names import CITIES, NAMES, ORGANISATIONS, SOURCES, City
from shared import admission, clock, events, joining, registrations
from shared.admission import Application
from shared.models import Calendar, Event, EventState, Registration, RegistrationSource, RegistrationStatus
from shared.schemas.events import EventContent
from shared.schemas.registrations import Applicant

AUDIENCES = ["City officials", "Landscape architects", "Researchers and students", "Transport operators"]
# How registrations are spread over the weeks before: slowly first, quickly at last.
_PULL = 1.7
_CANCELLED = 0.04


@dataclass(frozen=True)
class _Past:
    weeks_ago: int
    title: str
    places: int | None
    people: int
    attendance: float


_PAST = (
    _Past(26, "Rain gardens that survive August", 250, 148, 0.46),
    _Past(19, "Counting cyclists without cameras", None, 212, 0.41),
    _Past(12, "Schools as cool islands", 300, 262, 0.52),
    _Past(5, "Water at every stop", 300, 231, 0.48),
)


def fill(session: Session, calendar: Calendar) -> int:
    """How many registrations were made. Committed bit by bit, since each bit holds its event's lock."""
    chance = Random(calendar.slug)
    made = sum(_hold(session, calendar, past, chance) for past in _PAST)
    coming = select(Event).where(
        Event.calendar_id == calendar.id, Event.starts_at > clock.now(), Event.state == EventState.PUBLISHED
    )
    for event in session.scalars(coming.order_by(Event.starts_at)).all():
        # Room is left, for whoever tries it out.
        number = round(min(event.places.places or 90, 150) * 0.78)
        made += _register(session, event, number, chance, until=clock.now())
    return made


def _hold(session: Session, calendar: Calendar, past: _Past, chance: Random) -> int:
    day = (clock.now() - timedelta(weeks=past.weeks_ago)).date()
    start = datetime.combine(day - timedelta(days=day.weekday() - 2), time(15))
    with clock.travel_to(start.replace(tzinfo=clock.now().tzinfo) - timedelta(days=30)):
        event = events.create(session, calendar, _content(past, start))
        # What would have been due by now was not sent, and is not to be.
        event.reminder_rules = []
        events.publish(session, event.id)
        session.commit()
    assert event.ends_at is not None
    made = _register(session, event, past.people, chance, until=event.ends_at - timedelta(minutes=20))
    _join(session, event, past.attendance, chance)
    return made


def _content(past: _Past, start: datetime) -> EventContent:
    return EventContent(
        title=past.title,
        form="Webinar",
        languages=["en"],
        audiences=AUDIENCES[:3],
        hosts=["Network of Cooler Cities"],
        starts_at_local=start,
        time_zone="Europe/Madrid",
        minutes=75,
        places=past.places,
        room_url="https://rooms.example.org/past",
        is_free=True,
        is_open_to_all=True,
    )


def _register(session: Session, event: Event, number: int, chance: Random, *, until: datetime) -> int:
    begins_at = event.created_at if event.created_at < until - timedelta(days=1) else until - timedelta(days=24)
    people = _people(event, number, chance)
    for moment, batch in _spread(people, begins_at, until, chance):
        with clock.travel_to(moment):
            admission.register_many(session, event.id, batch)
            session.commit()
    _cancel_some(session, event, chance, until)
    return number


def _spread(
    people: Sequence[Application], begins_at: datetime, until: datetime, chance: Random
) -> Iterator[tuple[datetime, list[Application]]]:
    """In the order of time, a few at once, more of them the nearer the end."""
    batches = max(1, math.ceil(len(people) / 4))
    shares = sorted(chance.random() ** (1 / _PULL) for _ in range(batches))
    for number, share in enumerate(shares):
        batch = list(people[number * 4 : number * 4 + 4])
        if batch:
            yield begins_at + (until - begins_at) * share, batch


def _people(event: Event, number: int, chance: Random) -> list[Application]:
    found = []
    for serial in range(1, number + 1):
        city = chance.choices(CITIES, [one.weight for one in CITIES])[0]
        source, _ = chance.choices(SOURCES, [weight for _, weight in SOURCES])[0]
        applicant = Applicant(**_person(city, serial, event, chance), came_from=source, consent=True)
        found.append(Application(applicant, RegistrationSource.PAGE, "en", sends_mail=False))
    return found


def _person(city: City, serial: int, event: Event, chance: Random) -> dict[str, object]:
    first, last = chance.choice(NAMES[city.names][0]), chance.choice(NAMES[city.names][1])
    groups: list[str | None] = [*event.audiences] or [None]
    return {
        "name": f"{first} {last}",
        "address": f"sample-{event.id.hex[-8:]}-{serial}@people.example",
        "organisation": chance.choice(ORGANISATIONS),
        "city": city.name,
        "country": city.country,
        "time_zone": city.zone,
        "language": city.language,
        "audience": chance.choices(groups, [1 / (place + 1) for place in range(len(groups))])[0],
    }


def _cancel_some(session: Session, event: Event, chance: Random, until: datetime) -> None:
    wanted = select(Registration.id).where(Registration.event_id == event.id).order_by(Registration.position)
    for registration_id in session.scalars(wanted).all():
        if chance.random() < _CANCELLED:
            with clock.travel_to(until - timedelta(hours=chance.uniform(1, 200))):
                registrations.cancel(session, registration_id, tells=False)
                session.commit()


def _join(session: Session, event: Event, attendance: float, chance: Random) -> None:
    """Most a few minutes around the start, some late."""
    assert event.starts_at is not None
    holding = (Registration.event_id == event.id, Registration.status == RegistrationStatus.CONFIRMED)
    for registration in session.scalars(select(Registration).where(*holding).order_by(Registration.position)).all():
        if chance.random() < attendance:
            with clock.travel_to(event.starts_at + timedelta(minutes=chance.triangular(-14, 45, 0))):
                joining.enter(session, registration)
    session.commit()
