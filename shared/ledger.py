"""The ledger: which revision of an event each calendar holds, by what the mail server took; and sending it again."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session

from shared import events, outbox
from shared.errors import StateConflict
from shared.models import (
    INVITING,
    Event,
    EventPlaces,
    EventState,
    Message,
    MessageKind,
    MessageStatus,
    Registration,
    RegistrationStatus,
)
from shared.outbox import NewMessage
from shared.places import lock_places
from shared.schemas.mail import Ledger


def counts(session: Session, event: Event) -> Ledger:
    """Of those with a place: how many hold the present revision, an older one, none. Costs a look into an index that
    has only those who were sent an entry.

    While the event is off nobody should hold any: then those who hold none are the current ones.
    """
    held = (Registration.event_id == event.id, Registration.entry_revision.is_not(None), _has_place())
    query = select(Registration.entry_revision, func.count()).where(*held).group_by(Registration.entry_revision)
    found = {revision: count for revision, count in session.execute(query)}
    with_place = session.scalar(select(EventPlaces.confirmed).where(EventPlaces.event_id == event.id)) or 0
    holders, current = sum(found.values()), found.get(event.revision, 0)
    without = max(0, with_place - holders)
    if event.state != EventState.PUBLISHED:
        return Ledger(revision=event.revision, current=without, stale=holders, none=0, waiting=0)
    waiting = session.scalar(_waiting(event)) or 0
    return Ledger(revision=event.revision, current=current, stale=holders - current, none=without, waiting=waiting)


def _has_place() -> ColumnElement[bool]:
    return Registration.status == RegistrationStatus.CONFIRMED


def _has_another(event: Event) -> ColumnElement[bool]:
    """Holds an older entry, or none."""
    return and_(
        Registration.event_id == event.id, _has_place(), Registration.entry_revision.is_distinct_from(event.revision)
    )


def _on_its_way(event: Event) -> Sequence[ColumnElement[bool]]:
    return (
        Message.event_id == event.id,
        Message.kind.in_(INVITING),
        Message.status.in_([MessageStatus.PENDING, MessageStatus.SENDING]),
    )


def _waiting(event: Event) -> Select[int]:
    """Counted from the mail, of which there is little, rather than from the people."""
    query = select(func.count(Registration.id.distinct())).join(Message, Message.registration_id == Registration.id)
    return query.where(*_on_its_way(event), _has_another(event))


def send_again(session: Session, event: Event) -> int:
    """The present entry to everyone with a place who holds an older one or none, and has none on its way. Returns how
    many; a second time at once, nobody.

    Holds the event's lock until the commit. Raises StateConflict where the event does not take place any more, or not
    for now.
    """
    lock_places(session, event.id)
    event = session.get_one(Event, event.id, populate_existing=True)
    _require_on(event)
    query = select(Registration).where(_has_another(event), ~_has_mail(event)).order_by(Registration.position)
    # What a worker notes in this instant is waited for, and then looked at again.
    held = query.with_for_update(of=Registration, key_share=True).execution_options(populate_existing=True)
    people = session.scalars(held).all()
    for registration in people:
        registration.sequence += 1
    session.flush()
    return outbox.post(session, [_again(event, registration) for registration in people])


def _has_mail(event: Event) -> ColumnElement[bool]:
    return exists().where(Message.registration_id == Registration.id, *_on_its_way(event))


def _again(event: Event, registration: Registration) -> NewMessage:
    return NewMessage(
        event.id,
        registration.id,
        MessageKind.ENTRY_AGAIN,
        f"sequence-{registration.sequence}",
        sequence=registration.sequence,
        expires_at=event.ends_at,
    )


def _require_on(event: Event) -> None:
    if event.state != EventState.PUBLISHED:
        raise StateConflict(f"“{event.title}” is not on, so no calendar needs its entry. Publish it first.")
    if events.is_over(event):
        raise StateConflict(f"“{event.title}” is over, so no calendar needs its entry any more.")
