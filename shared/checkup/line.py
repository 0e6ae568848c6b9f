"""The line that mail takes: whether its processes run, how long it waits, what the mail server says to it."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared import canary, clock, heartbeats
from shared.checkup.findings import Finding, ok, problem, unknown, warning
from shared.models import Message, MessageStatus
from shared.settings import get_settings

# A mail that has been due for this long means that nothing is being sent.
OLDEST_MAIL = timedelta(minutes=10)
_WAITING = (MessageStatus.PENDING, MessageStatus.SENDING)
_REFUSALS_SHOWN = 3
_RECENTLY = timedelta(hours=24)
_ADDRESS = re.compile(r"[^\s<>\"',;:]+@[^\s<>\"',;:]+")
_NAMES = {"worker": "A worker", "dispatcher": "A dispatcher", "inbound": "The listener for what comes back"}
_MISSING = {
    "worker": "Nobody hands mail to the mail server.",
    "dispatcher": "Nobody looks for mail that is due, for reminders, or for the waiting list.",
    "inbound": "Nobody reads what comes back: bounces, complaints, answers of calendars.",
}


def check(session: Session) -> Iterator[Finding]:
    yield from processes(session)
    yield queue(session)
    yield from refusals(session)
    yield canaries(session)


def processes(session: Session) -> Iterator[Finding]:
    kinds = ["dispatcher", "worker"] + (["inbound"] if get_settings().reads_replies else [])
    for kind in kinds:
        seen_at = heartbeats.last_seen(session, kind)
        if heartbeats.is_alive(seen_at):
            yield ok(kind, f"{_NAMES[kind]} runs.")
            continue
        since = f"since {seen_at:%d %B %Y, %H:%M} UTC" if seen_at else "and none has run for a day"
        yield problem(
            kind,
            f"{_NAMES[kind]} is missing, {since}. {_MISSING[kind]}",
            f"Start it: `docker compose up --detach {kind}`; then `docker compose logs {kind}` says why it stopped.",
        )


def oldest_waiting(session: Session) -> datetime | None:
    """Since when the oldest due mail has been waiting; None when nothing waits."""
    is_due = Message.status.in_(_WAITING), Message.due_at <= clock.now()
    return session.scalar(select(func.min(Message.due_at)).where(*is_due))


def waiting(session: Session) -> int:
    is_due = Message.status.in_(_WAITING), Message.due_at <= clock.now()
    return session.scalar(select(func.count()).where(*is_due)) or 0


def queue(session: Session) -> Finding:
    oldest = oldest_waiting(session)
    if oldest is None:
        return ok("queue", "No mail waits that is due.")
    age, count = clock.now() - oldest, waiting(session)
    says = f"{count} mails are due and not sent; the oldest has waited for {_length(age)}."
    if age < OLDEST_MAIL:
        return ok("queue", says)
    return problem("queue", says, "Look at the other findings: a process that is missing, or a server that refuses.")


def refusals(session: Session) -> Iterator[Finding]:
    """What the server said last to mail that is to be tried again, and to mail of the last day that never will be."""
    tried = select(Message.reply, func.count()).where(Message.reply.is_not(None), Message.attempts > 0)
    later = tried.where(Message.status == MessageStatus.PENDING)
    never = tried.where(Message.status == MessageStatus.FAILED, Message.created_at > clock.now() - _RECENTLY)
    for query, name, what, remedy in (
        (later, "put-off", "is tried again later", "Nothing, if it goes by itself; else read the server's words."),
        (never, "refused", "will not be sent", "Read the server's words; correct the addresses on the page Mail."),
    ):
        counted = query.group_by(Message.reply).order_by(func.count().desc()).limit(_REFUSALS_SHOWN)
        for reply, count in session.execute(counted).all():
            yield warning(name, f"{count} mails: “{without_addresses(str(reply))}”; this mail {what}.", remedy)


def without_addresses(words: str) -> str:
    """What a server says often quotes whom it is about; an operator's report names nobody."""
    return _ADDRESS.sub("…@…", words)


def canaries(session: Session) -> Finding:
    """The message that we send to ourselves through the whole line."""
    minutes = get_settings().canary_minutes
    last = canary.last_arrived(session)
    if not minutes:
        return unknown("canary", "No message is sent through the line to try it (PLENARY_CANARY_MINUTES is 0).")
    if last is None:
        return unknown(
            "canary", "No message has gone through the whole line yet.", "Wait some minutes, and look again."
        )
    age = clock.now() - last
    if age < timedelta(minutes=2 * minutes) + OLDEST_MAIL:
        return ok("canary", f"The last message to ourselves went through the whole line {_length(age)} ago.")
    return problem(
        "canary",
        f"No message to ourselves has gone through the whole line for {_length(age)}.",
        "Look at the other findings: where the line is broken, the first of them says.",
    )


def _length(time: timedelta) -> str:
    seconds = time.total_seconds()
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"
