"""The waiting list: it advances whenever a place is freed, in the order people came, until it stops in time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from shared import clock, outbox
from shared.models import (
    ASKED,
    Event,
    EventPlaces,
    EventState,
    Message,
    MessageKind,
    Registration,
    RegistrationStatus,
)
from shared.outbox import NewMessage
from shared.places import change_status, lock_places, remove

# With less time than this left, nobody can be asked any more: the place is given at once.
SHORTEST_OFFER = timedelta(minutes=30)
# At once, so that a statement stays small and the event's lock is not held for long.
_MOST_AT_ONCE = 1000


def closes_at(event: Event) -> datetime | None:
    """When the waiting list stops; None while the event has no start."""
    if event.starts_at is None:
        return None
    return event.starts_at - timedelta(minutes=event.waiting_list_closes_minutes)


def is_advancing(event: Event) -> bool:
    """Whether a place that is freed now goes to somebody who waits."""
    stop = closes_at(event)
    return event.state == EventState.PUBLISHED and (stop is None or clock.now() < stop)


def with_free_places(session: Session) -> Sequence[UUID]:
    """Ids of coming events where someone waits although a place is free."""
    stops_at = Event.starts_at - func.make_interval(0, 0, 0, 0, 0, Event.waiting_list_closes_minutes)
    query = (
        select(EventPlaces.event_id)
        .join(Event, Event.id == EventPlaces.event_id)
        .where(
            EventPlaces.waitlisted > 0,
            or_(EventPlaces.places.is_(None), EventPlaces.taken < EventPlaces.places),
            Event.state == EventState.PUBLISHED,
            stops_at > clock.now(),
        )
    )
    return session.scalars(query).all()


def promote_waiting(session: Session, places: EventPlaces) -> list[Registration]:
    """Give free places to those who waited longest, or offer them where the event asks first.

    The caller holds the event's lock.
    """
    event = session.get_one(Event, places.event_id)
    if not places.waitlisted or not is_advancing(event):
        return []
    limit = _MOST_AT_ONCE if places.free is None else min(places.free, _MOST_AT_ONCE)
    query = select(Registration).where(
        Registration.event_id == places.event_id, Registration.status == RegistrationStatus.WAITLISTED
    )
    promoted = list(session.scalars(query.order_by(Registration.position).limit(limit)))
    answer_by = _answer_by(event)
    for registration in promoted:
        registration.answer_by = answer_by
        registration.confirmed_at = None if answer_by else clock.now()
    status = RegistrationStatus.OFFERED if answer_by else RegistrationStatus.CONFIRMED
    change_status(session, places, promoted, status)
    _tell_promoted(session, event, promoted)
    return promoted


def _answer_by(event: Event) -> datetime | None:
    """Until when an offer made now stands; None where places are given at once."""
    if event.offer_hours is None:
        return None
    now, stop = clock.now(), closes_at(event)
    until = now + timedelta(hours=event.offer_hours)
    until = min(until, stop) if stop else until
    return until if until - now >= SHORTEST_OFFER else None


def _tell_promoted(session: Session, event: Event, promoted: Sequence[Registration]) -> None:
    # "You are on the waiting list" must not arrive after "you have a place".
    ids = [registration.id for registration in promoted]
    if ids:
        outbox.withdraw(session, Message.registration_id.in_(ids), Message.kind == MessageKind.WAITING_LIST)
        outbox.post(session, [offer(event, one) for one in promoted])


def offer(event: Event, registration: Registration) -> NewMessage:
    """The mail for somebody promoted: the place is theirs, or kept until they answer."""
    if registration.answer_by is None:
        return place_given(event, registration)
    # By the moment it is made: two offers to one person often end together, when the list stops.
    occasion = f"{clock.now():%Y%m%dT%H%M%S%f}"
    return NewMessage(event.id, registration.id, MessageKind.OFFER, occasion, expires_at=registration.answer_by)


def place_given(event: Event, registration: Registration, *, occasion: str | None = None) -> NewMessage:
    """The mail with the calendar entry, for somebody who waited. Someone may wait, leave and wait again."""
    occasion = occasion or (f"again-{registration.sequence}" if registration.sequence else "first")
    return NewMessage(
        event.id,
        registration.id,
        MessageKind.PROMOTION,
        occasion,
        sequence=registration.sequence,
        expires_at=event.ends_at,
    )


def position_of(session: Session, registration: Registration) -> int | None:
    """1 for who is next; None for who does not wait."""
    if registration.status != RegistrationStatus.WAITLISTED:
        return None
    query = select(func.count()).where(
        Registration.event_id == registration.event_id,
        Registration.status == RegistrationStatus.WAITLISTED,
        Registration.position <= registration.position,
    )
    return session.scalar(query)


def lapse_overdue(session: Session) -> int:
    """At one event, let go of those who did not answer in time; the places move on. Returns how many.

    Somebody who never answered from their address is forgotten; who was offered a place is told that it moved on.
    """
    overdue = (Registration.status.in_(ASKED), Registration.answer_by <= clock.now())
    event_id = session.scalar(select(Registration.event_id).where(*overdue).limit(1))
    if event_id is None:
        return 0
    places = lock_places(session, event_id)
    query = select(Registration).where(Registration.event_id == event_id, *overdue).order_by(Registration.position)
    found = list(session.scalars(query.limit(_MOST_AT_ONCE).execution_options(populate_existing=True)))
    remove(session, places, [one for one in found if one.status == RegistrationStatus.PENDING])
    _withdraw_offers(session, places, [one for one in found if one.status == RegistrationStatus.OFFERED])
    promote_waiting(session, places)
    return len(found)


def _withdraw_offers(session: Session, places: EventPlaces, lapsed: Sequence[Registration]) -> None:
    event = session.get_one(Event, places.event_id)
    occasions = {one.id: f"{one.answer_by:%Y%m%dT%H%M%S}" for one in lapsed}
    for registration in lapsed:
        registration.cancelled_at, registration.answer_by = clock.now(), None
    change_status(session, places, lapsed, RegistrationStatus.CANCELLED)
    # The end of an offer may have come nearer after its mail was written.
    outbox.withdraw(session, Message.registration_id.in_(list(occasions)), Message.kind == MessageKind.OFFER)
    messages = [
        NewMessage(event.id, one.id, MessageKind.OFFER_LAPSED, occasions[one.id], expires_at=event.ends_at)
        for one in lapsed
    ]
    outbox.post(session, messages)


def renew_offers(session: Session, event: Event, *, is_changed: bool) -> None:
    """After an edit: no offer stands longer than the list, and whoever is asked hears what has changed.

    `is_changed`: what stands in calendars has. The caller holds the event's lock.
    """
    offered = _offered(session, event.id)
    stop = closes_at(event)
    late = [one for one in offered if stop is not None and one.answer_by is not None and one.answer_by > stop]
    for registration in late:
        assert stop is not None
        registration.answer_by = max(stop, clock.now())
    told = offered if is_changed else late
    if told:
        ids = [registration.id for registration in told]
        outbox.withdraw(session, Message.registration_id.in_(ids), Message.kind == MessageKind.OFFER)
        outbox.post(session, [offer(event, registration) for registration in told])


def _offered(session: Session, event_id: UUID) -> list[Registration]:
    query = select(Registration).where(
        Registration.event_id == event_id, Registration.status == RegistrationStatus.OFFERED
    )
    return list(session.scalars(query))


def take_back_offers(session: Session, places: EventPlaces) -> None:
    """The event is called off: who was offered a place waits again, in the old order. The caller holds the lock."""
    offered = _offered(session, places.event_id)
    for registration in offered:
        registration.answer_by = None
    change_status(session, places, offered, RegistrationStatus.WAITLISTED)
