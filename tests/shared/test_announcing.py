"""From an announcement to a draft and back, with the doubts that stay with it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from shared import announcing, answers, calendars, clock, events
from shared.errors import InvalidInput, NotAllowed, NotFound
from shared.models import Event, Organiser, Role
from shared.schemas.events import EventContent
from shared.schemas.remarks import Remark
from tests.factories import make_calendar, make_organiser

TEXT = """\
# Webinar: Bats under bridges

{when}

## Contents

- Counting bats

## Programme

- Welcome (5 min)
- Counting (25 min)

Registration closes on 1 June 2027.
"""
TODAY = datetime(2027, 1, 10, 12, tzinfo=UTC)


@pytest.fixture
def owner(session: Session) -> Organiser:
    return make_organiser(session, make_calendar(session, time_zone="Europe/Madrid"), Role.OWNER)


def read(session: Session, owner: Organiser, when: str) -> tuple[Event, list[Remark]]:
    with clock.travel_to(TODAY):
        text = TEXT.format(when=when)
        return announcing.import_announcement(session, owner, text, media_type="text/markdown", calendar_key=None)


def test_a_clear_time_leaves_nothing_to_ask(session: Session, owner: Organiser) -> None:
    event, _ = read(session, owner, "Thursday 3 June 2027, 15:00 (Europe/Madrid)")
    assert event.starts_at == datetime(2027, 6, 3, 13, tzinfo=UTC)
    assert (event.minutes, events.open_doubts(event)) == (30, [])


def test_the_last_day_to_register_counts_as_a_whole(session: Session, owner: Organiser) -> None:
    event, _ = read(session, owner, "Thursday 3 June 2027, 15:00 (Europe/Madrid)")
    assert event.registration_closes_at == datetime(2027, 6, 1, 22, tzinfo=UTC)


def test_a_doubtful_zone_is_read_in_the_place_of_the_calendar(session: Session, owner: Organiser) -> None:
    _, remarks = read(session, owner, "3 June 2027, 3 pm (CET)")
    [doubt] = [remark for remark in remarks if remark.readings]
    assert [(reading.starts_at.hour, reading.time_zone) for reading in doubt.readings] == [
        (13, "Europe/Madrid"), (14, "Europe/Madrid"),
    ]  # fmt: skip


def test_a_missing_year_can_be_confirmed(session: Session, owner: Organiser) -> None:
    event, _ = read(session, owner, "3 June, 15:00 (Europe/Madrid)")
    [doubt] = events.open_doubts(event)
    assert [reading["key"] for reading in doubt["readings"]] == ["as-read"]
    assert doubt["readings"][0]["label"] == "Thursday 3 June 2027, 15:00 in Madrid (13:00 UTC)"

    with clock.travel_to(TODAY):
        events.edit(session, event.id, EventContent(reading="as-read"), version=None)
        assert events.publish(session, event.id).state == "published"


def test_without_a_zone_the_place_of_the_calendar_is_only_suggested(session: Session, owner: Organiser) -> None:
    event, _ = read(session, owner, "3 June 2027, 15:00")
    assert event.starts_at == datetime(2027, 6, 3, 13, tzinfo=UTC)
    assert events.open_doubts(event)


def test_an_export_is_read_as_the_same_event(session: Session, owner: Organiser) -> None:
    event, _ = read(session, owner, "Thursday 3 June 2027, 15:00 (Europe/Madrid)")
    text = announcing.export_announcement(answers.event_answer(event, with_remarks=False))
    with clock.travel_to(TODAY):
        copy, _ = announcing.import_announcement(session, owner, text, media_type="text/markdown", calendar_key=None)
    same = ("title", "form", "contents", "starts_at", "ends_at", "minutes", "time_zone", "calendar_id")
    assert {name: getattr(copy, name) for name in same} == {name: getattr(event, name) for name in same}
    assert [item.title for item in copy.programme] == [item.title for item in event.programme]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ("\n".join(f"- Item {number} (5 min)" for number in range(400)), "programme"),
        ("\n## Who should attend\n\n" + "\n".join(f"- Group {number}" for number in range(90)), "audiences"),
    ],
    ids=["400 items", "90 audiences"],
)
def test_more_than_an_event_holds_is_refused_by_name(session: Session, owner: Organiser, more: str, field: str) -> None:
    with pytest.raises(InvalidInput, match="more than one event") as refused:
        read(session, owner, "Thursday 3 June 2027, 15:00 (Europe/Madrid)\n\n## Programme\n\n" + more + "\n")
    assert field in refused.value.fields


def test_a_calendar_of_others_is_not_found(session: Session, owner: Organiser) -> None:
    other = make_calendar(session, title="Another house")
    with pytest.raises(NotFound):
        calendars.for_import(session, owner, key=other.slug, named=None)


def test_a_viewer_makes_no_calendar(session: Session) -> None:
    viewer = make_organiser(session, make_calendar(session), Role.VIEWER)
    with pytest.raises(NotAllowed, match="Say which calendar"):
        calendars.for_import(session, viewer, key=None, named="Brand new")


def test_the_only_calendar_is_the_one_meant(session: Session, owner: Organiser) -> None:
    [(calendar, _)] = calendars.memberships(session, owner)
    assert calendars.for_import(session, owner, key=None, named=None).id == calendar.id
