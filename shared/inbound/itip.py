"""What a calendar answers (iTIP, RFC 5546 sections 3.2.3 and 3.2.7), read leniently and within limits.

Only the lines that matter are given to the icalendar package: rules of zones and of repetition, which can be made to
take for ever, are left out before. Zones are known by their names, also by those of Windows.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import Message as Part
from typing import Any
from uuid import UUID

from icalendar import Calendar
from icalendar.cal import Component
from icalendar.error import BrokenCalendarProperty

from shared.ical import registration_uid
from shared.inbound.parsing import ReceivedMail, content_type, one_line, parameter, text_of
from shared.settings import get_settings

REPLY, COUNTER = "REPLY", "COUNTER"
_NEEDED = {"UID", "SEQUENCE", "DTSTAMP", "ATTENDEE", "DTSTART", "DTEND", "DURATION"}
_LINES, _LINE_LENGTH, _EVENTS, _LINES_OF_EVENT = 5_000, 2_000, 10, 50
_LARGEST = 2**31 - 1
_UNFOLD = re.compile("\n[ \t]")
_NAME = re.compile(r"([A-Za-z-]{1,40})[;:]")
_ADDRESS = re.compile(r"[^\s<>@,;:\"]{1,64}@[^\s<>@,;:\"]{1,253}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class CalendarAnswer:
    """`status` as the calendar wrote it, in capitals; `attendee` may be an alias of the registered address.

    `stamp` is aware, or None where it was missing. Proposed moments are naive where their zone is not known.
    """

    method: str
    registration_id: UUID
    sequence: int
    stamp: datetime | None
    status: str
    attendee: str | None
    starts_at: datetime | None
    ends_at: datetime | None


def answer_in(mail: ReceivedMail) -> CalendarAnswer | None:
    """The first answer to an entry of ours; None where there is none that can be understood."""
    for part in mail.parts:
        if _is_calendar(part):
            found = _read(text_of(part), parameter(part, "method").upper())
            if found is not None:
                return found
    return None


def _is_calendar(part: Part) -> bool:
    name = part.get_filename()
    is_file = isinstance(name, str) and name.lower().endswith(".ics")
    return content_type(part) in {"text/calendar", "application/ics"} or is_file


def _read(text: str, stated: str) -> CalendarAnswer | None:
    method, events = _split(text)
    if (method or stated) not in {REPLY, COUNTER}:
        return None
    answers = (_answer(method or stated, lines) for lines in events)
    return next((one for one in answers if one is not None), None)


def _split(text: str) -> tuple[str, list[list[str]]]:
    """METHOD, and the needed lines of each VEVENT; nothing of what stands inside a VEVENT or beside it."""
    method = ""
    open_parts: list[str] = []
    events: list[list[str]] = []
    lines = _UNFOLD.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    for line in lines[:_LINES]:
        key, _, value = line.strip().partition(":")
        if key.upper() == "BEGIN":
            open_parts.append(value.strip().upper()[:20])
            if open_parts == ["VCALENDAR", "VEVENT"]:
                events.append([])
        elif key.upper() == "END":
            del open_parts[-1:]
        elif key.upper() == "METHOD" and open_parts == ["VCALENDAR"]:
            method = value.strip().upper()[:20]
        elif open_parts == ["VCALENDAR", "VEVENT"] and len(events[-1]) < _LINES_OF_EVENT and _is_needed(line):
            events[-1].append(line.strip())
    return method, events[:_EVENTS]


def _is_needed(line: str) -> bool:
    name = _NAME.match(line.strip())
    return name is not None and name[1].upper() in _NEEDED and len(line) <= _LINE_LENGTH


def _answer(method: str, lines: list[str]) -> CalendarAnswer | None:
    text = "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""])
    try:
        return _from_event(method, Calendar.from_ical(text.encode("utf-8", "replace")).subcomponents[0])
    except Exception:
        # Whatever the package says of it: it is no answer that can be understood.
        return None


def _from_event(method: str, event: Component) -> CalendarAnswer | None:
    registration_id, sequence = _registration_id(event), _sequence(event)
    if registration_id is None or sequence is None:
        return None
    attendee, status = _attendee(event)
    starts_at = _moment(event, "DTSTART")
    return CalendarAnswer(
        method,
        registration_id,
        sequence,
        _in_utc(_moment(event, "DTSTAMP")),
        status,
        attendee,
        starts_at,
        _end(event, starts_at),
    )


def _registration_id(event: Component) -> UUID | None:
    uid = str(_first(event, "UID") or "").strip().lower()
    found = _UUID.search(uid)
    if found is None:
        return None
    registration_id = UUID(found[0])
    return registration_id if uid == registration_uid(registration_id, get_settings().mail_domain).lower() else None


def _sequence(event: Component) -> int | None:
    """0 where it is left out (RFC 5546 section 3.2.3); None where it is no number that we could have given."""
    value = _first(event, "SEQUENCE")
    if value is None:
        return 0
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) <= _LARGEST else None


def _attendee(event: Component) -> tuple[str | None, str]:
    """One answers; where a client names all who were invited, the one with an answer."""
    given = event.get("ATTENDEE")
    people = given if isinstance(given, list) else [given] if given is not None else []
    found = [(_bare(str(one)), _status(one)) for one in people]
    return next((one for one in found if one[1] != "NEEDS-ACTION"), found[0] if found else (None, "NEEDS-ACTION"))


def _status(attendee: Any) -> str:
    stated = getattr(attendee, "params", {}).get("PARTSTAT", "NEEDS-ACTION")
    return one_line(str(stated)).upper()[:20]


def _bare(attendee: str) -> str | None:
    address = re.sub("^mailto:", "", attendee.strip(), flags=re.IGNORECASE)
    return address if _ADDRESS.fullmatch(address) and address.isprintable() else None


def _first(event: Component, name: str) -> Any:
    value = event.get(name)
    return value[0] if isinstance(value, list) and value else value


def _moment(event: Component, name: str) -> datetime | None:
    moment = _value(event, name)
    return moment if isinstance(moment, datetime) else None


def _end(event: Component, starts_at: datetime | None) -> datetime | None:
    ends_at, length = _moment(event, "DTEND"), _value(event, "DURATION")
    if ends_at is None and starts_at is not None and isinstance(length, timedelta):
        return starts_at + length
    return ends_at


def _value(event: Component, name: str) -> Any:
    """None for a property that is missing, or that the package could not read."""
    try:
        return getattr(_first(event, name), "dt", None)
    except BrokenCalendarProperty:
        return None


def _in_utc(moment: datetime | None) -> datetime | None:
    """A stamp is in UTC; some leave the Z out."""
    if moment is None:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
