"""Reading what was kept: each mail once, in one transaction with everything that follows from it.

new ─ lease ─► in a job ─ claim ─► done, or ignored: what came of it stands in `outcome`
 ▲                          ├────► failed    three tries ended badly; it stays as it came
 └───────── later ◄─────────┘

Locks, after the event's: the registration, the mail itself, the message it is about.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from shared import clock, return_addresses
from shared.errors import MailUnreadable
from shared.inbound import bounces, canaries, complaints, itip, loops, replies
from shared.inbound.outcomes import Outcome, ignored
from shared.inbound.parsing import ReceivedMail, parse
from shared.models import InboundMail, InboundStatus, Message, MessageStatus, Registration
from shared.places import lock_places
from shared.return_addresses import SentMail

MOST_ATTEMPTS = 3
# A bounce may overtake the worker's own mark that its mail was sent.
_OVERTAKEN = timedelta(seconds=20)
_AFTER_TROUBLE = timedelta(minutes=1)
_IN_FLIGHT = (MessageStatus.PENDING, MessageStatus.SENDING)


def lease_new(session: Session, *, limit: int, until: datetime) -> list[UUID]:
    """Reserve unread mail for a job, the oldest first. Several dispatchers side by side get different ones."""
    query = select(InboundMail.id).where(_is_free()).order_by(InboundMail.received_at, InboundMail.id)
    ids = list(session.scalars(query.limit(limit).with_for_update(skip_locked=True)))
    if ids:
        session.execute(update(InboundMail).where(InboundMail.id.in_(ids)).values(lease_until=until))
    return ids


def _is_free() -> ColumnElement[bool]:
    lease = InboundMail.lease_until
    return (InboundMail.status == InboundStatus.NEW) & or_(lease.is_(None), lease <= clock.now())


def claim(session: Session, mail_id: UUID) -> bool:
    """Count one more attempt, before it is made: a mail that kills whoever reads it is given up as well.

    False where nothing is left to do. The caller commits before it reads.
    """
    kept = session.get(InboundMail, mail_id, with_for_update=True, populate_existing=True)
    if kept is None or kept.status != InboundStatus.NEW:
        return False
    if kept.attempts >= MOST_ATTEMPTS:
        _give_up(kept, "Whoever read it ended before it was read.")
        return False
    kept.attempts += 1
    return True


def note_trouble(session: Session, mail_id: UUID, problem: Exception, *, is_its_fault: bool) -> None:
    """Try again later, or give it up. What the database or the network did is not the mail's fault."""
    kept = session.get(InboundMail, mail_id, with_for_update=True, populate_existing=True)
    if kept is None or kept.status != InboundStatus.NEW:
        return
    kept.attempts -= not is_its_fault
    kept.lease_until = clock.now() + _AFTER_TROUBLE
    if kept.attempts >= MOST_ATTEMPTS:
        _give_up(kept, f"It could not be read ({type(problem).__name__}).")


def _give_up(kept: InboundMail, why: str) -> None:
    kept.status, kept.kind, kept.lease_until = InboundStatus.FAILED, kept.kind or "other", None
    kept.outcome = f"{why} Tried {MOST_ATTEMPTS} times; it stays as it came for 30 days."


@dataclass(frozen=True)
class _Finding:
    """What a mail is and is about, and what to do under the locks. `follow` is given the rows that it is about."""

    kind: str
    follow: Callable[[Message | None, Registration | None], Outcome]
    message: Message | None = None
    registration_id: UUID | None = None

    @property
    def event_id(self) -> UUID | None:
        return self.message.event_id if self.message else None


def take_in(session: Session, mail_id: UUID) -> None:
    """Read one mail, and do what follows from it. Once: whoever comes second finds it done. The caller commits."""
    kept = session.get(InboundMail, mail_id)
    if kept is None:
        return
    try:
        finding = _look(session, kept, parse(kept.octets))
    except MailUnreadable as reason:
        finding = _nothing("other", reason.message)
    registration = _hold_registration(session, finding)
    kept = session.get(InboundMail, mail_id, with_for_update=True, populate_existing=True)
    if kept is None or kept.status != InboundStatus.NEW:
        return
    message = _hold_message(session, finding)
    if message is not None and message.status in _IN_FLIGHT and kept.attempts < MOST_ATTEMPTS:
        kept.lease_until = clock.now() + _OVERTAKEN
        return
    outcome = finding.follow(message, registration)
    kept.kind, kept.status, kept.outcome, kept.lease_until = finding.kind, outcome.status, outcome.words, None
    kept.message_id = message.id if message else None
    kept.registration_id = registration.id if registration else None
    session.flush()


def _hold_registration(session: Session, finding: _Finding) -> Registration | None:
    """As it is now, under its event's lock; the lock alone where the message went to somebody else."""
    if finding.registration_id is None:
        if finding.event_id is not None:
            lock_places(session, finding.event_id)
        return None
    event_id = session.scalar(select(Registration.event_id).where(Registration.id == finding.registration_id))
    if event_id is None:
        return None
    lock_places(session, event_id)
    lock = {"of": Registration, "key_share": True}
    return session.get(Registration, finding.registration_id, with_for_update=lock, populate_existing=True)


def _hold_message(session: Session, finding: _Finding) -> Message | None:
    if finding.message is None:
        return None
    return session.get(Message, finding.message.id, with_for_update={"of": Message}, populate_existing=True)


def _look(session: Session, kept: InboundMail, mail: ReceivedMail) -> _Finding:
    """What it is, by what it is made of, and what it is about, by what we signed."""
    sent, canary = return_addresses.read(kept.recipient), canaries.find(session, mail)
    if canary is not None:
        return _Finding("canary", lambda message, _: canaries.take_in(session, message), canary)
    report = complaints.report_of(mail)
    if report is not None:
        return _complaint(session, mail, sent, complaints.feedback_type(report))
    if bounces.is_delivery_report(mail):
        return _bounce(session, kept, mail, sent)
    answer = itip.answer_in(mail) if mail.kind != "multipart/report" else None
    if answer is not None:
        return _reply(session, kept, mail, answer)
    return _nothing("other", _what_else(kept, mail, sent))


def _complaint(session: Session, mail: ReceivedMail, sent: SentMail | None, feedback: str) -> _Finding:
    about = complaints.complained_about(mail) or sent
    if about is None:
        return _nothing("complaint", "A complaint that names no mail of ours.")

    def follow(message: Message | None, _: Registration | None) -> Outcome:
        return complaints.take_in(session, message, about, feedback=feedback) if message else _gone()

    return _about(session, "complaint", about, follow)


def _bounce(session: Session, kept: InboundMail, mail: ReceivedMail, sent: SentMail | None) -> _Finding:
    if sent is None:
        return _nothing("bounce", "A delivery report that came to no address of a mail of ours: nobody knows of which.")
    words, at = bounces.failure(mail), kept.received_at

    def follow(message: Message | None, _: Registration | None) -> Outcome:
        if message is None:
            return _gone()
        if words is None:
            return bounces.not_for_good(mail)
        return bounces.take_in(session, message, sent, words=words, at=at)

    return _about(session, "bounce", sent, follow)


def _about(
    session: Session, kind: str, sent: SentMail, follow: Callable[[Message | None, Registration | None], Outcome]
) -> _Finding:
    message = session.get(Message, sent.message_id)
    return _Finding(kind, follow, message, message.registration_id if message else None)


def _reply(session: Session, kept: InboundMail, mail: ReceivedMail, answer: itip.CalendarAnswer) -> _Finding:
    may_tell, at, sender = loops.may_answer(mail, kept.sender), kept.received_at, kept.sender

    def follow(_: Message | None, registration: Registration | None) -> Outcome:
        if registration is None:
            return ignored("An answer to an entry that there is not, or not any more.")
        return replies.take_in(session, registration, answer, at=at, sender=sender, may_tell=may_tell)

    return _Finding(answer.method.lower(), follow, registration_id=answer.registration_id)


def _nothing(kind: str, words: str) -> _Finding:
    return _Finding(kind, lambda _message, _registration: ignored(words))


def _gone() -> Outcome:
    return ignored("It is about a mail that is not kept any more.")


def _what_else(kept: InboundMail, mail: ReceivedMail, sent: SentMail | None) -> str:
    if mail.kind == "multipart/report":
        return "A report, such as that a mail was read. It changes nothing."
    if not loops.may_answer(mail, kept.sender):
        return "An automatic answer, such as that somebody is away. It changes nothing."
    if sent is not None:
        return "It came back to the address of a mail of ours, but is no report that a program can read."
    return "A mail that somebody wrote. Nobody reads this mailbox; the mail is kept for 30 days."
