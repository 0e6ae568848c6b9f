"""Everything kept of one person, in words and in a form that machines read (GDPR articles 15 and 20)."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import answers, clock
from shared.digests import address_digest
from shared.models import Calendar, ConsentText, Event, Message, Registration, Suppression
from shared.privacy.people import Somebody, link_requests_of, registrations_of
from shared.privacy.retention import kept_until
from shared.schemas.privacy import (
    AnswerExport,
    ConsentExport,
    EventExport,
    LinkRequestExport,
    MessageExport,
    PersonExport,
    RegistrationExport,
    SuppressionExport,
)

_AS_THEY_ARE = (
    "id", "status", "position", "source", "address", "name", "organisation", "city", "country", "audience", "language",
    "time_zone", "is_suspect", "registered_at", "answer_by", "confirmed_at", "cancelled_at",
)  # fmt: skip
_OF_A_MESSAGE = ("kind", "status", "created_at", "due_at", "sent_at", "attempts", "reply")


def export(session: Session, address: str, *, calendar: Calendar | None = None) -> PersonExport:
    """What is kept of this address, at one calendar or at all of them. Changes nothing."""
    somebody = Somebody(address, calendar)
    registrations = registrations_of(session, somebody)
    mails = _messages(session, [registration.id for registration in registrations])
    asked = link_requests_of(session, somebody)
    # The wish holds for the whole site: to a calendar that does not know the person it tells nothing.
    is_known = bool(registrations or asked) or calendar is None
    return PersonExport(
        address=somebody.key,
        calendar=calendar.title if calendar else None,
        made_at=clock.now(),
        registrations=[_registration(session, one, mails[one.id]) for one in registrations],
        link_requests=[LinkRequestExport(event_id=one.event_id, requested_at=one.requested_at) for one in asked],
        suppression=_suppression(session, somebody) if is_known else None,
    )


def _messages(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[MessageExport]]:
    found: dict[UUID, list[MessageExport]] = defaultdict(list)
    for message in session.scalars(select(Message).where(Message.registration_id.in_(ids)).order_by(Message.id)):
        facts = {name: getattr(message, name) for name in _OF_A_MESSAGE}
        assert message.registration_id is not None
        found[message.registration_id].append(MessageExport(**facts))
    return found


def _registration(session: Session, one: Registration, mails: list[MessageExport]) -> RegistrationExport:
    return RegistrationExport(
        event=_event(one.event),
        answers=[_answer(session, one.event, key, value) for key, value in one.answers.items()],
        consent=_consent(session, one),
        kept_until=kept_until(one.event),
        messages=mails,
        **{name: getattr(one, name) for name in _AS_THEY_ARE},
    )


def _event(event: Event) -> EventExport:
    return EventExport(
        id=event.id,
        title=event.title,
        calendar=event.calendar.title,
        organisation=event.calendar.organisation,
        starts_at=event.starts_at,
        time_zone=event.time_zone,
        url=answers.event_url(event),
    )


def _answer(session: Session, event: Event, key: str, value: Any) -> AnswerExport:
    question = next((one for one in event.questions if one.key == key), None)
    agreed = session.get(ConsentText, value["version"]) if isinstance(value, dict) and value.get("version") else None
    return AnswerExport(
        key=key, question=question.label if question else None, answer=value, text=agreed.text if agreed else None
    )


def _consent(session: Session, one: Registration) -> ConsentExport | None:
    if one.consented_at is None:
        return None
    agreed = session.get(ConsentText, one.consent_version) if one.consent_version else None
    return ConsentExport(
        version=one.consent_version,
        agreed_at=one.consented_at,
        language=agreed.language if agreed else None,
        text=agreed.text if agreed else None,
    )


def _suppression(session: Session, somebody: Somebody) -> SuppressionExport | None:
    found = session.get(Suppression, address_digest(somebody.key))
    return SuppressionExport(reason=found.reason, since=found.created_at) if found else None
