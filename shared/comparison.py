"""Events beside each other: how they filled up before their starts, and what came of it. Read from tallies only."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared import answers, clock, history, tallies
from shared.mail_rules import answering
from shared.models import Event, EventTally, Invitation, InvitationStatus, MessageStatus
from shared.schemas.comparison import AlignedPoint, Compared, Comparison
from shared.stats import counted, people

MOST = 4
_MOST_POINTS = 200
_DAY = timedelta(days=1)


def compare(session: Session, events: Sequence[Event]) -> Comparison:
    """In the order given; the first is the one that the others are held against."""
    before = _before_start(events[0])
    joined = history.joined(session, [event.id for event in events])
    return Comparison(
        days_before=before / _DAY if before is not None else None,
        events=[_compared(session, event, joined.get(event.id), before) for event in events],
    )


def _before_start(event: Event) -> timedelta | None:
    """How far it is from its start; None once it has begun, or while it has none."""
    if event.starts_at is None or event.starts_at <= clock.now():
        return None
    return event.starts_at - clock.now()


def _compared(session: Session, event: Event, joined: int | None, before: timedelta | None) -> Compared:
    places, found = event.places, counted.read(session, event)
    points = history.aligned(session, event)
    mail = sum(answering.counted(session, event.id).values(), Counter[str]())
    invited = _invited(session, event)
    ever = places.taken + places.cancelled + places.pending + places.waitlisted
    return Compared(
        event=answers.event_summary(event, with_registered=True),
        registered=places.taken,
        confirmed=places.confirmed,
        waitlisted=places.waitlisted,
        cancelled=places.cancelled,
        pending=places.pending,
        joined=joined,
        attendance=min(1.0, joined / places.confirmed) if joined and places.confirmed else None,
        cancelled_share=places.cancelled / ever if ever else 0.0,
        bounced=mail[MessageStatus.BOUNCED] + mail[MessageStatus.FAILED],
        mails_sent=mail[MessageStatus.SENT],
        countries=sum(1 for value, by_status in found["country"].items() if value and counted.active(by_status)),
        invited=sum(invited.values()),
        accepted=invited[InvitationStatus.ACCEPTED],
        at_this_point=history.active_at(points, before) if before is not None else None,
        curve=[
            AlignedPoint(days_before=round(point.before_start / _DAY, 3), active=point.active)
            for point in history.thinned(points, _MOST_POINTS)
        ],
        audiences=people.audiences(event, found["audience"]),
        joined_by_audience=joined_by_audience(session, event),
    )


def _invited(session: Session, event: Event) -> Counter[str]:
    query = select(Invitation.status, func.count()).where(Invitation.event_id == event.id).group_by(Invitation.status)
    return Counter({status: count for status, count in session.execute(query)})


def joined_by_audience(session: Session, event: Event) -> dict[str, int]:
    """How many came through their links, by audience; "" for those who named none."""
    query = select(EventTally.status, func.sum(EventTally.count)).where(
        EventTally.event_id == event.id, EventTally.dimension == tallies.JOINED
    )
    return {audience: int(count) for audience, count in session.execute(query.group_by(EventTally.status))}
