"""Any sequence of what attendees, organisers and the clock may do: what must hold holds after each step."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.orm import Session

from services.worker.dispatcher import STEPS
from shared import clock, events, joining, outbox, readdressing, registrations
from shared.admission import Application, register_many
from shared.database import new_session
from shared.errors import PlenaryError
from shared.models import Event, Message, MessageStatus, RegistrationSource
from shared.privacy import erasing
from shared.schemas.events import EventContent
from shared.schemas.registrations import RegistrationCorrection
from tests.effort import bounded
from tests.factories import applicant, make_event
from tests.truth import EventTruth

BEGINNING = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
PEOPLE = [f"{name}@example.org" for name in ("ada", "bob", "eve", "ian", "joy")]
SOURCES = [RegistrationSource.PAGE, RegistrationSource.API, RegistrationSource.ORGANISER, RegistrationSource.IMPORT]

persons = st.sampled_from(PEOPLE) | st.sampled_from(PEOPLE).map(str.upper)
Deed = Callable[[Session, UUID], object]
deeds = st.sampled_from([registrations.cancel, registrations.take_up_again, registrations.confirm])
numbers = st.integers(0, 7)


class AnySequence(RuleBasedStateMachine):
    """One event, five people, an organiser, a dispatcher and a worker; a second passes with each step."""

    @initialize(
        places=st.sampled_from([None, 0, 1, 1, 2, 2, 3]),
        already_there=st.integers(2, 5),
        is_told=st.booleans(),
        offer_hours=st.none() | st.sampled_from([1, 48]),
        verifies_addresses=st.sampled_from([False, False, True]),
    )
    def announce(self, already_there: int, is_told: bool, **facts: Any) -> None:
        self.now, self.steps = BEGINNING, 0
        facts |= {"starts_at_local": datetime(2027, 3, 28, 15, 0), "room_url": "https://rooms.example.org/1"}
        with clock.travel_to(self.now), new_session() as session:
            self.event_id = make_event(session, **facts).id
            self.truth = EventTruth(session, self.event_id)
        # Some are there from the beginning: most of what can go wrong needs somebody it goes wrong for.
        self.come(PEOPLE[:already_there], RegistrationSource.PAGE)
        if is_told:
            self.do(lambda session: self._send(session, already_there))

    def teardown(self) -> None:
        with new_session() as session:
            session.delete(session.get_one(Event, self.event_id))
            session.commit()

    def do(self, deed: Callable[[Session], object]) -> None:
        """In a transaction of its own. A refusal is an answer; any other error is a mistake."""
        self.now += timedelta(seconds=1)
        self.steps += 1
        with clock.travel_to(self.now), new_session() as session, suppress(PlenaryError):
            deed(session)
            session.commit()

    def do_to_one(self, number: int, deed: Callable[[Session, UUID], object]) -> None:
        everyone = self.truth.everyone
        if everyone:
            self.do(lambda session: deed(session, list(everyone)[number % len(everyone)]))

    # What attendees do.

    @rule(
        who=st.lists(persons, min_size=1, max_size=4),
        source=st.sampled_from(SOURCES),
        must_verify=st.sampled_from([False, False, False, True]),
    )
    def register(self, who: list[str], source: RegistrationSource, must_verify: bool) -> None:
        self.come(who, source, must_verify=must_verify)

    def come(self, who: list[str], source: RegistrationSource, *, must_verify: bool = False) -> None:
        applications = [Application(applicant(one), source, "en", must_verify=must_verify) for one in who]
        self.do(lambda session: self._register(session, applications))

    def _register(self, session: Session, applications: list[Application]) -> None:
        for outcome in register_many(session, self.event_id, applications):
            if outcome.is_new and outcome.registration_id is not None:
                self.truth.promised[outcome.registration_id] = outcome.status

    @rule(number=numbers, deed=deeds)
    def answer(self, number: int, deed: Deed) -> None:
        self.do_to_one(number, deed)

    @rule(steps=st.lists(st.tuples(numbers, deeds), min_size=2, max_size=5))
    def answer_one_after_the_other(self, steps: list[tuple[int, Deed]]) -> None:
        for number, deed in steps:
            self.do_to_one(number, deed)
            self.check()

    @rule(number=numbers, zone=st.sampled_from([None, "Asia/Tokyo", "Europe/Lisbon"]))
    def correct(self, number: int, zone: str | None) -> None:
        correction = RegistrationCorrection(time_zone=zone, city=zone and zone.partition("/")[2])
        self.do_to_one(number, lambda session, one: registrations.correct(session, one, correction))

    def press_the_button(self, number: int) -> None:
        self.do_to_one(number, lambda session, one: joining.enter(session, registrations.get(session, one)))

    @rule(who=persons)
    def ask_for_the_link(self, who: str) -> None:
        self.do(lambda session: registrations.request_link(session, self.event_id, who))

    @rule(who=persons)
    def erase(self, who: str) -> None:
        self.truth.is_erased = True
        self.do(lambda session: erasing.erase(session, who, by=None))

    # What the organiser does.

    def edit(self, **content: Any) -> None:
        self.do(lambda session: events.edit(session, self.event_id, EventContent(**content), version=None))

    @rule(places=st.sampled_from([None, 0, 1, 2, 3, 4]))
    def resize(self, places: int | None) -> None:
        self.truth.may_be_over = True
        self.edit(places=places)

    @rule(days=st.sampled_from([-1, 1, 10, 20, 30]), hour=st.integers(8, 18))
    def move(self, days: int, hour: int) -> None:
        start = (self.now + timedelta(days=days)).replace(hour=hour, minute=0, second=0, tzinfo=None)
        self.edit(starts_at_local=start)

    @rule(
        offer_hours=st.none() | st.sampled_from([1, 48]),
        verifies_addresses=st.booleans(),
        waiting_list_closes_minutes=st.sampled_from([0, 60, 3000]),
    )
    def change_the_rules(self, **content: Any) -> None:
        self.edit(**content)

    @rule(opens=st.sampled_from([None, None, -1, 2]), closes=st.sampled_from([None, None, 20, 1000]))
    def set_hours(self, opens: int | None, closes: int | None) -> None:
        opens_at, closes_at = (
            None if hours is None else self.now + timedelta(hours=hours) for hours in (opens, closes)
        )
        self.edit(registration_opens_at=opens_at, registration_closes_at=closes_at)

    @precondition(lambda self: self.steps % 4 == 0)
    @rule(returns=st.sampled_from([True, True, True, False]))
    def postpone(self, returns: bool) -> None:
        self.do(lambda session: events.postpone(session, self.event_id, None))
        if returns:
            self.check()
            self.do(lambda session: events.publish(session, self.event_id))

    @rule()
    def publish(self) -> None:
        self.do(lambda session: events.publish(session, self.event_id))

    @precondition(lambda self: self.steps > 20 and self.steps % 5 == 0)
    @rule()
    def call_off(self) -> None:
        self.do(lambda session: events.cancel(session, self.event_id, None))

    @rule(number=numbers, address=st.sampled_from(["kim@example.org", "KIM@example.org", "lou@example.org"]) | persons)
    def correct_the_address(self, number: int, address: str) -> None:
        self.do_to_one(number, lambda session, one: self._readdress(session, one, address))

    def _readdress(self, session: Session, registration_id: UUID, address: str) -> None:
        """As the API does it, which refuses cancelled ones first."""
        found = registrations.correct(session, registration_id, RegistrationCorrection())
        readdressing.readdress(session, found, address)

    # What time, the dispatcher and the worker do.

    @precondition(lambda self: self.steps > 8)
    @rule(minutes_before=st.sampled_from([16, 14, 1, -30, -59]), who=st.lists(numbers, min_size=1, max_size=4))
    def its_time_comes(self, minutes_before: int, who: list[int]) -> None:
        with new_session() as session:
            event = session.get_one(Event, self.event_id)
            if event.starts_at is not None:
                self.now = max(self.now, event.starts_at - timedelta(minutes=minutes_before))
        for number in who:
            self.press_the_button(number)

    @rule(minutes=st.sampled_from([5, 29, 61, 300, 25 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def dispatch(self) -> None:
        self.now += timedelta(seconds=1)
        with clock.travel_to(self.now):
            while any([step() for step in STEPS]):
                pass
        self.truth.is_dispatched_at = self.now

    @rule(number=st.integers(1, 5))
    def send(self, number: int) -> None:
        self.do(lambda session: self._send(session, number))

    def _send(self, session: Session, number: int) -> None:
        waiting = session.query(Message).filter_by(event_id=self.event_id, status=MessageStatus.PENDING)
        ids = [message.id for message in waiting.order_by(Message.priority, Message.id).limit(number)]
        for message in outbox.claim(session, ids, until=clock.now() + timedelta(minutes=2)):
            outbox.mark_sent(session, message, reply="250 OK")

    @invariant()
    def everything_that_must_hold_holds(self) -> None:
        self.check()

    def check(self) -> None:
        with clock.travel_to(self.now), new_session() as session:
            self.truth.check(session)


def test_whatever_happens_in_whatever_order_the_rules_hold(session: Session) -> None:
    run_state_machine_as_test(AnySequence, settings=bounded(25, steps=25))
