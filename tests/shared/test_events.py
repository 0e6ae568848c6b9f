"""An event's life: what publishing asks for, what moving and cancelling tell people, what nobody overwrites."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import clock, events, registrations
from shared.errors import (
    EditCollision,
    InvalidInput,
    NotReadyToPublish,
    OpenDoubt,
    RegistrationClosed,
    StateConflict,
    TimeInGap,
    UnknownTimeZone,
)
from shared.models import Event, EventState, Message, MessageKind, MessageStatus, Registration
from shared.schemas.events import EventContent
from tests.factories import deliver_everything, in_days, make_calendar, make_event, register
from tests.mailbox import Mailbox

DOUBT = {
    "code": "time-zone-abbreviation-doubtful",
    "weight": "doubt",
    "field": "time_zone",
    "message": "CET is not in force on that day.",
    "readings": [
        {"key": "local", "label": "15:00 in Madrid (13:00 UTC)", "starts_at_local": "2027-07-22T15:00:00",
         "time_zone": "Europe/Madrid", "starts_at": "2027-07-22T13:00:00Z", "suggested": True},
        {"key": "literal", "label": "16:00 in Madrid (14:00 UTC)", "starts_at_local": "2027-07-22T16:00:00",
         "time_zone": "Europe/Madrid", "starts_at": "2027-07-22T14:00:00Z", "suggested": False},
    ],
}  # fmt: skip


def doubtful_draft(session: Session) -> Event:
    event = events.create(session, make_calendar(session), EventContent(title="Doubtful", minutes=60), remarks=[DOUBT])
    session.commit()
    return event


def kinds(session: Session, registration: Registration) -> list[tuple[str, int]]:
    session.expire_all()
    query = select(Message.kind, Message.sequence).where(
        Message.registration_id == registration.id, Message.status != MessageStatus.WITHDRAWN
    )
    return [(kind, sequence) for kind, sequence in session.execute(query.order_by(Message.id))]


def test_a_doubtful_time_cannot_be_published_and_the_error_says_what_to_choose(session: Session) -> None:
    draft = doubtful_draft(session)

    with pytest.raises(OpenDoubt) as refused:
        events.publish(session, draft.id)

    assert "“local” (15:00 in Madrid (13:00 UTC)) or “literal” (16:00 in Madrid (14:00 UTC))" in refused.value.message


@pytest.mark.parametrize(("key", "hour"), [("local", 13), ("literal", 14)])
def test_a_chosen_reading_settles_the_doubt(session: Session, key: str, hour: int) -> None:
    draft = doubtful_draft(session)

    events.edit(session, draft.id, EventContent(reading=key), version=1)
    with clock.travel_to(datetime(2027, 7, 1, tzinfo=UTC)):
        published = events.publish(session, draft.id)

    assert published.starts_at == datetime(2027, 7, 22, hour, tzinfo=UTC)
    assert published.remarks == []


def test_a_stated_time_settles_the_doubt_as_well(session: Session) -> None:
    draft = doubtful_draft(session)
    content = EventContent(starts_at_local=datetime(2027, 7, 22, 17), time_zone="Europe/Paris")
    events.edit(session, draft.id, content, version=None)
    assert (draft.remarks, draft.starts_at) == ([], datetime(2027, 7, 22, 15, tzinfo=UTC))


def test_a_reading_that_was_not_offered_is_refused(session: Session) -> None:
    with pytest.raises(InvalidInput, match="no such reading"):
        events.edit(session, doubtful_draft(session).id, EventContent(reading="lunar"), version=None)


def test_an_edit_that_does_not_touch_the_time_leaves_the_doubt(session: Session) -> None:
    draft = doubtful_draft(session)
    events.edit(session, draft.id, EventContent(title="Still doubtful"), version=None)
    assert len(draft.remarks) == 1


@pytest.mark.parametrize("missing", ["starts_at_local", "time_zone", "minutes"])
def test_publishing_names_what_is_missing(session: Session, missing: str) -> None:
    draft = make_event(session, published=False, **{missing: None})
    with pytest.raises(NotReadyToPublish) as refused:
        events.publish(session, draft.id)
    assert missing in refused.value.fields


def test_the_past_is_published_as_over_and_takes_nobody(session: Session) -> None:
    past = make_event(session, starts_at_local=in_days(-3))
    assert (past.state, events.is_over(past)) == (EventState.PUBLISHED, True)
    with pytest.raises(RegistrationClosed, match="over"):
        register(session, past, "ada@example.org")


def test_a_time_that_does_not_exist_is_refused(session: Session) -> None:
    with pytest.raises(TimeInGap):
        make_event(session, starts_at_local=datetime(2027, 3, 28, 2, 30), time_zone="Europe/Madrid")


@pytest.mark.parametrize("zone", ["CET", "EST", "Europe/Atlantis", "../etc/passwd", ""])
def test_only_a_place_is_a_zone(session: Session, zone: str) -> None:
    with pytest.raises((UnknownTimeZone, ValueError)):
        make_event(session, time_zone=zone)


def test_two_editors_do_not_overwrite_each_other(session: Session) -> None:
    event = make_event(session)
    version = event.version
    events.edit(session, event.id, EventContent(title="First"), version=version)
    with pytest.raises(EditCollision):
        events.edit(session, event.id, EventContent(title="Second"), version=version)


def test_moving_an_event_tells_those_who_hold_it_with_the_next_sequence(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session)
    ada = register(session, event, "ada@example.org")
    deliver_everything(session)

    events.edit(session, event.id, EventContent(starts_at_local=in_days(12)), version=None)
    session.commit()

    assert kinds(session, ada) == [(MessageKind.CONFIRMATION, 0), (MessageKind.CHANGE, 1)]
    assert event.revision == 1


def test_who_was_not_confirmed_yet_hears_of_the_new_time_only(session: Session) -> None:
    event = make_event(session)
    ada = register(session, event, "ada@example.org")

    events.edit(session, event.id, EventContent(starts_at_local=in_days(12)), version=None)
    session.commit()

    assert kinds(session, ada) == [(MessageKind.CONFIRMATION, 0)]


def test_of_two_moves_in_a_row_only_the_last_goes_out(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session)
    ada = register(session, event, "ada@example.org")
    deliver_everything(session)

    for days in (12, 13):
        events.edit(session, event.id, EventContent(starts_at_local=in_days(days)), version=None)
        session.commit()

    assert kinds(session, ada) == [(MessageKind.CONFIRMATION, 0), (MessageKind.CHANGE, 2)]


def test_an_edit_that_no_calendar_shows_tells_nobody(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session)
    ada = register(session, event, "ada@example.org")
    deliver_everything(session)

    events.edit(session, event.id, EventContent(introduction="More words.", places=5), version=None)
    session.commit()

    assert kinds(session, ada) == [(MessageKind.CONFIRMATION, 0)]


def test_a_postponed_event_returns_with_its_new_date(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session)
    ada = register(session, event, "ada@example.org")
    deliver_everything(session)

    events.postpone(session, event.id, "The hall is flooded.")
    session.commit()
    deliver_everything(session)
    events.edit(session, event.id, EventContent(starts_at_local=in_days(60)), version=None)
    assert events.publish(session, event.id).state == EventState.PUBLISHED
    session.commit()

    assert kinds(session, ada) == [
        (MessageKind.CONFIRMATION, 0), (MessageKind.CANCELLATION, 1), (MessageKind.CHANGE, 2),
    ]  # fmt: skip


def test_a_cancelled_event_stays_cancelled(session: Session) -> None:
    event = make_event(session)
    events.cancel(session, event.id, None)
    with pytest.raises(StateConflict):
        events.publish(session, event.id)
    with pytest.raises(StateConflict):
        events.postpone(session, event.id, None)
    assert events.cancel(session, event.id, None).revision == 1


def test_a_cancelled_draft_tells_nobody(session: Session) -> None:
    draft = make_event(session, published=False)
    assert events.cancel(session, draft.id, None).revision == 0


def test_who_is_promoted_after_a_move_gets_the_current_sequence(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session, places=1)
    ada = register(session, event, "ada@example.org")
    bob = register(session, event, "bob@example.org")
    deliver_everything(session)
    events.edit(session, event.id, EventContent(starts_at_local=in_days(12)), version=None)
    registrations.cancel(session, ada.id)
    session.commit()

    assert (MessageKind.PROMOTION, 0) in kinds(session, bob)


def test_two_events_of_the_same_name_and_day_have_their_own_addresses(session: Session) -> None:
    calendar = make_calendar(session)
    facts = {"title": "Zürich & São Paulo: ¿qué tal?", "starts_at_local": in_days(5)}
    first, second = (make_event(session, calendar, **facts) for _ in range(2))
    assert first.slug.startswith("zurich-sao-paulo-que-tal-")
    assert second.slug != first.slug


def test_a_title_without_latin_letters_has_an_address_too(session: Session) -> None:
    event = make_event(session, title="المدن والمياه", starts_at_local=in_days(5))
    assert event.slug.startswith("event-")


def test_a_published_event_keeps_a_time(session: Session) -> None:
    event = make_event(session)
    with pytest.raises(InvalidInput, match="keeps its time"):
        events.edit(session, event.id, EventContent(starts_at_local=None), version=None)


def test_the_wall_clock_is_the_promise_across_a_clock_change(session: Session) -> None:
    summer = make_event(session, starts_at_local=datetime(2027, 10, 30, 15), time_zone="Europe/Madrid")
    winter = make_event(session, starts_at_local=datetime(2027, 10, 31, 15), time_zone="Europe/Madrid")
    assert summer.starts_at is not None
    assert winter.starts_at is not None
    assert winter.starts_at - summer.starts_at == timedelta(hours=25)
