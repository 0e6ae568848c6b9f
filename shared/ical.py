"""iCalendar objects: invitations, cancellations, feeds and single events. The only module that writes calendars."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from urllib.parse import quote, urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar import Alarm, Calendar, Component, Event, Timezone, TimezoneDaylight, TimezoneStandard
from icalendar.parser import Parameters
from icalendar.prop import vCalAddress, vRecur, vText, vUri

from shared.vtimezone import Observance, ZoneRules, zone_rules

PRODID = "-//Plenary//Plenary//EN"
ALARM_LEAD = timedelta(minutes=15)  # Enough to find a quiet place and the headphones.
_FEED_REFRESH = timedelta(hours=1)
_LINE_OCTETS = 75
_COMMON_NAME_LENGTH = 60
_LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_BARE_ADDRESS = re.compile(r"[!#-'*+\--9=?A-Z^-~]+@[A-Za-z0-9.-]+")
_URL_CHARACTERS = "!#$%&'()*+,-./:;=?@[]_~"


class Status(StrEnum):
    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


class Participation(StrEnum):
    NEEDS_ACTION = "NEEDS-ACTION"
    ACCEPTED = "ACCEPTED"
    TENTATIVE = "TENTATIVE"
    DECLINED = "DECLINED"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """One event as a calendar shows it; moments are aware and in UTC, `time_zone` is the IANA name people read them in.

    The organiser and the attendee are needed by `request` and `cancellation` only, and never reach a public feed.
    Raises ValueError at once for what no calendar could read: a bad moment, length, address or URL.
    """

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    summary: str
    description: str
    url: str
    updated_at: datetime
    created_at: datetime | None = None
    location: str | None = None
    join_url: str | None = None
    status: Status = Status.CONFIRMED
    organiser_name: str | None = None
    organiser_address: str | None = None
    attendee_name: str | None = None
    attendee_address: str | None = None

    def __post_init__(self) -> None:
        if not self.uid.strip() or self.uid != clean_text(self.uid):
            raise ValueError(f"A calendar entry needs a UID without control characters, not {self.uid!r}.")
        if self.sequence < 0:
            raise ValueError(f"SEQUENCE counts from 0 upwards; it cannot be {self.sequence}.")
        _require_zone(self.time_zone)
        _require_moments(self)
        _require_addresses(self)
        for url in filter(None, (self.url, self.join_url)):
            clean_url(url)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicCalendar:
    """What a feed says about itself: its page, and the address it is fetched from. `uid` stays the same for ever."""

    uid: str
    name: str
    description: str
    time_zone: str
    url: str
    source_url: str


def registration_uid(registration_id: UUID, domain: str) -> str:
    """One registration, one entry: a REPLY names the person by it, and withdrawing it concerns nobody else."""
    return f"reg-{registration_id}@{domain}"


def speaker_uid(speaker_id: UUID, domain: str) -> str:
    """The hold of somebody on the programme, in their own calendar."""
    return f"speaker-{speaker_id}@{domain}"


def event_uid(event_id: UUID, domain: str) -> str:
    """The event in public feeds."""
    return f"event-{event_id}@{domain}"


def request(
    entry: CalendarEntry,
    now: datetime,
    *,
    participation: Participation = Participation.ACCEPTED,
    rsvp: bool = False,
    alarm_before: timedelta | None = ALARM_LEAD,
) -> bytes:
    """An invitation or update for one attendee (RFC 5546 3.2.2).

    Without a mailbox that reads replies, nobody may be asked for one: hence ACCEPTED, and no RSVP.
    """
    if entry.status is Status.CANCELLED:
        raise ValueError("A cancelled event is sent with METHOD:CANCEL; a request would stay in people's calendars.")
    zones = _zones([entry])
    event = _event(entry, now, zones)
    _add_people(event, entry, participation, rsvp=rsvp)
    if alarm_before:
        event.add_component(_alarm(entry, alarm_before))
    return _serialise(_calendar("REQUEST"), zones, [event])


def cancellation(
    entry: CalendarEntry, now: datetime, *, participation: Participation = Participation.ACCEPTED
) -> bytes:
    """Takes an entry out of one attendee's calendar (RFC 5546 3.2.5). Its SEQUENCE must be above the last one sent."""
    zones = _zones([entry])
    event = _event(entry, now, zones, status=Status.CANCELLED, with_conference=False)
    _add_people(event, entry, participation, rsvp=False)
    return _serialise(_calendar("CANCEL"), zones, [event])


def feed(calendar: PublicCalendar, entries: Iterable[CalendarEntry], *, alarm_before: timedelta | None = None) -> bytes:
    """A calendar's public feed, the same bytes for the same rows. The caller leaves personal join links out."""
    entries = list(entries)
    zones = _zones(entries)
    events = [_public_event(entry, zones, alarm_before) for entry in entries]
    return _serialise(_described(calendar), zones, events)


def single_event(entry: CalendarEntry, *, alarm_before: timedelta | None = None) -> bytes:
    """The public file of one event, for everybody who wants it in their calendar without registering."""
    zones = _zones([entry])
    return _serialise(_calendar(), zones, [_public_event(entry, zones, alarm_before)])


def clean_text(text: str) -> str:
    """Line breaks become one kind; every other control character but the tab goes."""
    return _CONTROL.sub("", _LINE_BREAK.sub("\n", text))


def clean_url(url: str) -> str:
    """An absolute http(s) URL in ASCII; raises ValueError for anything else."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or url != clean_text(url) or "\n" in url:
        raise ValueError(f"A calendar entry links to http and https only, not to {url!r}.")
    return quote(url, safe=_URL_CHARACTERS)


class _Text(vText):
    """TEXT escaped once (RFC 5545 3.3.11). The library takes a backslash before a capital N for a line break."""

    def to_ical(self) -> bytes:
        escaped = self.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
        return escaped.encode()


def _line(text: str) -> _Text:
    return _Text(" ".join(clean_text(text).split()))


def _require_zone(name: str) -> None:
    # Abbreviations such as CET exist as zones too, and mean another time in summer than people think.
    if "/" not in name and name != "UTC":
        raise ValueError(f"A time zone is named Area/City or UTC, not {name!r}.")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as unknown:
        raise ValueError(f"There is no time zone {name!r}.") from unknown


def _require_moments(entry: CalendarEntry) -> None:
    for moment in filter(None, (entry.starts_at, entry.ends_at, entry.updated_at, entry.created_at)):
        _require_utc(moment)
    if entry.ends_at <= entry.starts_at:
        raise ValueError(f"{entry.uid} must end after it starts at {entry.starts_at}, not at {entry.ends_at}.")


def _require_utc(moment: datetime) -> None:
    if moment.utcoffset() != timedelta(0):
        raise ValueError(f"Calendar entries take aware moments in UTC, not {moment!r}.")


def _require_addresses(entry: CalendarEntry) -> None:
    for address in filter(None, (entry.organiser_address, entry.attendee_address)):
        if not _BARE_ADDRESS.fullmatch(address):
            raise ValueError(f"A calendar user is a bare address such as ada@example.org, not {address!r}.")


def _calendar(method: str | None = None) -> Calendar:
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", PRODID)
    calendar.add("CALSCALE", "GREGORIAN")
    if method:
        calendar.add("METHOD", method)
    return calendar


def _described(public: PublicCalendar) -> Calendar:
    calendar = _calendar()
    for name, text in (("NAME", public.name), ("X-WR-CALNAME", public.name), ("X-WR-CALDESC", public.description)):
        calendar.add(name, _line(text))
    calendar.add("X-WR-TIMEZONE", _line(public.time_zone))
    # RFC 7986 requires the VALUE parameter of both, which the library leaves out by itself.
    calendar.add("REFRESH-INTERVAL", _FEED_REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", _Text("PT1H"))
    calendar.add("SOURCE", vUri(clean_url(public.source_url)), parameters={"VALUE": "URI"})
    calendar.add("URL", vUri(clean_url(public.url)))
    calendar.add("UID", _line(public.uid))
    return calendar


def _event(
    entry: CalendarEntry,
    stamp: datetime,
    zones: dict[str, ZoneRules],
    *,
    status: Status | None = None,
    with_conference: bool = True,
) -> Event:
    _require_utc(stamp)
    event = Event()
    event.add("UID", _line(entry.uid))
    event.add("SEQUENCE", entry.sequence)
    _add_moments(event, entry, stamp, zones)
    event.add("SUMMARY", _line(entry.summary))
    event.add("DESCRIPTION", _Text(clean_text(entry.description)))
    if entry.location:
        event.add("LOCATION", _line(entry.location))
    event.add("URL", vUri(clean_url(entry.url)))
    if entry.join_url and with_conference:
        _add_conference(event, entry.join_url)
    event.add("STATUS", status or entry.status)
    event.add("TRANSP", "OPAQUE")
    return event


def _public_event(entry: CalendarEntry, zones: dict[str, ZoneRules], alarm_before: timedelta | None) -> Event:
    cancelled = entry.status is Status.CANCELLED
    event = _event(entry, entry.updated_at, zones, with_conference=not cancelled)
    if alarm_before and not cancelled:
        event.add_component(_alarm(entry, alarm_before))
    return event


def _add_moments(event: Event, entry: CalendarEntry, stamp: datetime, zones: dict[str, ZoneRules]) -> None:
    event.add("DTSTAMP", stamp)
    event.add("LAST-MODIFIED", entry.updated_at)
    if entry.created_at:
        event.add("CREATED", entry.created_at)
    zone = ZoneInfo(entry.time_zone) if entry.time_zone in zones and _reads_locally(entry, zones) else UTC
    event.add("DTSTART", entry.starts_at.astimezone(zone))
    event.add("DTEND", entry.ends_at.astimezone(zone))


def _add_conference(event: Event, join_url: str) -> None:
    parameters = Parameters({"VALUE": "URI", "FEATURE": ["AUDIO", "VIDEO"], "LABEL": "Join"})
    event.add("CONFERENCE", vUri(clean_url(join_url)), parameters=parameters)


def _add_people(event: Event, entry: CalendarEntry, participation: Participation, *, rsvp: bool) -> None:
    if not entry.organiser_address or not entry.attendee_address:
        raise ValueError(f"{entry.uid} can be sent to nobody: it has no organiser or no attendee.")
    event.add("ORGANIZER", _calendar_user(entry.organiser_address), parameters=_common_name(entry.organiser_name))
    attendee = _common_name(entry.attendee_name) | {
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": str(participation),
        "RSVP": "TRUE" if rsvp else "FALSE",
    }
    event.add("ATTENDEE", _calendar_user(entry.attendee_address), parameters=attendee)


def _calendar_user(address: str) -> vCalAddress:
    return vCalAddress(f"mailto:{address}")


def _common_name(name: str | None) -> dict[str, str]:
    # Quotes and carets would be written in RFC 6868's code, which some clients show as it stands.
    plain = re.sub(r'["^\\]', "", _line(name or ""))[:_COMMON_NAME_LENGTH].strip()
    return {"CN": plain} if plain else {}


def _alarm(entry: CalendarEntry, lead: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("TRIGGER", -lead)
    alarm.add("DESCRIPTION", _line(entry.summary))
    return alarm


def _zones(entries: list[CalendarEntry]) -> dict[str, ZoneRules]:
    """The zones that a VTIMEZONE will describe, from the earliest year that somebody reads in them."""
    first_years: dict[str, int] = {}
    for entry in entries:
        year = entry.starts_at.astimezone(ZoneInfo(entry.time_zone)).year
        first_years[entry.time_zone] = min(year, first_years.get(entry.time_zone, year))
    rules = {zone: zone_rules(zone, year) for zone, year in first_years.items()}
    return {entry.time_zone: rules[entry.time_zone] for entry in entries if _reads_locally(entry, rules)}


def _reads_locally(entry: CalendarEntry, zones: dict[str, ZoneRules]) -> bool:
    """Whether both times can be written in local time without a reader being able to mistake them."""
    zone, years = ZoneInfo(entry.time_zone), zones[entry.time_zone].years
    moments = [moment.astimezone(zone) for moment in (entry.starts_at, entry.ends_at)]
    return all(moment.year in years and not _happens_twice(moment) for moment in moments)


def _happens_twice(moment: datetime) -> bool:
    return moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset()


@lru_cache(maxsize=2048)
def _time_zone(name: str, rules: ZoneRules) -> Timezone:
    component = Timezone()
    component.add("TZID", name)
    for observance in rules.observances:
        component.add_component(_observance(observance))
    return component


def _observance(observance: Observance) -> Component:
    part = TimezoneDaylight() if observance.kind == "DAYLIGHT" else TimezoneStandard()
    part.add("DTSTART", observance.onset)
    part.add("TZOFFSETFROM", observance.offset_from)
    part.add("TZOFFSETTO", observance.offset_to)
    part.add("TZNAME", _Text(observance.name))
    if observance.rule:
        part.add("RRULE", vRecur.from_ical(str(observance.rule)))
    return part


def _serialise(calendar: Calendar, zones: dict[str, ZoneRules], events: list[Event]) -> bytes:
    # Zones come first: some readers resolve a TZID only against what they have already seen.
    for name, rules in sorted(zones.items()):
        calendar.add_component(_time_zone(name, rules))
    for event in events:
        calendar.add_component(event)
    return b"".join(_fold(line) for line in calendar.content_lines(sorted=False) if line)


def _fold(content_line: str) -> bytes:
    """Fold at 75 octets (RFC 5545 3.1), never inside a character or a backslash escape."""
    octets = content_line.encode()
    start, end, folded = 0, _LINE_OCTETS, b""
    while end < len(octets):
        end = _break_before(octets, start, end)
        folded += octets[start:end] + b"\r\n "
        start, end = end, end + _LINE_OCTETS - 1
    return folded + octets[start:] + b"\r\n"


def _break_before(octets: bytes, start: int, end: int) -> int:
    while octets[end] & 0b1100_0000 == 0b1000_0000:
        end -= 1
    backslashes = end - start - len(octets[start:end].rstrip(b"\\"))
    # An odd number of them means that the last one opens an escape, which belongs to the next line.
    return end - backslashes % 2
