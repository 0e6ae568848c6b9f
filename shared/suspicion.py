"""What looked like a program rather than a person: counted by ten minutes, and the rule for when it is a burst."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from shared import clock, tallies
from shared.models import EventTally
from shared.schemas.stats import Suspicion
from shared.tallies import REFUSED, SUSPECT, Cell

# A burst is made of at least so many tries that were refused or have to be verified, in the last ten to twenty minutes;
LEAST = 20
# and of at least one for so many registrations in these hours, so that an honest crowd with a few hasty people is none.
HONEST_FOR_EACH = 10

_BUCKET = timedelta(minutes=10)
_FORMAT = "%Y-%m-%dT%H:%M"
# Older counts are of no use, and would make the event's tallies long.
_KEPT_FOR = timedelta(days=1)

# value -> status -> count
Counts = Mapping[str, Mapping[str, int]]


def suspects(number: int) -> Counter[Cell]:
    """What so many registrations add that look suspect."""
    return Counter({Cell(SUSPECT, _bucket(clock.now()), tallies.NONE): number}) if number else Counter()


def note_refusals(session: Session, event_id: UUID, refused: Mapping[str, int]) -> None:
    """Add tries that were refused, by reason; what is too old to matter goes."""
    now = clock.now()
    oldest = _bucket(now - _KEPT_FOR)
    is_old = (EventTally.event_id == event_id, EventTally.dimension.in_([SUSPECT, REFUSED]), EventTally.value < oldest)
    session.execute(delete(EventTally).where(*is_old))
    changes = Counter({Cell(REFUSED, _bucket(now), reason): number for reason, number in refused.items()})
    tallies.add(session, event_id, changes)


def summary(suspect: Counts, refused: Counts, registered: Counts) -> Suspicion:
    """`registered` is by hour, the others by ten minutes: of the ten minutes that run now and the ten before."""
    since = _floor(clock.now() - _BUCKET)
    found = Suspicion(
        suspect=_since(suspect, since.strftime(_FORMAT)),
        refused=_since(refused, since.strftime(_FORMAT)),
        since=since,
        is_burst=False,
    )
    tries, honest = found.suspect + found.refused, _since(registered, tallies.hour_of(since)) - found.suspect
    is_burst = tries >= LEAST and tries * HONEST_FOR_EACH >= honest
    return found.model_copy(update={"is_burst": is_burst})


def _since(counts: Counts, oldest: str) -> int:
    return sum(sum(by_status.values()) for value, by_status in counts.items() if value >= oldest)


def _floor(instant: datetime) -> datetime:
    return datetime.fromtimestamp(instant.timestamp() // _BUCKET.total_seconds() * _BUCKET.total_seconds(), UTC)


def _bucket(instant: datetime) -> str:
    return _floor(instant).strftime(_FORMAT)
