"""The tallies of one event, read for its screen: few rows, however many people they count."""

from collections import defaultdict
from datetime import timedelta

from sqlalchemy import Text, and_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from shared import clock, questions, tallies
from shared.models import HOLDING, Event, EventTally

# value -> status -> count, by dimension
Tallies = dict[str, dict[str, dict[str, int]]]

_DIMENSIONS = (
    "audience",
    "country",
    "time_zone",
    tallies.SOURCE,
    tallies.JOINED_FROM,
    tallies.SUSPECT,
    tallies.REFUSED,
)
_OF_EVENT = EventTally.event_id == bindparam("event_id"), EventTally.count != 0
_COUNTED = select(EventTally.dimension, EventTally.value, EventTally.status, EventTally.count).where(
    *_OF_EVENT,
    or_(
        EventTally.dimension == func.any(bindparam("dimensions", type_=ARRAY(Text))),
        # Of hours long gone the curve tells.
        and_(EventTally.dimension == tallies.REGISTERED, EventTally.value >= bindparam("since")),
    ),
)


def read(session: Session, event: Event) -> Tallies:
    """All but cities, of which there are thousands, and what is read by the hour or the minute."""
    asked = [questions.dimension(question.key) for question in event.questions]
    wanted = {
        "event_id": event.id,
        "dimensions": [*_DIMENSIONS, *asked],
        "since": tallies.hour_of(clock.now() - timedelta(hours=49)),
    }
    found: Tallies = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for dimension, value, status, count in session.execute(_COUNTED, wanted):
        found[dimension][value][status] = count
    return found


def active(by_status: dict[str, int]) -> int:
    return sum(by_status.get(status, 0) for status in HOLDING)
