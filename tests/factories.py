"""Things of the domain, ready to test with; every fact can be given by name."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from services.worker.delivery import deliver
from services.worker.dispatcher import STEPS
from shared import calendars, clock, events, invitations, organisers, outbox
from shared.addresses import recognise
from shared.admission import Application, Outcome, register_many
from shared.database import new_session
from shared.models import (
    Calendar,
    Event,
    Invitation,
    Organiser,
    Registration,
    RegistrationSource,
    Role,
    TokenKind,
)
from shared.schemas.events import EventContent
from shared.schemas.registrations import Applicant

_numbers = count(1)
PASSWORD = "correct horse battery staple"


def make_calendar(session: Session, **facts: Any) -> Calendar:
    given = {"title": f"Calendar {next(_numbers)}", "organisation": "Network of Cities", "time_zone": "Europe/Madrid"}
    calendar = calendars.create(session, **given | facts)
    session.commit()
    return calendar


def make_organiser(
    session: Session, calendar: Calendar | None = None, role: Role | None = None, **facts: Any
) -> Organiser:
    given = {"address": f"organiser{next(_numbers)}@example.org", "name": "Olga Organiser", "password": PASSWORD}
    organiser = organisers.add(session, **given | facts)
    if calendar is not None and role is not None:
        calendars.grant(session, organiser, calendar, role)
    session.commit()
    return organiser


def token_for(session: Session, organiser: Organiser) -> dict[str, str]:
    """The header that signs a request."""
    token, _ = organisers.issue_token(session, organiser, kind=TokenKind.API, label="tests")
    session.commit()
    return {"Authorization": f"Bearer {token}"}


def in_days(days: float, hour: int = 15) -> datetime:
    """A wall-clock time so many days ahead, on the hour."""
    return (clock.now() + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0, tzinfo=None)


def make_event(session: Session, calendar: Calendar | None = None, *, published: bool = True, **content: Any) -> Event:
    given = {
        "title": f"Cities and water {next(_numbers)}",
        "starts_at_local": in_days(10),
        "time_zone": "Europe/Madrid",
        "minutes": 60,
        "audiences": ["City officials", "Students"],
        "languages": ["en"],
    }
    event = events.create(session, calendar or make_calendar(session), EventContent(**given | content))
    if published:
        events.publish(session, event.id)
    session.commit()
    return event


def applicant(address: str, **facts: Any) -> Applicant:
    given = {"name": address.partition("@")[0].title(), "address": address, "consent": True}
    return Applicant(**given | facts)


def apply_many(session: Session, event: Event, applicants: Sequence[Applicant]) -> list[Outcome]:
    applications = [Application(one, RegistrationSource.PAGE, "en") for one in applicants]
    outcomes = register_many(session, event.id, applications)
    session.commit()
    return outcomes


def register(session: Session, event: Event, address: str, **facts: Any) -> Registration:
    """Through the one path, and committed."""
    apply_many(session, event, [applicant(address, **facts)])
    return find_registration(session, event, address)


def make_invitation(session: Session, event: Event, address: str) -> Invitation:
    """Of somebody whose mail has not left yet."""
    invitations.invite(session, event, recognise(address), language=None, by=None)
    session.commit()
    return session.query(Invitation).filter_by(event_id=event.id, address=address).one()


def find_registration(session: Session, event: Event, address: str) -> Registration:
    found = session.query(Registration).filter_by(event_id=event.id, address=address)
    return found.order_by(Registration.position.desc()).limit(1).one()


def deliver_everything(session: Session) -> None:
    """What dispatcher and worker would do now: due reminders, promotions, and every due message over real SMTP."""
    session.commit()
    while any(step() for step in STEPS):
        pass
    while True:
        with new_session() as own:
            ids = outbox.lease_outstanding(own, limit=100, until=clock.now() + timedelta(minutes=2))
            own.commit()
        if not ids:
            break
        deliver(ids)
    session.expire_all()
