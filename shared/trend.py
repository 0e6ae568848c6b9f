"""How many registered on each of the last days, of many events at once."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared import clock, tallies
from shared.models import EventTally

DAYS = 14
# Of an hour such as 2026-11-26T10.
_DATE = func.left(EventTally.value, 10)


def trends(session: Session, event_ids: Sequence[UUID]) -> dict[UUID, list[int]]:
    """New registrations a day (UTC), the oldest day first and today last; in one query."""
    today = clock.now().date()
    days = [(today - timedelta(days=back)).isoformat() for back in reversed(range(DAYS))]
    query = select(EventTally.event_id, _DATE, func.sum(EventTally.count)).where(
        EventTally.event_id.in_(event_ids),
        EventTally.dimension == tallies.REGISTERED,
        EventTally.value >= days[0],
    )
    found = {event_id: dict.fromkeys(days, 0) for event_id in event_ids}
    for event_id, day, count in session.execute(query.group_by(EventTally.event_id, _DATE)):
        if day in found[event_id]:
            found[event_id][day] += int(count)
    return {event_id: list(by_day.values()) for event_id, by_day in found.items()}
