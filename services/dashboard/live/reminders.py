"""What the rules of an event send: what has gone out, and what will when."""

from datetime import datetime, timedelta

from services.dashboard import formatting, markup
from services.dashboard.formatting import count
from services.dashboard.markup import Markup
from shared.schemas.stats import ReminderState, Stats

_UNITS = ((10080, "week"), (1440, "day"), (60, "hour"), (1, "minute"))
# A reminder is what most of them are: only the others are called by their kind.
_KINDS = {"follow-up": "Follow-up", "notice": "Notice", "nudge": "Nudge", "call-sheet": "Call sheet"}


def draw(stats: Stats) -> None:
    if not stats.reminders:
        markup.draw(Markup('<p class="pl-empty">No reminders are planned for this event.</p>'))
        return
    zone = stats.event.time_zone or "UTC"
    rows = (_row(reminder, stats.server_time, zone) for reminder in stats.reminders)
    markup.draw(markup.markup('<ul class="pl-list pl-reminders">{rows}</ul>', rows=markup.join(rows)))


def _row(reminder: ReminderState, now: datetime, zone: str) -> Markup:
    return markup.markup(
        '<li><b>{name}</b><span class="pl-{state}">{progress}</span></li>',
        name=name(reminder, zone),
        state=f"reminder-{reminder.state}",
        progress=progress(reminder, now),
    )


def name(reminder: ReminderState, zone: str) -> str:
    """ "1 day before", "Follow-up 2 hours after the end", "Notice Wed 3 Mar 2027, 15:00 Madrid (UTC+1)"."""
    when, kind = _when(reminder, zone), _KINDS.get(reminder.kind)
    return f"{kind} {when}" if kind else f"{when[0].upper()}{when[1:]}"


def _when(reminder: ReminderState, zone: str) -> str:
    if reminder.anchor == "moment":
        return formatting.moment_in(reminder.due_at, zone) if reminder.due_at else "at once"
    if reminder.minutes_before == 0:
        return f"at the {reminder.anchor}"
    size = abs(reminder.minutes_before)
    unit, word = next((unit, word) for unit, word in _UNITS if size % unit == 0)
    if reminder.minutes_before > 0:
        # Before the start is what everybody expects.
        of_what = "" if reminder.anchor == "start" else " the end"
        return f"{formatting.plural(size // unit, word)} before{of_what}"
    return f"{formatting.plural(size // unit, word)} after the {reminder.anchor}"


def progress(reminder: ReminderState, now: datetime) -> str:
    if reminder.state == "skipped":
        return "Skipped: its moment had passed"
    if reminder.state == "paused":
        return "Paused"
    if reminder.state == "sent":
        return f"✓ {count(reminder.sent)} of {count(reminder.total)} sent"
    if reminder.due_at is None:
        return "When the start is settled"
    wait = reminder.due_at - now
    return f"in {formatting.span(wait)}" if wait > timedelta(0) else "going out now"
