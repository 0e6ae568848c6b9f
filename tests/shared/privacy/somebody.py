"""A person who has left a trace in every table that can hold one."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from shared import audit, clock, registrations, suppressions
from shared.models import (
    Event,
    IdempotencyKey,
    InboundMail,
    Invitation,
    Message,
    MessageKind,
    Organiser,
    Person,
    PersonalFeed,
    Question,
    Registration,
    Speaker,
)
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


def correspond(session: Session, event: Event, registration: Registration) -> None:
    """Invited, on the programme, with mail both ways, a secret feed, and the calendar of somebody else."""
    now = clock.now()
    invitation = Invitation(
        event_id=event.id, address=ADDRESS.lower(), name="Zenobia Quux", language="en", posted_at=now, nudges=1
    )
    speaker = Speaker(event_id=event.id, address=ADDRESS, name="Zenobia Quux", told=[{"item": "Wobblecraft"}])
    event.people.append(Person(position=9, part="speaker", name="Announced", event_id=event.id, speaker=speaker))
    event.has_invitations = True
    session.add_all([invitation, PersonalFeed(address=ADDRESS)])
    session.flush()
    reply = f"<{ADDRESS}>: Recipient address rejected"
    sent: dict[str, Any] = {"event_id": event.id, "priority": 30, "due_at": now, "reply": reply, "bounce": reply}
    to_invited = Message(**sent, kind=MessageKind.INVITATION, occasion="first", invitation_id=invitation.id)
    to_speaker = Message(**sent, kind=MessageKind.CALL_SHEET, occasion="first", speaker_id=speaker.id)
    warning = Message(**sent, kind=MessageKind.QUEUE_WARNING, occasion="first", address=ADDRESS)
    session.add_all([to_invited, to_speaker, warning])
    session.flush()
    came_back: list[dict[str, Any]] = [
        {"sender": ADDRESS, "recipient": "rsvp@plenary.localhost"},
        {"sender": "", "recipient": "bounce+x@plenary.localhost", "message_id": to_invited.id},
        {
            "sender": "",
            "recipient": "bounce+y@plenary.localhost",
            "octets": f"To: <{ADDRESS}>\xe9".encode("latin-1"),
        },
        {"sender": "", "recipient": "rsvp@plenary.localhost", "registration_id": registration.id},
    ]
    for number, facts in enumerate(came_back):
        given = {"octets": b"From: Zenobia Quux\r\n", "outcome": f"{ADDRESS} declined"} | facts
        session.add(InboundMail(digest=f"{event.id}{number}".encode(), kind="other", status="done", **given))
    other = register(session, event, f"alias{event.id.hex[-6:]}@example.org")
    other.participation, other.participation_address = "accepted", ADDRESS
    session.commit()


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
