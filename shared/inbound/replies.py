"""What follows from the answer of a calendar: noted, a place given back or taken again, a proposal passed on."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared import clock, outbox, participation, reachability, registrations, suppressions
from shared.admission import link_again
from shared.errors import PlenaryError
from shared.inbound.itip import COUNTER, CalendarAnswer
from shared.inbound.outcomes import Outcome, done, ignored
from shared.models import (
    EventState,
    InboundMail,
    InboundStatus,
    Message,
    MessageKind,
    Registration,
    RegistrationStatus,
)
from shared.outbox import NewMessage
from shared.participation import ACCEPTED, DECLINED, TENTATIVE
from shared.timezones import in_zone, is_zone

# Nobody changes their mind more often in a day; a program that answers a program does.
MOST_IN_A_DAY = 20
_IN_WORDS = {ACCEPTED: "They accepted", TENTATIVE: "They may come", DECLINED: "They declined"}


def take_in(
    session: Session, registration: Registration, answer: CalendarAnswer, *, at: datetime, sender: str, may_tell: bool
) -> Outcome:
    """`at` is when the mail arrived. Where `may_tell` is False nothing happens that the person would have to be told.

    The caller holds the event's lock.
    """
    if _answers_today(session, registration.id) >= MOST_IN_A_DAY:
        return ignored(f"The {MOST_IN_A_DAY}th answer of one day, so a program is at work.")
    if answer.method == COUNTER:
        return _pass_on(session, registration, answer, may_tell=may_tell)
    wants = answer.status.lower()
    if wants not in _IN_WORDS:
        return ignored(f"An answer that means nothing here ({_readable(answer.status)}).")
    # A clock that runs ahead must not put later answers in the past.
    stamp = min(answer.stamp or at, at)
    was_freed = _was_freed(session, registration)
    if _is_outdated(registration, answer.sequence, stamp, was_freed=was_freed):
        return ignored(f"An answer to an older entry, or an older answer (SEQUENCE {answer.sequence}).")
    reachability.mark_reached(session, registration)
    suppressions.lift_bounced(session, registration.address)
    words = _follow(session, registration, wants, stamp, was_freed=was_freed, may_tell=may_tell)
    # Last, because a place that is taken up again begins without an answer.
    address = answer.attendee or sender
    participation.note(session, registration, wants, sequence=answer.sequence, stamp=stamp, address=address)
    return done(words)


def _answers_today(session: Session, registration_id: UUID) -> int:
    query = select(func.count()).where(
        InboundMail.registration_id == registration_id,
        InboundMail.received_at > clock.now() - timedelta(days=1),
        InboundMail.status == InboundStatus.DONE,
        InboundMail.kind.in_(("reply", "counter")),
    )
    return session.scalar(query) or 0


def _was_freed(session: Session, registration: Registration) -> bool:
    """Whether an answer of their calendar gave the place back, and nothing has happened since."""
    if registration.status != RegistrationStatus.CANCELLED or registration.participation != DECLINED:
        return False
    query = select(Message.id).where(
        Message.registration_id == registration.id,
        Message.kind == MessageKind.DECLINED,
        Message.sequence == registration.sequence,
        Message.facts.contains({"is_freed": True}),
    )
    return session.scalar(query) is not None


def _is_outdated(registration: Registration, sequence: int, stamp: datetime, *, was_freed: bool) -> bool:
    """RFC 5546 section 2.1.5. Giving the place back raised our SEQUENCE without telling the calendar, so whoever comes
    back answers the entry that they declined."""
    noted, noted_at = registration.participation_sequence, registration.participation_at
    ours = noted if was_freed and noted is not None else registration.sequence
    is_older_answer = noted == sequence and noted_at is not None and stamp < noted_at
    return sequence < ours or is_older_answer


def _follow(
    session: Session, registration: Registration, wants: str, stamp: datetime, *, was_freed: bool, may_tell: bool
) -> str:
    words = _IN_WORDS[wants]
    if was_freed and wants == ACCEPTED:
        return _take_up_again(session, registration, may_tell=may_tell)
    if registration.status != RegistrationStatus.CONFIRMED or registration.event.state != EventState.PUBLISHED:
        return f"{words}. They have no place, or the event is not on, so that is all."
    if wants == DECLINED:
        return _decline(session, registration, stamp, may_tell=may_tell)
    _take_back_news(session, registration)
    return f"{words}."


def _decline(session: Session, registration: Registration, stamp: datetime, *, may_tell: bool) -> str:
    """Nobody loses a place without hearing of it: how to take it back stands in the same mail."""
    if not may_tell:
        return "They declined, by a mail that must not be answered. They keep the place."
    event = registration.event
    has_begun = event.starts_at is not None and event.starts_at <= clock.now()
    is_freed = event.declining_frees_place and not has_begun
    if is_freed:
        # No CANCEL goes to a calendar that said no by itself.
        registrations.cancel(session, registration.id, tells=False)
    outbox.post(session, [_news(registration, stamp, is_freed=is_freed)])
    return "They declined, and the place is free again." if is_freed else "They declined. They keep the place."


def _news(registration: Registration, stamp: datetime, *, is_freed: bool) -> NewMessage:
    """One for each answer: the same answer in two mails is told of once."""
    return NewMessage(
        registration.event_id,
        registration.id,
        MessageKind.DECLINED,
        f"sequence-{registration.sequence}-{stamp:%Y%m%dT%H%M%S}",
        sequence=registration.sequence,
        expires_at=registration.event.ends_at,
        facts={"is_freed": is_freed},
    )


def _take_back_news(session: Session, registration: Registration) -> None:
    outbox.withdraw(session, Message.registration_id == registration.id, Message.kind == MessageKind.DECLINED)


def _take_up_again(session: Session, registration: Registration, *, may_tell: bool) -> str:
    if not may_tell:
        return "They accepted after all, by a mail that must not be answered. They have no place."
    try:
        found = registrations.take_up_again(session, registration.id)
    except PlenaryError as refusal:
        # The link shows why, and what else can be done.
        outbox.post(session, [link_again(registration.event, registration.id, registration.status, is_asked_for=True)])
        return f"They accepted after all, but it is too late: {refusal.message}"
    has_place = found.status == RegistrationStatus.CONFIRMED
    return f"They accepted after all, and {'have a place' if has_place else 'are on the waiting list'} again."


def _pass_on(session: Session, registration: Registration, answer: CalendarAnswer, *, may_tell: bool) -> Outcome:
    """The host decides. The facts say which registration it is, so that erasing it reaches them too."""
    contact = registration.event.calendar.contact_address
    reachability.mark_reached(session, registration)
    if not may_tell:
        return done("They propose another time, by a mail that must not be answered. Nobody was told.")
    if contact is None:
        return done("They propose another time. The calendar has no contact to pass it on to.")
    starts_at, ends_at = (_in_utc(moment, registration) for moment in (answer.starts_at, answer.ends_at))
    occasion = f"{registration.id.hex}-{f'{starts_at:%Y%m%dT%H%M}' if starts_at else 'unknown'}"
    proposal = NewMessage(
        registration.event_id,
        None,
        MessageKind.COUNTER_PROPOSAL,
        occasion,
        address=contact,
        expires_at=registration.event.ends_at,
        facts={
            "registration_id": str(registration.id),
            "name": registration.name,
            "starts_at": starts_at.isoformat() if starts_at else None,
            "ends_at": ends_at.isoformat() if ends_at else None,
        },
    )
    outbox.post(session, [proposal])
    return done("They propose another time. The contact of the calendar was told.")


def _in_utc(moment: datetime | None, registration: Registration) -> datetime | None:
    """Without a zone that we know, it is meant in the event's."""
    if moment is None or moment.tzinfo is not None:
        return moment
    name = registration.event.time_zone
    return in_zone(moment, name) if name and is_zone(name) else None


def _readable(status: str) -> str:
    return status if status.isascii() and status.replace("-", "").isalnum() else "unreadable"
