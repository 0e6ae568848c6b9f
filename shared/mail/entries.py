"""The calendar entry that a mail carries: one per registration, the same for the invitation and what takes it back."""

from datetime import UTC, datetime
from typing import NamedTuple

from shared import ical, links
from shared.event_mail import TIMES
from shared.ical import CalendarEntry, Participation
from shared.links import Purpose
from shared.mail import holds
from shared.mail.locations import location
from shared.mail.patterns import Words, filled
from shared.mail.recipients import Recipient
from shared.mail.rendering import Form
from shared.mail.views import EventView
from shared.models import INVITING, TAKING_BACK, Event, Message, MessageKind, Registration
from shared.settings import get_settings

_ASKING = {MessageKind.CONFIRMATION, MessageKind.PROMOTION}


class Answer(NamedTuple):
    """PARTSTAT and RSVP of the one attendee (RFC 5545 sections 3.2.12 and 3.2.17)."""

    participation: Participation
    rsvp: bool


def invites(message: Message) -> bool:
    return message.kind in INVITING


def takes_back(message: Message) -> bool:
    """Whether this mail takes an entry out of the recipient's calendar."""
    return message.kind in TAKING_BACK and bool(message.facts.get("with_entry"))


def calendar_part(message: Message, recipient: Recipient, view: EventView, words: Words, now: datetime) -> bytes | None:
    """REQUEST where the person has a place, CANCEL where they had an entry (RFC 5546 3.2.2, 3.2.5), else None.

    An event without a date has no part in calendars: what stood there was taken back when it lost its date.
    """
    if view.span is None or not (invites(message) or takes_back(message)):
        return None
    entry = _entry(message, recipient, view, words)
    answer = _answer(message)
    if takes_back(message):
        return ical.cancellation(entry, now, participation=answer.participation)
    return ical.request(entry, now, participation=answer.participation, rsvp=answer.rsvp)


def _entry(message: Message, recipient: Recipient, view: EventView, words: Words) -> CalendarEntry:
    assert message.event is not None
    if message.registration is None:
        assert message.speaker is not None
        return holds.entry(message, message.event, message.speaker, recipient, view)
    return _entry_of_place(message, message.event, message.registration, recipient, view, words)


def _entry_of_place(
    message: Message,
    event: Event,
    registration: Registration,
    recipient: Recipient,
    view: EventView,
    words: Words,
) -> CalendarEntry:
    assert view.span is not None
    settings = get_settings()
    join_url = links.url(Purpose.JOIN, registration.id) if event.is_online else None
    return CalendarEntry(
        uid=ical.registration_uid(registration.id, settings.mail_domain),
        sequence=message.sequence,
        starts_at=view.span.starts_at.astimezone(UTC),
        ends_at=view.span.ends_at.astimezone(UTC),
        time_zone=view.span.zone,
        summary=view.title,
        description=filled(Form.TEXT, "entry", recipient.language, _lasting(words)).strip(),
        url=view.url if takes_back(message) else links.url(Purpose.MY, registration.id),
        location=location(view.where, view.url, join_url),
        join_url=join_url,
        updated_at=event.updated_at.astimezone(UTC),
        created_at=registration.registered_at.astimezone(UTC),
        organiser_name=event.calendar.organisation,
        organiser_address=settings.organiser_address,
        attendee_name=registration.name,
        attendee_address=registration.address,
    )


def _lasting(words: Words) -> Words:
    """The entry stays when the mail is gone, and its later revisions must have the same links."""
    return Words(
        words.common, {name: links.without_mail(value) if value else value for name, value in words.own.items()}
    )


def _answer(message: Message) -> Answer:
    """What their calendar is to show for them, and whether it is to ask.

    Where nobody reads replies nobody is asked for one, and whoever registered has accepted.
    """
    if message.kind == MessageKind.REGISTRATION_CANCELLED and message.facts.get("is_by_person"):
        return Answer(Participation.DECLINED, rsvp=False)
    # Whoever is on the programme has agreed to be.
    if message.registration is None or not get_settings().reads_replies:
        return Answer(Participation.ACCEPTED, rsvp=False)
    known = _known(message.registration)
    if message.kind in _ASKING or _is_at_another_time(message):
        return Answer(Participation.NEEDS_ACTION, rsvp=True)
    if known is None:
        # Who never answered is asked again with an entry that is sent again, and left alone with a mere correction.
        return Answer(Participation.NEEDS_ACTION, rsvp=message.kind == MessageKind.ENTRY_AGAIN)
    return Answer(known, rsvp=False)


def _known(registration: Registration) -> Participation | None:
    said = registration.participation
    return Participation(said.upper()) if said else None


def _is_at_another_time(message: Message) -> bool:
    """A change of the hours, or the return of an event that was postponed, which names no change. RFC 5546 section
    2.1.4: what people answered was about the hours; another title or place leaves it."""
    before = message.facts.get("before", {})
    return message.kind == MessageKind.CHANGE and (not before or not TIMES.isdisjoint(before))
