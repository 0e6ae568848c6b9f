"""The time around the session: it refreshes faster, and the page that is made for it is one press away."""

from datetime import timedelta

from services.dashboard import markup
from services.dashboard.formatting import count
from shared.schemas.stats import Stats

_BEFORE = timedelta(minutes=15)
# Where no end is known.
_USUAL_LENGTH = timedelta(hours=3)
_SESSION = "session?event={event}"


def is_near(stats: Stats) -> bool:
    """From a quarter of an hour before the start until the end."""
    start = stats.event.starts_at
    if start is None or stats.event.state != "published":
        return False
    return start - _BEFORE <= stats.server_time < (stats.event.ends_at or start + _USUAL_LENGTH)


def draw(stats: Stats) -> None:
    if is_near(stats):
        way = markup.markup(
            '<a href="{session}" target="_self">Session</a> has who comes in by the minute, who is missing, and the '
            "questions of the audience.",
            session=_SESSION.format(event=stats.event.id),
        )
        markup.notice("note", words(stats), way)


def words(stats: Stats) -> str:
    start = stats.event.starts_at
    has_begun = start is not None and start <= stats.server_time
    came = f"{count(stats.joined)} of {count(stats.totals.confirmed)} have joined"
    return f"It is on: {came}" if has_begun else f"It begins soon: {came}"
