"""Writes the report: the numbers of `stats` and `comparison`, put into a page that stands alone."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared import comparison, history, stats, timezones
from shared.comparison import joined_by_audience
from shared.event_report import charts
from shared.event_report.charts import Line
from shared.models import AudienceQuestion, Event
from shared.schemas.comparison import AlignedPoint, Comparison
from shared.schemas.stats import Stats
from shared.settings import get_settings

_HERE = Path(__file__).parent
_WORKING, _EDGE, _NIGHT = "Working hours (8–18)", "Evening or early", "Night (22–6)"


def write(session: Session, event: Event) -> str:
    """HTML without a script and without anything from elsewhere; prints on A4."""
    now = stats.snapshot(session, event)
    beside = comparison.compare(session, [event, *history.earlier(session, event, most=3)])
    facts = {
        "stats": now,
        "event": now.event,
        "made_at": _moment(now.server_time, now.event.time_zone or "UTC"),
        "starts_at": _moment(event.starts_at, event.time_zone) if event.starts_at and event.time_zone else None,
        "organisation": event.calendar.organisation,
        "site_name": get_settings().mail_name,
        "curve": _curve(now),
        "together": _together(beside),
        "compared": beside.events,
        "joined_by_audience": joined_by_audience(session, event),
        "asked": _asked(session, event),
        "hours": _hours(now),
        "is_over": now.event.is_over,
    }
    return _environment().get_template("report.html").render(**facts)


@cache
def _environment() -> Environment:
    made = Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    made.filters |= {"number": lambda value: f"{value:,}", "percent": _percent}
    return made


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _moment(instant: datetime, zone: str) -> str:
    """With its place and offset, as times are shown everywhere."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{local:%a %-d %b %Y, %H:%M} {timezones.place_name(zone)} ({timezones.offset_text(instant, zone)})"


def _curve(now: Stats) -> Markup:
    zone = ZoneInfo(now.event.time_zone or "UTC")
    if not now.curve:
        return Markup()
    # What happens after the end is of no interest, and would press the rest together.
    until = now.event.ends_at or now.server_time
    shown = [point for point in now.curve if point.at <= until] or now.curve
    points = [(point.at.timestamp(), float(point.active)) for point in shown]
    first, last = shown[0].at.astimezone(zone), shown[-1].at.astimezone(zone)
    title = f"Registrations from {first:%-d %b %Y} to {last:%-d %b %Y}: {now.totals.active:,} at the end"
    ends = (f"{first:%-d %b}", f"{last:%-d %b %Y}")
    return charts.curve(title, [Line("", points)], limit=now.totals.places, ends=ends)


def _together(beside: Comparison) -> Markup:
    lines = [Line(one.event.title[:40], _from_nobody_to_the_start(one.curve)) for one in beside.events if one.curve]
    if len(lines) < 2:
        return Markup()
    days = max([point.days_before for one in beside.events for point in one.curve], default=0)
    title = "Registrations of this event and the ones before, by days before the start"
    return charts.curve(title, lines, ends=(f"{days:.0f} days before", "start"))


def _from_nobody_to_the_start(curve: Sequence[AlignedPoint]) -> list[tuple[float, float]]:
    points = [(-point.days_before, float(point.active)) for point in curve]
    first, last = points[0], points[-1]
    return [(first[0], 0.0), *points, *([(0.0, last[1])] if last[0] < 0 else [])]


def _asked(session: Session, event: Event) -> dict[str, int]:
    query = select(AudienceQuestion.status, func.count()).where(AudienceQuestion.event_id == event.id)
    return {status: count for status, count in session.execute(query.group_by(AudienceQuestion.status))}


def _hours(now: Stats) -> dict[str, int]:
    """How many of those with a place had working hours, evening or early, and night at the start."""
    classes = Counter({_WORKING: 0, _EDGE: 0, _NIGHT: 0})
    for hour in now.local_hours:
        classes[_part_of_day(hour.hour)] += hour.count
    return classes if classes.total() else {}


def _part_of_day(hour: int) -> str:
    if 8 <= hour < 18:
        return _WORKING
    return _NIGHT if hour >= 22 or hour < 6 else _EDGE
