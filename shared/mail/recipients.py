"""Who a message goes to, whatever they are to the event: registered, invited, on the programme, or of the team."""

from dataclasses import dataclass
from uuid import UUID

from shared.models import Event, Message
from shared.timezones import is_zone
from shared.translations import LANGUAGES, SOURCE_LANGUAGE


@dataclass(frozen=True, slots=True)
class Recipient:
    """`id` is of the registration, invitation or speaker; of the message itself where it goes to a bare address.

    `time_zone` is None where it is not known.
    """

    id: UUID
    name: str | None
    address: str
    language: str
    time_zone: str | None


def recipient_of(message: Message) -> Recipient:
    """In a language that we write, and with a time zone that still exists."""
    registration, invitation, speaker = message.registration, message.invitation, message.speaker
    zone: str | None = None
    name: str | None
    if registration is not None:
        found, name, address = registration.id, registration.name, registration.address
        language, zone = registration.language, registration.time_zone
    elif invitation is not None:
        found, name, address, language = invitation.id, invitation.name, invitation.address, invitation.language
    elif speaker is not None:
        found, name, address = speaker.id, speaker.name, speaker.address
        language, zone = speaker.language or event_language(message.event), speaker.time_zone
    else:
        assert message.address is not None
        found, name, address, language = message.id, None, message.address, event_language(message.event)
    # A name may leave the time-zone database after somebody registered with it; the mail goes out without it.
    own_zone = zone if zone and is_zone(zone) else None
    return Recipient(found, name, address, language if language in LANGUAGES else SOURCE_LANGUAGE, own_zone)


def event_language(event: Event | None) -> str:
    return event.text_language if event is not None else SOURCE_LANGUAGE
