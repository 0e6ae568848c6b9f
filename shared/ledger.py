"""The ledger: which revision of an event people's calendars hold."""

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session

from shared.models import Event, Message, MessageKind, MessageStatus, Registration, RegistrationStatus
from shared.schemas.mail import Ledger

_WITH_ENTRY = (MessageKind.CONFIRMATION, MessageKind.PROMOTION, MessageKind.CHANGE, MessageKind.ENTRY_AGAIN)


def counts(session: Session, event: Event) -> Ledger:
    is_current = Registration.entry_revision == event.revision
    holds_none = Registration.entry_revision.is_(None)
    on_its_way = exists().where(
        Message.registration_id == Registration.id,
        Message.kind.in_(_WITH_ENTRY),
        Message.status.in_([MessageStatus.PENDING, MessageStatus.SENDING]),
    )
    row = session.execute(
        select(
            func.count().filter(is_current),
            func.count().filter(Registration.entry_revision < event.revision),
            func.count().filter(holds_none),
            func.count().filter(and_(is_current.is_not(True), on_its_way)),
        ).where(Registration.event_id == event.id, Registration.status == RegistrationStatus.CONFIRMED)
    ).one()
    return Ledger(revision=event.revision, current=row[0], stale=row[1], none=row[2], waiting=row[3])
