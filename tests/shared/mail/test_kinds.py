"""The kinds of mail beyond a registration: to the invited, to speakers, to the team, to ourselves, and afterwards."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from shared import clock, links
from shared.links import Purpose
from shared.mail import recipients
from shared.mail.composing import compose
from shared.mail.mime import Mail, build
from shared.models import Event, Message, MessageKind, Question
from shared.outbox import OPTIONAL_KINDS
from tests.shared.mail.unsaved import (
    MESSAGE,
    ROOM,
    Page,
    Queue,
    calendar,
    event,
    invitation,
    item,
    mail_at,
    person,
    registration,
    require_same_in_both_forms,
    speaker,
)

LONG_BEFORE = datetime(2026, 7, 1, 9, tzinfo=UTC)
STARTS_AT = datetime(2026, 7, 22, 13, tzinfo=UTC)
RECORDING = "https://videos.example.org/watch?v=1&t=2"
TEAM = "metropolis@example.org"
SLOT = {
    "title": "A river and its city",
    "starts_at": "2026-07-22T13:20:00+00:00",
    "ends_at": "2026-07-22T13:32:00+00:00",
}
EARLIER = SLOT | {"starts_at": "2026-07-22T13:10:00+00:00", "ends_at": "2026-07-22T13:22:00+00:00"}
CLOSING = {"title": "Closing", "starts_at": "2026-07-22T14:20:00+00:00", "ends_at": None}
CHANGED = {"changed": True, "before": [EARLIER, CLOSING]}
HOSTILE = 'عادل <script>alert("x")</script> & 🌊 {{ 7*7 }} %(name)s ' + "ñ" * 140


def programme() -> list[Any]:
    speakers = [person("João Sá", city="Porto"), person("Fatima Zahra", organisation="Casablanca")]
    return [
        item("Welcome", 20, person("Núria Vidal", "moderator")),
        item("A river and its city", 12, person("Amina Benali", city="Tunis")),
        item("Who owns the water?", 30, *speakers),
    ]


def online(**facts: Any) -> Event:
    """Its room stands behind personal links."""
    given = {"location": "Online", "room_url": ROOM, "programme": programme(), "introduction": "*Rivers* come back."}
    return event(**given | facts)


KINDS: list[tuple[MessageKind, Any, dict[str, Any]]] = [
    (MessageKind.INVITATION, invitation, {}),
    (MessageKind.NUDGE, invitation, {}),
    (MessageKind.NUDGE, invitation, {"is_last": True}),
    (MessageKind.FOLLOW_UP, registration, {"attendance": "attended"}),
    (MessageKind.FOLLOW_UP, registration, {"attendance": "missed"}),
    (MessageKind.NOTICE, registration, {}),
    (MessageKind.CALL_SHEET, speaker, {"slots": [SLOT]}),
    (MessageKind.CALL_SHEET, speaker, {"slots": [SLOT | {"starts_at": None, "ends_at": None}], **CHANGED}),
    (MessageKind.CALL_SHEET, speaker, {"slots": [SLOT], "before": [SLOT], "changed": True, "is_other": True}),
    (MessageKind.CALL_SHEET, speaker, {"slots": []}),
    (MessageKind.CALL_SHEET_WITHDRAWN, speaker, {}),
    (MessageKind.DECLINED, registration, {"is_freed": True}),
    (MessageKind.DECLINED, registration, {"is_freed": False}),
    (MessageKind.ENTRY_AGAIN, registration, {}),
    (MessageKind.PERSONAL_FEED, registration, {"feed_url": "http://testserver/feeds/abc.ics"}),
    (MessageKind.COUNTER_PROPOSAL, TEAM, {"name": "Ada", "starts_at": SLOT["starts_at"], "ends_at": None}),
    (MessageKind.COUNTER_PROPOSAL, TEAM, {"comment": "Thursday is better."}),
    (MessageKind.QUEUE_WARNING, TEAM, {"waiting": 1}),
    (MessageKind.TEST, TEAM, {"by": "Olga Organiser"}),
]


def sent(kind: MessageKind, to: Any, *, now: datetime = LONG_BEFORE, **facts: Any) -> Mail:
    reader = to if isinstance(to, str) else to()
    return mail_at(now, kind, to=reader, **{"about": online()} | facts)


@pytest.mark.parametrize("about", [{}, {"starts_at": None, "ends_at": None, "time_zone": None}, {"state": "cancelled"}])
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(("kind", "to", "facts"), KINDS)
def test_every_kind_says_the_same_in_both_forms(
    kind: MessageKind, to: Any, facts: dict[str, Any], language: str, about: dict[str, Any]
) -> None:
    reader = to if isinstance(to, str) else to(language=language)
    told = online(text_language=language, **about)

    mail = mail_at(LONG_BEFORE, kind, to=reader, about=told, coming=[event(title="Roofs", slug="roofs")], **facts)

    require_same_in_both_forms(mail, language=language)
    assert mail.language == language
    assert ("Cities and water" in mail.subject) == (kind != MessageKind.PERSONAL_FEED)


@pytest.mark.parametrize(("kind", "to", "facts"), KINDS)
def test_hostile_text_stays_text(kind: MessageKind, to: Any, facts: dict[str, Any]) -> None:
    about = online(
        title=HOSTILE, introduction=HOSTILE, hosts=[HOSTILE], calendar=calendar(organisation=HOSTILE),
        people=[person(HOSTILE, "moderator", role=HOSTILE)], programme=[item(HOSTILE, 5, person(HOSTILE))],
    )  # fmt: skip
    hostile = {"by": HOSTILE, "comment": HOSTILE, "name": HOSTILE, "slots": [SLOT | {"title": HOSTILE}]}
    reader = to if isinstance(to, str) else to(name=HOSTILE)

    mail = mail_at(LONG_BEFORE, kind, to=reader, about=about, coming=[event(title=HOSTILE)], **facts | hostile)

    require_same_in_both_forms(mail)
    assert "<script>" not in mail.html
    assert "&amp;" not in mail.plain


def test_an_invitation_says_who_asks_for_what_and_how_to_answer() -> None:
    closes = datetime(2026, 7, 20, 18, tzinfo=UTC)
    open_event = online(registration_closes_at=closes)
    open_event.places.waitlisted = open_event.places.confirmed = 0

    mail = sent(MessageKind.INVITATION, invitation, about=open_event)

    answer = links.url(Purpose.INVITED, invitation().id, MESSAGE)
    assert mail.subject == "You are invited: Cities and water (22 Jul 2026)"
    assert "Hello Ada Lovelace, River Cities invites you to this event." in mail.plain
    assert "> Rivers come back." in mail.plain
    assert f"Register:\n{answer}" in mail.plain
    assert f"I cannot come:\n{answer}" in mail.plain
    assert "You are not registered yet." in mail.plain
    assert "Registration closes on Monday 20 July 2026, 20:00 (Madrid, UTC+2)." in mail.plain
    assert "River Cities invited ada@example.org" in mail.plain
    assert mail.references is None
    assert mail.feedback_id == "invitation:cities-and-water:international:plenary"
    assert ROOM not in mail.plain + mail.html


def test_whoever_is_invited_to_a_full_event_knows_it() -> None:
    mail = sent(MessageKind.INVITATION, invitation)

    assert "you would be on the waiting list" in mail.plain
    assert "You are not registered yet" not in mail.plain


def test_a_nudge_says_that_it_is_one_and_stands_under_the_invitation() -> None:
    first = sent(MessageKind.INVITATION, invitation)
    again = sent(MessageKind.NUDGE, invitation, occasion="second", now=STARTS_AT - timedelta(hours=23))
    last = sent(MessageKind.NUDGE, invitation, is_last=True)

    assert again.subject.startswith("Will you come? It starts tomorrow: ")
    assert again.references == first.message_id
    assert "has not heard from you yet" in again.plain
    assert "You are asked once more." in again.plain
    assert "This is the last time you are asked." in last.plain


@pytest.mark.parametrize(
    ("who", "about", "facts", "subject"),
    [
        ({"joined_at": STARTS_AT}, {}, {}, "Thank you for coming"),
        ({}, {}, {"attendance": "attended"}, "Thank you for coming"),
        ({}, {}, {}, "We missed you"),
        ({"joined_at": STARTS_AT}, {"recording_url": RECORDING}, {}, "Thank you for coming"),
        ({}, {"recording_url": RECORDING}, {}, "The recording is there"),
        ({"joined_at": STARTS_AT}, {"recording_url": RECORDING}, {"attendance": "missed"}, "The recording is there"),
        ({}, {"is_online": False}, {}, "Thank you for your interest"),
    ],
)
def test_a_follow_up_tells_those_who_came_from_those_who_did_not(
    who: dict[str, Any], about: dict[str, Any], facts: dict[str, Any], subject: str
) -> None:
    after = STARTS_AT + timedelta(hours=3)

    mail = mail_at(after, MessageKind.FOLLOW_UP, to=registration(**who), about=online(**about), **facts)

    assert mail.subject.startswith(f"{subject}: ")
    assert (RECORDING in Page(mail.html).links) == ("recording_url" in about)
    assert (RECORDING in mail.plain) == ("recording_url" in about)
    assert "http://testserver/calendars/international" in mail.plain
    assert "later than planned" not in mail.plain


def test_a_follow_up_after_the_end_is_not_late_because_the_event_was_long() -> None:
    after = STARTS_AT + timedelta(hours=4)

    mail = mail_at(after, MessageKind.FOLLOW_UP, about=online(), minutes_before=-240, due_at=after)

    assert "later than planned" not in mail.plain


def test_a_follow_up_names_what_comes_next() -> None:
    later = event(datetime(2026, 9, 3, 10), title="Streets for children", slug="streets")

    mail = mail_at(LONG_BEFORE, MessageKind.FOLLOW_UP, about=online(), coming=[later])

    assert "Streets for children\n  Thursday 3 September 2026, 10:00–11:30 (Madrid, UTC+2)" in mail.plain
    assert "http://testserver/events/streets" in Page(mail.html).links


def test_a_notice_without_words_points_to_the_page() -> None:
    mail = sent(MessageKind.NOTICE, registration)

    assert mail.subject.startswith("News: ")
    assert "It stands on the event page." in mail.plain


@pytest.mark.parametrize(("status", "may_join"), [("confirmed", True), ("waitlisted", False), ("pending", False)])
def test_a_notice_has_the_way_in_for_those_with_a_place_only(status: str, may_join: bool) -> None:
    about = online(location=f"Online, {ROOM}")

    mail = mail_at(LONG_BEFORE, MessageKind.NOTICE, to=registration(status=status), about=about)

    assert (links.url(Purpose.JOIN, registration().id, MESSAGE) in mail.plain) == may_join
    assert (ROOM in mail.plain + mail.html) == may_join


def test_a_call_sheet_says_when_one_speaks_on_both_clocks_and_between_whom() -> None:
    mail = sent(MessageKind.CALL_SHEET, speaker, slots=[SLOT])

    assert mail.subject == "You speak 15:20–15:32 (Madrid, UTC+2): Cities and water (22 Jul 2026)"
    for text in (" ".join(mail.plain.split()), Page(mail.html).text):
        assert "Wednesday 22 July 2026, 15:20–15:32 (Madrid, UTC+2)" in text
        assert "For you: 08:20–08:32 (Chicago, UTC-5)" in text
        assert "Before it: Welcome (Núria Vidal)" in text
        assert "After it: Who owns the water? (João Sá, Fatima Zahra)" in text
        assert "Moderator Núria Vidal, Secretary General" in text
        assert ROOM in text
        assert "amina@example.org is on the programme" in text
        assert "changed" not in text


def test_a_call_sheet_in_a_place_has_no_way_in() -> None:
    mail = sent(MessageKind.CALL_SHEET, speaker, slots=[SLOT], about=online(location="Avinyó 15", room_url=None))

    assert "Avinyó 15" in mail.plain
    assert "Your way in" not in mail.plain


def test_of_two_parts_of_the_same_name_the_right_one_is_meant() -> None:
    twice = [item("Panel", 20, person("A")), item("Break", 10), item("Panel", 20, person("B")), item("Closing", 5)]
    second = {"title": "Panel", "starts_at": "2026-07-22T13:30:00+00:00", "ends_at": "2026-07-22T13:50:00+00:00"}

    mail = sent(MessageKind.CALL_SHEET, speaker, slots=[second], about=online(programme=twice))

    assert "Before it: Break" in mail.plain
    assert "After it: Closing" in mail.plain


def test_what_has_changed_for_a_speaker_is_told_in_words() -> None:
    added = {"title": "Questions", "starts_at": "2026-07-22T14:00:00+00:00", "ends_at": "2026-07-22T14:10:00+00:00"}

    mail = sent(MessageKind.CALL_SHEET, speaker, slots=[SLOT, added], **CHANGED)

    assert mail.subject.startswith("Changed: you speak 15:20–15:32")
    assert "Before: Wednesday 22 July 2026, 15:10–15:22 (Madrid, UTC+2) / For you: 08:10–08:22" in mail.plain
    assert "Now: Wednesday 22 July 2026, 15:20–15:32 (Madrid, UTC+2) / For you: 08:20–08:32" in mail.plain
    assert "Questions\nBefore: not your part\nNow: Wednesday 22 July 2026, 16:00–16:10" in mail.plain
    assert (
        "Closing\nBefore: Wednesday 22 July 2026, 16:20 (Madrid, UTC+2) / For you: Wednesday 22 July 2026, 09:20"
        in (mail.plain)
    )
    assert mail.plain.count("Now: not your part") == 1


def test_a_part_that_stays_as_it_was_is_not_said_to_have_changed() -> None:
    mail = sent(MessageKind.CALL_SHEET, speaker, slots=[SLOT], before=[SLOT], changed=True, is_other=True)

    assert mail.subject.startswith("Changed: ")
    assert "The title, the place or the way in is another now." in mail.plain
    assert "Before: " not in mail.plain


def test_of_a_part_whose_time_is_open_that_is_said() -> None:
    unknown = SLOT | {"starts_at": None, "ends_at": None}

    mail = sent(MessageKind.CALL_SHEET, speaker, slots=[SLOT], before=[unknown], changed=True)

    assert "Before: not known yet\nNow: Wednesday 22 July 2026, 15:20–15:32" in mail.plain


@pytest.mark.parametrize(
    ("facts", "subject"),
    [
        ({}, "You are no longer on the programme"),
        ({"by_event": False, "is_postponed": False}, "You are no longer on the programme"),
        ({"by_event": True, "is_postponed": False}, "Cancelled: you do not speak"),
        ({"by_event": True, "is_postponed": True}, "Postponed: you do not speak on that day"),
    ],
)
def test_a_call_sheet_is_withdrawn_for_a_reason(facts: dict[str, Any], subject: str) -> None:
    mail = sent(MessageKind.CALL_SHEET_WITHDRAWN, speaker, **facts)

    assert mail.subject.startswith(f"{subject}: ")


@pytest.mark.parametrize(("is_freed", "said"), [(True, "is given back"), (False, "is kept")])
def test_whoever_declined_reads_what_became_of_the_place(is_freed: bool, said: str) -> None:
    mail = sent(MessageKind.DECLINED, registration, is_freed=is_freed)

    assert said in mail.subject
    assert links.url(Purpose.MY, registration().id, MESSAGE) in Page(mail.html).links
    assert mail.calendar is None


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"with_entry": True, "is_by_person": True}, "Your registration for this event is cancelled"),
        ({"with_entry": True}, "Your registration for this event is cancelled"),
        ({"with_entry": True, "is_by_person": False}, "River Cities has cancelled your registration"),
        ({"with_entry": False, "is_by_person": False}, "River Cities has taken you off the waiting list"),
    ],
)
def test_whose_registration_the_organisers_cancelled_reads_that_it_was_they(facts: dict[str, Any], said: str) -> None:
    mail = sent(MessageKind.REGISTRATION_CANCELLED, lambda: registration(status="cancelled"), **facts)

    assert said in mail.plain
    require_same_in_both_forms(mail)


def test_a_counter_proposal_sets_both_times_side_by_side() -> None:
    facts = {"starts_at": "2026-07-23T13:00:00+00:00", "ends_at": "2026-07-23T14:30:00+00:00"}

    mail = sent(MessageKind.COUNTER_PROPOSAL, TEAM, name="Ada", comment="Thursday?", **facts)

    assert "As it is: Wednesday 22 July 2026, 15:00–16:30 (Madrid, UTC+2)" in mail.plain
    assert "As they propose: Thursday 23 July 2026, 15:00–16:30 (Madrid, UTC+2)" in mail.plain
    assert "> Thursday?" in mail.plain
    assert mail.to_address == TEAM
    assert mail.list_unsubscribe_url is None


def test_a_queue_warning_has_the_numbers() -> None:
    facts = {"waiting": 12000, "per_minute": 58.3, "expected_at": "2026-07-22T16:30:00+00:00"}

    mail = sent(MessageKind.QUEUE_WARNING, TEAM, needed_by="2026-07-22T13:00:00+00:00", **facts)

    assert "12,000 mails are still waiting." in mail.plain
    assert "At 58 a minute, as it goes now, they are through by Wednesday 22 July 2026, 18:30 (Madrid" in mail.plain
    assert "They are needed by Wednesday 22 July 2026, 15:00 (Madrid, UTC+2)." in mail.plain


def without_event(kind: MessageKind, **facts: Any) -> Mail:
    row = Message(id=UUID(int=9), kind=kind.value, occasion="x", sequence=0, facts=facts, address="ops@example.org")
    row.created_at = row.due_at = LONG_BEFORE
    with clock.travel_to(LONG_BEFORE):
        return compose(Queue(), row)


INVITED = {
    "by": "Olga",
    "calendar": "Cities",
    "organiser_id": str(UUID(int=5)),
    "fingerprint": "00" * 8,
    "issued_at": "2026-07-22T13:00:00+00:00",
}


@pytest.mark.parametrize(
    ("kind", "facts", "subject"),
    [
        (MessageKind.CANARY, {}, "A mail to ourselves"),
        (MessageKind.TEST, {"by": "Olga"}, "Mail works"),
        (MessageKind.QUEUE_WARNING, {"waiting": 3}, "Mail will not be through in time"),
        (MessageKind.PERSONAL_FEED, {"feed_url": "http://testserver/feeds/a.ics"}, "Your personal calendar feed"),
        (MessageKind.WELCOME, {}, "Choose a new password"),
        (MessageKind.WELCOME, INVITED, "Olga invites you to work on “Cities”"),
    ],
)
def test_a_mail_may_be_about_no_event(kind: MessageKind, facts: dict[str, Any], subject: str) -> None:
    mail = without_event(kind, **facts)

    require_same_in_both_forms(mail)
    assert mail.subject == subject
    assert mail.message_id == f"<{kind}.{UUID(int=9)}.x@plenary.localhost>"
    assert "It was sent by Plenary." in mail.plain
    assert build(mail)["Reply-To"] is None


def test_a_mail_about_no_event_is_in_the_language_that_was_asked_for() -> None:
    assert without_event(MessageKind.TEST, language="es").language == "es"
    assert without_event(MessageKind.TEST, language="tlh").language == "en"


def test_exactly_the_optional_mails_can_be_unsubscribed_from() -> None:
    found = {kind: sent(kind, to, **facts).list_unsubscribe_url for kind, to, facts in KINDS}

    assert {kind for kind, url in found.items() if url} == OPTIONAL_KINDS - {MessageKind.REMINDER}
    assert found[MessageKind.INVITATION] == links.url(Purpose.UNSUBSCRIBE, invitation().id, MESSAGE)
    assert found[MessageKind.FOLLOW_UP] == links.url(Purpose.UNSUBSCRIBE, registration().id, MESSAGE)
    built = build(sent(MessageKind.NOTICE, registration))
    assert built["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(("kind", "to", "facts"), KINDS)
def test_a_language_from_right_to_left_is_laid_out_so(
    monkeypatch: pytest.MonkeyPatch, kind: MessageKind, to: Any, facts: dict[str, Any]
) -> None:
    monkeypatch.setattr(recipients, "LANGUAGES", (*recipients.LANGUAGES, "ar"))
    reader = to if isinstance(to, str) else to(language="ar", name="عائشة بن علي")

    mail = mail_at(LONG_BEFORE, kind, to=reader, about=online(text_language="ar"), **facts)

    require_same_in_both_forms(mail, language="ar", direction="rtl")
    assert "text-align:start" in mail.html
    assert "text-align:left" not in mail.html
    assert ("padding:8px 0px 8px 12px" in mail.html) == (kind in {MessageKind.INVITATION, MessageKind.NUDGE})


def test_a_change_of_the_description_shows_both() -> None:
    about = online(introduction="Rivers **come back**.")

    mail = mail_at(LONG_BEFORE, MessageKind.CHANGE, about=about, before={"introduction": "Rivers."})

    assert mail.subject.startswith("Changed: ")
    assert "The description of the event has changed." in mail.plain
    assert "Before: Rivers.\nNow: Rivers come back." in mail.plain


def test_a_change_of_something_else_is_not_taken_for_a_new_date() -> None:
    mail = mail_at(LONG_BEFORE, MessageKind.CHANGE, about=online(), before={"recording_url": None})

    assert mail.subject.startswith("Changed: ")
    assert "postponed" not in mail.plain


def test_the_longest_mail_that_can_be_written_keeps_its_foot() -> None:
    people = [person(f"{n} {HOSTILE[:180]}", "moderator", role=HOSTILE[:180]) for n in range(50)]
    crowded = [item(f"{n} {HOSTILE}", 5, *people[:8]) for n in range(300)]
    texts = {"confirmation": {"en": {"introduction": "\n".join("- 水**水**" for _ in range(1200))}}}
    asked = [
        Question(key=f"q{n}", kind="yes-no", position=n, label="水" * 300, translations={}, choices=[])
        for n in range(20)
    ]
    about = online(
        title=HOSTILE * 2, programme=crowded, people=people, hosts=["水" * 190] * 50, mail_texts=texts,
        location=HOSTILE, questions=asked, has_questions=True,
    )  # fmt: skip
    reader = registration(name=HOSTILE[:190], answers={question.key: True for question in asked})

    mail = mail_at(LONG_BEFORE, MessageKind.CONFIRMATION, about=about, to=reader)

    assert len(mail.html.encode()) < 102_000
    assert "The programme is on the event page." in mail.plain
    assert mail.html.rstrip().endswith("</html>")
    assert "It was sent by" in mail.html
