"""Attendees, organisers, dispatchers and workers, all at once on the same few rows: nobody is stuck, all is true."""

import threading
from collections.abc import Callable
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.worker.between import Between
from services.worker.dispatcher import STEPS
from shared import clock, events, outbox, registrations
from shared.admission import Application, register_many
from shared.database import new_session
from shared.errors import PlenaryError
from shared.mail.recipients import recipient_of
from shared.models import EventState, Message, MessageStatus, Registration, RegistrationSource
from shared.privacy import erasing
from shared.schemas.events import EventContent
from tests.factories import applicant, apply_many, in_days, make_event
from tests.truth import EventTruth

PEOPLE = [f"p{number}@example.org" for number in range(12)]
Deed = Callable[[Session, UUID, Random], object]


def come(session: Session, event_id: UUID, chance: Random) -> None:
    several = chance.sample(PEOPLE, chance.randint(1, 4))
    must_verify = chance.random() < 0.2
    applications = [
        Application(applicant(one), RegistrationSource.PAGE, "en", must_verify=must_verify) for one in several
    ]
    register_many(session, event_id, applications)


def to_somebody(deed: Callable[[Session, UUID], object]) -> Deed:
    def do(session: Session, event_id: UUID, chance: Random) -> None:
        ids = session.scalars(select(Registration.id).where(Registration.event_id == event_id)).all()
        session.commit()
        if ids:
            deed(session, chance.choice(ids))

    return do


def edit(session: Session, event_id: UUID, chance: Random) -> None:
    content = chance.choice(
        [
            {"places": chance.randint(0, 8)},
            {"starts_at_local": in_days(chance.randint(5, 20))},
            {"offer_hours": chance.choice([None, 24])},
        ]
    )
    events.edit(session, event_id, EventContent.model_validate(content), version=None)


def postpone_and_return(session: Session, event_id: UUID, _chance: Random) -> None:
    events.postpone(session, event_id, None)
    session.commit()
    events.publish(session, event_id)


def erase(session: Session, _event_id: UUID, chance: Random) -> None:
    erasing.erase(session, chance.choice(PEOPLE), by=None)


def dispatch(_session: Session, _event_id: UUID, chance: Random) -> None:
    chance.choice(STEPS)()


def send(session: Session, _event_id: UUID, _chance: Random) -> None:
    """As a worker does, one transaction for each mail, on a connection of its own."""
    ids = outbox.lease_outstanding(session, limit=5, until=clock.now() + timedelta(minutes=2))
    session.commit()
    messages = outbox.claim(session, ids, until=clock.now() + timedelta(minutes=2))
    session.commit()
    with Between() as between:
        for message in messages:
            between.turn_to(message, recipient_of(message).address)
            if between.standing().is_wanted:
                between.note_sent(message, "250 OK")


DEEDS: list[Deed] = [
    come,
    come,
    to_somebody(registrations.cancel),
    to_somebody(registrations.cancel),
    to_somebody(registrations.take_up_again),
    to_somebody(registrations.confirm),
    edit,
    postpone_and_return,
    erase,
    dispatch,
    send,
]


class Actor(threading.Thread):
    """Does one thing after the other, by chance. What went wrong, other than a refusal, is in `mistakes`."""

    def __init__(self, event_ids: list[UUID], seed: str, deeds: int) -> None:
        super().__init__(daemon=True)
        self.event_ids, self.chance, self.deeds = event_ids, Random(seed), deeds
        self.mistakes: list[str] = []

    def run(self) -> None:
        for _ in range(self.deeds):
            deed = self.chance.choice(DEEDS)
            try:
                with new_session() as session:
                    deed(session, self.chance.choice(self.event_ids), self.chance)
                    session.commit()
            except PlenaryError:
                continue
            except Exception as mistake:
                self.mistakes.append(f"{getattr(deed, '__name__', deed)}: {mistake!r}")


@pytest.mark.parametrize("seed", [1, 2])
def test_all_of_them_at_once_leave_everything_true(session: Session, seed: int) -> None:
    announced = [make_event(session, places=4, offer_hours=hours) for hours in (None, 24)]
    for event in announced:
        apply_many(session, event, [applicant(one) for one in PEOPLE[:8]])
    event_ids = [event.id for event in announced]
    actors = [Actor(event_ids, f"{seed}-{number}", deeds=40) for number in range(6)]

    for actor in actors:
        actor.start()
    for actor in actors:
        actor.join()

    assert [mistake for actor in actors for mistake in actor.mistakes] == []
    for event in announced:
        session.expire_all()
        assert event.state == EventState.PUBLISHED
        EventTruth(session, event.id, is_erased=True, may_be_over=True)
    stuck = session.scalars(select(Message.id).where(Message.status == MessageStatus.SENDING)).all()
    assert stuck == []
