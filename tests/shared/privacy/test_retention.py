"""Some days after an event its people are gone by themselves, and its numbers are as they were."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.worker import dispatcher
from services.worker.dispatcher import Dispatcher, erase_expired, forget_inbound
from shared import clock, events, invitations, stats
from shared.addresses import recognise
from shared.errors import InvalidInput, StateConflict
from shared.models import (
    AuditEntry,
    Event,
    EventState,
    EventTally,
    IdempotencyKey,
    InboundMail,
    Invitation,
    Message,
    PersonalFeed,
    Registration,
    Role,
)
from shared.privacy import retention
from shared.schemas.events import EventContent
from tests.factories import (
    applicant,
    apply_many,
    deliver_everything,
    in_days,
    make_calendar,
    make_event,
    make_organiser,
    register,
)
from tests.leftovers import leftovers
from tests.mailbox import Mailbox
from tests.shared.privacy.numbers import numbers
from tests.shared.privacy.somebody import ADDRESS, WORDS, come, correspond, leave_traces

DAY = timedelta(days=1)


def left(session: Session, event: Event) -> int:
    session.expire_all()
    return session.query(Registration).filter_by(event_id=event.id).count()


def test_the_people_go_on_the_day_that_was_promised_and_the_numbers_stay(
    session: Session, mailbox: Mailbox, capfd: pytest.CaptureFixture[str]
) -> None:
    calendar = make_calendar(session)
    event = make_event(session, calendar, starts_at_local=in_days(5), retention_days=30)
    registration = leave_traces(session, event, make_organiser(session, calendar, Role.OWNER))
    correspond(session, event, registration)
    apply_many(session, event, [applicant(f"p{number}@example.org", city="Porto") for number in range(6)])
    assert event.starts_at is not None
    assert event.ends_at is not None
    deliver_everything(session)
    with clock.travel_to(event.starts_at - timedelta(minutes=30)):
        deliver_everything(session)
    gone_at = event.ends_at + 30 * DAY

    with clock.travel_to(gone_at - timedelta(minutes=1)):
        Dispatcher().look()
        assert left(session, event) == 8
    with clock.travel_to(gone_at + timedelta(minutes=1)):
        before = numbers(stats.snapshot(session, event))
        Dispatcher().look()
        session.expire_all()
        assert numbers(stats.snapshot(session, event)) == before
        assert stats.snapshot(session, event).feed == []

    assert left(session, event) == 0
    assert session.query(Message).count() == 0
    assert event.personal_data_erased_at is not None
    # What the operator's log of deeds was told by mistake is found by erasing the person, not by time.
    assert leftovers(session, WORDS) == ["audit_entry.facts: zenobia", "audit_entry.facts: quux",
                                         "audit_entry.facts: distinct.example"]  # fmt: skip
    assert set(session.scalars(select(EventTally.value).where(EventTally.dimension == "city"))) >= {"/Porto"}
    [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "event.personal_data_erased"))
    assert (entry.organiser_id, entry.event_id) == (None, event.id)
    assert entry.facts["removed"] | {"messages": 0} == {"registrations": 8, "invitations": 1, "messages": 0}
    output = "".join(capfd.readouterr()).lower()
    assert "personal_data.erased" in output
    assert [word for word in WORDS if word.lower() in output] == []


def test_it_is_done_in_batches_and_goes_on_where_it_was(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 4)
    event = make_event(session, retention_days=1)
    apply_many(session, event, [applicant(f"p{number}@example.org") for number in range(10)])
    assert event.ends_at is not None
    with clock.travel_to(event.ends_at + 2 * DAY):
        for expected in (6, 2, 0):
            assert erase_expired()
            assert left(session, event) == expected
        assert event.personal_data_erased_at is not None
        assert not erase_expired()


def test_the_dispatcher_looks_at_once_and_then_every_hour(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    monkeypatch.setattr(dispatcher, "SELDOM_STEPS", (lambda: bool(looks.append(1)),))
    one = Dispatcher()
    for _ in range(5):
        one.look()
    assert len(looks) == 1
    with clock.travel_to(clock.now() + timedelta(minutes=61)):
        one.look()
        one.look()
    assert len(looks) == 2


def test_drafts_and_events_without_a_date_are_left_alone(session: Session) -> None:
    draft = make_event(session, published=False, starts_at_local=in_days(-900))
    make_event(session, published=False, starts_at_local=None)
    assert not erase_expired()
    session.expire_all()
    assert draft.personal_data_erased_at is None


@pytest.mark.parametrize("state", [EventState.CANCELLED, EventState.POSTPONED])
def test_calling_an_event_off_keeps_nobodys_data_for_longer(session: Session, state: EventState) -> None:
    event = make_event(session, retention_days=30)
    come(session, event)
    (events.cancel if state == EventState.CANCELLED else events.postpone)(session, event.id, None)
    session.commit()
    assert event.ends_at is not None
    with clock.travel_to(event.ends_at + 31 * DAY):
        assert erase_expired()
    assert left(session, event) == 0


def test_an_event_that_moved_meanwhile_keeps_its_people_until_its_new_time(session: Session) -> None:
    event = make_event(session, starts_at_local=in_days(5), retention_days=30)
    come(session, event)
    events.edit(session, event.id, EventContent(starts_at_local=in_days(100)), version=None)
    session.commit()
    with clock.travel_to(clock.now() + 60 * DAY):
        assert not erase_expired()
    assert left(session, event) == 1


def test_the_days_cannot_grow_once_somebody_agreed_to_them(session: Session) -> None:
    event = make_event(session, retention_days=30)
    events.edit(session, event.id, EventContent(retention_days=60), version=None)
    come(session, event)

    with pytest.raises(InvalidInput) as refused:
        events.edit(session, event.id, EventContent(retention_days=61), version=None)
    session.rollback()
    events.edit(session, event.id, EventContent(retention_days=10), version=None)

    assert "retention_days" in refused.value.fields
    assert event.retention_days == 10


def test_what_was_erased_does_not_come_back_by_other_days_or_another_date(session: Session) -> None:
    event = make_event(session, retention_days=30)
    come(session, event)
    assert event.ends_at is not None
    with clock.travel_to(event.ends_at + 31 * DAY):
        assert erase_expired()
        session.expire_all()
        erased_at = event.personal_data_erased_at
        events.edit(session, event.id, EventContent(retention_days=5), version=None)
        events.edit(session, event.id, EventContent(title="As it was called later"), version=None)
        session.commit()
        with pytest.raises(StateConflict, match="Create a new event"):
            events.edit(session, event.id, EventContent(starts_at_local=in_days(3)), version=None)
    assert event.personal_data_erased_at == erased_at is not None


def test_an_old_event_to_which_nobody_came_may_take_place_after_all(session: Session) -> None:
    event = make_event(session, starts_at_local=in_days(-900))
    assert erase_expired()
    session.expire_all()
    assert event.personal_data_erased_at is not None

    events.edit(session, event.id, EventContent(starts_at_local=in_days(3)), version=None)
    session.commit()

    assert event.personal_data_erased_at is None
    assert register(session, event, "bob@example.org").status == "confirmed"
    assert session.scalars(select(AuditEntry)).all() == []


def test_rare_cities_are_counted_on_without_their_names(session: Session) -> None:
    event = make_event(session, retention_days=1)
    cities = ["Porto"] * 5 + ["Faro"] * 4 + ["Xyzzyville"]
    apply_many(session, event, [applicant(f"p{n}@example.org", city=city) for n, city in enumerate(cities)])
    assert event.ends_at is not None
    with clock.travel_to(event.ends_at + 2 * DAY):
        assert erase_expired()
        assert stats.snapshot(session, event).totals.cities == 3
    assert leftovers(session, ["faro", "xyzzyville"]) == []
    assert leftovers(session, ["porto"]) == ["event_tally.value: porto"]


def test_answers_to_repeated_requests_are_forgotten_after_a_day(session: Session) -> None:
    organiser = make_organiser(session)
    for key, age in (("old", 25), ("new", 23)):
        created_at = clock.now() - timedelta(hours=age)
        session.add(
            IdempotencyKey(organiser_id=organiser.id, key=key, fingerprint=b"", answer={}, created_at=created_at)
        )
    session.commit()
    Dispatcher().look()
    assert session.scalars(select(IdempotencyKey.key)).all() == ["new"]


def test_those_who_were_only_invited_go_too_and_in_batches(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 4)
    event = make_event(session, retention_days=1)
    text = " ".join(f"i{number}@example.org" for number in range(6))
    invitations.invite(session, event, recognise(text), language=None, by=None)
    invitations.send_waiting(session)
    apply_many(session, event, [applicant(f"p{number}@example.org") for number in range(3)])
    assert event.ends_at is not None
    with clock.travel_to(event.ends_at + 2 * DAY):
        steps = 0
        while erase_expired():
            steps += 1
    assert steps == 3
    session.expire_all()
    assert event.personal_data_erased_at is not None
    assert (left(session, event), session.query(Invitation).count(), session.query(Message).count()) == (0, 0, 0)


def test_raw_mail_goes_after_30_days_read_or_not(session: Session) -> None:
    for days, status in ((29, "done"), (31, "done"), (31, "new")):
        received_at = clock.now() - days * DAY
        digest = f"{days}{status}".encode()
        session.add(
            InboundMail(sender="", recipient="b@p", digest=digest, octets=b"x", status=status, received_at=received_at)
        )
    session.commit()
    assert forget_inbound()
    assert not forget_inbound()
    assert session.scalars(select(InboundMail.digest)).all() == [b"29done"]


def test_a_secret_feed_goes_when_nothing_is_kept_of_its_person(session: Session) -> None:
    event = make_event(session, retention_days=1)
    come(session, event)
    session.add(PersonalFeed(address=ADDRESS.upper()))
    session.commit()
    assert not forget_inbound()
    assert event.ends_at is not None
    with clock.travel_to(event.ends_at + 2 * DAY):
        Dispatcher().look()
    assert session.scalars(select(PersonalFeed)).all() == []
