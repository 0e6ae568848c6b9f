"""Rules are made, changed, paused and removed, and the mail that had not left yet follows."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from shared import clock, events
from shared.errors import InvalidInput, NotFound, StateConflict
from shared.mail_rules import answering, keeping
from shared.models import Event, MessageStatus, ReminderRule
from shared.schemas.events import EventContent
from tests.factories import applicant, apply_many, deliver_everything, in_days, make_event, register
from tests.mailbox import Mailbox
from tests.shared.mail_rules.making import (
    SAYS,
    add_rule,
    addressed,
    after,
    change_rule,
    messages,
    serve,
    statuses,
    without_rules,
)

ADA, BOB = "ada@example.org", "bob@example.org"
PENDING, SENT, WITHDRAWN = MessageStatus.PENDING, MessageStatus.SENT, MessageStatus.WITHDRAWN


@pytest.fixture
def event(session: Session) -> Event:
    """Five days ahead, with Ada and Bob, and without the usual reminders."""
    made = without_rules(session, make_event(session, starts_at_local=in_days(5)))
    apply_many(session, made, [applicant(ADA, country="ES"), applicant(BOB, country="FR")])
    return made


def answer(session: Session, event: Event, rule: ReminderRule) -> tuple[str, int, int]:
    session.expire_all()
    found = answering.rule_answer(session, event, rule)
    return found.state, found.sent, found.total


def refused_field(session: Session, event: Event, **content: Any) -> str:
    with pytest.raises(InvalidInput) as refused:
        add_rule(session, event, **content)
    session.rollback()
    [field] = refused.value.fields
    return field


def test_a_new_event_has_the_usual_reminders(session: Session) -> None:
    made = make_event(session)
    assert [(one.kind, one.minutes_before) for one in made.reminder_rules] == [("reminder", 1440), ("reminder", 60)]


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"minutes_before": 0, "anchor": "end"}, "minutes_before"),
        ({"minutes_before": -90}, "minutes_before"),
        ({"minutes_before": 10 * 24 * 60}, "minutes_before"),
        ({"minutes_before": 5, "anchor": "moment"}, "minutes_before"),
        ({"minutes_before": 5, "moment": clock.now() + timedelta(days=1)}, "moment"),
        ({"anchor": "moment", "moment": clock.now() - timedelta(days=1)}, "moment"),
        ({"anchor": "moment", "moment": clock.now() + timedelta(days=30)}, "moment"),
        ({"kind": "follow-up", "minutes_before": 10}, "minutes_before"),
        ({"kind": "follow-up", "minutes_before": -10}, "minutes_before"),
        ({"kind": "follow-up", "minutes_before": 10, "anchor": "end"}, "minutes_before"),
        ({"kind": "follow-up", "anchor": "moment"}, "moment"),
        ({"kind": "nudge", "minutes_before": 0}, "minutes_before"),
        ({"kind": "nudge", "anchor": "end", "minutes_before": 10}, "minutes_before"),
        ({"kind": "call-sheet", "anchor": "end"}, "minutes_before"),
        ({"kind": "notice", "minutes_before": 60, "texts": {}}, "texts"),
        ({"kind": "notice", "minutes_before": 60, "texts": {"en": {"subject": "Only a subject"}}}, "texts"),
        ({"minutes_before": 30, "selection": {"audiences": ["Dentists"]}}, "selection.audiences"),
        ({"minutes_before": 30, "selection": {"statuses": ["waitlisted"]}}, "selection.statuses"),
        ({"minutes_before": 30, "selection": {"attendance": "missed"}}, "selection.attendance"),
        ({"kind": "nudge", "minutes_before": 30, "selection": {"countries": ["ES"]}}, "selection.countries"),
        ({"kind": "call-sheet", "minutes_before": 30, "selection": {"languages": ["es"]}}, "selection.languages"),
    ],
)
def test_what_makes_no_sense_is_refused_naming_the_field(
    session: Session, event: Event, content: dict[str, Any], field: str
) -> None:
    assert refused_field(session, event, **content) == field


def test_an_unknown_audience_is_named_with_those_there_are(session: Session, event: Event) -> None:
    with pytest.raises(InvalidInput) as refused:
        add_rule(session, event, minutes_before=30, selection={"audiences": ["Dentists", "students"]})
    assert refused.value.fields == {
        "selection.audiences": "this event has no audience “Dentists”; it has: City officials, Students"
    }


def test_an_audience_that_people_chose_before_it_was_taken_off_the_list_still_counts(
    session: Session, event: Event
) -> None:
    register(session, event, "cal@example.org", audience="Students")
    events.edit(session, event.id, EventContent(audiences=["Mayors"]), version=None)
    rule = add_rule(session, event, minutes_before=30, selection={"audiences": ["STUDENTS"]})
    assert rule.selection == {"audiences": ["Students"]}
    assert answering.rule_answer(session, event, rule).recipients == 1


def test_the_same_rule_twice_is_refused(session: Session, event: Event) -> None:
    add_rule(session, event, minutes_before=30)
    other = add_rule(session, event, minutes_before=31)
    with pytest.raises(StateConflict, match="already"):
        add_rule(session, event, minutes_before=30)
    with pytest.raises(StateConflict, match="already"):
        change_rule(session, other, minutes_before=30)


def test_the_same_notice_twice_is_a_button_pressed_twice(session: Session, event: Event) -> None:
    add_rule(session, event, kind="notice", anchor="moment")
    with pytest.raises(StateConflict, match="already"):
        add_rule(session, event, kind="notice", anchor="moment")
    add_rule(session, event, kind="notice", anchor="moment", texts={"en": {"introduction": "Bring a hat."}})


def test_an_event_has_fifty_rules_at_most(session: Session, event: Event) -> None:
    for number in range(keeping.MOST_PER_EVENT):
        add_rule(session, event, minutes_before=number + 1)
    with pytest.raises(StateConflict, match="at most"):
        add_rule(session, event, minutes_before=1000)


def test_nothing_leaves_at_once_for_an_event_that_nobody_sees(session: Session) -> None:
    draft = make_event(session, published=False)
    with pytest.raises(StateConflict, match="draft"):
        add_rule(session, draft, kind="notice", anchor="moment")


def test_a_cancelled_event_takes_no_rules(session: Session, event: Event) -> None:
    events.cancel(session, event.id, None)
    with pytest.raises(StateConflict, match="cancelled"):
        add_rule(session, event, minutes_before=30)


def test_a_draft_without_a_date_keeps_rules_until_it_has_one(session: Session) -> None:
    draft = make_event(session, published=False, starts_at_local=None)
    rule = add_rule(session, draft, kind="follow-up", anchor="end", minutes_before=-60)
    assert rule.due_at is None
    events.edit(session, draft.id, EventContent(starts_at_local=in_days(5)), version=None)
    assert draft.ends_at is not None
    assert rule.due_at == draft.ends_at + timedelta(hours=1)


def test_a_rule_that_was_sent_is_sent_again_at_another_moment_in_the_future_only(
    session: Session, event: Event, mailbox: Mailbox
) -> None:
    rule = add_rule(session, event, minutes_before=120)
    with after(event.starts_at, minutes=-119):
        deliver_everything(session)
        assert answer(session, event, rule) == ("sent", 2, 2)
        with pytest.raises(InvalidInput, match="has passed"):
            change_rule(session, rule, minutes_before=180)
        session.rollback()
        change_rule(session, rule, minutes_before=30)
        deliver_everything(session)
        assert answer(session, event, rule) == ("waiting", 0, 0)
    with after(event.starts_at, minutes=-29):
        deliver_everything(session)
        assert answer(session, event, rule) == ("sent", 2, 2)
    assert statuses(session, rule) == [SENT] * 4


def test_words_may_change_after_the_moment_and_nothing_is_sent_again(session: Session, event: Event) -> None:
    rule = add_rule(session, event, kind="notice", minutes_before=120)
    with after(event.starts_at, minutes=-119):
        serve(session)
        change_rule(session, rule, texts={"en": {"introduction": "Bring two bottles."}})
        serve(session)
    assert statuses(session, rule) == [PENDING, PENDING]
    assert rule.texts == {"en": {"introduction": "Bring two bottles."}}


def test_what_waits_for_the_old_moment_is_taken_back_when_the_rule_moves(session: Session, event: Event) -> None:
    rule = add_rule(session, event, minutes_before=120)
    with after(event.starts_at, minutes=-119):
        serve(session)
        change_rule(session, rule, minutes_before=30)
    assert statuses(session, rule) == [WITHDRAWN, WITHDRAWN]


def test_who_is_not_chosen_any_more_does_not_get_what_waits(session: Session, event: Event) -> None:
    rule = add_rule(session, event, kind="notice", anchor="moment")
    serve(session)
    change_rule(session, rule, selection={"countries": ["ES"]})
    assert {one.registration.address: one.status for one in messages(session, rule) if one.registration} == {
        ADA: PENDING,
        BOB: WITHDRAWN,
    }


def test_a_paused_rule_sends_nothing(session: Session, event: Event) -> None:
    rule = add_rule(session, event, minutes_before=60, is_paused=True)
    assert answer(session, event, rule) == ("paused", 0, 0)
    with after(event.starts_at, minutes=-30):
        serve(session)
        assert messages(session, rule) == []
        # Were it resumed now, it would not go out late.
        assert answer(session, event, rule) == ("skipped", 0, 0)


def test_a_reminder_that_is_resumed_after_its_moment_is_skipped(session: Session, event: Event) -> None:
    rule = add_rule(session, event, minutes_before=60, is_paused=True)
    with after(event.starts_at, minutes=-30):
        change_rule(session, rule, is_paused=False)
        serve(session)
        assert answer(session, event, rule) == ("skipped", 0, 0)
        assert messages(session, rule) == []


def test_a_follow_up_that_is_resumed_within_the_week_leaves_at_once(session: Session, event: Event) -> None:
    rule = add_rule(session, event, kind="follow-up", anchor="end", is_paused=True)
    with after(event.ends_at, days=2):
        serve(session)
        assert answer(session, event, rule)[0] == "paused"
        change_rule(session, rule, is_paused=False)
        serve(session)
    assert addressed(session, rule) == [ADA, BOB]


def test_resuming_before_its_moment_changes_nothing(session: Session, event: Event) -> None:
    rule = add_rule(session, event, minutes_before=60, is_paused=True)
    change_rule(session, rule, is_paused=False)
    with after(event.starts_at, minutes=-59):
        serve(session)
    assert addressed(session, rule) == [ADA, BOB]


def test_a_notice_that_waits_to_be_resumed_leaves_then(session: Session, event: Event) -> None:
    rule = add_rule(session, event, kind="notice", anchor="moment", is_paused=True)
    assert (rule.moment, rule.due_at) == (None, None)
    serve(session)
    change_rule(session, rule, texts=SAYS)
    assert rule.due_at is None
    change_rule(session, rule, is_paused=False)
    serve(session)
    assert addressed(session, rule) == [ADA, BOB]


def test_pausing_while_mail_is_leaving_stops_the_rest_and_resuming_lets_it_go(
    session: Session, event: Event, mailbox: Mailbox
) -> None:
    rule = add_rule(session, event, anchor="moment")
    serve(session)
    change_rule(session, rule, is_paused=True)
    assert statuses(session, rule) == [WITHDRAWN, WITHDRAWN]
    deliver_everything(session)
    change_rule(session, rule, is_paused=False)
    deliver_everything(session)
    assert statuses(session, rule) == [SENT, SENT]
    assert answer(session, event, rule) == ("sent", 2, 2)
    change_rule(session, rule, is_paused=True)
    change_rule(session, rule, is_paused=False)
    deliver_everything(session)
    assert statuses(session, rule) == [SENT, SENT]


def test_resuming_brings_nothing_back_for_who_left_meanwhile(session: Session, event: Event) -> None:
    rule = add_rule(session, event, kind="notice", anchor="moment")
    serve(session)
    change_rule(session, rule, is_paused=True)
    change_rule(session, rule, selection={"countries": ["FR"]})
    change_rule(session, rule, is_paused=False)
    assert {one.registration.address: one.status for one in messages(session, rule) if one.registration} == {
        ADA: WITHDRAWN,
        BOB: PENDING,
    }


def test_a_reminder_stopped_half_way_goes_on_when_it_is_resumed_before_the_start(
    session: Session, event: Event
) -> None:
    rule = add_rule(session, event, minutes_before=60)
    with after(event.starts_at, minutes=-59):
        serve(session)
        change_rule(session, rule, is_paused=True)
        change_rule(session, rule, is_paused=False)
        assert statuses(session, rule) == [PENDING, PENDING]
        change_rule(session, rule, is_paused=True)
    with after(event.starts_at, minutes=1):
        change_rule(session, rule, is_paused=False)
        assert statuses(session, rule) == [WITHDRAWN, WITHDRAWN]


def test_a_rule_that_is_removed_takes_back_what_waits_and_leaves_what_was_sent(
    session: Session, event: Event, mailbox: Mailbox
) -> None:
    sent = add_rule(session, event, anchor="moment")
    deliver_everything(session)
    waits = add_rule(session, event, kind="notice", anchor="moment")
    serve(session)
    for rule in (sent, waits):
        keeping.remove(session, rule.id)
    session.commit()
    assert statuses(session, sent) == [SENT, SENT]
    assert statuses(session, waits) == [WITHDRAWN, WITHDRAWN]
    with pytest.raises(NotFound):
        keeping.get(session, sent.id)


def test_nothing_goes_to_everybody_at_once_because_a_field_was_left_out(session: Session, event: Event) -> None:
    rule = add_rule(session, event, kind="notice", minutes_before=60)
    with pytest.raises(InvalidInput) as refused:
        change_rule(session, rule, anchor="moment")
    assert list(refused.value.fields) == ["moment"]


def test_a_rule_may_change_to_at_once_but_not_after_it_was_sent(session: Session, event: Event) -> None:
    rule = add_rule(session, event, kind="notice", minutes_before=60)
    change_rule(session, rule, anchor="moment", moment=None)
    assert (rule.minutes_before, rule.due_at) == (0, rule.moment)
    serve(session)
    assert addressed(session, rule) == [ADA, BOB]
    with pytest.raises(InvalidInput, match="sent already"):
        change_rule(session, rule, moment=None)


def test_what_was_skipped_may_still_be_sent_at_once(session: Session, event: Event) -> None:
    rule = add_rule(session, event, kind="notice", minutes_before=60, is_paused=True)
    with after(event.starts_at, minutes=-59):
        change_rule(session, rule, anchor="moment", moment=None, is_paused=False)
        serve(session)
    assert addressed(session, rule) == [ADA, BOB]


def test_another_anchor_counts_from_there(session: Session, event: Event) -> None:
    rule = add_rule(session, event, kind="notice", anchor="moment", moment=clock.now() + timedelta(days=1))
    change_rule(session, rule, anchor="start", minutes_before=30)
    assert event.starts_at is not None
    assert (rule.moment, rule.due_at) == (None, event.starts_at - timedelta(minutes=30))
