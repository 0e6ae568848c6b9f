"""Everything kept of one person, in words and in a form that machines read (GDPR articles 15 and 20)."""

from base64 import b64encode
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from shared import answers, audience_questions, clock
from shared.digests import address_digest
from shared.models import (
    Calendar,
    ConsentText,
    Event,
    InboundMail,
    Invitation,
    Message,
    Registration,
    Speaker,
    Suppression,
)
from shared.privacy.correspondence import inbound_of
from shared.privacy.people import (
    Somebody,
    feeds_of,
    invitations_of,
    link_requests_of,
    messages_of,
    participations_of,
    registrations_of,
    speakers_of,
)
from shared.privacy.retention import kept_until
from shared.schemas.privacy import (
    AnswerExport,
    ConsentExport,
    EventExport,
    FeedExport,
    InboundExport,
    InvitationExport,
    LinkRequestExport,
    MessageExport,
    ParticipationExport,
    PersonExport,
    QuestionExport,
    RegistrationExport,
    SpeakerExport,
    SuppressionExport,
)

_AS_THEY_ARE = (
    "id", "status", "position", "source", "address", "name", "organisation", "city", "country", "audience", "language",
    "time_zone", "came_from", "is_suspect", "registered_at", "answer_by", "confirmed_at", "cancelled_at",
    "entry_sequence", "entry_revision", "participation", "participation_address", "participation_sequence",
    "participation_at", "undelivered_at", "readdressed_at", "joined_at",
)  # fmt: skip
_OF_A_MESSAGE = (
    "kind", "status", "created_at", "due_at", "sent_at", "attempts", "reply", "bounced_at", "bounce", "opened_at",
)  # fmt: skip
_OF_AN_INVITATION = (
    "address", "name", "language", "status", "created_at", "posted_at", "nudges", "nudged_at", "nudge_wanted_at",
    "answered_at", "undelivered_at", "registration_id",
)  # fmt: skip
_OF_A_SPEAKER = ("address", "name", "language", "time_zone", "sequence", "entry_sequence", "told")
_OF_INBOUND = ("received_at", "sender", "recipient", "status", "kind", "outcome")


def export(session: Session, address: str, *, calendar: Calendar | None = None) -> PersonExport:
    """What is kept of this address, at one calendar or at all of them. Changes nothing."""
    somebody = Somebody(address, calendar)
    registrations, invited = registrations_of(session, somebody), invitations_of(session, somebody)
    speakers, asked = speakers_of(session, somebody), link_requests_of(session, somebody)
    # The wish holds for the whole site: to a calendar that does not know the person it tells nothing.
    is_known = bool(registrations or asked or invited or speakers) or calendar is None
    return PersonExport(
        address=somebody.key,
        calendar=calendar.title if calendar else None,
        made_at=clock.now(),
        registrations=[_registration(session, one) for one in registrations],
        link_requests=[LinkRequestExport(event_id=one.event_id, requested_at=one.requested_at) for one in asked],
        suppression=_suppression(session, somebody) if is_known else None,
        invitations=[_invitation(session, one) for one in invited],
        speakers=[_speaker(session, one) for one in speakers],
        inbound=[_inbound(one) for one in inbound_of(session, somebody)],
        participations=_participations(session, somebody),
        feeds=[FeedExport(created_at=one.created_at) for one in feeds_of(session, somebody)],
        messages=[_message(one) for one in messages_of(session, somebody)],
    )


def _messages(session: Session, *which: ColumnElement[bool]) -> list[MessageExport]:
    return [_message(one) for one in session.scalars(select(Message).where(*which).order_by(Message.id))]


def _message(one: Message) -> MessageExport:
    return MessageExport(**{name: getattr(one, name) for name in _OF_A_MESSAGE})


def _invitation(session: Session, one: Invitation) -> InvitationExport:
    return InvitationExport(
        event=_event(one.event),
        kept_until=kept_until(one.event),
        messages=_messages(session, Message.invitation_id == one.id),
        **{name: getattr(one, name) for name in _OF_AN_INVITATION},
    )


def _speaker(session: Session, one: Speaker) -> SpeakerExport:
    return SpeakerExport(
        event=_event(one.event),
        messages=_messages(session, Message.speaker_id == one.id),
        **{name: getattr(one, name) for name in _OF_A_SPEAKER},
    )


def _inbound(one: InboundMail) -> InboundExport:
    raw = b64encode(one.octets).decode("ascii")
    return InboundExport(raw=raw, **{name: getattr(one, name) for name in _OF_INBOUND})


def _participations(session: Session, somebody: Somebody) -> list[ParticipationExport]:
    """What stands in their own registrations is told there."""
    return [
        ParticipationExport(
            event=_event(one.event), participation=one.participation, participation_at=one.participation_at
        )
        for one in participations_of(session, somebody)
        if one.address.lower() != somebody.key
    ]


def _registration(session: Session, one: Registration) -> RegistrationExport:
    return RegistrationExport(
        event=_event(one.event),
        answers=[_answer(session, one.event, key, value) for key, value in one.answers.items()],
        consent=_consent(session, one),
        kept_until=kept_until(one.event),
        questions=[
            QuestionExport(text=question.text, status=question.status, asked_at=question.asked_at)
            for question in audience_questions.of_person(session, one.id)
        ],
        messages=_messages(session, Message.registration_id == one.id),
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
