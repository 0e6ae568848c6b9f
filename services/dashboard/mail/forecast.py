"""Whether what waits leaves in time, in a sentence with its numbers."""

from datetime import datetime
from zoneinfo import ZoneInfo

from services.dashboard import formatting
from services.dashboard.formatting import count, span
from shared.schemas.events import EventSummary
from shared.schemas.mail import QueueForecast

_REMEDY = (
    "Ask the operator for more workers or a higher rate at the mail provider, or pause a rule that can wait. What is "
    "needed soonest goes first."
)


def sentence(forecast: QueueForecast, event: EventSummary, now: datetime) -> str:
    """ "1,240 mails wait; at 60 a minute they are through at 15:20 Madrid (UTC+1), 20 min after the start"."""
    if not forecast.waiting:
        return "No mail waits"
    wait = f"{count(forecast.waiting)} {'mail waits' if forecast.waiting == 1 else 'mails wait'}"
    if not forecast.per_minute or forecast.expected_at is None:
        return f"{wait}, and none has left lately{_needed(forecast, event, now)}"
    through = f"{wait}; at {_rate(forecast.per_minute)} a minute they are through at"
    return f"{through} {hour(forecast.expected_at, event, now)}{_too_late(forecast, event)}"


def remedy(forecast: QueueForecast) -> str:
    return _REMEDY if forecast.is_late else ""


def hour(moment: datetime, event: EventSummary, now: datetime) -> str:
    """On the event's clock; with the day where it is not today there."""
    zone = event.time_zone or event.calendar.time_zone
    there = moment.astimezone(ZoneInfo(zone))
    day = "" if there.date() == now.astimezone(ZoneInfo(zone)).date() else f"{there:%a %-d %b %Y}, "
    return f"{day}{there:%H:%M} {formatting.place(moment, zone)}"


def _rate(per_minute: float) -> str:
    return count(round(per_minute)) if per_minute >= 1 else "less than 1"


def _needed(forecast: QueueForecast, event: EventSummary, now: datetime) -> str:
    if forecast.needed_by is None:
        return ""
    return f"; they are needed by {hour(forecast.needed_by, event, now)}"


def _too_late(forecast: QueueForecast, event: EventSummary) -> str:
    if forecast.expected_at is None or forecast.needed_by is None or forecast.expected_at <= forecast.needed_by:
        return ""
    if event.starts_at is not None and forecast.expected_at > event.starts_at:
        return f", {span(forecast.expected_at - event.starts_at)} after the start"
    return f", {span(forecast.expected_at - forecast.needed_by)} later than they are needed"
