"""The calendar entries in mails, read back by a parser that is not ours."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import vobject

from shared import links
from shared.links import Purpose
from shared.mail.mime import Mail, build
from shared.models import MessageKind
from shared.settings import Inbound, get_settings
from tests.shared.mail.unsaved import ROOM, event, mail_at, registration

LONG_BEFORE = datetime(2026, 3, 1, 9, tzinfo=UTC)
DST_DAYS = [
    (datetime(2026, 3, 29, 1, 30), "Europe/Madrid", 90, "2026-03-29T00:30"),
    (datetime(2026, 3, 29, 3, 0), "Europe/Madrid", 60, "2026-03-29T01:00"),
    (datetime(2026, 10, 25, 1, 0), "Europe/Madrid", 240, "2026-10-24T23:00"),
    (datetime(2026, 11, 1, 9, 0), "America/New_York", 60, "2026-11-01T14:00"),
    (datetime(2026, 4, 5, 9, 0), "Australia/Sydney", 60, "2026-04-04T23:00"),
    (datetime(2026, 7, 22, 9, 0), "Pacific/Kiritimati", 60, "2026-07-21T19:00"),
    (datetime(2026, 7, 22, 9, 0), "Africa/Casablanca", 60, "2026-07-22T08:00"),
    (datetime(2026, 7, 22, 9, 0), "UTC", 60, "2026-07-22T09:00"),
]


def octets(mail: Mail) -> bytes:
    assert mail.calendar is not None
    return mail.calendar


def entry(mail: Mail) -> Any:
    return vobject.readOne(octets(mail).decode()).vevent


def lines(mail: Mail) -> dict[str, str]:
    """Unfolded lines of the event, by name."""
    text = octets(mail).decode().replace("\r\n ", "").partition("BEGIN:VEVENT")[2].partition("BEGIN:VALARM")[0]
    return {match[1]: line for line in text.splitlines() if (match := re.match(r"([A-Z-]+)[;:]", line))}


def cancelled(**facts: Any) -> Mail:
    return mail_at(LONG_BEFORE, MessageKind.CANCELLATION, sequence=4, with_entry=True, is_postponed=False, **facts)


@pytest.mark.parametrize(("starts", "zone", "minutes", "utc"), DST_DAYS)
def test_the_entry_is_at_the_right_instant_on_days_when_clocks_change(
    starts: datetime, zone: str, minutes: int, utc: str
) -> None:
    about = event(starts, zone, minutes)

    for mail in (mail_at(LONG_BEFORE, MessageKind.CONFIRMATION, about=about), cancelled(about=about)):
        read = entry(mail)
        assert read.dtstart.value.astimezone(UTC) == datetime.fromisoformat(utc).replace(tzinfo=UTC)
        assert read.dtend.value.astimezone(UTC) - read.dtstart.value.astimezone(UTC) == timedelta(minutes=minutes)


@pytest.mark.parametrize("kind", [MessageKind.CONFIRMATION, MessageKind.PROMOTION, MessageKind.CHANGE])
def test_whoever_has_a_place_is_invited(kind: MessageKind) -> None:
    mail = mail_at(LONG_BEFORE, kind, sequence=3, before={})

    found = lines(mail)
    settings = get_settings()
    assert found["UID"] == f"UID:reg-{registration().id}@{settings.mail_domain}"
    assert found["SEQUENCE"] == "SEQUENCE:3"
    assert found["ORGANIZER"] == f'ORGANIZER;CN="River Cities":mailto:{settings.mail_address}'
    assert found["ATTENDEE"].endswith(":mailto:ada@example.org")
    assert found["LOCATION"] == f"LOCATION:{links.url(Purpose.JOIN, registration().id)}"
    assert found["CONFERENCE"].endswith(links.url(Purpose.JOIN, registration().id))
    assert ROOM not in octets(mail).decode().replace("\r\n ", "")
    assert found["URL"] == f"URL:{links.url(Purpose.MY, registration().id)}"
    assert found["STATUS"] == "STATUS:CONFIRMED"
    for purpose in (Purpose.JOIN, Purpose.MY):
        assert links.url(purpose, registration().id) in entry(mail).description.value
    assert "http://testserver/events/cities-and-water" in entry(mail).description.value


def test_what_takes_the_entry_back_names_the_same_people_and_the_same_time() -> None:
    invitation, withdrawal = lines(mail_at(LONG_BEFORE, MessageKind.CONFIRMATION)), lines(cancelled())

    same = ("UID", "ORGANIZER", "ATTENDEE", "DTSTART", "DTEND", "SUMMARY", "LOCATION")
    assert {name: invitation[name] for name in same} == {name: withdrawal[name] for name in same}
    assert withdrawal["SEQUENCE"] == "SEQUENCE:4"
    assert withdrawal["STATUS"] == "STATUS:CANCELLED"
    assert withdrawal["URL"] == "URL:http://testserver/events/cities-and-water"


@pytest.mark.parametrize(
    ("kind", "facts", "method"),
    [
        (MessageKind.CONFIRMATION, {}, "REQUEST"),
        (MessageKind.PROMOTION, {}, "REQUEST"),
        (MessageKind.CHANGE, {"before": {}}, "REQUEST"),
        (MessageKind.CANCELLATION, {"with_entry": True}, "CANCEL"),
        (MessageKind.REGISTRATION_CANCELLED, {"with_entry": True}, "CANCEL"),
        (MessageKind.CANCELLATION, {"with_entry": False}, None),
        (MessageKind.REGISTRATION_CANCELLED, {"with_entry": False}, None),
        (MessageKind.WAITING_LIST, {}, None),
        (MessageKind.REMINDER, {}, None),
        (MessageKind.LINK_AGAIN, {}, None),
    ],
)
def test_the_method_is_the_same_in_the_mail_and_in_the_file(
    kind: MessageKind, facts: dict[str, Any], method: str | None
) -> None:
    mail = mail_at(LONG_BEFORE, kind, **facts)

    parts = [part for part in build(mail).walk() if part.get_content_type() == "text/calendar"]
    assert [part.get_param("method") for part in parts] == ([method] if method else [])
    if method:
        assert f"METHOD:{method}\r\n".encode() in octets(mail)
        assert "attached to this mail" in mail.plain


@pytest.mark.parametrize("kind", [MessageKind.CONFIRMATION, MessageKind.CHANGE, MessageKind.CANCELLATION])
def test_without_a_date_there_is_no_entry(kind: MessageKind) -> None:
    mail = mail_at(LONG_BEFORE, kind, about=event(starts_at=None, ends_at=None), with_entry=True)

    assert mail.calendar is None


JOIN = "join link"
PAGE = "http://testserver/events/cities-and-water"


@pytest.mark.parametrize(
    ("location", "is_online", "shown"),
    [
        (ROOM, True, JOIN),
        (None, True, JOIN),
        ("Online", True, JOIN),
        ("Avinyó 15, Barcelona", False, "Avinyó 15, Barcelona"),
        # Who comes finds the way, and who does not has the link beside it.
        ("Avinyó 15, Barcelona", True, "Avinyó 15, Barcelona"),
        (None, False, PAGE),
    ],
)
def test_the_location_is_where_this_person_goes(location: str | None, is_online: bool, shown: str) -> None:
    about = event(location=location, is_online=is_online)

    join_url = links.url(Purpose.JOIN, registration().id)
    expected = join_url if shown == JOIN else shown
    for mail in (mail_at(LONG_BEFORE, MessageKind.CONFIRMATION, about=about), cancelled(about=about)):
        assert entry(mail).location.value == expected
    invitation = octets(mail_at(LONG_BEFORE, MessageKind.CONFIRMATION, about=about))
    assert (b"CONFERENCE" in invitation) == is_online


@pytest.mark.parametrize("kind", [MessageKind.CANCELLATION, MessageKind.REGISTRATION_CANCELLED])
def test_who_lost_the_place_reads_of_no_join_link(kind: MessageKind) -> None:
    mail = mail_at(LONG_BEFORE, kind, with_entry=True)

    join_url = links.url(Purpose.JOIN, registration().id)
    assert join_url not in mail.plain
    assert join_url not in mail.html
    assert join_url not in entry(mail).description.value
    assert "conference" not in entry(mail).contents


@pytest.fixture
def replies_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_settings(), "inbound", Inbound.LMTP)


MOVED = {"before": {"starts_at": "2026-07-20T13:00:00+00:00"}}
RENAMED = {"before": {"title": "Water"}}
ASKS, ASKED = "NEEDS-ACTION;RSVP=TRUE", "NEEDS-ACTION;RSVP=FALSE"


@pytest.mark.usefixtures("replies_are_read")
@pytest.mark.parametrize(
    ("kind", "facts", "answered", "said"),
    [
        (MessageKind.CONFIRMATION, {}, None, ASKS),
        (MessageKind.PROMOTION, {}, None, ASKS),
        (MessageKind.CHANGE, MOVED, None, ASKS),
        # An answer to the time before is none to this one.
        (MessageKind.CHANGE, MOVED, "ACCEPTED", ASKS),
        (MessageKind.CHANGE, {"before": {"time_zone": "Europe/Lisbon"}}, "ACCEPTED", ASKS),
        (MessageKind.CHANGE, {"before": {}}, None, ASKS),
        (MessageKind.CHANGE, RENAMED, None, ASKED),
        (MessageKind.CHANGE, RENAMED, "ACCEPTED", "ACCEPTED;RSVP=FALSE"),
        (MessageKind.CHANGE, {"before": {"location": None}}, "TENTATIVE", "TENTATIVE;RSVP=FALSE"),
        (MessageKind.CHANGE, RENAMED, "declined", "DECLINED;RSVP=FALSE"),
        (MessageKind.CANCELLATION, {"with_entry": True}, "TENTATIVE", "TENTATIVE;RSVP=FALSE"),
        (MessageKind.CANCELLATION, {"with_entry": True}, None, ASKED),
        (MessageKind.REGISTRATION_CANCELLED, {"with_entry": True}, "ACCEPTED", "ACCEPTED;RSVP=FALSE"),
        (MessageKind.REGISTRATION_CANCELLED, {"with_entry": True, "is_by_person": True}, None, "DECLINED;RSVP=FALSE"),
    ],
)
def test_a_calendar_asks_where_there_is_something_to_answer(
    kind: MessageKind, facts: dict[str, Any], answered: str | None, said: str
) -> None:
    mail = mail_at(LONG_BEFORE, kind, to=registration(participation=answered), sequence=2, **facts)

    assert f"PARTSTAT={said}:mailto:ada@example.org" in lines(mail)["ATTENDEE"]
    assert lines(mail)["ORGANIZER"].endswith(f"mailto:rsvp@{get_settings().mail_domain}")


@pytest.mark.parametrize("kind", [MessageKind.CONFIRMATION, MessageKind.PROMOTION, MessageKind.CHANGE])
def test_where_nobody_reads_replies_nobody_is_asked(kind: MessageKind) -> None:
    mail = mail_at(LONG_BEFORE, kind, to=registration(participation="DECLINED"), **MOVED)

    assert "PARTSTAT=ACCEPTED;RSVP=FALSE" in lines(mail)["ATTENDEE"]
