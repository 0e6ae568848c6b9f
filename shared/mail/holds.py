"""The entry in a speaker's own calendar: from the first of their slots to the end of the last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared import ical
from shared.ical import CalendarEntry
from shared.mail import times
from shared.mail.locations import location
from shared.mail.recipients import Recipient
from shared.mail.times import Span
from shared.mail.views import EventView
from shared.models import Event, Message, MessageKind, Speaker
from shared.settings import get_settings
from shared.translations import translations

# Of a slot whose length nobody has said, at the end of the event or after it.
_LEAST = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Slot:
    """One part on the programme. The moments are aware; None where they are not known."""

    title: str
    starts_at: datetime | None
    ends_at: datetime | None


def slots_of(facts: Sequence[Mapping[str, Any]]) -> list[Slot]:
    """From what a message keeps: `[{title, starts_at, ends_at}]`, moments in ISO 8601."""
    return [Slot(one["title"], _moment(one.get("starts_at")), _moment(one.get("ends_at"))) for one in facts]


def _moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def span_of(slots: Sequence[Slot], whole: Span) -> Span:
    """From the start of the first to the end of the last; what is not known of them is as the event has it."""
    starts = [slot.starts_at for slot in slots if slot.starts_at is not None] or [whole.starts_at]
    first, last = min(starts), max(starts)
    ends = [slot.ends_at for slot in slots if slot.ends_at is not None]
    is_open = len(ends) < len(slots) or not ends
    end = max([*ends, *([whole.ends_at] if is_open else [])])
    return Span(first, end if end > last else max(end, last + _LEAST), whole.zone)


def entry(message: Message, event: Event, speaker: Speaker, recipient: Recipient, view: EventView) -> CalendarEntry:
    """Under the UID of this speaker at this event, with the SEQUENCE of the message."""
    assert view.span is not None
    settings, slots = get_settings(), slots_of(message.facts.get("slots", []))
    span = span_of(slots, view.span)
    return CalendarEntry(
        uid=ical.speaker_uid(speaker.id, settings.mail_domain),
        sequence=message.sequence,
        starts_at=span.starts_at.astimezone(UTC),
        ends_at=span.ends_at.astimezone(UTC),
        time_zone=span.zone,
        summary=view.title,
        description=_description(message, slots, recipient, view),
        url=view.url,
        # Speakers go into the room itself; whoever changes it sends them another call sheet.
        location=location(view.where, view.url, event.room_url),
        updated_at=event.updated_at.astimezone(UTC),
        organiser_name=event.calendar.organisation,
        organiser_address=settings.organiser_address,
        attendee_name=speaker.name,
        attendee_address=speaker.address,
    )


def _description(message: Message, slots: Sequence[Slot], recipient: Recipient, view: EventView) -> str:
    gettext = translations(recipient.language).gettext
    page = gettext("Event page: %(url)s") % {"url": view.url}
    if message.kind == MessageKind.CALL_SHEET_WITHDRAWN:
        return f"{_goodbye(message, recipient.language)}\n\n{page}"
    assert view.span is not None
    lines = [slot_line(slot, view.span.zone, recipient.time_zone, recipient.language) for slot in slots]
    return "\n".join([gettext("Your part in the programme:"), *lines, "", page])


def _goodbye(message: Message, language: str) -> str:
    gettext = translations(language).gettext
    if message.facts.get("is_postponed"):
        return gettext("Postponed. A new date is not known yet.")
    if message.facts.get("by_event"):
        return gettext("Cancelled. It does not take place.")
    return gettext("You are not on the programme any more.")


def slot_line(slot: Slot, zone: str, own_zone: str | None, language: str) -> str:
    """ "15:20–15:32 (Madrid, UTC+2) · 08:20–08:32 (Chicago, UTC-5): Trees in the street"."""
    clocks = [_clock(slot, each, language) for each in dict.fromkeys((zone, own_zone)) if each is not None]
    said = " · ".join(clock for clock in dict.fromkeys(clocks) if clock)
    return f"{said}: {slot.title}" if said else slot.title


def _clock(slot: Slot, zone: str, language: str) -> str | None:
    if slot.starts_at is None:
        return None
    start = slot.starts_at.astimezone(ZoneInfo(zone))
    end = slot.ends_at.astimezone(ZoneInfo(zone)) if slot.ends_at else None
    until = f"–{times.clock(end, language)}" if end else ""
    return f"{times.clock(start, language)}{until} ({times.place_and_offset(start, zone, language)})"
