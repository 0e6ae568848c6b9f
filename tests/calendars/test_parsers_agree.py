"""Three parsers that others wrote read every calendar part alike, and as it was meant: who, when to the second, what.

In more than thirty zones, on the days when their clocks change, with titles that break what is not careful.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.api.calendar_entries import public_entry
from shared import clock, ical
from shared.ical import PublicCalendar
from shared.models import Event, Message, MessageKind, Speaker
from shared.settings import Inbound, get_settings
from tests.calendars.parsers import READERS, Reading
from tests.shared.mail.parts import part_of
from tests.shared.mail.unsaved import Queue, calendar, event, message, registration

pytestmark = pytest.mark.calendars

LONG_BEFORE = datetime(2026, 1, 2, 9, tzinfo=UTC)
ZONES = """Europe/Madrid Europe/London Europe/Dublin Europe/Lisbon Europe/Helsinki Europe/Istanbul Atlantic/Azores
Africa/Casablanca Africa/Cairo Africa/Johannesburg Africa/Lagos America/New_York America/Chicago America/Denver
America/Los_Angeles America/Phoenix America/St_Johns America/Havana America/Sao_Paulo America/Santiago
America/Asuncion America/Nuuk America/Argentina/Buenos_Aires Asia/Jerusalem Asia/Beirut Asia/Gaza Asia/Kolkata
Asia/Kathmandu Asia/Tehran Asia/Tokyo Australia/Sydney Australia/Adelaide Australia/Lord_Howe Pacific/Auckland
Pacific/Chatham Pacific/Easter Pacific/Kiritimati Pacific/Pago_Pago Antarctica/Troll UTC""".split()
TITLES = [
    "Cities and water",
    "Rivers 🌊, bridges 🌉 and families 👩‍👩‍👧‍👦: what now? 🇪🇸",
    "المدن والمياه: كيف نعيش معًا؟",
    "מים, ערים; ואנשים",
    "One, two; three: four",
    "Line one\nline two\r\nline three",
    "She said \"come\", they said “no”, he said 'why'",
    r"C:\new\North\, \\server\share\; ends with a backslash \\",
    "A tab\tand   many    spaces ",
    r"Literally \n and \, and \; and ^n and ^'",
    "BEGIN:VEVENT and END:VCALENDAR; METHOD:CANCEL",
    "水と都市、川と橋。" * 12,
    "Zo\u0308e and Noe\u0308l; e\u0301t\u00e9 " * 8,
    "𝕊𝕥𝕣𝕖𝕖𝕥𝕤 " * 20,
    "%s {{ title }} {0} <b>&amp;</b> &lt;",
]
NAMES = [
    "Ada", "Lovelace, Ada", 'Ada "the first"; Lovelace', "عائشة: بنت محمد", "Zoë 🌊 O’Neil", "a\\b", "A^nB", None,
]  # fmt: skip
SLOTS = [{"title": "Trees; and \\ rivers,\nbridges", "starts_at": None, "ends_at": None}]
MOVED = {"before": {"starts_at": "2026-01-05T13:00:00+00:00"}}
KINDS: list[tuple[MessageKind, dict[str, Any], str]] = [
    (MessageKind.CONFIRMATION, {}, "REQUEST"),
    (MessageKind.PROMOTION, {}, "REQUEST"),
    (MessageKind.CHANGE, MOVED, "REQUEST"),
    (MessageKind.CHANGE, {"before": {"title": "Water"}}, "REQUEST"),
    (MessageKind.ENTRY_AGAIN, {}, "REQUEST"),
    (MessageKind.CALL_SHEET, {"slots": SLOTS}, "REQUEST"),
    (MessageKind.CANCELLATION, {"with_entry": True}, "CANCEL"),
    (MessageKind.REGISTRATION_CANCELLED, {"with_entry": True, "is_by_person": True}, "CANCEL"),
    (MessageKind.CALL_SHEET_WITHDRAWN, {"with_entry": True, "slots": SLOTS}, "CANCEL"),
]


@dataclass(frozen=True)
class Case:
    """A calendar file, and what it is to say."""

    text: str
    meant: dict[str, Any]


def changes_of(zone: str) -> Iterator[datetime]:
    """The instants at which the clocks of a zone change in 2026 and 2027, to the half-hour."""
    clocks, step = ZoneInfo(zone), timedelta(minutes=30)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    while at < datetime(2028, 1, 1, tzinfo=UTC):
        if (at - step).astimezone(clocks).utcoffset() != at.astimezone(clocks).utcoffset():
            yield at
        at += step


def spans_of(zone: str) -> Iterator[tuple[datetime, timedelta]]:
    """High summer and deep winter; and at each change: before it, across it, in the hour that comes twice, after it."""
    for day in (datetime(2026, 7, 22, 13, tzinfo=UTC), datetime(2027, 1, 14, 8, tzinfo=UTC)):
        yield day, timedelta(minutes=90)
    for change in changes_of(zone):
        yield change - timedelta(minutes=30), timedelta(minutes=90)
        yield change - timedelta(hours=9), timedelta(hours=24)
        yield change, timedelta(minutes=30)
        yield change + timedelta(minutes=30), timedelta(minutes=60)


def event_at(start: datetime, length: timedelta, zone: str, **facts: Any) -> Event:
    return event(zone="UTC", **{"starts_at": start, "ends_at": start + length, "time_zone": zone} | facts)


def sent(kind: MessageKind, facts: dict[str, Any], about: Event, number: int, name: str | None) -> Message:
    """To somebody registered, or to a speaker."""
    if kind in {MessageKind.CALL_SHEET, MessageKind.CALL_SHEET_WITHDRAWN}:
        to: Any = Speaker(id=UUID(int=11), event_id=about.id, address="ada@example.org", name=name or "", told=[])
    else:
        to = registration(name=name or "")
    return message(kind, about=about, to=to, sequence=number, **facts)


def case_of(kind: MessageKind, facts: dict[str, Any], method: str, about: Event, number: int, name: str | None) -> Case:
    row = sent(kind, facts, about, number, name)
    with clock.travel_to(LONG_BEFORE):
        octets = part_of(Queue(), row)
    assert octets is not None
    uid = f"speaker-{UUID(int=11)}" if row.speaker_id else f"reg-{registration().id}"
    meant = {
        "method": method,
        "uid": f"{uid}@{get_settings().mail_domain}",
        "sequence": number,
        "starts_at": about.starts_at,
        "ends_at": about.ends_at,
        "summary": " ".join(about.title.split()),
        "status": "CONFIRMED" if method == "REQUEST" else "CANCELLED",
        "organizer": f"mailto:{get_settings().organiser_address}",
        "attendee": "mailto:ada@example.org",
    }
    return Case(octets.decode(), meant)


def mail_cases() -> list[Case]:
    titles, names, numbers, kinds = cycle(TITLES), cycle(NAMES), count(), cycle(KINDS)
    cases = []
    for zone in ZONES:
        spans = list(spans_of(zone))
        # Every kind in every zone, and every span at least once.
        for place in range(max(len(spans), len(KINDS))):
            kind, facts, method = next(kinds)
            about = event_at(*spans[place % len(spans)], zone, title=next(titles))
            cases.append(case_of(kind, facts, method, about, next(numbers), next(names)))
    return cases


def readings(cases: Sequence[Case]) -> dict[str, list[Reading]]:
    """The one event in each, by each parser."""
    texts = [case.text for case in cases]
    return {name: [one for [one] in read(texts)] for name, read in READERS.items()}


def assert_all_agree(cases: Sequence[Case]) -> None:
    found = readings(cases)
    for place, case in enumerate(cases):
        said = {name: of_reader[place] for name, of_reader in found.items()}
        first = said["libical"]
        assert said == dict.fromkeys(said, first), case.text
        assert {name: getattr(first, name) for name in case.meant} == case.meant, case.text


def test_every_kind_in_every_zone_on_days_when_clocks_change() -> None:
    cases = mail_cases()

    assert len(ZONES) >= 30
    assert len(cases) > 500
    assert_all_agree(cases)


def test_every_title_and_every_name_in_every_kind() -> None:
    numbers = count()
    start = datetime(2026, 7, 22, 13, tzinfo=UTC)
    cases = [
        case_of(
            kind,
            facts,
            method,
            event_at(
                start,
                timedelta(minutes=90),
                "Europe/Madrid",
                title=title,
                location=title,
                state_reason=title,
                calendar=calendar(organisation=title),
            ),
            next(numbers),
            NAMES[place % len(NAMES)],
        )
        for kind, facts, method in KINDS
        for place, title in enumerate(TITLES)
    ]

    assert_all_agree(cases)


@pytest.mark.parametrize("answered", [None, "accepted", "tentative", "declined"])
def test_what_was_answered_and_whether_it_is_asked_for(answered: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_settings(), "inbound", Inbound.LMTP)
    numbers = count()
    start = datetime(2026, 7, 22, 13, tzinfo=UTC)
    cases = []
    for kind, facts, method in KINDS:
        row = sent(kind, facts, event_at(start, timedelta(minutes=90), "Europe/Madrid"), next(numbers), "Ada")
        if row.registration is not None:
            row.registration.participation = answered
        octets = part_of(Queue(), row)
        assert octets is not None
        asks = kind in {MessageKind.CONFIRMATION, MessageKind.PROMOTION} or facts == MOVED
        asks = asks or (kind == MessageKind.ENTRY_AGAIN and answered is None)
        cases.append(Case(octets.decode(), {"method": method, "rsvp": "TRUE" if asks else "FALSE"}))

    assert_all_agree(cases)


def test_a_feed_of_all_zones_at_once() -> None:
    """One file with all of them, each event by its own zone."""
    titles = cycle(TITLES)
    shown = [
        event_at(start, length, zone, id=UUID(int=number), title=next(titles), created_at=LONG_BEFORE, form=None,
                 introduction="Streets are **hot**.")
        for number, (zone, (start, length)) in enumerate(
            ((zone, span) for zone in ZONES for span in spans_of(zone)), start=1
        )
    ]  # fmt: skip
    described = PublicCalendar(
        uid="calendar-1@example.org", name=TITLES[5], description=TITLES[7], time_zone="Europe/Madrid",
        url="https://example.org/calendars/1", source_url="https://example.org/calendars/1.ics",
    )  # fmt: skip

    text = ical.feed(described, map(public_entry, shown)).decode()

    found = {name: read([text])[0] for name, read in READERS.items()}
    assert found["vobject"] == found["libical"]
    assert found["ical.js"] == found["libical"]
    assert [(one.starts_at, one.ends_at, one.summary) for one in found["libical"]] == [
        (one.starts_at, one.ends_at, " ".join(one.title.split())) for one in shown
    ]
