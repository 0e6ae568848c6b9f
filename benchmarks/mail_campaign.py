"""A reminder to many people: set up, set off, and followed until the last of it is at the sink."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from benchmarks.conditions import cost, spent
from benchmarks.errors import CannotMeasure
from benchmarks.mail_loop import Post
from benchmarks.mail_sink import Sink
from benchmarks.stage import Stage
from benchmarks.world import make_event
from services.local.waiting import wait_until
from shared.admission import Application, register_many
from shared.database import new_session
from shared.mail.composing import Composer
from shared.mail.mime import octets
from shared.mail.recipients import recipient_of
from shared.models import MailTally, Message, MessageKind, RegistrationSource
from shared.schemas.registrations import Applicant

# As an international event has them: several languages, and clocks around the world.
_LANGUAGES = ("en", "es", "fr")
_ZONES = ("Europe/Madrid", "Africa/Tunis", "America/Bogota", "America/Chicago", "America/Sao_Paulo", "Asia/Kolkata",
          "Asia/Tokyo", "Australia/Sydney", "Europe/Paris", "Africa/Nairobi")  # fmt: skip
_AT_ONCE = 500
_LIMIT = timedelta(minutes=20)


@dataclass(frozen=True)
class Campaign:
    """`per_second` counts from the moment the reminder fell due; `sending_per_second` from the first mail accepted.

    `bad` counts mails that are missing, or came twice, or that the database tells something else of than the sink.
    """

    mails: int
    seconds: float
    per_second: float
    sending_per_second: float
    bad: int
    cost: dict[str, Any]


def make_crowd(title: str, people: int) -> UUID:
    """An event with so many confirmed people, who have all had their confirmation. Gives its id."""
    event_id, _ = make_event(title)
    for first in range(0, people, _AT_ONCE):
        with new_session() as session:
            applications = [_application(number) for number in range(first, min(first + _AT_ONCE, people))]
            register_many(session, event_id, applications)
            session.commit()
    with new_session() as session:
        session.execute(delete(Message).where(Message.event_id == event_id))
        session.execute(delete(MailTally).where(MailTally.event_id == event_id))
        session.commit()
    return event_id


def _application(number: int) -> Application:
    applicant = Applicant(
        name=f"Núria Vidal {number}",
        address=f"person{number}@example.org",
        language=_LANGUAGES[number % len(_LANGUAGES)],
        time_zone=_ZONES[number % len(_ZONES)],
        consent=True,
    )
    return Application(applicant, RegistrationSource.API, "en")


@contextmanager
def mail_side(stage: Stage, *, workers: int) -> Iterator[None]:
    """A dispatcher and so many workers, until the block ends."""
    with ExitStack() as running:
        running.enter_context(stage.running("dispatcher", "services.worker.dispatcher"))
        for number in range(workers):
            running.enter_context(stage.running(f"worker-{number + 1}", "services.worker.main"))
        yield


def send_reminder(stage: Stage, sink: Sink, event_id: UUID, *, people: int) -> Campaign:
    """Let the reminder of a day before fall due now, and wait until the sink has all of it."""
    sink.forget()
    before, began_at = spent(stage), time.time()
    _fall_due(stage, event_id)
    if not wait_until(lambda: sink.seen().recipients >= people, within=_LIMIT, pause=timedelta(milliseconds=100)):
        raise CannotMeasure(f"Of {people} reminders, {sink.seen().recipients} arrived within {_LIMIT}.")
    seen, after = sink.seen(), spent(stage)
    sent = _sent(stage, event_id, wanted=people)
    return Campaign(
        mails=seen.mails,
        seconds=round(seen.last_at - began_at, 3),
        per_second=round(people / (seen.last_at - began_at), 1),
        sending_per_second=round(people / (seen.last_at - seen.first_at), 1),
        bad=abs(seen.mails - people) + abs(sent - people),
        cost=cost(before, after, people),
    )


def _fall_due(stage: Stage, event_id: UUID) -> None:
    with stage.connection() as connection:
        changed = connection.execute(
            "UPDATE reminder_rule SET due_at = now() WHERE event_id = %s AND minutes_before = 1440", [event_id]
        )
    if changed.rowcount != 1:
        raise CannotMeasure("The event has no reminder a day before its start.")


def _sent(stage: Stage, event_id: UUID, *, wanted: int) -> int:
    """How many the database and the tallies call sent, once the last mark is committed."""

    def sent() -> set[int]:
        with stage.connection() as connection:
            row = connection.execute(
                """SELECT (SELECT count(*) FROM message WHERE event_id = %(event)s AND status = 'sent'),
                (SELECT sum(count) FROM mail_tally WHERE event_id = %(event)s AND status = 'sent')""",
                {"event": event_id},
            ).fetchone()
        return {int(one or 0) for one in row or ()}

    wait_until(lambda: sent() == {wanted}, within=timedelta(seconds=10))
    return min(sent())


def latest_mails(count: int) -> list[Post]:
    """The reminders sent last, as they left, octet for octet but for their moment."""
    query = select(Message).where(Message.kind == MessageKind.REMINDER).order_by(Message.id.desc()).limit(count)
    with new_session() as session:
        composer = Composer(session)
        return [
            (recipient_of(message).address, octets(composer.compose(message))) for message in session.scalars(query)
        ]
