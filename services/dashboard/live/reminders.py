"""The reminders of an event: what has gone out, and what will when."""

from datetime import datetime, timedelta

from services.dashboard import formatting, markup
from services.dashboard.formatting import count
from services.dashboard.markup import Markup
from shared.schemas.stats import ReminderState, Stats

_UNITS = ((10080, "week"), (1440, "day"), (60, "hour"), (1, "minute"))


def draw(stats: Stats) -> None:
    if not stats.reminders:
        markup.draw(Markup('<p class="pl-empty">No reminders are planned for this event.</p>'))
        return
    rows = (_row(reminder, stats.server_time) for reminder in stats.reminders)
    markup.draw(markup.markup('<ul class="pl-list pl-reminders">{rows}</ul>', rows=markup.join(rows)))


def _row(reminder: ReminderState, now: datetime) -> Markup:
    return markup.markup(
        '<li><b>{name}</b><span class="pl-{state}">{progress}</span></li>',
        name=name(reminder.minutes_before),
        state=f"reminder-{reminder.state}",
        progress=progress(reminder, now),
    )


def name(minutes_before: int) -> str:
    """ "1 day before", "At the start", "2 hours after"."""
    if minutes_before == 0:
        return "At the start"
    size = abs(minutes_before)
    unit, word = next((unit, word) for unit, word in _UNITS if size % unit == 0)
    return f"{formatting.plural(size // unit, word)} {'before' if minutes_before > 0 else 'after'}"


def progress(reminder: ReminderState, now: datetime) -> str:
    if reminder.state == "skipped":
        return "Skipped: its moment had passed"
    if reminder.state == "sent":
        return f"✓ {count(reminder.sent)} of {count(reminder.total)} sent"
    if reminder.due_at is None:
        return "When the start is settled"
    wait = reminder.due_at - now
    return f"in {formatting.span(wait)}" if wait > timedelta(0) else "going out now"
