"""The calendar entry that a mail carries: one per registration, the same for the invitation and what takes it back."""

from dataclasses import dataclass
from datetime import UTC, datetime

from shared import ical
from shared.ical import CalendarEntry
from shared.mail.times import Span
from shared.models import Message, MessageKind
from shared.settings import get_settings

_INVITES = {MessageKind.CONFIRMATION, MessageKind.PROMOTION, MessageKind.CHANGE}
_TAKES_BACK = {MessageKind.CANCELLATION, MessageKind.REGISTRATION_CANCELLED}


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryWords:
    """What the entry says, in the recipient's language."""

    description: str
    location: str
    url: str
    join_url: str | None


def invites(message: Message) -> bool:
    return message.kind in _INVITES


def takes_back(message: Message) -> bool:
    """Whether this mail takes an entry out of the recipient's calendar."""
    return message.kind in _TAKES_BACK and bool(message.facts.get("with_entry"))


def calendar_part(message: Message, span: Span | None, words: EntryWords, now: datetime) -> bytes | None:
    """REQUEST where the person has a place, CANCEL where they had an entry (RFC 5546 3.2.2, 3.2.5), else None.

    An event without a date has no part in calendars: what stood there was taken back when it lost its date.
    """
    if span is None:
        return None
    if invites(message):
        return ical.request(_entry(message, span, words), now)
    if takes_back(message):
        return ical.cancellation(_entry(message, span, words), now)
    return None


def _entry(message: Message, span: Span, words: EntryWords) -> CalendarEntry:
    event, registration, settings = message.event, message.registration, get_settings()
    assert event is not None
    assert registration is not None
    return CalendarEntry(
        uid=ical.registration_uid(registration.id, settings.mail_domain),
        sequence=message.sequence,
        starts_at=span.starts_at.astimezone(UTC),
        ends_at=span.ends_at.astimezone(UTC),
        time_zone=span.zone,
        summary=event.title,
        description=words.description,
        url=words.url,
        location=words.location,
        join_url=words.join_url,
        updated_at=event.updated_at.astimezone(UTC),
        created_at=registration.registered_at.astimezone(UTC),
        organiser_name=event.calendar.organisation,
        organiser_address=settings.organiser_address,
        attendee_name=registration.name,
        attendee_address=registration.address,
    )
