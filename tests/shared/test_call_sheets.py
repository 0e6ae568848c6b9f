"""Call sheets: speakers hear of their own slots, hold them in their calendars, and hear again when those change."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import vobject
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared import call_sheets, clock, events, outbox
from shared.errors import StateConflict
from shared.models import AuditEntry, Event, Message, MessageKind, MessageStatus, Person, Role, Speaker
from shared.schemas.events import EventContent
from shared.schemas.programme import PersonFacts, ProgrammeItemFacts
from tests.factories import deliver_everything, make_calendar, make_event, make_organiser, token_for
from tests.mailbox import Mailbox, body, calendar_text
from tests.shared.mail.parts import part_of

START = datetime(2031, 7, 23, 15)
ADA: dict[str, Any] = {"name": "Ada", "address": "ada@example.org", "time_zone": "America/Chicago", "language": "en"}
BOB: dict[str, Any] = {"name": "Bob", "address": "bob@example.org"}
EVE: dict[str, Any] = {"name": "Eve"}
TOLD, TAKEN = MessageKind.CALL_SHEET, MessageKind.CALL_SHEET_WITHDRAWN


def item(title: str, minutes: int | None, *people: dict[str, Any], **facts: Any) -> ProgrammeItemFacts:
    return ProgrammeItemFacts(title=title, minutes=minutes, people=[PersonFacts(**one) for one in people], **facts)


PROGRAMME = [item("Welcome", 20, EVE), item("Rivers", 12, ADA), item("Trees", 15, BOB), item("Questions", 10, ADA)]


def gathering(session: Session, *items: ProgrammeItemFacts, **facts: Any) -> Event:
    given = {"starts_at_local": START, "minutes": 90, "programme": list(items) or PROGRAMME}
    return make_event(session, **given | facts)


def edit(session: Session, event: Event, **content: Any) -> None:
    events.edit(session, event.id, EventContent(**content), version=None)
    session.commit()


def waiting(session: Session) -> list[tuple[str, str, int]]:
    query = select(Message).join(Speaker).where(Message.status == MessageStatus.PENDING)
    found = session.scalars(query.order_by(Speaker.address, Message.id)).all()
    return [(one.speaker.name, one.kind, one.sequence) for one in found if one.speaker is not None]


def leave(session: Session) -> list[Message]:
    ids = list(session.scalars(select(Message.id).where(Message.status == MessageStatus.PENDING)))
    messages = outbox.claim(session, ids, until=clock.now() + timedelta(minutes=2))
    for message in messages:
        outbox.mark_sent(session, message, reply="250 OK")
    session.commit()
    session.expire_all()
    return messages


def sent(session: Session, event: Event) -> Event:
    call_sheets.send(session, event)
    session.commit()
    leave(session)
    return event


def sheet_of(session: Session, name: str) -> Message:
    query = select(Message).join(Speaker).where(Speaker.name == name).order_by(Message.id.desc()).limit(1)
    return session.scalars(query).one()


def test_each_speaker_is_told_their_own_slots_once(session: Session) -> None:
    event = gathering(session)

    assert [call_sheets.send(session, event) for _ in range(2)] == [2, 0]

    assert waiting(session) == [("Ada", TOLD, 0), ("Bob", TOLD, 0)]
    ada = sheet_of(session, "Ada")
    assert ada.facts["slots"] == [
        {"title": "Rivers", "starts_at": "2031-07-23T13:20:00+00:00", "ends_at": "2031-07-23T13:32:00+00:00"},
        {"title": "Questions", "starts_at": "2031-07-23T13:47:00+00:00", "ends_at": "2031-07-23T13:57:00+00:00"},
    ]
    assert ada.facts["changed"] is False


def test_the_hold_reaches_from_the_first_slot_to_the_last_under_a_uid_of_its_own(session: Session) -> None:
    event = gathering(session, room_url="https://rooms.example.org/j/1")
    call_sheets.send(session, event)
    ada = sheet_of(session, "Ada")

    octets = part_of(session, ada)

    assert octets is not None
    read = vobject.readOne(octets.decode())
    assert (read.method.value, read.vevent.uid.value) == ("REQUEST", f"speaker-{ada.speaker_id}@plenary.localhost")
    assert read.vevent.dtstart.value.astimezone(UTC) == datetime(2031, 7, 23, 13, 20, tzinfo=UTC)
    assert read.vevent.dtend.value.astimezone(UTC) == datetime(2031, 7, 23, 13, 57, tzinfo=UTC)
    assert read.vevent.attendee.value == "mailto:ada@example.org"
    assert read.vevent.location.value == "https://rooms.example.org/j/1"
    assert "15:20–15:32 (Madrid, UTC+2) · 08:20–08:32 (Chicago, UTC-5): Rivers" in read.vevent.description.value


def test_a_call_sheet_arrives_and_what_takes_it_back_as_well(session: Session, mailbox: Mailbox) -> None:
    event = gathering(session)
    call_sheets.send(session, event)
    deliver_everything(session)
    events.cancel(session, event.id, "Flooded.")
    deliver_everything(session)

    mails = mailbox.mails("bob@example.org")
    parts = [vobject.readOne(str(calendar_text(mail))) for mail in mails]
    assert [(part.method.value, part.vevent.sequence.value) for part in parts] == [("REQUEST", "0"), ("CANCEL", "1")]
    assert len({str(part.vevent.uid.value) for part in parts}) == 1
    assert "Trees" in body(mails[0])


@pytest.mark.parametrize(
    ("slots", "start", "end"),
    [
        # What nobody has said of a slot is as the event has it.
        ([item("Rivers", None, ADA)], "13:00", "14:30"),
        ([item("Welcome", None), item("Rivers", 10, ADA)], "13:00", "14:30"),
        ([item("Welcome", 20), item("Rivers", None, ADA)], "13:20", "14:30"),
        ([item("Welcome", 200), item("Rivers", None, ADA)], "16:20", "16:35"),
        ([item("Welcome", 20), item("Rivers", 0, ADA)], "13:20", "13:35"),
        (
            [item("Rivers", 10, ADA), item("On the next day", 10, ADA, day=2, starts_at_clock="09:00")],
            "13:00",
            "+07:10",
        ),
    ],
)
def test_a_hold_always_has_two_ends(session: Session, slots: list[ProgrammeItemFacts], start: str, end: str) -> None:
    event = gathering(session, *slots)
    call_sheets.send(session, event)

    octets = part_of(session, sheet_of(session, "Ada"))

    assert octets is not None
    read = vobject.readOne(octets.decode()).vevent
    starts_at, ends_at = (moment.value.astimezone(UTC) for moment in (read.dtstart, read.dtend))
    is_next_day = ends_at.date() > starts_at.date()
    assert (f"{starts_at:%H:%M}", f"{'+' if is_next_day else ''}{ends_at:%H:%M}") == (start, end)


def test_a_change_of_the_programme_reaches_those_whom_it_moves_and_nobody_else(session: Session) -> None:
    event = sent(session, gathering(session))

    edit(session, event, programme=[*PROGRAMME[:2], item("Trees", 20, BOB), item("Questions", 10)])

    assert waiting(session) == [("Ada", TOLD, 1), ("Bob", TOLD, 1)]
    leave(session)
    edit(session, event, programme=[*PROGRAMME[:2], item("Trees", 20, BOB), item("Questions", 20)])
    assert waiting(session) == []
    edit(session, event, programme=[item("Welcome", 20), item("Rivers", 12, ADA), item("Woods", 20, BOB)])
    assert waiting(session) == [("Bob", TOLD, 2)]
    facts = sheet_of(session, "Bob").facts
    assert (facts["changed"], facts["before"][0]["title"], facts["slots"][0]["title"]) == (True, "Trees", "Woods")


@pytest.mark.parametrize(
    ("content", "is_told"),
    [
        ({"starts_at_local": datetime(2031, 7, 24, 15)}, True),
        ({"location": "Town hall"}, True),
        ({"title": "Rivers and trees"}, True),
        ({"room_url": "https://rooms.example.org/j/2"}, True),
        ({"introduction": "Come!"}, False),
        ({"places": 10}, False),
        ({"people": [PersonFacts(name="Ian", part="host")]}, False),
    ],
)
def test_what_a_call_sheet_tells_is_told_again_when_it_changes(
    session: Session, content: dict[str, Any], is_told: bool
) -> None:
    event = sent(session, gathering(session))

    edit(session, event, **content)

    assert waiting(session) == ([("Ada", TOLD, 1), ("Bob", TOLD, 1)] if is_told else [])


def test_of_two_changes_only_the_last_goes_out_and_a_change_taken_back_not_at_all(session: Session) -> None:
    event = sent(session, gathering(session))
    later, latest = (datetime(2031, 7, 23, hour) for hour in (16, 17))

    edit(session, event, starts_at_local=later)
    edit(session, event, starts_at_local=latest)

    assert waiting(session) == [("Ada", TOLD, 2), ("Bob", TOLD, 2)]
    assert sheet_of(session, "Bob").facts["before"][0]["starts_at"] == "2031-07-23T13:32:00+00:00"
    edit(session, event, starts_at_local=START)
    assert waiting(session) == []
    assert call_sheets.send(session, event) == 0


def test_a_first_call_sheet_that_has_not_left_is_written_anew(session: Session) -> None:
    event = gathering(session)
    call_sheets.send(session, event)

    edit(session, event, starts_at_local=datetime(2031, 7, 23, 16))

    assert waiting(session) == [("Ada", TOLD, 1), ("Bob", TOLD, 1)]
    assert sheet_of(session, "Bob").facts["changed"] is False


def test_who_leaves_the_programme_is_told_so_and_who_never_heard_of_it_is_not(session: Session) -> None:
    event = sent(session, gathering(session))
    edit(session, event, programme=[item("Rivers", 12, ADA)])

    [(name, kind, sequence)] = [one for one in waiting(session) if one[0] == "Bob"]
    assert (name, kind, sequence) == ("Bob", TAKEN, 1)
    octets = part_of(session, sheet_of(session, "Bob"))
    assert octets is not None
    read = vobject.readOne(octets.decode())
    assert (read.method.value, read.vevent.status.value, read.vevent.sequence.value) == ("CANCEL", "CANCELLED", "1")
    # The hours of the hold, which the programme does not have any more.
    assert read.vevent.dtstart.value.astimezone(UTC) == datetime(2031, 7, 23, 13, 32, tzinfo=UTC)

    other = gathering(session)
    call_sheets.send(session, other)
    edit(session, other, programme=[item("Rivers", 12, ADA)])
    assert session.scalar(select(func.count()).where(Message.event_id == other.id, Message.kind == TAKEN)) == 0


def test_who_is_taken_off_and_put_back_before_any_mail_left_hears_nothing(session: Session) -> None:
    event = sent(session, gathering(session))

    edit(session, event, programme=[item("Welcome", 20), item("Rivers", 12, ADA)])
    edit(session, event, programme=PROGRAMME)

    assert waiting(session) == []
    assert call_sheets.send(session, event) == 0


@pytest.mark.parametrize("deed", [events.cancel, events.postpone])
def test_an_event_that_is_called_off_leaves_the_speakers_calendars(session: Session, deed: Any) -> None:
    event = sent(session, gathering(session))

    deed(session, event.id, "Flooded.")
    session.commit()

    assert waiting(session) == [("Ada", TAKEN, 1), ("Bob", TAKEN, 1)]
    leave(session)
    assert set(session.scalars(select(Speaker.entry_sequence))) == {None}
    with pytest.raises(StateConflict):
        call_sheets.send(session, event)


def test_a_postponed_event_returns_to_the_speakers_calendars(session: Session) -> None:
    event = sent(session, gathering(session))
    events.postpone(session, event.id, None)
    leave(session)
    edit(session, event, starts_at_local=datetime(2031, 9, 3, 15))
    events.publish(session, event.id)
    session.commit()

    assert waiting(session) == [("Ada", TOLD, 2), ("Bob", TOLD, 2)]
    assert sheet_of(session, "Bob").facts["changed"] is True


def test_one_address_is_one_speaker_whatever_edits_come(session: Session) -> None:
    event = gathering(session)
    rows = {speaker.address: speaker.id for speaker in event.speakers}

    edit(session, event, programme=[item("Rivers", 12, ADA | {"address": "ADA@example.org", "name": "Ada L."})])
    edit(session, event, people=[PersonFacts(**ADA, part="moderator")])

    session.expire_all()
    [ada] = session.scalars(select(Speaker)).all()
    assert (ada.id, ada.name) == (rows["ada@example.org"], "Ada")
    assert {person.speaker_id for person in session.scalars(select(Person))} == {ada.id}


def test_a_moderator_has_the_whole_event_for_a_slot(session: Session) -> None:
    event = gathering(session, people=[PersonFacts(**BOB, part="moderator")], title="Rivers and trees")
    call_sheets.send(session, event)

    assert [slot["title"] for slot in sheet_of(session, "Bob").facts["slots"]] == ["Rivers and trees", "Trees"]


def test_who_was_on_an_item_that_is_gone_is_not_left_behind_at_the_event(session: Session) -> None:
    event = gathering(session)

    edit(session, event, programme=[item("Rivers", 12, ADA)])

    session.expire_all()
    assert (event.people, [person.name for person in event.programme[0].people]) == ([], ["Ada"])
    assert session.scalar(select(func.count()).select_from(Person)) == 1


def contacts(answer: dict[str, Any]) -> list[tuple[Any, ...]]:
    people = answer["people"] + [person for one in answer["programme"] for person in one["people"]]
    return [tuple(person[name] for name in ("address", "language", "time_zone")) for person in people]


def test_how_to_reach_a_speaker_is_for_those_who_work_on_the_event(session: Session, client: TestClient) -> None:
    calendar = make_calendar(session)
    event = gathering(session, item("Rivers", 12, ADA), calendar=calendar)
    path = f"/api/v1/events/{event.slug}"

    def seen_by(role: Role | None) -> list[tuple[Any, ...]]:
        headers = token_for(session, make_organiser(session, calendar, role)) if role else {}
        return contacts(client.get(path, headers=headers).json())

    assert seen_by(None) == [(None, None, None)]
    assert seen_by(Role.VIEWER) == [(None, "en", "America/Chicago")]
    assert seen_by(Role.EDITOR) == [("ada@example.org", "en", "America/Chicago")]


def test_a_speakers_address_stands_on_nothing_that_others_read(session: Session, client: TestClient) -> None:
    calendar = make_calendar(session)
    event = gathering(session, calendar=calendar, people=[PersonFacts(**BOB, part="host")])
    viewer = token_for(session, make_organiser(session, calendar, Role.VIEWER))
    editor = token_for(session, make_organiser(session, calendar, Role.EDITOR))

    for path, headers in [
        (f"/events/{event.slug}", {}), (f"/events/{event.slug}.ics", {}), (f"/calendars/{calendar.slug}.ics", {}),
        (f"/calendars/{calendar.slug}.atom", {}), (f"/calendars/{calendar.slug}", {}), ("/api/v1/events", {}),
        (f"/api/v1/events/{event.id}", {}), (f"/api/v1/events/{event.id}", viewer),
        (f"/api/v1/events/{event.id}/announcement", viewer), (f"/api/v1/events/{event.id}/announcement", editor),
    ]:  # fmt: skip
        answer = client.get(path, headers=headers)
        assert answer.status_code == 200
        assert "ada@example.org" not in answer.text.lower(), path
        assert "bob@example.org" not in answer.text.lower(), path


@pytest.mark.parametrize("wrong", [{"address": "nobody"}, {"time_zone": "CET5"}, {"language": "xx"}])
def test_a_speaker_who_cannot_be_written_to_is_refused(
    session: Session, client: TestClient, wrong: dict[str, str]
) -> None:
    calendar = make_calendar(session)
    event = gathering(session, calendar=calendar)
    headers = token_for(session, make_organiser(session, calendar, Role.EDITOR)) | {"If-Match": "*"}

    body = {"people": [ADA | wrong]}
    answer = client.patch(f"/api/v1/events/{event.id}", headers=headers, json=body)

    assert answer.status_code == 422
    assert next(iter(wrong)) in answer.text


def test_an_editor_sends_the_call_sheets_and_it_is_in_the_log(session: Session, client: TestClient) -> None:
    calendar = make_calendar(session)
    event = gathering(session, calendar=calendar)
    draft = gathering(session, calendar=calendar, published=False)
    headers = token_for(session, make_organiser(session, calendar, Role.EDITOR))

    answers = [client.post(f"/api/v1/events/{event.id}/call-sheets", headers=headers).json() for _ in range(2)]

    assert answers == [{"count": 2}, {"count": 0}]
    [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "call-sheets.sent"))
    assert entry.facts == {"count": 2}
    assert client.post(f"/api/v1/events/{draft.id}/call-sheets", headers=headers).status_code == 409
