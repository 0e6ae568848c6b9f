"""Rules send when their moment has come: once, to whom they are for, and to nobody for whom it is too late."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared import clock, events, registrations
from shared.database import new_session
from shared.mail_rules import answering, keeping, serving
from shared.models import Event, Invitation, Message, MessageKind, MessageStatus, Registration, ReminderRule
from shared.outbox import BULK, URGENT
from shared.places import lock_places
from shared.schemas.events import EventContent
from shared.schemas.mail import RuleChange
from tests.factories import applicant, apply_many, find_registration, in_days, make_event, register
from tests.shared.mail_rules.making import (
    add_rule,
    addressed,
    after,
    change_rule,
    messages,
    serve,
    statuses,
    without_rules,
)

ADA, BOB, CAL = "ada@example.org", "bob@example.org", "cal@example.org"


def quiet_event(session: Session, **content: object) -> Event:
    """Without the usual reminders, five days ahead."""
    return without_rules(session, make_event(session, **{"starts_at_local": in_days(5)} | content))


def state_of(session: Session, event: Event, rule: ReminderRule) -> str:
    session.expire_all()
    return answering.rule_answer(session, event, rule).state


def join(session: Session, event: Event, address: str) -> None:
    find_registration(session, event, address).joined_at = event.starts_at
    session.commit()


def test_a_follow_up_tells_those_who_came_from_those_who_did_not(session: Session) -> None:
    event = quiet_event(session, room_url="https://rooms.example.org/1")
    rule = add_rule(session, event, kind="follow-up", anchor="end", minutes_before=-60)
    register(session, event, ADA)
    register(session, event, BOB)
    join(session, event, ADA)

    with after(event.ends_at, minutes=59):
        serve(session)
        assert messages(session, rule) == []
    with after(event.ends_at, minutes=61):
        serve(session)
        serve(session)

    found = {one.registration.address: one for one in messages(session, rule) if one.registration}
    assert {address: one.facts["attendance"] for address, one in found.items()} == {ADA: "attended", BOB: "missed"}
    assert found[ADA].priority == BULK
    assert event.ends_at is not None
    assert found[ADA].expires_at == event.ends_at + timedelta(days=7, hours=1)


@pytest.mark.parametrize(("wanted", "expected"), [("attended", [ADA]), ("missed", [BOB])])
def test_a_follow_up_may_be_for_one_of_the_two(session: Session, wanted: str, expected: list[str]) -> None:
    event = quiet_event(session)
    rule = add_rule(session, event, kind="follow-up", anchor="end", selection={"attendance": wanted})
    register(session, event, ADA)
    register(session, event, BOB)
    join(session, event, ADA)
    with after(event.ends_at, minutes=1):
        serve(session)
    assert addressed(session, rule) == expected


def test_where_people_come_to_a_place_nobody_is_told_that_they_were_missed(session: Session) -> None:
    event = quiet_event(session, is_online=False, location="Town hall")
    rule = add_rule(session, event, kind="follow-up", anchor="end")
    register(session, event, ADA)
    with after(event.ends_at, minutes=1):
        serve(session)
    assert [one.facts["attendance"] for one in messages(session, rule)] == [None]


def test_where_our_link_was_not_the_way_in_nobody_is_told_that_they_were_missed(session: Session) -> None:
    event = quiet_event(session)
    everybody = add_rule(session, event, kind="follow-up", anchor="end")
    missed = add_rule(session, event, kind="follow-up", anchor="end", selection={"attendance": "missed"})
    register(session, event, ADA)
    with after(event.ends_at, minutes=1):
        serve(session)
    assert [one.facts["attendance"] for one in messages(session, everybody)] == [None]
    assert messages(session, missed) == []


def test_a_follow_up_waits_for_the_end_of_an_event_that_became_longer(session: Session) -> None:
    event = quiet_event(session, minutes=60)
    rule = add_rule(session, event, kind="follow-up", anchor="start", minutes_before=-90)
    register(session, event, ADA)
    events.edit(session, event.id, EventContent(minutes=180), version=None)
    with after(event.starts_at, minutes=100):
        serve(session)
        assert messages(session, rule) == []
    with after(event.starts_at, minutes=181):
        serve(session)
    assert addressed(session, rule) == [ADA]


def test_a_follow_up_is_not_sent_weeks_later(session: Session) -> None:
    event = quiet_event(session)
    rule = add_rule(session, event, kind="follow-up", anchor="end")
    register(session, event, ADA)
    with after(event.ends_at, days=8):
        serve(session)
        assert messages(session, rule) == []
        assert state_of(session, event, rule) == "skipped"


def test_a_notice_at_once_goes_to_whom_it_is_for_whatever_they_are(session: Session) -> None:
    event = quiet_event(session, places=1)
    for address in (ADA, BOB):
        register(session, event, address)
    register(session, event, CAL)
    registrations.cancel(session, find_registration(session, event, CAL).id)
    rule = add_rule(session, event, kind="notice", anchor="moment", selection={"statuses": ["waitlisted", "cancelled"]})
    serve(session)
    assert addressed(session, rule) == [BOB, CAL]
    assert state_of(session, event, rule) == "sent"


def test_a_notice_within_the_last_two_hours_goes_before_everything(session: Session) -> None:
    event = quiet_event(session)
    register(session, event, ADA)
    with after(event.starts_at, minutes=-90):
        rule = add_rule(session, event, kind="notice", anchor="moment")
        serve(session)
    assert [one.priority for one in messages(session, rule)] == [URGENT]


def test_who_registers_after_a_notice_gets_none(session: Session) -> None:
    event = quiet_event(session)
    register(session, event, ADA)
    rule = add_rule(session, event, kind="notice", anchor="moment")
    serve(session)
    register(session, event, BOB)
    serve(session)
    assert addressed(session, rule) == [ADA]


def test_the_selection_is_every_condition_at_once(session: Session) -> None:
    event = quiet_event(session)
    apply_many(
        session,
        event,
        [
            applicant("1@example.org", audience="Students", country="ES", language="es"),
            applicant("2@example.org", audience="Students", country="ES", language="en"),
            applicant("3@example.org", audience="Students", country="FR", language="es"),
            applicant("4@example.org", audience="City officials", country="ES", language="es"),
            applicant("5@example.org"),
        ],
    )
    chosen = {"audiences": ["students"], "countries": ["ES"], "languages": ["es"]}
    rule = add_rule(session, event, minutes_before=30, selection=chosen)
    with after(event.starts_at, minutes=-29):
        serve(session)
    assert addressed(session, rule) == ["1@example.org"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [(["none"], [CAL]), (["accepted", "none"], [ADA, CAL]), (["declined"], [BOB]), (["tentative"], [])],
)
def test_the_selection_may_ask_what_calendars_answered(
    session: Session, wanted: list[str], expected: list[str]
) -> None:
    event = quiet_event(session)
    for address, answer in ((ADA, "ACCEPTED"), (BOB, "declined"), (CAL, None)):
        register(session, event, address).participation = answer
    session.commit()
    rule = add_rule(session, event, minutes_before=30, selection={"participations": wanted})
    with after(event.starts_at, minutes=-29):
        serve(session)
    assert addressed(session, rule) == expected


def test_a_rule_for_nobody_is_done_with_and_holds_up_no_other(session: Session) -> None:
    event = quiet_event(session)
    register(session, event, ADA)
    nobody = add_rule(session, event, minutes_before=31, selection={"countries": ["NZ"]})
    everybody = add_rule(session, event, kind="notice", minutes_before=30)
    with after(event.starts_at, minutes=-29):
        serve(session)
        assert addressed(session, everybody) == [ADA]
        assert state_of(session, event, nobody) == "skipped"
        with new_session() as own:
            assert serving.serve_due(own) is None


def test_an_event_without_anybody_serves_its_rules_once(session: Session) -> None:
    event = make_event(session, starts_at_local=in_days(5))
    with after(event.starts_at, minutes=-30):
        serve(session)
        register(session, event, ADA)
        serve(session)
    assert session.scalar(select(func.count()).where(Message.kind == MessageKind.REMINDER)) == 0


def test_a_late_reminder_skips_only_those_who_get_a_later_one(session: Session) -> None:
    event = quiet_event(session)
    apply_many(session, event, [applicant(ADA, country="ES"), applicant(BOB, country="FR")])
    early = add_rule(session, event, minutes_before=1440)
    late = add_rule(session, event, minutes_before=60, selection={"countries": ["ES"]})
    with after(event.starts_at, minutes=-30):
        serve(session)
    assert addressed(session, late) == [ADA]
    assert addressed(session, early) == [BOB]


def test_a_reminder_after_the_start_is_of_use_until_the_end(session: Session) -> None:
    event = quiet_event(session, minutes=60)
    rule = add_rule(session, event, minutes_before=-5)
    register(session, event, ADA)
    with after(event.starts_at, minutes=6):
        serve(session)
    [message] = messages(session, rule)
    assert message.expires_at == event.ends_at


def test_a_reminder_before_the_start_is_not_sent_after_it(session: Session) -> None:
    event = quiet_event(session)
    rule = add_rule(session, event, minutes_before=60)
    register(session, event, ADA)
    with after(event.starts_at, minutes=1):
        serve(session)
        assert messages(session, rule) == []
        assert state_of(session, event, rule) == "skipped"


def test_a_reminder_at_a_fixed_moment_stays_there_when_the_event_moves(session: Session) -> None:
    event = quiet_event(session)
    moment = clock.now() + timedelta(days=1)
    rule = add_rule(session, event, anchor="moment", moment=moment)
    register(session, event, ADA)
    events.edit(session, event.id, EventContent(starts_at_local=in_days(9)), version=None)
    assert rule.due_at == moment
    with clock.travel_to(moment + timedelta(minutes=1)):
        serve(session)
    assert addressed(session, rule) == [ADA]


@pytest.mark.parametrize(
    ("day", "hour", "expected"),
    [
        # The clocks of Madrid go forward on 28 March 2027 at 02:00, and back on 31 October at 03:00.
        (datetime(2027, 3, 28), 15, datetime(2027, 3, 27, 13, tzinfo=UTC)),
        (datetime(2027, 10, 31), 15, datetime(2027, 10, 30, 14, tzinfo=UTC)),
    ],
)
def test_a_day_before_is_24_hours_before_also_when_the_clocks_change(
    session: Session, day: datetime, hour: int, expected: datetime
) -> None:
    event = make_event(session, starts_at_local=day.replace(hour=hour), time_zone="Europe/Madrid")
    due = {rule.minutes_before: rule.due_at for rule in event.reminder_rules}
    assert due[1440] == expected


@pytest.mark.parametrize("call_off", [events.cancel, events.postpone])
def test_an_event_that_is_called_off_sends_nothing(session: Session, call_off: Callable[..., Event]) -> None:
    event = quiet_event(session)
    rules = [
        add_rule(session, event, minutes_before=60),
        add_rule(session, event, kind="notice", minutes_before=30),
        add_rule(session, event, kind="follow-up", anchor="end"),
    ]
    register(session, event, ADA)
    with after(event.starts_at, minutes=-59):
        serve(session)
        call_off(session, event.id, None)
        session.commit()
    with after(event.ends_at, days=1):
        serve(session)
    assert [statuses(session, rule) for rule in rules] == [[MessageStatus.WITHDRAWN], [], []]


def test_what_fell_due_while_an_event_was_postponed_is_not_sent_when_it_returns(session: Session) -> None:
    event = quiet_event(session)
    moment = clock.now() + timedelta(hours=2)
    notice = add_rule(session, event, kind="notice", anchor="moment", moment=moment)
    reminder = add_rule(session, event, minutes_before=60)
    register(session, event, ADA)
    events.postpone(session, event.id, None)
    session.commit()
    with clock.travel_to(moment + timedelta(hours=1)):
        events.edit(session, event.id, EventContent(starts_at_local=in_days(20)), version=None)
        events.publish(session, event.id)
        serve(session)
        assert messages(session, notice) == []
    with after(event.starts_at, minutes=-59):
        serve(session)
    assert addressed(session, reminder) == [ADA]


def test_what_waits_for_the_old_moment_of_an_event_that_moves_is_taken_back_and_sent_for_the_new(
    session: Session,
) -> None:
    event = quiet_event(session)
    rule = add_rule(session, event, kind="notice", minutes_before=60)
    register(session, event, ADA)
    with after(event.starts_at, minutes=-58):
        fixed = add_rule(session, event, kind="notice", anchor="moment")
        serve(session)
        events.edit(session, event.id, EventContent(starts_at_local=in_days(3)), version=None)
        session.commit()
        serve(session)
        assert statuses(session, rule) == [MessageStatus.WITHDRAWN]
        # What the organiser wrote for a day of the calendar is not about the start.
        assert statuses(session, fixed) == [MessageStatus.PENDING]
    with after(event.starts_at, minutes=-59):
        serve(session)
    assert statuses(session, rule) == [MessageStatus.WITHDRAWN, MessageStatus.PENDING]


def test_an_edit_that_leaves_the_start_alone_skips_nothing_that_is_just_due(session: Session) -> None:
    event = quiet_event(session)
    rule = add_rule(session, event, minutes_before=60)
    register(session, event, ADA)
    with after(event.starts_at, minutes=-59):
        events.edit(session, event.id, EventContent(minutes=90), version=None)
        serve(session)
    assert addressed(session, rule) == [ADA]


def test_an_event_that_moves_nearer_skips_what_has_passed(session: Session) -> None:
    event = quiet_event(session)
    rule = add_rule(session, event, minutes_before=3 * 24 * 60)
    register(session, event, ADA)
    events.edit(session, event.id, EventContent(starts_at_local=in_days(2)), version=None)
    serve(session)
    assert messages(session, rule) == []
    assert state_of(session, event, rule) == "skipped"


def test_two_dispatchers_write_each_message_once(session: Session) -> None:
    event = make_event(session, starts_at_local=in_days(5))
    apply_many(session, event, [applicant(f"p{number}@example.org") for number in range(40)])
    with after(event.starts_at, hours=-23):
        dispatchers = [threading.Thread(target=serve, args=(new_session(),)) for _ in range(4)]
        for one in dispatchers:
            one.start()
        for one in dispatchers:
            one.join()
    found = session.execute(
        select(func.count(), func.count(Message.registration_id.distinct())).where(Message.kind == MessageKind.REMINDER)
    ).one()
    assert tuple(found) == (40, 40)


def test_a_move_while_the_rule_is_being_served_wins(session: Session) -> None:
    """The dispatcher has seen that the rule is due, and waits for the lock that the move holds."""
    event = make_event(session, starts_at_local=in_days(5))
    register(session, event, ADA)
    with after(event.starts_at, hours=-23), new_session() as mover:
        lock_places(mover, event.id)
        dispatcher = threading.Thread(target=serve, args=(new_session(),))
        dispatcher.start()
        events.edit(mover, event.id, EventContent(starts_at_local=in_days(9)), version=None)
        mover.commit()
        dispatcher.join()
    assert session.scalar(select(func.count()).where(Message.kind == MessageKind.REMINDER)) == 0


def test_a_rule_that_is_removed_or_paused_while_a_dispatcher_waits_sends_nothing(session: Session) -> None:
    event = quiet_event(session)
    removed = add_rule(session, event, minutes_before=60)
    paused = add_rule(session, event, kind="notice", minutes_before=60)
    register(session, event, ADA)
    with after(event.starts_at, minutes=-59), new_session() as organiser:
        lock_places(organiser, event.id)
        dispatcher = threading.Thread(target=serve, args=(new_session(),))
        dispatcher.start()
        keeping.remove(organiser, removed.id)
        keeping.change(organiser, paused.id, RuleChange(is_paused=True))
        organiser.commit()
        dispatcher.join()
    assert session.scalar(select(func.count()).where(Message.rule_id.is_not(None))) == 0


def test_a_rule_paused_between_two_transactions_goes_on_where_it_was(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "AT_ONCE", 4)
    event = quiet_event(session)
    rule = add_rule(session, event, minutes_before=60)
    apply_many(session, event, [applicant(f"p{number}@example.org") for number in range(6)])
    with after(event.starts_at, minutes=-59):
        with new_session() as own:
            serving.serve_due(own)
            own.commit()
        change_rule(session, rule, is_paused=True)
        serve(session)
        assert statuses(session, rule) == [MessageStatus.WITHDRAWN] * 4
        change_rule(session, rule, is_paused=False)
        serve(session)
    assert statuses(session, rule) == [MessageStatus.PENDING] * 6
    assert len(set(addressed(session, rule))) == 6


def test_a_large_event_is_served_in_several_transactions_and_a_crash_between_them_costs_nothing(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "AT_ONCE", 4)
    event = quiet_event(session)
    rule = add_rule(session, event, minutes_before=60)
    apply_many(session, event, [applicant(f"p{number}@example.org") for number in range(10)])
    with after(event.starts_at, minutes=-59):
        with new_session() as own:
            assert serving.serve_due(own) == 4
            own.commit()
        with new_session() as crashing:
            assert serving.serve_due(crashing) == 4
        assert state_of(session, event, rule) == "waiting"
        registrations.cancel(session, find_registration(session, event, "p9@example.org").id)
        serve(session)
        assert len(set(addressed(session, rule))) == len(addressed(session, rule)) == 9
        answer = answering.rule_answer(session, event, rule)
    assert (answer.state, answer.total) == ("sent", 9)


def test_nudges_go_to_who_was_invited_and_has_not_answered_once_in_three_days(session: Session) -> None:
    event = quiet_event(session)
    long_ago = clock.now() - timedelta(days=10)
    for number, facts in enumerate(
        (
            {"posted_at": long_ago, "language": "en"},
            {"posted_at": long_ago, "language": "es"},
            {"posted_at": long_ago, "language": "en", "status": "declined"},
            {"posted_at": None, "language": "en"},
            {"posted_at": long_ago, "language": "en", "nudged_at": clock.now() + timedelta(days=2)},
        )
    ):
        session.add(Invitation(event_id=event.id, address=f"i{number}@example.org", **facts))
    rule = add_rule(session, event, kind="nudge", minutes_before=2 * 24 * 60, selection={"languages": ["en"]})
    with after(event.starts_at, days=-2, minutes=1):
        serve(session)
        found = [one.invitation.address for one in messages(session, rule) if one.invitation]
        assert state_of(session, event, rule) == "sent"
    assert found == ["i0@example.org"]


def test_call_sheets_go_to_the_speakers(session: Session) -> None:
    nuria = {"part": "speaker", "name": "Núria", "address": "nuria@example.org"}
    event = quiet_event(session, programme=[{"title": "Eels", "kind": "talk", "minutes": 10, "people": [nuria]}])
    rule = add_rule(session, event, kind="call-sheet", minutes_before=24 * 60)
    session.commit()
    with after(event.starts_at, hours=-23):
        serve(session)
        assert state_of(session, event, rule) == "sent"
    sheets = session.scalars(select(Message).where(Message.kind == MessageKind.CALL_SHEET)).all()
    assert [one.speaker.address for one in sheets if one.speaker] == ["nuria@example.org"]


def test_ten_thousand_people_are_not_loaded_to_write_to_them(session: Session) -> None:
    event = quiet_event(session)
    add_rule(session, event, minutes_before=60)
    apply_many(session, event, [applicant(f"p{number}@example.org") for number in range(300)])
    with after(event.starts_at, minutes=-59), new_session() as own:
        assert serving.serve_due(own) == 300
        held = [one for one in own.identity_map.values() if isinstance(one, Registration | Message)]
    assert held == []
