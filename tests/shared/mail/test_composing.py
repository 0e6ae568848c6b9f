"""Mails of every kind, as their readers get them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import clock, events, links, registrations
from shared.links import Purpose
from shared.mail.composing import Composer
from shared.mail.mime import Mail, build, octets
from shared.mail.rendering import direction
from shared.models import Event, Message, MessageKind, Registration
from tests.factories import make_event, register
from tests.shared.mail.unsaved import (
    MESSAGE,
    ROOM,
    Page,
    Queue,
    calendar,
    event,
    item,
    mail_at,
    message,
    person,
    registration,
    require_same_in_both_forms,
)

LONG_BEFORE = datetime(2026, 7, 1, 9, tzinfo=UTC)
STARTS_AT = datetime(2026, 7, 22, 13, tzinfo=UTC)
WAITING = {"status": "waitlisted", "confirmed_at": None}
KINDS: list[tuple[MessageKind, dict[str, Any], dict[str, Any]]] = [
    (MessageKind.CONFIRMATION, {}, {}),
    (MessageKind.WAITING_LIST, WAITING, {}),
    (MessageKind.PROMOTION, {"confirmed_at": LONG_BEFORE}, {}),
    (MessageKind.REMINDER, {}, {"minutes_before": 1440}),
    (MessageKind.CHANGE, {}, {"before": {"starts_at": "2026-07-20T13:00:00+00:00", "location": "Room 1"}}),
    (MessageKind.CHANGE, {}, {"before": {}}),
    (MessageKind.CANCELLATION, {}, {"with_entry": True, "is_postponed": False}),
    (MessageKind.CANCELLATION, WAITING, {"with_entry": False, "is_postponed": True}),
    (MessageKind.REGISTRATION_CANCELLED, {"status": "cancelled"}, {"with_entry": True}),
    (MessageKind.REGISTRATION_CANCELLED, {"status": "cancelled", "confirmed_at": None}, {"with_entry": False}),
    (MessageKind.VERIFICATION, {"status": "pending", "confirmed_at": None, "answer_by": LONG_BEFORE}, {}),
    (MessageKind.OFFER, {"status": "offered", "confirmed_at": None, "answer_by": LONG_BEFORE}, {}),
    (MessageKind.OFFER_LAPSED, {"status": "cancelled", "confirmed_at": None}, {}),
    (MessageKind.LINK_AGAIN, {}, {"is_asked_for": True}),
    (MessageKind.LINK_AGAIN, {"status": "offered", "confirmed_at": None}, {}),
    (MessageKind.LINK_AGAIN, {}, {}),
    (MessageKind.LINK_AGAIN, WAITING, {}),
]
HOSTILE = 'عادل <script>alert("x")</script> & 🌊 {{ 7*7 }} %(name)s ' + "ñ" * 140


@pytest.mark.parametrize("zone", [None, "Europe/Paris", "America/New_York", "Pacific/Auckland"])
@pytest.mark.parametrize("language", ["en", "es", "fr"])
@pytest.mark.parametrize(("kind", "who", "facts"), KINDS)
def test_every_kind_says_the_same_in_both_forms(
    kind: MessageKind, who: dict[str, Any], facts: dict[str, Any], language: str, zone: str | None
) -> None:
    reader = registration(language=language, time_zone=zone, **who)

    mail = mail_at(LONG_BEFORE, kind, to=reader, **facts)

    require_same_in_both_forms(mail, language=language)
    assert "Cities and water" in mail.subject
    assert "Cities and water" in Page(mail.html).text
    assert "Cities and water" in mail.plain
    assert octets(mail)


def test_a_confirmation_has_everything_needed_to_come() -> None:
    mail = mail_at(LONG_BEFORE, MessageKind.CONFIRMATION, to=registration(time_zone="America/New_York"))

    assert mail.subject == "You are registered: Cities and water (22 Jul 2026)"
    for part in (mail.plain, Page(mail.html).text):
        assert "Wednesday 22 July 2026, 15:00–16:30 (Madrid, UTC+2)" in part
        assert "For you: 09:00–10:30 (New York, UTC-4)" in part
        assert "Núria Vidal, Secretary General" in part
        assert "Amina Benali, Tunis" in part
    assert "15:04 | 09:04  A river and its city (10 min)" in mail.plain
    manage = links.url(Purpose.MY, registration().id, MESSAGE)
    wanted = {"http://testserver/events/cities-and-water.ics", "http://testserver/events/cities-and-water", manage}
    assert {*wanted, ROOM} <= set(Page(mail.html).links)
    assert "ada@example.org was registered" in mail.plain
    assert "sent by River Cities" in mail.plain


@pytest.mark.parametrize(
    ("zone", "own"),
    [
        ("Europe/Paris", None),
        ("America/New_York", "For you: 09:00–10:30 (New York, UTC-4)"),
        ("Pacific/Auckland", "For you: Thursday 23 July, 01:00–02:30 (Auckland, UTC+12)"),
    ],
)
def test_the_readers_own_time_stands_beside_where_it_differs(zone: str, own: str | None) -> None:
    mail = mail_at(LONG_BEFORE, MessageKind.CONFIRMATION, to=registration(time_zone=zone))

    assert (own in mail.plain) if own else ("For you" not in mail.plain)


def test_a_zone_that_is_no_more_is_left_out() -> None:
    mail = mail_at(LONG_BEFORE, MessageKind.CONFIRMATION, to=registration(time_zone="Europe/Atlantis"))

    assert "For you" not in mail.plain


@pytest.mark.parametrize(
    ("minutes", "subject", "first"),
    [
        (24 * 60 + 1, "You are registered: ", "Hello Ada"),
        (23 * 60, "You are registered, and it starts tomorrow: ", "It starts tomorrow."),
        (240, "You are registered, and it starts in 4 hours: ", "It starts in 4 hours."),
        (12, "You are registered, and it starts in 12 minutes: ", "It starts in 12 minutes."),
        (-10, "You are registered, and it is running now: ", "It is running now."),
        (-91, "You are registered: ", "Hello Ada"),
    ],
)
def test_a_confirmation_close_to_the_start_says_so_and_begins_with_the_way_in(
    minutes: int, subject: str, first: str
) -> None:
    mail = mail_at(STARTS_AT - timedelta(minutes=minutes, seconds=-2), MessageKind.CONFIRMATION)

    assert mail.subject.startswith(subject + "Cities")
    words = mail.plain.partition("====\n")[2].strip()
    assert words.startswith(first)
    assert ("Go to the event" in mail.plain.partition("Hello Ada")[0]) == (first != "Hello Ada")
    assert ("Go to the event" in mail.html.partition("Hello Ada")[0]) == (first != "Hello Ada")


def test_without_a_link_to_the_room_the_way_in_is_the_event_page() -> None:
    mail = mail_at(STARTS_AT - timedelta(minutes=5), MessageKind.CONFIRMATION, about=event(location="Avinyó 15"))

    assert Page(mail.html).links[1] == "http://testserver/events/cities-and-water"
    assert "Avinyó 15" in mail.plain


@pytest.mark.parametrize(
    ("before_start", "zone", "what"),
    [
        (timedelta(hours=24), None, "Starts tomorrow"),
        (timedelta(hours=24), "Pacific/Auckland", "Starts tomorrow"),
        (timedelta(hours=14), None, "Starts in 14 hours"),
        (timedelta(hours=14), "America/Los_Angeles", "Starts tomorrow"),
        (timedelta(hours=4), None, "Starts in 4 hours"),
        (timedelta(hours=4), "Pacific/Auckland", "Starts in 4 hours"),
        (timedelta(minutes=60), None, "Starts in 1 hour"),
        (timedelta(minutes=55), None, "Starts in 55 minutes"),
        (timedelta(days=7), None, "Starts in 7 days"),
    ],
)
def test_a_reminder_says_how_long_it_really_is(before_start: timedelta, zone: str | None, what: str) -> None:
    moment = STARTS_AT - before_start + timedelta(seconds=3)

    mail = mail_at(moment, MessageKind.REMINDER, to=registration(time_zone=zone), minutes_before=1440 * 30)

    assert mail.subject.startswith(f"{what}: Cities and water (")
    assert mail.calendar is None
    assert mail.list_unsubscribe_url == links.url(Purpose.UNSUBSCRIBE, registration().id, MESSAGE)


def test_the_date_in_a_subject_agrees_with_its_tomorrow() -> None:
    auckland = registration(time_zone="Pacific/Auckland")

    mail = mail_at(STARTS_AT - timedelta(hours=24), MessageKind.REMINDER, to=auckland)

    assert mail.subject == "Starts tomorrow: Cities and water (23 Jul 2026)"


@pytest.mark.parametrize(("waited", "is_late"), [(timedelta(minutes=5), False), (timedelta(hours=3), True)])
def test_a_reminder_that_comes_late_says_so(waited: timedelta, is_late: bool) -> None:
    due_at = STARTS_AT - timedelta(hours=24)

    mail = mail_at(due_at + waited, MessageKind.REMINDER, due_at=due_at)

    assert ("later than planned" in mail.plain) == is_late
    assert ("later than planned" in mail.html) == is_late


def test_a_reminder_put_off_by_retries_is_late_too() -> None:
    moment = STARTS_AT - timedelta(hours=20)

    mail = mail_at(moment, MessageKind.REMINDER, due_at=moment, minutes_before=1440)

    assert "later than planned" in mail.plain


def test_only_reminders_can_be_unsubscribed_from() -> None:
    mails = [mail_at(LONG_BEFORE, kind, to=registration(**who), **facts) for kind, who, facts in KINDS]

    kinds = {kind for (kind, _, _), mail in zip(KINDS, mails, strict=True) if mail.list_unsubscribe_url}
    assert kinds == {MessageKind.REMINDER}


def test_a_change_sets_old_and_new_side_by_side() -> None:
    before = {"starts_at": "2026-07-20T13:00:00+00:00", "ends_at": "2026-07-20T14:30:00+00:00", "title": "Water"}

    mail = mail_at(LONG_BEFORE, MessageKind.CHANGE, to=registration(time_zone="Pacific/Auckland"), before=before)

    assert mail.subject == "New date: Cities and water (23 Jul 2026)"
    assert "Before: Monday 20 July 2026, 15:00–16:30 (Madrid, UTC+2)" in mail.plain
    assert "For you: Tuesday 21 July, 01:00–02:30 (Auckland, UTC+12)" in mail.plain
    assert "Now: Wednesday 22 July 2026, 15:00–16:30 (Madrid, UTC+2)" in mail.plain
    assert "Before: Water\nNow: Cities and water" in mail.plain


@pytest.mark.parametrize(
    ("before", "subject"),
    [
        ({}, "New date"),
        ({"starts_at": "2026-07-20T13:00:00+00:00"}, "New date"),
        ({"ends_at": "2026-07-22T14:00:00+00:00"}, "New time"),
        ({"time_zone": "Europe/London", "starts_at": "2026-07-22T14:00:00+00:00"}, "New time"),
        ({"location": None}, "New place"),
        ({"title": "Water", "location": "Room 1"}, "New place"),
        ({"title": "Water"}, "Changed"),
    ],
)
def test_a_change_is_called_what_it_is(before: dict[str, Any], subject: str) -> None:
    mail = mail_at(LONG_BEFORE, MessageKind.CHANGE, before=before)

    assert mail.subject.startswith(f"{subject}: ")


def test_a_cancellation_is_in_the_organisers_words() -> None:
    called_off = event(state="cancelled", state_reason="The speaker is ill & sorry.")

    mail = mail_at(LONG_BEFORE, MessageKind.CANCELLATION, about=called_off, with_entry=True, is_postponed=False)

    assert mail.subject.startswith("Cancelled: ")
    assert "The speaker is ill & sorry." in mail.plain
    assert "The speaker is ill &amp; sorry." in mail.html
    assert "Wednesday 22 July 2026" in mail.plain


def test_a_postponed_event_may_have_no_date_left() -> None:
    postponed = event(state="postponed", starts_at=None, ends_at=None, starts_at_local=None)

    mail = mail_at(LONG_BEFORE, MessageKind.CANCELLATION, about=postponed, with_entry=True, is_postponed=True)

    assert mail.subject == "Postponed: Cities and water"
    assert mail.calendar is None
    assert "attached" not in mail.plain


def test_whoever_waits_learns_their_number_and_not_the_way_in() -> None:
    mail = mail_at(LONG_BEFORE, MessageKind.WAITING_LIST, to=registration(**WAITING), ahead=2)

    assert "You are number 3 on the waiting list." in mail.plain
    assert ROOM not in mail.plain + mail.html
    assert mail.calendar is None


@pytest.mark.parametrize(
    ("who", "said", "has_room"),
    [({}, "You have a place.", True), (WAITING, "You are number 2 on the waiting list.", False)],
)
def test_the_link_again_tells_what_is_registered(who: dict[str, Any], said: str, has_room: bool) -> None:
    mail = mail_at(LONG_BEFORE, MessageKind.LINK_AGAIN, to=registration(**who), ahead=1, occasion="2026-07-01T09")

    assert said in mail.plain
    assert links.url(Purpose.MY, registration().id, MESSAGE) in mail.plain
    assert (ROOM in mail.plain) == has_room
    assert mail.calendar is None


def test_identifiers_follow_from_the_row_alone() -> None:
    first = mail_at(LONG_BEFORE, MessageKind.CONFIRMATION)
    again = mail_at(LONG_BEFORE + timedelta(hours=1), MessageKind.CONFIRMATION)
    later = mail_at(LONG_BEFORE, MessageKind.REMINDER, occasion="60-20260722T1300")

    assert first.message_id == again.message_id
    assert first.message_id.startswith("<confirmation.0198c3f4-0000-7000-8000-000000000001.first@")
    assert later.references == first.message_id
    assert first.references is None
    assert first.feedback_id == "confirmation:cities-and-water:international:plenary"


def test_mails_to_whoever_waited_are_shown_under_the_promotion() -> None:
    promoted = registration(confirmed_at=LONG_BEFORE)

    promotion = mail_at(LONG_BEFORE, MessageKind.PROMOTION, to=promoted)
    reminder = mail_at(LONG_BEFORE, MessageKind.REMINDER, to=promoted)
    notice = mail_at(LONG_BEFORE, MessageKind.WAITING_LIST, to=registration(**WAITING))

    assert promotion.references == notice.message_id
    assert reminder.references == promotion.message_id


def test_answers_go_to_the_organisers() -> None:
    mail = mail_at(LONG_BEFORE, MessageKind.CONFIRMATION)
    silent = mail_at(LONG_BEFORE, MessageKind.CONFIRMATION, about=event(calendar=calendar(contact_address=None)))

    built, unanswerable = build(mail), build(silent)
    assert built["Reply-To"] == "metropolis@example.org"
    assert built["From"].startswith("River Cities <")
    assert built["Content-Language"] == "en"
    assert unanswerable["Reply-To"] is None
    assert "answer this mail" in mail.plain
    assert "answer this mail" not in silent.plain


@pytest.mark.parametrize("kind", [kind for kind, _, _ in KINDS])
def test_hostile_text_stays_text(kind: MessageKind) -> None:
    about = event(
        title=HOSTILE,
        location=HOSTILE,
        state_reason=HOSTILE,
        hosts=[HOSTILE],
        calendar=calendar(organisation=HOSTILE),
        people=[person(HOSTILE, role=HOSTILE)],
        programme=[item(HOSTILE, 5, person(HOSTILE, organisation=HOSTILE))],
    )
    facts = {"before": {"title": HOSTILE, "location": HOSTILE}} if kind == MessageKind.CHANGE else {}

    mail = mail_at(LONG_BEFORE, kind, about=about, to=registration(name=HOSTILE), **facts)

    assert "script" not in Page(mail.html).tags
    assert "<script>" not in mail.html
    assert HOSTILE in mail.plain
    assert HOSTILE in Page(mail.html).text
    assert "&amp;" not in mail.plain
    assert mail.subject.endswith("(22 Jul 2026)")
    raw = octets(mail)
    assert raw.count(b"\r\nSubject:") == 1


@pytest.mark.parametrize("name", ["Win at https://casino.example", "casino.example", "www.casino", "a@b.example"])
def test_a_name_that_is_an_advertisement_is_not_repeated(name: str) -> None:
    mail = mail_at(LONG_BEFORE, MessageKind.CONFIRMATION, to=registration(name=name))

    assert "Hello, you have a place." in mail.plain
    assert name not in mail.plain + mail.html


def test_line_breaks_in_names_cannot_add_lines() -> None:
    mail = mail_at(LONG_BEFORE, MessageKind.CONFIRMATION, to=registration(name="Ada\r\nBcc: eve"))

    assert "Hello Ada Bcc: eve, you have a place." in mail.plain
    assert build(mail)["Bcc"] is None


def test_a_subject_keeps_its_date_behind_a_title_without_spaces() -> None:
    mail = mail_at(LONG_BEFORE, MessageKind.CONFIRMATION, about=event(title="水" * 200))

    assert mail.subject.endswith("水… (22 Jul 2026)")
    assert len(mail.subject) < 150


def test_the_longest_programme_still_fits_into_a_mail() -> None:
    speakers = [person(f"{n} {HOSTILE}", role=HOSTILE, organisation=HOSTILE[::-1]) for n in range(50)]
    crowded = [item(f"{n} {HOSTILE}", 5, *speakers) for n in range(300)]

    mail = mail_at(LONG_BEFORE, MessageKind.CONFIRMATION, about=event(programme=crowded))

    assert len(mail.html.encode()) < 102_000
    assert "and 42 others" in mail.plain
    assert "rest of the programme is on the event page" in mail.plain


def test_several_days_are_headed_by_their_dates() -> None:
    days = [item("Arrival", 30), item("A walk along the river", 60, day=2)]

    mail = mail_at(LONG_BEFORE, MessageKind.CONFIRMATION, about=event(minutes=60 * 26, programme=days))

    assert "Wednesday 22 July 2026, 15:00 – Thursday 23 July 2026, 17:00 (Madrid, UTC+2)" in mail.plain
    assert "Thursday 23 July\n  A walk along the river (60 min)" in mail.plain


@pytest.mark.parametrize(
    ("language", "date"),
    [("es", "miércoles 22 de julio de 2026, 15:00–16:30"), ("fr", "mercredi 22 juillet 2026, 15:00–16:30")],
)
def test_dates_are_in_the_readers_language(language: str, date: str) -> None:
    mail = mail_at(LONG_BEFORE, MessageKind.CONFIRMATION, to=registration(language=language))

    assert date in mail.plain
    assert build(mail)["Content-Language"] == language


def test_a_language_without_a_catalogue_is_answered_in_english() -> None:
    mail = mail_at(LONG_BEFORE, MessageKind.CONFIRMATION, to=registration(language="ar"))

    assert mail.language == "en"
    assert "Wednesday 22 July 2026" in mail.plain
    assert direction("ar") == "rtl"


def test_a_batch_reads_an_event_once() -> None:
    shared_event = event()
    composer = Composer(Queue())

    with clock.travel_to(LONG_BEFORE):
        before = composer.compose(message(MessageKind.CONFIRMATION, about=shared_event))
        shared_event.programme = []
        after = composer.compose(message(MessageKind.CONFIRMATION, about=shared_event))

    assert after.plain == before.plain


def composed(session: Session, registered: Registration, kind: MessageKind) -> Mail:
    """The mail of the one message of a kind that the rules wrote for a registration."""
    query = select(Message).where(Message.registration_id == registered.id, Message.kind == kind)
    return Composer(session).compose(session.scalars(query).one())


def full_event(session: Session) -> tuple[Event, list[Registration]]:
    webinar = make_event(session, places=1)
    return webinar, [register(session, webinar, f"{name}@example.org") for name in ("ada", "bob", "cleo")]


def test_the_number_on_the_waiting_list_counts_those_who_still_wait(session: Session) -> None:
    webinar, (ada, bob, cleo) = full_event(session)
    assert "You are number 2 on" in composed(session, cleo, MessageKind.WAITING_LIST).plain

    registrations.cancel(session, ada.id)

    promotion = composed(session, bob, MessageKind.PROMOTION)
    assert promotion.subject.startswith(f"A place opened: {webinar.title}")
    assert "You are number 1 on" in composed(session, cleo, MessageKind.WAITING_LIST).plain
    assert "METHOD:CANCEL" in (composed(session, ada, MessageKind.REGISTRATION_CANCELLED).calendar or b"").decode()


def test_a_called_off_event_is_withdrawn_from_calendars_of_those_with_a_place(session: Session) -> None:
    webinar, (ada, bob, _) = full_event(session)

    events.cancel(session, webinar.id, "The speaker is ill.")

    told, waited = (composed(session, one, MessageKind.CANCELLATION) for one in (ada, bob))
    assert "The speaker is ill." in told.plain
    assert b"METHOD:CANCEL" in (told.calendar or b"")
    assert waited.calendar is None


def test_who_registered_is_asked_to_confirm_the_address_and_told_until_when() -> None:
    answer_by = datetime(2026, 7, 2, 9, tzinfo=UTC)
    reader = registration(status="pending", confirmed_at=None, answer_by=answer_by, time_zone="America/New_York")

    mail = mail_at(LONG_BEFORE, MessageKind.VERIFICATION, to=reader)

    assert mail.subject == "Please confirm your registration: Cities and water (22 Jul 2026)"
    assert "The link works until Thursday 2 July 2026, 05:00 (New York, UTC-4)." in mail.plain
    assert "every place is taken, so that you would be on the waiting list" in mail.plain
    assert links.url(Purpose.MY, reader.id, MESSAGE) in Page(mail.html).links
    assert ROOM not in mail.plain
    assert mail.calendar is None


def test_an_offer_says_until_when_the_place_is_kept() -> None:
    answer_by = datetime(2026, 7, 2, 9, tzinfo=UTC)
    reader = registration(status="offered", confirmed_at=None, answer_by=answer_by)

    mail = mail_at(LONG_BEFORE, MessageKind.OFFER, to=reader)

    assert mail.subject.startswith("A place is kept for you, if you want it")
    assert "It is yours if you take it until Thursday 2 July 2026, 11:00 (Madrid, UTC+2)." in mail.plain
    assert mail.calendar is None


def test_an_offer_not_taken_in_time_leads_back_into_the_line() -> None:
    reader = registration(status="cancelled", confirmed_at=None)

    mail = mail_at(LONG_BEFORE, MessageKind.OFFER_LAPSED, to=reader)

    assert "It has gone to the next in line." in mail.plain
    assert links.url(Purpose.MY, reader.id, MESSAGE) in Page(mail.html).links
    assert mail.calendar is None
