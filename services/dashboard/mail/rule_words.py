"""A rule in words: when it sends, to whom, and how far it is."""

from datetime import datetime

from services.dashboard import formatting
from services.dashboard.formatting import count, plural
from services.dashboard.heading import badge
from services.dashboard.markup import Markup
from services.dashboard.registration_settings import hours
from shared.schemas.mail import RuleAnswer, RuleContent, Selection
from shared.territories import country_name
from shared.translations import language_name

UNITS = {"minutes": 1, "hours": 60, "days": 60 * 24, "weeks": 7 * 24 * 60}
RULE_KINDS = {
    "reminder": "Reminder",
    "follow-up": "Follow-up",
    "notice": "Notice",
    "nudge": "Invitation, asked once more",
    "call-sheet": "Call sheet for speakers",
}
KIND_NOTES = {
    "reminder": "To those who have a place: when it is, on their own clock, with the way in.",
    "follow-up": "Thanks, and what comes next. In different words for those who attended and those who missed it.",
    "notice": "What you write, to whom you choose.",
    "nudge": "To those who were invited and have not answered; once in three days at most.",
    "call-sheet": "To the speakers: when they are on, on their own clock, with a hold for their calendar.",
}
STATUS_NAMES = {
    "confirmed": "with a place",
    "offered": "with a place offered",
    "waitlisted": "on the waiting list",
    "pending": "not verified yet",
    "cancelled": "who cancelled",
}
ATTENDANCE_NAMES = {"attended": "who attended", "missed": "who missed it"}
PARTICIPATION_NAMES = {
    "none": "gave no answer",
    "accepted": "accepted",
    "tentative": "answered “perhaps”",
    "declined": "declined",
}
_STATES = {
    "waiting": ("cool", "◷", "Planned"),
    "paused": ("warning", "❚❚", "Paused"),
    "sent": ("good", "✓", "Sent"),
    "skipped": ("quiet", "–", "Skipped"),
}


def in_largest_unit(minutes: int) -> tuple[int, str]:
    """A length as people say it: the size of 1440 is (1, "days")."""
    fitting = [(name, size) for name, size in UNITS.items() if minutes and minutes % size == 0]
    name, size = fitting[-1] if fitting else ("minutes", 1)
    return minutes // size, name


def when(rule: RuleContent, zone: str) -> str:
    """ "1 day before the start", "2 hours after the end", "at the start", "at once"."""
    if rule.anchor == "moment":
        return formatting.moment_in(rule.moment, zone) if rule.moment else "at once"
    if rule.minutes_before == 0:
        return f"at the {rule.anchor}"
    size, unit = in_largest_unit(abs(rule.minutes_before))
    side = "before" if rule.minutes_before > 0 else "after"
    return f"{plural(size, unit.removesuffix('s'))} {side} the {rule.anchor}"


def due(rule: RuleAnswer, zone: str) -> str:
    """The moment on the event's clock and how far away it is."""
    if rule.due_at is None:
        return "as soon as it is not paused any more" if rule.anchor == "moment" else "when the start is settled"
    return f"{formatting.moment_in(rule.due_at, zone)} · {hours.distance(rule.due_at)}"


def to_whom(kind: str, selection: Selection) -> str:
    if kind == "call-sheet":
        return "to the speakers"
    if kind == "nudge":
        return "to those invited who have not answered" + _languages(selection)
    names = [STATUS_NAMES[status] for status in selection.statuses] or [STATUS_NAMES["confirmed"]]
    parts = [f"to everybody {_either(names)}"]
    if selection.audiences:
        parts.append("of the audience " + _either([f"“{name}”" for name in selection.audiences]))
    if selection.countries:
        parts.append("from " + _either([country_name(code, language="en") or code for code in selection.countries]))
    if selection.attendance:
        parts.append(ATTENDANCE_NAMES[selection.attendance])
    if selection.participations:
        parts.append("whose calendar " + _either([PARTICIPATION_NAMES[one] for one in selection.participations]))
    return " ".join(parts) + _languages(selection)


def _languages(selection: Selection) -> str:
    names = [language_name(code, language="en") for code in selection.languages]
    return f" written to in {_either(names)}" if names else ""


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def progress(rule: RuleAnswer) -> str:
    if rule.state == "skipped":
        return "its moment had passed before anybody could get it"
    if rule.state == "sent":
        return f"{count(rule.sent)} of {plural(rule.total, 'mail')} sent"
    return f"would reach {plural(rule.recipients, 'person', 'people')} now"


def state_badge(rule: RuleAnswer) -> Markup:
    return badge(*_STATES[rule.state])


def is_at_once(rule: RuleContent, now: datetime) -> bool:
    """Whether it leaves the moment it is not paused."""
    if rule.anchor != "moment":
        return False
    return rule.moment is None or rule.moment <= now
