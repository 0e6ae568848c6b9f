"""One snapshot for one screen, and what tells whether it would still say the same."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from shared import answers, clock, heartbeats, history, reachability, suspicion, tallies
from shared.curve import bins, curve, full_since
from shared.mail_rules import answering
from shared.mail_rules.answering import Counted
from shared.models import Event, EventTally
from shared.schemas.stats import ReminderState, Stats
from shared.stats import counted, people
from shared.stats.asked import question_counts
from shared.stats.cities import cities
from shared.stats.mail import Waiting, mail_counts, reminders, waiting

# What time alone changes (that an event begins, that an hour is over) is seen that late at most.
_SECONDS = 10
# Counted without the event's lock, so that the version of its places does not tell.
_BESIDE = [tallies.JOINED_FROM, tallies.SUSPECT, tallies.REFUSED]
_COUNTED_BESIDE = (
    select(EventTally.dimension, func.sum(EventTally.count))
    .where(EventTally.event_id == bindparam("event_id"), EventTally.dimension.in_(_BESIDE))
    .group_by(EventTally.dimension)
    .order_by(EventTally.dimension)
)


@dataclass(frozen=True)
class Look:
    """What changes beside the event and its places: a first look, at a fraction of the cost."""

    event: Event
    mail: Counted
    waiting: Waiting
    reminders: list[ReminderState]
    worker_seen_at: datetime | None
    beside: list[tuple[str, int]]
    unreachable: int | None

    @property
    def edition(self) -> str:
        """The same as long as a snapshot would say the same, but for when it was taken and the worker seen."""
        now = clock.now()
        mail = sorted((cell, sorted(statuses.items())) for cell, statuses in self.mail.items())
        oldest = now if self.waiting.oldest else None
        told = (self.event.id, self.event.version, self.event.places.version, self.event.places.places)
        calendar = answers.calendar_summary(self.event.calendar).model_dump_json()
        said = [rule.model_dump_json() for rule in self.reminders]
        alive = heartbeats.is_alive(self.worker_seen_at)
        beside = (self.waiting, oldest, alive, self.beside, self.unreachable, int(now.timestamp()) // _SECONDS)
        return hashlib.sha256(repr((told, calendar, mail, said, beside)).encode()).hexdigest()[:32]


def look(session: Session, event: Event) -> Look:
    mail = answering.counted(session, event.id)
    return Look(
        event=event,
        mail=mail,
        waiting=waiting(session, event),
        reminders=reminders(event, mail),
        worker_seen_at=heartbeats.last_seen(session, "worker"),
        beside=[(name, int(count)) for name, count in session.execute(_COUNTED_BESIDE, {"event_id": event.id})],
        unreachable=reachability.count(session, event) if reachability.is_near(event) else None,
    )


def snapshot(session: Session, event: Event, seen: Look | None = None) -> Stats:
    """`seen`: a look that was taken a moment ago, in the same transaction."""
    seen = seen or look(session, event)
    found, where = counted.read(session, event), cities(session, event)
    step = bins(event.created_at, clock.now())
    forecast, history_events = history.forecast(session, event)
    return Stats(
        server_time=clock.now(),
        version=event.places.version,
        event=answers.event_summary(event, with_registered=True),
        totals=people.totals(event, found, cities=where.number),
        curve=curve(session, event, step=step),
        curve_bin_minutes=int(step.total_seconds() // 60),
        audiences=people.audiences(event, found["audience"]),
        countries=people.countries(found["country"]),
        local_hours=people.local_hours(event, found["time_zone"]),
        cities=where.largest,
        sources=people.sources(found),
        previous=history.previous(session, event),
        forecast=forecast,
        history_events=history_events,
        joined=sum(sum(by_status.values()) for by_status in found[tallies.JOINED_FROM].values()),
        full_since=full_since(session, event),
        questions=question_counts(event, found),
        feed=people.feed(session, event),
        mail=mail_counts(seen.mail, seen.waiting, seen.worker_seen_at),
        reminders=seen.reminders,
        unreachable=seen.unreachable,
        suspicion=suspicion.summary(found[tallies.SUSPECT], found[tallies.REFUSED], found[tallies.REGISTERED]),
    )
