"""Retention: some days after an event its personal data goes by itself, and its numbers stay."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from shared import audit, clock
from shared.errors import InvalidInput, StateConflict
from shared.models import (
    Event,
    EventPlaces,
    EventState,
    IdempotencyKey,
    InboundMail,
    Invitation,
    LinkRequest,
    Message,
    PersonalFeed,
    Registration,
    Speaker,
)
from shared.models.idempotency import KEPT_FOR
from shared.places import lock_places
from shared.privacy.removal import remove, remove_invitations, remove_mail, remove_speakers, rows, unname_rare

# One transaction: a third of a second, after which mail has its turn.
AT_ONCE = 2_000
# Raw mails are large.
_MAILS_AT_ONCE = 500
INBOUND_KEPT_FOR = timedelta(days=30)
# What fewer people than this have in common may tell who they are.
SMALLEST_GROUP = 5


def kept_until(event: Event) -> datetime | None:
    """When the personal data of an event goes; None while nobody knows when the event ends."""
    return event.ends_at + timedelta(days=event.retention_days) if event.ends_at else None


def erase_expired(session: Session) -> int:
    """Erase one batch of people of one event whose time has come: registered, then invited. Returns how many are done.

    Call it until it returns 0, in a transaction each: whatever is interrupted goes on where it was. A postponed event
    counts from the date it had, because nobody may keep data for ever by not naming a new one.
    """
    is_due = _is_due()
    event_id = session.scalar(select(Event.id).where(*is_due).order_by(Event.ends_at).limit(1))
    if event_id is None:
        return 0
    places = lock_places(session, event_id)
    # It may have been moved, or erased by another dispatcher, while this one waited for the lock.
    query = select(Event).where(Event.id == event_id, *is_due)
    event = session.scalar(query.execution_options(populate_existing=True))
    return _erase_batch(session, event, places) if event else 1


def _is_due() -> tuple[ColumnElement[bool], ...]:
    gone_at = Event.ends_at + func.make_interval(0, 0, 0, Event.retention_days)
    return Event.personal_data_erased_at.is_(None), Event.state != EventState.DRAFT, gone_at <= clock.now()


def _erase_batch(session: Session, event: Event, places: EventPlaces) -> int:
    people = _next(session, Registration, event, AT_ONCE)
    invited = _next(session, Invitation, event, AT_ONCE - len(people))
    if people or invited:
        removed = remove(session, places, people) + remove_invitations(session, invited)
        counts = {f"{table}s": removed[table] for table in ("registration", "invitation", "message")}
        audit.record(session, "event.personal_data_erased", by=None, event=event, removed=counts)
    if len(people) + len(invited) < AT_ONCE:
        _finish(session, event, places)
    return len(people) + len(invited) or 1


def _next(session: Session, table: type[Registration | Invitation], event: Event, count: int) -> Sequence[UUID]:
    query = select(table.id).where(table.event_id == event.id).order_by(table.id).limit(count)
    return session.scalars(query).all()


def _finish(session: Session, event: Event, places: EventPlaces) -> None:
    """What is left once nobody is: requests for links, how speakers are reached, mail to the organisers."""
    session.execute(delete(LinkRequest).where(LinkRequest.event_id == event.id))
    remove_speakers(session, session.scalars(select(Speaker.id).where(Speaker.event_id == event.id)).all())
    remove_mail(session, Message.event_id == event.id)
    unname_rare(session, event.id, fewer_than=SMALLEST_GROUP)
    places.version += 1
    event.personal_data_erased_at = clock.now()


def forget_inbound(session: Session) -> int:
    """Mail that came back is kept raw for some days, in case it was read wrongly. Returns how many went."""
    is_old = InboundMail.received_at <= clock.now() - INBOUND_KEPT_FOR
    some = select(InboundMail.id).where(is_old).order_by(InboundMail.received_at).limit(_MAILS_AT_ONCE)
    return rows(session, delete(InboundMail).where(InboundMail.id.in_(some)))


def forget_feeds(session: Session) -> int:
    """A personal feed goes once nothing is kept of its person that it could tell. Returns how many went."""
    is_registered = func.lower(Registration.address) == func.lower(PersonalFeed.address)
    is_empty = ~select(Registration.id).where(is_registered).exists()
    return rows(session, delete(PersonalFeed).where(is_empty))


def forget_answers(session: Session) -> int:
    """What creating requests were answered may quote people: it goes when its time is over. Returns how many went."""
    old = delete(IdempotencyKey).where(IdempotencyKey.created_at <= clock.now() - KEPT_FOR)
    return len(session.scalars(old.returning(IdempotencyKey.key)).all())


def require_kept_promise(event: Event, places: EventPlaces, *, days_before: int) -> None:
    """Raise InvalidInput where data would be kept for longer than the people who gave it agreed to.

    Raise StateConflict where the event would come again after the people who were registered for it are gone.
    """
    if event.retention_days > days_before and places.last_position:
        raise InvalidInput(
            f"People registered on the promise that their data goes {days_before} days after the event. "
            "It can go sooner, not later.",
            fields={"retention_days": f"cannot be more than {days_before} any more: people agreed to that"},
        )
    if event.personal_data_erased_at is None or event.ends_at is None or event.ends_at <= clock.now():
        return
    if places.last_position:
        raise StateConflict(
            f"“{event.title}” is over and its registrations are erased, so it cannot take place again. "
            "Create a new event for the new date."
        )
    event.personal_data_erased_at = None
