"""The notice that a burst of tries looks like a program, and what an organiser can do."""

from services.dashboard import formatting, markup
from services.dashboard.formatting import count
from shared.schemas.stats import Stats, Suspicion

_REMEDY = (
    "Nobody who was refused holds a place, and those not verified hold none either. If it goes on, turn on address "
    "verification for this event; “Suspicious only” on the page Registrations shows those that came in this way."
)


def draw(stats: Stats) -> None:
    if stats.suspicion.is_burst:
        markup.notice("warning", words(stats.suspicion), _REMEDY)


def words(suspicion: Suspicion) -> str:
    since = formatting.clock_time(suspicion.since)
    refused, suspect = count(suspicion.refused), count(suspicion.suspect)
    return f"A burst that looks like a bot: {refused} tries refused and {suspect} unverified since {since}"
