"""Calendar files, read back with vobject and dateutil: other people's parsers, as in other people's calendars."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from dateutil.tz import tzical
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared import ical
from shared.ical import CalendarEntry, Participation, PublicCalendar, Status

NOW = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
CITIES_AND_WATER = CalendarEntry(
    uid="reg-0198c3f4@mail.example.org",
    sequence=3,
    starts_at=datetime(2026, 7, 22, 13, tzinfo=UTC),
    ends_at=datetime(2026, 7, 22, 14, 30, tzinfo=UTC),
    time_zone="Europe/Madrid",
    summary="Cities and water",
    description="Two hours, three cities.\nJoin: https://events.example.org/join/abc",
    location="https://events.example.org/join/abc",
    url="https://events.example.org/my/abc",
    join_url="https://events.example.org/join/abc",
    created_at=datetime(2026, 6, 1, 9, tzinfo=UTC),
    updated_at=datetime(2026, 6, 20, 9, tzinfo=UTC),
    organiser_name="International network",
    organiser_address="rsvp@mail.example.org",
    attendee_name="Ada Lovelace",
    attendee_address="ada@example.org",
)
CALENDAR = PublicCalendar(
    uid="calendar-0198@events.example.org",
    name="International calendar",
    description="Webinars of the network",
    time_zone="Europe/Madrid",
    url="https://events.example.org/calendars/international",
    source_url="https://events.example.org/calendars/international.ics",
)
ZONES = """Europe/Madrid Europe/London Europe/Dublin Europe/Lisbon Europe/Helsinki Europe/Istanbul Atlantic/Azores
Africa/Casablanca Africa/Cairo Africa/Johannesburg Africa/Lagos America/New_York America/Chicago America/Denver
America/Los_Angeles America/Phoenix America/St_Johns America/Havana America/Sao_Paulo America/Santiago
America/Asuncion America/Nuuk America/Argentina/Buenos_Aires Asia/Jerusalem Asia/Beirut Asia/Gaza Asia/Kolkata
Asia/Kathmandu Asia/Tehran Asia/Tokyo Australia/Sydney Australia/Adelaide Australia/Lord_Howe Pacific/Auckland
Pacific/Chatham Pacific/Easter Pacific/Kiritimati Pacific/Pago_Pago Antarctica/Troll Etc/GMT+5 UTC""".split()
# New Year, the days on which clocks change somewhere, Ramadan in Morocco, and high summer.
DAYS = [
    datetime.fromisoformat(f"2026-{day}T00:00+00:00")
    for day in """01-01 02-14 02-15 03-08 03-27 03-29 04-04 04-05 04-24 07-22
    09-06 09-27 10-03 10-04 10-24 10-25 10-30 11-01 12-31""".split()
]
PRINTABLE = st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], include_characters="\n")
TEXT = st.text(PRINTABLE | st.sampled_from(',;:\\"\nnN🌊 '))


def unfolded(octets: bytes) -> list[str]:
    return octets.decode().replace("\r\n ", "").splitlines()


def properties(octets: bytes, component: str = "VEVENT") -> dict[str, str]:
    """The lines of the first such component, parts inside it left out: name to the rest of the line."""
    inside = "\n".join(unfolded(octets)).partition(f"BEGIN:{component}\n")[2].partition(f"END:{component}")[0]
    lines = re.sub(r"BEGIN:(\w+)\n.*?END:\1\n", "", inside, flags=re.DOTALL).splitlines()
    return {match[0]: line[match.end() :] for line in lines if (match := re.match(r"[A-Z-]+", line))}


def read(octets: bytes) -> Any:
    return vobject.readOne(octets.decode()).vevent


def moment_in(octets: bytes, name: str) -> datetime:
    """The instant of DTSTART or DTEND, by the file's own VTIMEZONE and nothing else."""
    parameters, _, value = properties(octets)[name].rpartition(":")
    if value.endswith("Z"):
        return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    zone = tzical(io.StringIO("\n".join(unfolded(octets)))).get(parameters.removeprefix(";TZID="))
    return datetime.strptime(value, "%Y%m%dT%H%M%S").replace(tzinfo=zone).astimezone(UTC)


def test_a_request_says_everything_that_an_invitation_needs_in_the_usual_order() -> None:
    event = properties(ical.request(CITIES_AND_WATER, NOW))

    assert event == {
        "UID": ":reg-0198c3f4@mail.example.org",
        "SEQUENCE": ":3",
        "DTSTAMP": ":20260701T083000Z",
        "LAST-MODIFIED": ":20260620T090000Z",
        "CREATED": ":20260601T090000Z",
        "DTSTART": ";TZID=Europe/Madrid:20260722T150000",
        "DTEND": ";TZID=Europe/Madrid:20260722T163000",
        "SUMMARY": ":Cities and water",
        "DESCRIPTION": r":Two hours\, three cities.\nJoin: https://events.example.org/join/abc",
        "LOCATION": ":https://events.example.org/join/abc",
        "URL": ":https://events.example.org/my/abc",
        "CONFERENCE": ";VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL=Join:https://events.example.org/join/abc",
        "STATUS": ":CONFIRMED",
        "TRANSP": ":OPAQUE",
        "ORGANIZER": ';CN="International network":mailto:rsvp@mail.example.org',
        "ATTENDEE": ';CN="Ada Lovelace";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE'
        ":mailto:ada@example.org",
    }
    assert list(event)[:3] == ["UID", "SEQUENCE", "DTSTAMP"]


def test_a_request_opens_with_its_method_and_describes_its_zone_before_the_event() -> None:
    lines = unfolded(ical.request(CITIES_AND_WATER, NOW))

    assert lines[:5] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{ical.PRODID}",
        "CALSCALE:GREGORIAN",
        "METHOD:REQUEST",
    ]
    assert lines[5:7] == ["BEGIN:VTIMEZONE", "TZID:Europe/Madrid"]
    assert lines.index("END:VTIMEZONE") < lines.index("BEGIN:VEVENT")


def test_a_request_rings_once_a_quarter_of_an_hour_before() -> None:
    alarm = properties(ical.request(CITIES_AND_WATER, NOW), "VALARM")

    assert alarm == {"ACTION": ":DISPLAY", "TRIGGER": ":-PT15M", "DESCRIPTION": ":Cities and water"}
    assert "VALARM" not in ical.request(CITIES_AND_WATER, NOW, alarm_before=None).decode()


def test_a_request_asks_for_a_reply_when_somebody_reads_replies() -> None:
    asking = ical.request(CITIES_AND_WATER, NOW, participation=Participation.NEEDS_ACTION, rsvp=True)

    assert "PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:ada@example.org" in properties(asking)["ATTENDEE"]


def test_a_cancellation_names_the_same_people_and_moments_and_brings_no_alarm_and_no_link() -> None:
    asked = ical.request(CITIES_AND_WATER, NOW)
    taken_back = ical.cancellation(replace(CITIES_AND_WATER, sequence=4), NOW)

    before, after = properties(asked), properties(taken_back)
    assert "METHOD:CANCEL" in unfolded(taken_back)
    assert (after["STATUS"], after["SEQUENCE"]) == (":CANCELLED", ":4")
    assert all(after[name] == before[name] for name in ("UID", "DTSTART", "DTEND", "ORGANIZER", "ATTENDEE", "LOCATION"))
    assert "CONFERENCE" not in after
    assert "VALARM" not in taken_back.decode()


def test_a_cancelled_event_cannot_be_requested() -> None:
    with pytest.raises(ValueError, match="METHOD:CANCEL"):
        ical.request(replace(CITIES_AND_WATER, status=Status.CANCELLED), NOW)


@pytest.mark.parametrize("missing", ["organiser_address", "attendee_address"])
def test_an_invitation_needs_both_people(missing: str) -> None:
    nobody: dict[str, Any] = {missing: None}
    alone = replace(CITIES_AND_WATER, **nobody)

    with pytest.raises(ValueError, match="can be sent to nobody"):
        ical.request(alone, NOW)


@pytest.mark.parametrize("public", [ical.single_event, lambda entry: ical.feed(CALENDAR, [entry])])
def test_a_public_file_names_nobody_asks_nothing_and_stays_the_same(public: Any) -> None:
    octets = public(CITIES_AND_WATER)

    assert not re.search(rb"METHOD|ATTENDEE|ORGANIZER|VALARM|ada@example.org", octets)
    assert properties(octets)["DTSTAMP"] == ":20260620T090000Z"
    assert public(replace(CITIES_AND_WATER)) == octets


def test_a_feed_describes_itself_and_says_when_to_come_back() -> None:
    head = ical.feed(CALENDAR, []).decode().split("\r\n")

    assert head[:-2] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{ical.PRODID}",
        "CALSCALE:GREGORIAN",
        "NAME:International calendar",
        "X-WR-CALNAME:International calendar",
        "X-WR-CALDESC:Webinars of the network",
        "X-WR-TIMEZONE:Europe/Madrid",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "SOURCE;VALUE=URI:https://events.example.org/calendars/international.ics",
        "URL:https://events.example.org/calendars/international",
        "UID:calendar-0198@events.example.org",
    ]


def test_a_feed_describes_each_zone_once_from_its_first_year_and_keeps_cancelled_events() -> None:
    later = replace(
        CITIES_AND_WATER,
        uid="event-2@x.org",
        starts_at=datetime(2027, 1, 1, 9, tzinfo=UTC),
        ends_at=datetime(2027, 1, 1, 10, tzinfo=UTC),
        status=Status.CANCELLED,
    )

    octets = ical.feed(CALENDAR, [later, CITIES_AND_WATER], alarm_before=timedelta(minutes=15))

    assert octets.count(b"BEGIN:VTIMEZONE") == 1
    assert b"DTSTART:20250330T020000" in octets
    assert b"STATUS:CANCELLED" in octets
    assert octets.count(b"BEGIN:VALARM") == 1
    assert [event.uid.value for event in vobject.readOne(octets.decode()).vevent_list] == [
        "event-2@x.org",
        CITIES_AND_WATER.uid,
    ]


@pytest.mark.parametrize("zone", ZONES)
def test_every_start_and_end_is_read_as_the_same_instant(zone: str) -> None:
    for day in DAYS:
        for hour in (0, 1, 2, 7, 15, 22):
            starts_at = day + timedelta(hours=hour, minutes=30)
            entry = replace(
                CITIES_AND_WATER, time_zone=zone, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=90)
            )
            octets = ical.single_event(entry)

            assert (moment_in(octets, "DTSTART"), moment_in(octets, "DTEND")) == (entry.starts_at, entry.ends_at)


@pytest.mark.parametrize("zone", ZONES)
def test_vobject_reads_the_right_instant_in_summer_and_in_winter(zone: str) -> None:
    for month in (1, 7):
        starts_at = datetime(2026, month, 20, 13, tzinfo=UTC)
        entry = replace(CITIES_AND_WATER, time_zone=zone, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))

        event = read(ical.request(entry, NOW))

        assert event.dtstart.value == entry.starts_at
        assert event.dtend.value == entry.ends_at


@pytest.mark.parametrize("zone", ["Africa/Casablanca", "America/Santiago", "Asia/Jerusalem", "UTC"])
def test_times_are_in_utc_where_no_yearly_rule_tells_them(zone: str) -> None:
    octets = ical.request(replace(CITIES_AND_WATER, time_zone=zone), NOW)

    assert properties(octets)["DTSTART"] == ":20260722T130000Z"
    assert b"VTIMEZONE" not in octets


def test_an_hour_that_happens_twice_is_written_in_utc() -> None:
    first_half_past_two = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    for starts_at in (first_half_past_two, first_half_past_two + timedelta(hours=1)):
        octets = ical.single_event(
            replace(CITIES_AND_WATER, starts_at=starts_at, ends_at=starts_at + timedelta(hours=4))
        )

        assert properties(octets)["DTSTART"] == f":{starts_at:%Y%m%dT%H%M%SZ}"


def test_a_feed_with_an_event_far_ahead_still_tells_every_time_rightly() -> None:
    far = replace(
        CITIES_AND_WATER,
        starts_at=datetime(2060, 7, 1, 9, tzinfo=UTC),
        ends_at=datetime(2060, 7, 1, 10, tzinfo=UTC),
    )

    lines = unfolded(ical.feed(CALENDAR, [CITIES_AND_WATER, far]))

    assert "DTSTART;TZID=Europe/Madrid:20260722T150000" in lines
    assert "DTSTART:20600701T090000Z" in lines


@given(summary=TEXT, description=TEXT, location=TEXT)
@example(summary="\\N", description="C:\\New\\notes\\\\", location="\\n")
@example(summary="🌊" * 40, description="\\" * 200, location=",;" * 60)
@settings(deadline=None, max_examples=200)
def test_any_text_is_read_back_as_it_was_written(summary: str, description: str, location: str) -> None:
    entry = replace(CITIES_AND_WATER, summary=summary, description=description, location=location)

    event = read(ical.request(entry, NOW))

    assert event.summary.value == " ".join(summary.split())
    assert event.description.value == description
    assert [line.value for line in event.contents.get("location", [])] == [" ".join(location.split())] * bool(location)


@given(TEXT)
@example("\\" * 300)
@example("x\\" * 100)
@example("مرحبا، " * 40)
@settings(deadline=None, max_examples=200)
def test_lines_are_folded_at_75_octets_between_characters_and_escapes(text: str) -> None:
    octets = ical.single_event(replace(CITIES_AND_WATER, summary=text, description=text))

    assert octets.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in octets.replace(b"\r\n", b"")
    for line in octets.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
        assert len(re.findall(rb"\\+$", line) or [b""]) == 1
        assert len((re.findall(rb"\\+$", line) or [b""])[0]) % 2 == 0


def test_control_characters_and_foreign_line_breaks_never_reach_the_file() -> None:
    text = "one\x00\x07\r\ntwo\u2028three\x85four\x1b[31m\ud800"

    octets = ical.single_event(replace(CITIES_AND_WATER, summary=text, description=text))

    assert properties(octets)["SUMMARY"] == ":one two three four[31m"
    assert properties(octets)["DESCRIPTION"] == r":one\ntwo\nthree\nfour[31m"


@given(st.text(), st.text())
@settings(deadline=None, max_examples=100)
def test_no_name_adds_a_line_or_another_person(organiser: str, attendee: str) -> None:
    entry = replace(CITIES_AND_WATER, organiser_name=organiser, attendee_name=attendee)
    expected = list(properties(ical.request(CITIES_AND_WATER, NOW)))

    octets = ical.request(entry, NOW)

    assert list(properties(octets)) == expected
    event = read(octets)
    assert (event.organizer.value, event.attendee.value) == ("mailto:rsvp@mail.example.org", "mailto:ada@example.org")


def test_quotes_in_a_name_are_left_out_because_clients_would_show_their_code() -> None:
    entry = replace(CITIES_AND_WATER, attendee_name='Ada "the Countess" ^Lovelace\\\r\nBcc: x')

    assert properties(ical.request(entry, NOW))["ATTENDEE"].startswith(';CN="Ada the Countess Lovelace Bcc: x";')


def test_urls_are_written_in_ascii() -> None:
    entry = replace(CITIES_AND_WATER, url="https://events.example.org/ciudades-y-água?a=1&b=%20#c")

    url = ":https://events.example.org/ciudades-y-%C3%A1gua?a=1&b=%20#c"
    assert properties(ical.single_event(entry))["URL"] == url


NO_ENTRY: list[dict[str, Any]] = [
    {"uid": " "},
    {"uid": "a\r\nb"},
    {"sequence": -1},
    {"starts_at": datetime(2026, 7, 22, 13)},
    {"starts_at": datetime(2026, 7, 22, 15, tzinfo=ZoneInfo("Europe/Madrid"))},
    {"updated_at": datetime(2026, 7, 22, 13)},
    {"ends_at": CITIES_AND_WATER.starts_at},
    {"time_zone": "CET"},
    {"time_zone": "Mars/Olympus"},
    {"organiser_address": "Network <rsvp@mail.example.org>"},
    {"organiser_address": "mailto:rsvp@mail.example.org"},
    {"attendee_address": "ada@example.org\r\nATTENDEE:mailto:x@y.org"},
    {"attendee_address": "josé@example.org"},
    {"url": "javascript:alert(1)"},
    {"url": "/my/abc"},
    {"url": "https://events.example.org/a\r\nX:y"},
    {"join_url": "ftp://events.example.org"},
]


@pytest.mark.parametrize("wrong", NO_ENTRY)
def test_what_no_calendar_could_read_is_refused_at_once(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        replace(CITIES_AND_WATER, **wrong)


def test_the_stamp_is_a_moment_in_utc() -> None:
    with pytest.raises(ValueError, match="aware moments in UTC"):
        ical.request(CITIES_AND_WATER, datetime(2026, 7, 1, 10))
