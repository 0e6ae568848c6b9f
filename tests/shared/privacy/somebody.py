"""A person who has left a trace in every table that can hold one."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from shared import audit, clock, registrations, suppressions
from shared.models import Event, IdempotencyKey, Message, MessageKind, Organiser, Question, Registration
from tests.factories import register

ADDRESS = "Zenobia.Quux@distinct.example.org"
# Nothing of this stands anywhere else in a test.
WORDS = ("zenobia", "quux", "distinct.example", "Wobblecraft", "Xyzzyville", "plughcrutches")
FACTS: dict[str, Any] = {
    "name": "Zenobia Quux",
    "organisation": "Wobblecraft Institute",
    "city": "Xyzzyville",
    "country": "PT",
    "audience": "Students",
    "time_zone": "Europe/Lisbon",
}


def come(session: Session, event: Event) -> Registration:
    """Registered, with an answer, and with a mail server that quotes the address."""
    if not event.questions:
        event.questions.append(Question(position=0, key="needs", kind="short-text", label="What do you need?"))
    registration = register(session, event, ADDRESS, **FACTS)
    registration.answers = {"needs": "plughcrutches"}
    for message in session.query(Message).filter_by(registration_id=registration.id):
        message.reply = f"450 4.2.0 <{ADDRESS}>: Recipient address rejected: Greylisted"
    session.commit()
    return registration


def leave_traces(session: Session, event: Event, organiser: Organiser) -> Registration:
    """Beside the registration: a reminder, a request for the link, a wish for no more mail, a kept answer, a slip."""
    registration = come(session, event)
    now = clock.now()
    session.add(
        Message(
            event_id=event.id, registration_id=registration.id, kind=MessageKind.REMINDER, occasion="60-by-hand",
            priority=20, due_at=now + timedelta(days=1), facts={"minutes_before": 60},
        )
    )  # fmt: skip
    registrations.request_link(session, event.id, ADDRESS.upper())
    suppressions.suppress(session, ADDRESS, suppressions.UNSUBSCRIBED)
    answer = {"rows": [{"row": 3, "problem": f"{ADDRESS} is registered already."}]}
    session.add(IdempotencyKey(organiser_id=organiser.id, key="import-1", fingerprint=b"x", answer=answer))
    audit.record(session, "registrations.imported", by=organiser, event=event, rows=3, first=ADDRESS)
    session.commit()
    return registration
