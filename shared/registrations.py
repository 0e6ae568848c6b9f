"""The rules of taking and giving back a place. Every path to a registration goes through `register_many`."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from shared import clock, outbox, tallies
from shared.errors import InvalidInput, NotFound, PlenaryError, RegistrationClosed
from shared.models import (
    Event,
    EventPlaces,
    EventState,
    Message,
    MessageKind,
    Registration,
    RegistrationSource,
    RegistrationStatus,
)
from shared.outbox import NewMessage
from shared.schemas.registrations import Applicant, RegistrationCorrection

# Grows when the text beside the consent box changes; each registration keeps the one it saw.
CONSENT_VERSION = "2026-11"
LIVE = (RegistrationStatus.PENDING, RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED)


@dataclass(frozen=True)
class Application:
    """An applicant with what the request adds: the way they came, and the language they read."""

    applicant: Applicant
    source: RegistrationSource
    language: str


@dataclass(frozen=True)
class Outcome:
    """What a newcomer gets at this moment: the same for an address that was already registered."""

    status: RegistrationStatus = RegistrationStatus.CONFIRMED
    refusal: PlenaryError | None = None


def lock_places(session: Session, event_id: UUID) -> EventPlaces:
    """Hold the event's places until the transaction ends. Always the first lock taken."""
    query = select(EventPlaces).where(EventPlaces.event_id == event_id)
    places = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if places is None:
        raise NotFound("There is no such event. It may have been removed; look at the calendar.")
    return places


def register_many(session: Session, event_id: UUID, applications: Sequence[Application]) -> list[Outcome]:
    """Register all of them in this transaction, in order; one outcome each. Holds the event's lock until the commit.

    Raises RegistrationClosed where nobody can register, NotFound where there is no such event.
    """
    places = lock_places(session, event_id)
    event = session.get_one(Event, event_id, populate_existing=True)
    require_open(event)
    register = _Register(session, event, places, _live(session, event_id, applications))
    outcomes = [register.admit(application) for application in applications]
    register.write()
    return outcomes


def require_open(event: Event) -> None:
    """Raise RegistrationClosed, saying why, where nobody can register now."""
    reason = closed_because(event)
    if reason is not None:
        raise RegistrationClosed(reason)


def closed_because(event: Event) -> str | None:
    """Why nobody can register now; None while registration is open."""
    now = clock.now()
    if event.state == EventState.DRAFT:
        raise NotFound("There is no such event. It may not be published yet; look at the calendar.")
    if event.state == EventState.CANCELLED:
        return f"“{event.title}” is cancelled, so nobody can register. Look at the calendar for other events."
    if event.state == EventState.POSTPONED:
        return f"“{event.title}” is postponed. Registration opens again when the new date is announced."
    if event.ends_at is not None and event.ends_at <= now:
        return f"“{event.title}” is over, so nobody can register any more. Look at the calendar for coming events."
    if event.registration_closes_at is not None and event.registration_closes_at <= now:
        return f"Registration for “{event.title}” has closed. Ask the host whether a place is left."
    return None


class _Register:
    """One batch at one event, under its lock."""

    def __init__(self, session: Session, event: Event, places: EventPlaces, live: dict[str, UUID]) -> None:
        self.session, self.event, self.places, self.live = session, event, places, live
        self.now = clock.now()
        self.audiences = {audience.casefold(): audience for audience in event.audiences}
        self.registrations: list[Registration] = []
        self.messages: list[NewMessage] = []

    def admit(self, application: Application) -> Outcome:
        audience = application.applicant.audience
        if audience is not None and audience.casefold() not in self.audiences:
            return Outcome(refusal=_unknown_audience(self.event))
        status = self._next_status()
        key = application.applicant.address.lower()
        known = self.live.get(key)
        if known is None:
            self._add(application, status, key)
        elif not any(registration.id == known for registration in self.registrations):
            self.messages.append(_link_again(self.event, known, self.now.strftime("%Y-%m-%dT%H")))
        return Outcome(status)

    def _next_status(self) -> RegistrationStatus:
        # Whoever waits already goes first: a place that opens is theirs, not a newcomer's.
        is_free = self.places.places is None or self.places.confirmed + self.places.pending < self.places.places
        return RegistrationStatus.CONFIRMED if is_free and not self.places.waitlisted else RegistrationStatus.WAITLISTED

    def _add(self, application: Application, status: RegistrationStatus, key: str) -> None:
        self.places.last_position += 1
        registration = _new_registration(application, self.event.id, status, self.places.last_position)
        if registration.audience is not None:
            registration.audience = self.audiences[registration.audience.casefold()]
        _count(self.places, status, +1)
        self.registrations.append(registration)
        self.live[key] = registration.id
        self.messages.append(_first_message(self.event, registration))

    def write(self) -> None:
        self.session.add_all(self.registrations)
        counted: Counter[tallies.Cell] = Counter()
        for registration in self.registrations:
            counted.update(tallies.born(registration, self.now))
        self.places.version += bool(self.registrations)
        self.session.flush()
        tallies.add(self.session, self.event.id, counted)
        outbox.post(self.session, self.messages)


def _new_registration(application: Application, event_id: UUID, status: str, position: int) -> Registration:
    now = clock.now()
    applicant = application.applicant
    return Registration(
        id=uuid7(),
        event_id=event_id,
        position=position,
        status=status,
        source=application.source,
        address=applicant.address,
        name=applicant.name,
        organisation=applicant.organisation,
        city=applicant.city,
        country=applicant.country,
        audience=applicant.audience,
        language=applicant.language or application.language,
        time_zone=applicant.time_zone,
        consent_version=CONSENT_VERSION,
        consented_at=now,
        sequence=0,
        registered_at=now,
        confirmed_at=now if status == RegistrationStatus.CONFIRMED else None,
    )


def _live(session: Session, event_id: UUID, applications: Sequence[Application]) -> dict[str, UUID]:
    """Lower-case address to id, of those who are registered already."""
    addresses = [application.applicant.address.lower() for application in applications]
    query = select(func.lower(Registration.address), Registration.id).where(
        Registration.event_id == event_id,
        func.lower(Registration.address).in_(addresses),
        Registration.status != RegistrationStatus.CANCELLED,
    )
    return {address: registration_id for address, registration_id in session.execute(query)}


def _unknown_audience(event: Event) -> InvalidInput:
    known = ", ".join(event.audiences)
    fact = (
        f"is not one of this event's audiences: {known}" if known else "must be left out: this event names no audiences"
    )
    return InvalidInput("The registration could not be taken: see the fields.", fields={"audience": fact})


def _first_message(event: Event, registration: Registration) -> NewMessage:
    is_confirmed = registration.status == RegistrationStatus.CONFIRMED
    kind = MessageKind.CONFIRMATION if is_confirmed else MessageKind.WAITING_LIST
    return NewMessage(event.id, registration.id, kind, "first", expires_at=event.ends_at)


def _link_again(event: Event, registration_id: UUID, hour: str) -> NewMessage:
    """Tell the person, and nobody else, that they are registered already; once an hour at most."""
    return NewMessage(
        event.id, registration_id, MessageKind.LINK_AGAIN, hour.replace(":", "-"), expires_at=event.ends_at
    )


def _count(places: EventPlaces, status: str, change: int) -> None:
    setattr(places, status, getattr(places, status) + change)


def change_status(session: Session, places: EventPlaces, registration: Registration, to: RegistrationStatus) -> None:
    """The only way a registration's status changes after it was made: row, places and tallies together.

    The caller holds the event's lock (`places`).
    """
    before, cells_before = registration.status, tallies.cells(registration)
    registration.status = to
    _count(places, before, -1)
    _count(places, to, +1)
    places.version += 1
    session.flush()
    changes = tallies.moved(cells_before, tallies.cells(registration))
    changes.update(tallies.activity(before, to, clock.now()))
    tallies.add(session, registration.event_id, changes)


def cancel(session: Session, registration_id: UUID) -> Registration:
    """Give the place back, take back what was about to be sent, withdraw the calendar entry, and promote who waits.

    Cancelling twice changes nothing. Raises NotFound.
    """
    registration = get(session, registration_id)
    places = lock_places(session, registration.event_id)
    session.refresh(registration)
    if registration.status == RegistrationStatus.CANCELLED:
        return registration
    held_a_place = registration.status == RegistrationStatus.CONFIRMED
    registration.cancelled_at = clock.now()
    change_status(session, places, registration, RegistrationStatus.CANCELLED)
    outbox.withdraw(session, Message.registration_id == registration.id)
    registration.sequence += 1
    outbox.post(session, [_cancelled_message(registration, with_entry=held_a_place)])
    promote_waiting(session, places)
    return registration


def _cancelled_message(registration: Registration, *, with_entry: bool) -> NewMessage:
    return NewMessage(
        registration.event_id,
        registration.id,
        MessageKind.REGISTRATION_CANCELLED,
        "once",
        sequence=registration.sequence,
        expires_at=registration.event.ends_at,
        facts={"with_entry": with_entry},
    )


def promote_waiting(session: Session, places: EventPlaces) -> list[Registration]:
    """Give free places to those who waited longest, until the event starts. The caller holds the event's lock."""
    event = session.get_one(Event, places.event_id)
    if event.state != EventState.PUBLISHED or (event.starts_at is not None and event.starts_at <= clock.now()):
        return []
    free = None if places.places is None else max(0, places.places - places.confirmed - places.pending)
    query = select(Registration).where(
        Registration.event_id == places.event_id, Registration.status == RegistrationStatus.WAITLISTED
    )
    promoted = list(session.scalars(query.order_by(Registration.position).limit(free)))
    for registration in promoted:
        registration.confirmed_at = clock.now()
        change_status(session, places, registration, RegistrationStatus.CONFIRMED)
    _tell_promoted(session, event, promoted)
    return promoted


def _tell_promoted(session: Session, event: Event, promoted: Sequence[Registration]) -> None:
    # "You are on the waiting list" must not arrive after "you have a place".
    ids = [registration.id for registration in promoted]
    outbox.withdraw(session, Message.registration_id.in_(ids), Message.kind == MessageKind.WAITING_LIST)
    messages = [
        NewMessage(event.id, one.id, MessageKind.PROMOTION, "first", sequence=one.sequence, expires_at=event.ends_at)
        for one in promoted
    ]
    outbox.post(session, messages)


def get(session: Session, registration_id: UUID) -> Registration:
    registration = session.get(Registration, registration_id)
    if registration is None:
        raise NotFound("There is no such registration. It may have been removed; register again.")
    return registration


def correct(session: Session, registration_id: UUID, correction: RegistrationCorrection) -> Registration:
    """Change what the person may correct. Raises NotFound, or RegistrationClosed where it was cancelled."""
    registration = get(session, registration_id)
    places = lock_places(session, registration.event_id)
    session.refresh(registration)
    if registration.status == RegistrationStatus.CANCELLED:
        raise RegistrationClosed("This registration is cancelled and cannot be changed. Register again instead.")
    cells_before = tallies.cells(registration)
    for name, value in correction.model_dump(exclude_unset=True).items():
        if value is not None or name not in {"name", "language"}:
            setattr(registration, name, value)
    places.version += 1
    session.flush()
    tallies.add(session, registration.event_id, tallies.moved(cells_before, tallies.cells(registration)))
    return registration
