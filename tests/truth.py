"""What must be true of an event's rows at every moment, whoever wrote them: counts, order, and nobody twice."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared import clock, tallies
from shared.models import (
    ASKED,
    HOLDING,
    Event,
    EventPlaces,
    EventState,
    EventTally,
    MailTally,
    Message,
    MessageKind,
    MessageStatus,
    Registration,
    RegistrationStatus,
)

# What a mail says of the registration it is about.
TELLS: dict[str, RegistrationStatus] = {
    MessageKind.VERIFICATION: RegistrationStatus.PENDING,
    MessageKind.OFFER: RegistrationStatus.OFFERED,
    MessageKind.CONFIRMATION: RegistrationStatus.CONFIRMED,
    MessageKind.PROMOTION: RegistrationStatus.CONFIRMED,
    MessageKind.WAITING_LIST: RegistrationStatus.WAITLISTED,
    MessageKind.REGISTRATION_CANCELLED: RegistrationStatus.CANCELLED,
    MessageKind.OFFER_LAPSED: RegistrationStatus.CANCELLED,
}
# Mails that put the event into calendars; those that take it out say so in their facts.
WITH_ENTRY = {MessageKind.CONFIRMATION, MessageKind.PROMOTION, MessageKind.CHANGE, MessageKind.ENTRY_AGAIN}
DIMENSIONS = ("audience", "country", "time_zone")


# How many, by what is counted: ("status", "", status), (dimension, value, status), ("mail", kind, status).
Numbers = Counter[tuple[str, str, str]]


def assert_counts_are_true(session: Session, event_id: UUID, erased: Numbers | None = None) -> None:
    """Everything that is kept as a number equals what counting the rows gives, and those whose rows were erased."""
    kept, counted = kept_numbers(session, event_id), counted_rows(session, event_id)
    assert kept == counted + (erased or Counter())
    last = max([one.position for one in everyone(session, event_id)], default=0)
    assert session.get_one(EventPlaces, event_id, populate_existing=True).last_position >= last


def kept_numbers(session: Session, event_id: UUID) -> Numbers:
    places = session.get_one(EventPlaces, event_id, populate_existing=True)
    of_people = select(EventTally.dimension, EventTally.value, EventTally.status, EventTally.count)
    by_people = [*DIMENSIONS, tallies.CITY, tallies.SOURCE, tallies.JOINED, tallies.JOINED_FROM]
    counted = EventTally.dimension.in_(by_people)
    of_people = of_people.where(EventTally.event_id == event_id, counted)
    of_mail = select(MailTally.kind, MailTally.status, func.sum(MailTally.count)).where(MailTally.event_id == event_id)
    of_mail = of_mail.group_by(MailTally.kind, MailTally.status)
    numbers: Numbers = Counter({("status", "", status): getattr(places, status) for status in RegistrationStatus})
    numbers.update({(dimension, value, status): n for dimension, value, status, n in session.execute(of_people)})
    numbers.update({("mail", kind, status): n for kind, status, n in session.execute(of_mail)})
    assert min(numbers.values()) >= 0
    return +numbers


def counted_rows(session: Session, event_id: UUID) -> Numbers:
    people = everyone(session, event_id)
    numbers: Numbers = Counter(("status", "", one.status) for one in people)
    numbers.update((name, getattr(one, name) or tallies.NONE, one.status) for one in people for name in DIMENSIONS)
    numbers.update((tallies.CITY, tallies.city_value(one.country, one.city), one.status) for one in people)
    numbers.update((tallies.SOURCE, one.came_from or tallies.NONE, one.status) for one in people)
    for one in people:
        if one.joined_at is not None:
            numbers.update(map(tuple, tallies.joined(one.joined_at, one.audience, one.came_from)))
    of_mail = select(Message.kind, Message.status, func.count()).where(Message.event_id == event_id)
    of_mail = of_mail.group_by(Message.kind, Message.status)
    numbers.update({("mail", kind, status): n for kind, status, n in session.execute(of_mail)})
    return numbers


def assert_nobody_twice(session: Session, event_id: UUID) -> None:
    live = Counter(one.address.lower() for one in everyone(session, event_id) if one.status != "cancelled")
    assert [address for address, times in live.items() if times > 1] == []


def assert_places_are_kept(session: Session, event_id: UUID) -> None:
    """Nobody waits while a place is free, nobody has one that is not there, and who waits came after who has one.

    For an event that takes place, whose places were never lowered below the number taken.
    """
    places = session.get_one(EventPlaces, event_id, populate_existing=True)
    assert places.places is not None
    assert places.taken <= places.places
    assert places.taken == places.places or places.waitlisted == 0


def assert_mail_tells_the_truth(session: Session, event_id: UUID) -> None:
    """Each person was told, or is about to be, what is true of them now; and nothing else is about to leave."""
    session.flush()
    event = session.get_one(Event, event_id, populate_existing=True)
    mails: defaultdict[UUID, list[Message]] = defaultdict(list)
    standing = session.query(Message).filter(Message.event_id == event_id, Message.status != MessageStatus.WITHDRAWN)
    for message in standing.order_by(Message.created_at, Message.id).populate_existing():
        mails[message.registration_id].append(message)
    for one in everyone(session, event_id):
        _assert_told_the_truth(event, one, mails[one.id])


def _assert_told_the_truth(event: Event, one: Registration, mails: list[Message]) -> None:
    story = f"{one.status}, sequence {one.sequence}: {[(m.kind, m.occasion, m.sequence, m.status) for m in mails]}"
    leaving = [each for each in mails if each.status == MessageStatus.PENDING and not _is_too_late(each)]
    # To who lost the place by leaving and waits again, the mail that takes the entry back goes first.
    untrue = [
        each for each in leaving if TELLS.get(each.kind, one.status) != one.status and not _is_farewell(each, mails)
    ]
    assert untrue == [], f"It would be untrue: {story}"
    # Whoever has not proved the address hears nothing of an event that is called off, and is asked when it returns.
    is_left_alone = one.status == RegistrationStatus.PENDING and event.state != EventState.PUBLISHED
    assert is_left_alone or _is_known(one, mails), f"Nobody told: {story}"
    entries = [each for each in mails if each.kind in WITH_ENTRY or each.facts.get("with_entry")]
    numbers = [each.sequence for each in entries]
    assert numbers == sorted(set(numbers)), f"Calendars would not follow: {story}"
    is_in_calendars = bool(entries) and entries[-1].kind in WITH_ENTRY
    takes_place = event.state == EventState.PUBLISHED and one.status == RegistrationStatus.CONFIRMED
    assert is_in_calendars == takes_place, f"The calendar has it wrong: {story}"


def _is_farewell(message: Message, mails: list[Message]) -> bool:
    later = mails[mails.index(message) + 1 :]
    return bool(message.facts.get("with_entry")) and any(_is_a_word(each) for each in later)


def _is_a_word(message: Message) -> bool:
    """Whether it says how things stand with the registration. Calling the event off, too, is a word on it."""
    return message.kind in TELLS or message.kind == MessageKind.CANCELLATION


def _is_too_late(message: Message) -> bool:
    return message.expires_at is not None and message.expires_at <= clock.now()


def _is_known(one: Registration, mails: list[Message]) -> bool:
    words = [each.kind for each in mails if _is_a_word(each)]
    if not words or words[-1] == MessageKind.VERIFICATION:
        # Who never answered, and is gone again, needs no mail about it.
        return one.status == RegistrationStatus.CANCELLED or (words != [] and one.status == RegistrationStatus.PENDING)
    if words[-1] == MessageKind.CANCELLATION:
        return one.status in {RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED}
    return TELLS[words[-1]] == one.status


def everyone(session: Session, event_id: UUID) -> list[Registration]:
    """In the order of commit, as they are in the database at this moment."""
    query = select(Registration).where(Registration.event_id == event_id).order_by(Registration.position)
    return list(session.scalars(query.execution_options(populate_existing=True)))


@dataclass(frozen=True)
class Seen:
    """What of a registration the next step is compared with."""

    status: str
    position: int
    sequence: int


class EventTruth:
    """What must hold of an event after each step, and from one step to the next."""

    def __init__(self, session: Session, event_id: UUID, *, may_be_over: bool = False, is_erased: bool = False) -> None:
        self.event_id = event_id
        self.everyone: dict[UUID, Seen] = {}
        self.over = 0
        # Set by the step: the organiser changed the places; what newcomers were told; when the dispatcher looked last.
        self.may_be_over = may_be_over
        self.promised: dict[UUID, str] = {}
        self.is_dispatched_at: datetime | None = None
        # The rows of some people went, and the numbers they were counted in stayed.
        self.is_erased = is_erased
        self.erased: Numbers = Counter()
        self.check(session)

    def check(self, session: Session) -> None:
        if self.is_erased:
            self._count_the_erased(session)
        assert_counts_are_true(session, self.event_id, self.erased)
        assert_nobody_twice(session, self.event_id)
        assert_mail_tells_the_truth(session, self.event_id)
        places = session.get_one(EventPlaces, self.event_id, populate_existing=True)
        event = session.get_one(Event, self.event_id, populate_existing=True)
        people = everyone(session, self.event_id)
        for one in people:
            self._assert_consistent(one)
        self._assert_places_are_kept(event, places)
        now = {one.id: Seen(one.status, one.position, one.sequence) for one in people}
        self._assert_in_order(now, over=places.over)
        self.everyone, self.over = now, places.over
        self.may_be_over, self.promised, self.is_dispatched_at, self.is_erased = False, {}, None, False

    def _count_the_erased(self, session: Session) -> None:
        """What is kept beyond the rows from here on. Nothing that is still to happen is among it."""
        beyond = kept_numbers(session, self.event_id)
        beyond.subtract(counted_rows(session, self.event_id))
        before, self.erased = self.erased, +beyond
        assert min(beyond.values(), default=0) >= 0
        assert sum(self.erased[("mail", kind, MessageStatus.PENDING)] for kind in MessageKind) == 0
        event = session.get_one(Event, self.event_id, populate_existing=True)
        if event.ends_at is not None and event.ends_at > clock.now():
            gone = {key[2] for key, number in self.erased.items() if key[0] == "status" and number > before[key]}
            assert gone <= {RegistrationStatus.CANCELLED}

    def _assert_consistent(self, one: Registration) -> None:
        assert (one.answer_by is not None) == (one.status in ASKED)
        assert (one.cancelled_at is not None) == (one.status == RegistrationStatus.CANCELLED)
        assert one.confirmed_at is not None or one.status != RegistrationStatus.CONFIRMED
        assert self.promised.get(one.id, one.status) == one.status
        if self.is_dispatched_at is not None and one.answer_by is not None:
            assert one.answer_by > self.is_dispatched_at
        assert one.id not in self.everyone or one.sequence >= self.everyone[one.id].sequence

    def _assert_places_are_kept(self, event: Event, places: EventPlaces) -> None:
        """Never more than there are, unless the organiser lowered them; and no place lies idle while somebody waits."""
        assert self.may_be_over or places.over <= self.over
        if event.state == EventState.PUBLISHED and event.starts_at is not None:
            stops_at = event.starts_at - timedelta(minutes=event.waiting_list_closes_minutes)
            assert clock.now() >= stops_at or not places.waitlisted or places.free == 0

    def _assert_in_order(self, now: dict[UUID, Seen], *, over: int) -> None:
        """Nobody comes to a place in front of somebody who waited before and still does, or while there are too few."""
        nobody = Seen("", 0, 0)
        came_to_a_place = [
            one.position
            for key, one in now.items()
            if one.status in HOLDING and self.everyone.get(key, nobody).status not in HOLDING
        ]
        still_waiting = [
            one.position
            for key, one in now.items()
            if one.status == self.everyone.get(key, nobody).status == RegistrationStatus.WAITLISTED
        ]
        assert max(came_to_a_place, default=0) < min(still_waiting, default=2**31)
        assert not (over and came_to_a_place and self.everyone)
