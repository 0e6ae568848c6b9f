"""Whatever moves, is cancelled, sent, refused or overtaken, in whatever order: calendars end up where the event is."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from shared import clock, events, ledger, outbox, registrations
from shared.admission import Application, register_many
from shared.database import new_session
from shared.errors import PlenaryError
from shared.models import (
    INVITING,
    Event,
    EventState,
    Message,
    MessageStatus,
    Registration,
    RegistrationSource,
    RegistrationStatus,
)
from shared.schemas.events import EventContent
from tests.effort import bounded
from tests.factories import applicant, make_event
from tests.shared.mail.parts import Calendar, part_of

BEGINNING = datetime(2027, 3, 1, 9, tzinfo=UTC)
PEOPLE = [f"{name}@example.org" for name in ("ada", "bob", "eve")]
numbers = st.integers(0, 5)
BROKEN_OFF = "SMTPServerDisconnected: Connection unexpectedly closed"


class OnTheWire(NamedTuple):
    """A mail as a worker wrote it, which knows nothing of what happens to the event meanwhile."""

    message_id: UUID
    octets: bytes | None
    revision: int
    address: str


class Follow(RuleBasedStateMachine):
    """One event, three people with a calendar each, an organiser, and a worker that the organiser interrupts."""

    @initialize(places=st.sampled_from([None, 1, 2]), offer_hours=st.sampled_from([None, None, 48]))
    def announce(self, **facts: Any) -> None:
        self.now = BEGINNING
        self.on_the_wire: list[OnTheWire] = []
        self.calendars: dict[str, Calendar] = {address: Calendar() for address in PEOPLE}
        self.last: dict[UUID, int] = {}
        with clock.travel_to(self.now), new_session() as session:
            self.event_id = make_event(session, starts_at_local=datetime(2027, 3, 28, 15), **facts).id
        self.come(PEOPLE[:2])

    def do(self, deed: Callable[[Session], object]) -> None:
        self.now += timedelta(seconds=1)
        with clock.travel_to(self.now), new_session() as session, suppress(PlenaryError):
            deed(session)
            session.commit()

    def come(self, who: list[str]) -> None:
        applications = [Application(applicant(one), RegistrationSource.PAGE, "en") for one in who]
        self.do(lambda session: register_many(session, self.event_id, applications))

    @rule(who=st.sampled_from(PEOPLE))
    def register(self, who: str) -> None:
        self.come([who])

    @rule(
        number=numbers, deed=st.sampled_from([registrations.cancel, registrations.take_up_again, registrations.confirm])
    )
    def change_ones_mind(self, number: int, deed: Callable[[Session, UUID], object]) -> None:
        def by_one(session: Session) -> None:
            everyone = session.scalars(select(Registration.id).order_by(Registration.position)).all()
            deed(session, everyone[number % len(everyone)])

        self.do(by_one)

    def edit(self, **content: Any) -> None:
        self.do(lambda session: events.edit(session, self.event_id, EventContent(**content), version=None))

    @rule(day=st.sampled_from([27, 28, 28]), hour=st.sampled_from([3, 15]))
    def move(self, day: int, hour: int) -> None:
        """Also into the hour that follows a change of the clocks, and back to where it was."""
        self.edit(starts_at_local=datetime(2027, 3, day, hour))

    @rule(hour=st.sampled_from([9, 18]))
    def waver(self, hour: int) -> None:
        self.edit(starts_at_local=datetime(2027, 3, 26, hour))
        self.edit(starts_at_local=datetime(2027, 3, 28, 15))

    @rule(title=st.sampled_from(["Water", "Trees"]), location=st.sampled_from([None, "Town hall"]))
    def reword(self, **content: Any) -> None:
        self.edit(**content)

    @rule(is_announced_again=st.sampled_from([True, True, False]))
    def postpone(self, is_announced_again: bool) -> None:
        self.do(lambda session: events.postpone(session, self.event_id, None))
        if is_announced_again:
            self.do(lambda session: events.publish(session, self.event_id))

    @rule()
    def publish(self) -> None:
        self.do(lambda session: events.publish(session, self.event_id))

    @rule()
    def send_the_entries_again(self) -> None:
        self.do(lambda session: ledger.send_again(session, session.get_one(Event, self.event_id)))

    @rule(number=st.integers(1, 4))
    def begin_to_send(self, number: int) -> None:
        """A worker claims and writes mails; what becomes of them is told later, and not in this order."""
        self.do(lambda session: self._begin(session, number))

    def _begin(self, session: Session, number: int) -> None:
        due = select(Message.id).where(Message.status == MessageStatus.PENDING, Message.due_at <= self.now)
        ids = session.scalars(due.order_by(Message.priority, Message.id).limit(number)).all()
        for message in outbox.claim(session, ids, until=self.now + timedelta(days=60)):
            assert message.registration is not None
            assert message.event is not None
            octets = part_of(session, message)
            self.on_the_wire.append(OnTheWire(message.id, octets, message.event.revision, message.registration.address))

    @precondition(lambda self: self.on_the_wire)
    @rule(number=numbers, arrives=st.sampled_from([True, True, True, False]))
    def finish_sending(self, number: int, arrives: bool) -> None:
        mail = self.on_the_wire.pop(number % len(self.on_the_wire))
        if arrives and mail.octets is not None:
            self.calendars[mail.address].take(mail.octets)

        def finish(session: Session) -> None:
            message = session.get_one(Message, mail.message_id)
            assert message.event is not None
            set_committed_value(message.event, "revision", mail.revision)
            if arrives:
                outbox.mark_sent(session, message, reply="250 OK")
            else:
                outbox.mark_failed(session, message, reply="550 Mailbox full")

        self.do(finish)

    @precondition(lambda self: self.on_the_wire)
    @rule(number=numbers, has_arrived=st.booleans())
    def break_off(self, number: int, has_arrived: bool) -> None:
        """The connection broke after the data: nobody knows whether the server has it."""
        mail = self.on_the_wire.pop(number % len(self.on_the_wire))
        if has_arrived and mail.octets is not None:
            self.calendars[mail.address].take(mail.octets)
        self.do(
            lambda session: outbox.retry_later(
                session, session.get_one(Message, mail.message_id), wait=timedelta(0), reply=BROKEN_OFF
            )
        )

    @invariant()
    def numbers_only_grow(self) -> None:
        with new_session() as session:
            for one in session.scalars(select(Registration)):
                assert one.sequence >= self.last.get(one.id, 0)
                self.last[one.id] = one.sequence
                sent = select(Message).where(Message.registration_id == one.id, Message.status == MessageStatus.SENT)
                carrying = [m for m in session.scalars(sent) if m.kind in INVITING or m.facts.get("with_entry")]
                assert len({m.sequence for m in carrying}) == len(carrying)

    def teardown(self) -> None:
        """In the end all of it leaves, and what failed is sent again."""
        for _ in range(2):
            self._everything_leaves()
            self.do(lambda session: ledger.send_again(session, session.get_one(Event, self.event_id)))
        self._everything_leaves()
        with clock.travel_to(self.now), new_session() as session:
            self._check(session, session.get_one(Event, self.event_id))
            session.delete(session.get_one(Event, self.event_id))
            session.commit()

    def _everything_leaves(self) -> None:
        while self.on_the_wire:
            self.finish_sending(0, arrives=True)
        self.do(lambda session: self._begin(session, 1000))
        while self.on_the_wire:
            self.finish_sending(0, arrives=True)

    def _check(self, session: Session, event: Event) -> None:
        counted = ledger.counts(session, event)
        assert (counted.stale, counted.none, counted.waiting) == (0, 0, 0)
        takes_place = event.state == EventState.PUBLISHED
        for address, calendar in self.calendars.items():
            has_place = select(Registration).where(
                Registration.address == address, Registration.status == RegistrationStatus.CONFIRMED
            )
            is_confirmed = session.scalar(has_place) is not None
            shown = [(one.starts_at, one.summary) for one in calendar.shown()]
            assert shown == ([(event.starts_at, event.title)] if takes_place and is_confirmed else [])


def test_calendars_end_up_where_the_event_is(session: Session) -> None:
    run(Follow, settings=bounded(30, steps=25))
