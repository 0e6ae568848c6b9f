"""Row 0: whose event this is, its title, when it is, in which state, and how fresh the screen is."""

from datetime import datetime, timedelta
from typing import Any

import streamlit as st

from services.dashboard import formatting, heading, markup
from services.dashboard.failures import Cause
from services.dashboard.heading import badge
from services.dashboard.markup import Markup
from services.dashboard.snapshots import Screen
from shared.schemas.events import EventSummary
from shared.schemas.stats import Stats

TROUBLE = {
    Cause.UNREACHABLE: "Service not answering",
    Cause.BROKEN: "Service has a problem",
    Cause.BUSY: "Service is busy",
}


def draw(screen: Screen[Stats], *, is_live: bool) -> None:
    event, now = screen.snapshot.event, screen.snapshot.server_time
    if screen.is_old:
        since = formatting.clock_time(screen.arrived_at)
        markup.notice("warning", f"These numbers are from {since}", "They stay until the service answers again.")
    heading.draw(
        event.title,
        when(event, st.context.timezone),
        [freshness(screen, is_live=is_live), state(event, now), *_countdown(event, now)],
    )


def over(event: EventSummary) -> Markup:
    parts = [event.calendar.title, event.form, " ".join(language.upper() for language in event.languages)]
    return markup.markup('<p class="pl-over">{words}</p>', words=" · ".join(part for part in parts if part))


def when(event: EventSummary, viewer_zone: str | None) -> list[str]:
    """The event's own time, and the viewer's beside it where the clocks differ."""
    if event.starts_at is None or event.time_zone is None:
        return ["The start is not settled yet"]
    theirs = formatting.period_in(event.starts_at, event.ends_at, event.time_zone)
    if not viewer_zone or formatting.is_same_clock(event.starts_at, event.time_zone, viewer_zone):
        return [theirs]
    return [theirs, f"For you: {formatting.moment_in(event.starts_at, viewer_zone)}"]


def freshness(screen: Screen[Any], *, is_live: bool) -> Markup:
    if not is_live:
        return badge("quiet", "❚❚", f"Paused at {formatting.clock_time(screen.arrived_at)}")
    if screen.trouble is None:
        return badge("good", "●", "Live")
    words = TROUBLE.get(screen.trouble.cause, "No new data")
    return badge("warning", "!", f"{words} · data from {formatting.span(screen.age)} ago")


def state(event: EventSummary, now: datetime) -> Markup:
    if event.state == "cancelled":
        return badge("problem", "×", "Cancelled")
    if event.state == "postponed":
        return badge("warning", "→", "Postponed")
    if event.state == "draft":
        return badge("quiet", "○", "Draft")
    if event.is_over:
        return badge("quiet", "■", "Over")
    if event.starts_at is not None and event.starts_at <= now:
        return badge("good", "▶", "On now")
    return badge("cool", "✓", "Published")


def _countdown(event: EventSummary, now: datetime) -> list[Markup]:
    if event.starts_at is None or event.state in {"cancelled", "postponed"}:
        return []
    return [badge("quiet", "◷", countdown(event.starts_at, event.ends_at, now))]


def countdown(starts_at: datetime, ends_at: datetime | None, now: datetime) -> str:
    if now < starts_at:
        return f"Starts in {formatting.span(starts_at - now)}"
    if ends_at is not None and now < ends_at:
        return f"Ends in {formatting.span(ends_at - now)}"
    ended = now - (ends_at or starts_at)
    return f"Ended {formatting.span(ended)} ago" if ended >= timedelta(minutes=1) else "Just ended"
