"""Parsers that others wrote, asked for the same facts: vobject, libical (Evolution, KDE) and ical.js (Mozilla)."""

import ctypes
import ctypes.util
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import vobject

HERE = Path(__file__).parent
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Reading:
    """What one parser says of one event. Moments are instants, whatever zone they were written in."""

    method: str | None
    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str
    location: str
    status: str
    organizer: str | None = None
    organizer_name: str | None = None
    attendee: str | None = None
    attendee_name: str | None = None
    participation: str | None = None
    rsvp: str | None = None


Reader = Callable[[Sequence[str]], list[list[Reading]]]


def with_vobject(texts: Sequence[str]) -> list[list[Reading]]:
    return [_read_with_vobject(text) for text in texts]


def _read_with_vobject(text: str) -> list[Reading]:
    # It keeps the first VTIMEZONE of a name for the whole process; each file is to be read by what it says itself.
    known = vars(vobject.icalendar)["__tzidMap"]
    for name in set(known) - {"UTC"}:
        del known[name]
    calendar = vobject.readOne(text)
    method = calendar.contents["method"][0].value if "method" in calendar.contents else None
    return [_of_vobject(event, method) for event in calendar.vevent_list]


def _of_vobject(event: Any, method: str | None) -> Reading:
    def parameter(name: str, line: str) -> str | None:
        found = event.contents[line][0].params.get(name) if line in event.contents else None
        return ",".join(found) if found else None

    def user(line: str) -> str | None:
        return str(event.contents[line][0].value) if line in event.contents else None

    assert event.dtstart.value.tzinfo is not None
    return Reading(
        method=method,
        uid=event.uid.value,
        sequence=int(event.sequence.value),
        starts_at=event.dtstart.value.astimezone(UTC),
        ends_at=event.dtend.value.astimezone(UTC),
        summary=event.summary.value,
        description=event.description.value,
        location=event.location.value,
        status=event.status.value,
        organizer=user("organizer"),
        organizer_name=parameter("CN", "organizer"),
        attendee=user("attendee"),
        attendee_name=parameter("CN", "attendee"),
        participation=parameter("PARTSTAT", "attendee"),
        rsvp=parameter("RSVP", "attendee"),
    )


def with_ical_js(texts: Sequence[str]) -> list[list[Reading]]:
    """All in one process: starting it takes longer than reading a thousand files."""
    node = shutil.which("node")
    if node is None or not (HERE / "node_modules" / "ical.js").is_dir():
        pytest.fail("ical.js is not here. Install nodejs and npm, then run `make test-calendars`.")
    asked = json.dumps(list(texts))
    done = subprocess.run([node, HERE / "read.js"], input=asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [[_of_ical_js(event) for event in events] for events in json.loads(done.stdout)]


def _of_ical_js(event: Mapping[str, Any]) -> Reading:
    moments = {name: EPOCH + timedelta(seconds=event[name]) for name in ("starts_at", "ends_at")}
    return Reading(**{**event, **moments})


class _Time(ctypes.Structure):
    """`struct icaltimetype` of libical 3."""

    _fields_ = [
        *((name, ctypes.c_int) for name in ("year", "month", "day", "hour", "minute", "second")),
        ("is_date", ctypes.c_int),
        ("is_daylight", ctypes.c_int),
        ("zone", ctypes.c_void_p),
    ]


@cache
def _libical() -> ctypes.CDLL:
    name = ctypes.util.find_library("ical")
    if name is None:
        pytest.fail("libical is not here. Install it (on Debian: apt-get install libical3).")
    library = ctypes.CDLL(name)
    kind, pointer, text = ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p
    for function, returns, *takes in (
        ("icalparser_parse_string", pointer, text),
        ("icalcomponent_string_to_kind", kind, text),
        ("icalproperty_string_to_kind", kind, text),
        ("icalcomponent_get_first_component", pointer, pointer, kind),
        ("icalcomponent_get_next_component", pointer, pointer, kind),
        ("icalcomponent_get_first_property", pointer, pointer, kind),
        ("icalcomponent_count_errors", kind, pointer),
        ("icalcomponent_get_uid", text, pointer),
        ("icalcomponent_get_sequence", kind, pointer),
        ("icalcomponent_get_summary", text, pointer),
        ("icalcomponent_get_description", text, pointer),
        ("icalcomponent_get_location", text, pointer),
        ("icalcomponent_get_dtstart", _Time, pointer),
        ("icalcomponent_get_dtend", _Time, pointer),
        ("icalproperty_get_value_as_string", text, pointer),
        ("icalproperty_get_parameter_as_string", text, pointer, text),
        ("icaltime_as_timet_with_zone", ctypes.c_long, _Time, pointer),
        ("icalcomponent_free", None, pointer),
    ):
        getattr(library, function).restype, getattr(library, function).argtypes = returns, takes
    return library


def with_libical(texts: Sequence[str]) -> list[list[Reading]]:
    return [_read_with_libical(_libical(), text) for text in texts]


def _read_with_libical(lib: ctypes.CDLL, text: str) -> list[Reading]:
    calendar = lib.icalparser_parse_string(text.encode())
    assert calendar, "libical reads no component in it"
    assert lib.icalcomponent_count_errors(calendar) == 0, "libical finds errors in it"
    kind = lib.icalcomponent_string_to_kind(b"VEVENT")
    method, found = _libical_value(lib, calendar, b"METHOD"), []
    event = lib.icalcomponent_get_first_component(calendar, kind)
    while event:
        found.append(_of_libical(lib, event, method))
        event = lib.icalcomponent_get_next_component(calendar, kind)
    lib.icalcomponent_free(calendar)
    return found


def _of_libical(lib: ctypes.CDLL, event: int, method: str | None) -> Reading:
    status = _libical_value(lib, event, b"STATUS")
    assert status is not None
    return Reading(
        method=method,
        uid=lib.icalcomponent_get_uid(event).decode(),
        sequence=lib.icalcomponent_get_sequence(event),
        starts_at=_libical_instant(lib, lib.icalcomponent_get_dtstart(event)),
        ends_at=_libical_instant(lib, lib.icalcomponent_get_dtend(event)),
        summary=lib.icalcomponent_get_summary(event).decode(),
        description=lib.icalcomponent_get_description(event).decode(),
        location=lib.icalcomponent_get_location(event).decode(),
        status=status,
        organizer=_libical_value(lib, event, b"ORGANIZER"),
        organizer_name=_libical_parameter(lib, event, b"ORGANIZER", b"CN"),
        attendee=_libical_value(lib, event, b"ATTENDEE"),
        attendee_name=_libical_parameter(lib, event, b"ATTENDEE", b"CN"),
        participation=_libical_parameter(lib, event, b"ATTENDEE", b"PARTSTAT"),
        rsvp=_libical_parameter(lib, event, b"ATTENDEE", b"RSVP"),
    )


def _libical_instant(lib: ctypes.CDLL, time: _Time) -> datetime:
    """By the VTIMEZONE of the file: libical looks there for the zone of a property, and says which it took."""
    assert time.zone, "libical finds no zone for it"
    return EPOCH + timedelta(seconds=lib.icaltime_as_timet_with_zone(time, time.zone))


def _libical_property(lib: ctypes.CDLL, component: int, name: bytes) -> int | None:
    found: int | None = lib.icalcomponent_get_first_property(component, lib.icalproperty_string_to_kind(name))
    return found


def _libical_value(lib: ctypes.CDLL, component: int, name: bytes) -> str | None:
    found = _libical_property(lib, component, name)
    return lib.icalproperty_get_value_as_string(found).decode() if found else None


def _libical_parameter(lib: ctypes.CDLL, component: int, name: bytes, parameter: bytes) -> str | None:
    found = _libical_property(lib, component, name)
    value = lib.icalproperty_get_parameter_as_string(found, parameter) if found else None
    return value.decode() if value else None


READERS: dict[str, Reader] = {"vobject": with_vobject, "libical": with_libical, "ical.js": with_ical_js}
# On a machine that cannot fetch it, the others judge alone; `make test-calendars` is told so.
READERS.pop(os.environ.get("CALENDARS_WITHOUT", ""), None)
