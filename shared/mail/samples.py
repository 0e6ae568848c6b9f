"""A message that nobody wrote into the outbox: to show a mail before it goes, for a real reader or a made-up one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from shared import clock
from shared.errors import InvalidInput, NotFound
from shared.mail.call_sheets import sample_slots
from shared.mail.recipients import Recipient, recipient_of
from shared.mail.texts import Written
from shared.models import (
    Event,
    EventState,
    Invitation,
    Message,
    MessageKind,
    Registration,
    RegistrationStatus,
    ReminderRule,
    Speaker,
)
from shared.schemas.mail import PreviewRequest
from shared.settings import get_settings
from shared.translations import LANGUAGES, SOURCE_LANGUAGE

_NAME, _ADDRESS, _ZONE = "Ada Lovelace", "ada@example.org", "America/New_York"
# Links of a made-up reader lead to nobody.
_NOBODY = UUID(int=0)
_TO_THE_INVITED = {MessageKind.INVITATION, MessageKind.NUDGE}
_TO_SPEAKERS = {MessageKind.CALL_SHEET, MessageKind.CALL_SHEET_WITHDRAWN}
_TO_THE_TEAM = {MessageKind.COUNTER_PROPOSAL, MessageKind.QUEUE_WARNING, MessageKind.TEST}
_STATUS = {
    MessageKind.WAITING_LIST: RegistrationStatus.WAITLISTED,
    MessageKind.VERIFICATION: RegistrationStatus.PENDING,
    MessageKind.OFFER: RegistrationStatus.OFFERED,
    MessageKind.OFFER_LAPSED: RegistrationStatus.CANCELLED,
    MessageKind.REGISTRATION_CANCELLED: RegistrationStatus.CANCELLED,
}
# Only while they are asked for something.
_ANSWER_TIME = timedelta(hours=24)
_Row = TypeVar("_Row", Registration, Invitation, Speaker)


@dataclass(frozen=True, slots=True)
class Sample:
    """What to compose. `tried` is the text to try instead of the saved one; None where none was given."""

    message: Message
    recipient: Recipient
    tried: Written | None


def is_trial(message: Message) -> bool:
    """Whether it shows an organiser what another mail will be."""
    return message.kind == MessageKind.TEST and "preview" in message.facts


def of(session: Session, event: Event, wish: PreviewRequest, *, is_certain: bool = True) -> Sample:
    """Nothing of it is added to the session.

    Raises NotFound or InvalidInput for what does not belong together; where `is_certain` is False, somebody who has
    gone meanwhile is replaced by a made-up reader.
    """
    message = Message(
        id=uuid7(), kind=wish.kind, occasion="preview", sequence=0, facts={}, created_at=clock.now(),
        due_at=clock.now(), rule_id=_rule(session, event, wish, is_certain=is_certain), event_id=event.id, event=event,
    )  # fmt: skip
    try:
        _address(session, event, wish, message)
    except NotFound:
        if is_certain:
            raise
        _address(session, event, PreviewRequest(kind=wish.kind), message)
    earlier = _earlier(session, message)
    message.facts = earlier.facts if earlier else _facts(event, message)
    message.sequence = earlier.sequence if earlier else _sequence(message)
    recipient = recipient_of(message)
    language = wish.language or recipient.language
    tried = {language: wish.text.model_dump()} if wish.text is not None else None
    return Sample(message, replace(recipient, language=language if language in LANGUAGES else SOURCE_LANGUAGE), tried)


def _rule(session: Session, event: Event, wish: PreviewRequest, *, is_certain: bool) -> UUID | None:
    if wish.rule_id is None:
        return None
    rule = session.get(ReminderRule, wish.rule_id)
    if rule is not None and rule.event_id == event.id and rule.kind == wish.kind:
        return rule.id
    if not is_certain:
        return None
    if rule is None or rule.event_id != event.id:
        raise NotFound("There is no such rule at this event. It may have been removed; read the rules again.")
    raise InvalidInput(
        "The rule sends another kind of mail.", fields={"kind": f"is not what the rule sends; it sends {rule.kind}"}
    )


def _address(session: Session, event: Event, wish: PreviewRequest, message: Message) -> None:
    """To exactly one reader, of the sort that the kind of mail is for."""
    kind = MessageKind(wish.kind)
    if kind in _TO_THE_INVITED:
        _require_only(wish, "invitation_id")
        message.invitation = _found(session, Invitation, wish.invitation_id, event, _invitation)
    elif kind in _TO_SPEAKERS:
        _require_only(wish, "speaker_id")
        message.speaker = _found(session, Speaker, wish.speaker_id, event, _speaker)
    elif kind in _TO_THE_TEAM:
        _require_only(wish, None)
        message.address = event.calendar.contact_address or _ADDRESS
    else:
        _require_only(wish, "registration_id")
        message.registration = _found(session, Registration, wish.registration_id, event, _registration(kind))
        message.registration_id = message.registration.id


def _require_only(wish: PreviewRequest, allowed: str | None) -> None:
    for name in ("registration_id", "invitation_id", "speaker_id"):
        if name != allowed and getattr(wish, name) is not None:
            raise InvalidInput(
                f"Mail of the kind {wish.kind} does not go there. Leave {name} out.",
                fields={name: f"mail of the kind {wish.kind} goes to somebody else"},
            )


def _found(
    session: Session, model: type[_Row], row_id: UUID | None, event: Event, made_up: Callable[[Event], _Row]
) -> _Row:
    if row_id is None:
        return made_up(event)
    row = session.get(model, row_id)
    if row is None or row.event_id != event.id:
        raise NotFound("There is nobody with this id at this event. Look at the event's list again.")
    return row


def _registration(kind: MessageKind) -> Callable[[Event], Registration]:
    status, now = _STATUS.get(kind, RegistrationStatus.CONFIRMED), clock.now()
    is_asked = status in {RegistrationStatus.PENDING, RegistrationStatus.OFFERED}

    def made_up(event: Event) -> Registration:
        return Registration(
            id=_NOBODY, event_id=event.id, position=event.places.last_position + 1, status=status, address=_ADDRESS,
            name=_NAME, language=event.text_language, time_zone=_ZONE, answers={}, sequence=0, registered_at=now,
            confirmed_at=now if status == RegistrationStatus.CONFIRMED else None,
            answer_by=now + _ANSWER_TIME if is_asked else None,
        )  # fmt: skip

    return made_up


def _invitation(event: Event) -> Invitation:
    return Invitation(id=_NOBODY, event_id=event.id, address=_ADDRESS, name=_NAME, language=event.text_language)


def _speaker(event: Event) -> Speaker:
    return Speaker(
        id=_NOBODY, event_id=event.id, address=_ADDRESS, name=_NAME, language=event.text_language, time_zone=_ZONE,
        sequence=0,
    )  # fmt: skip


def _earlier(session: Session, message: Message) -> Message | None:
    """The mail of this kind that the reader was sent last: what it says, this one would say again."""
    columns = {
        Message.registration_id: message.registration,
        Message.invitation_id: message.invitation,
        Message.speaker_id: message.speaker,
    }
    for column, recipient in columns.items():
        if recipient is not None and recipient.id != _NOBODY:
            query = select(Message).where(column == recipient.id, Message.kind == message.kind)
            return session.scalar(query.order_by(Message.id.desc()).limit(1))
    return None


def _sequence(message: Message) -> int:
    recipient = message.registration or message.speaker
    return recipient.sequence if recipient is not None else 0


def _facts(event: Event, message: Message) -> dict[str, Any]:
    """What such a message would keep."""
    settings, kind = get_settings(), message.kind
    had_place = message.registration is not None and message.registration.status == RegistrationStatus.CONFIRMED
    facts: dict[str, dict[str, Any]] = {
        MessageKind.CHANGE: {"before": _an_hour_earlier(event)},
        MessageKind.CANCELLATION: {"with_entry": had_place, "is_postponed": event.state == EventState.POSTPONED},
        MessageKind.REGISTRATION_CANCELLED: {"with_entry": True},
        MessageKind.LINK_AGAIN: {"is_asked_for": True},
        MessageKind.CALL_SHEET: {"slots": _slots(event, message.speaker)},
        MessageKind.CALL_SHEET_WITHDRAWN: {"slots": _slots(event, message.speaker), "with_entry": True},
        MessageKind.DECLINED: {"is_freed": event.declining_frees_place},
        MessageKind.PERSONAL_FEED: {"feed_url": f"{settings.site_url}/feeds/example.ics"},
        MessageKind.COUNTER_PROPOSAL: {"name": _NAME, **_an_hour_earlier(event), "comment": None},
        MessageKind.QUEUE_WARNING: {"waiting": 12_000, "per_minute": 60.0},
        MessageKind.TEST: {"by": _NAME},
    }  # fmt: skip
    return facts.get(kind, {})


def _an_hour_earlier(event: Event) -> dict[str, Any]:
    hour = timedelta(hours=1)
    moments = {"starts_at": event.starts_at, "ends_at": event.ends_at}
    return {name: (moment - hour).isoformat() for name, moment in moments.items() if moment is not None}


def _slots(event: Event, speaker: Speaker | None) -> list[dict[str, Any]]:
    """Theirs; of a made-up speaker the first with people in it, or the first of all."""
    spoken = [item for item in event.programme if item.people]
    theirs = [item for item in spoken if speaker and any(person.speaker_id == speaker.id for person in item.people)]
    return sample_slots(event, theirs or spoken[:1] or event.programme[:1])
