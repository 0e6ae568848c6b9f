"""Rules in a few English words, for organisers on the command line."""

from shared.models import Anchor, ReminderRule

_UNITS = ((10080, "week"), (1440, "day"), (60, "hour"), (1, "minute"))


def in_words(rule: ReminderRule) -> str:
    """ "reminder 1 day before the start", "follow-up 2 hours after the end"."""
    return f"{rule.kind} {_when(rule)}"


def _when(rule: ReminderRule) -> str:
    if rule.anchor == Anchor.MOMENT:
        return f"at {rule.moment:%d %B %Y, %H:%M %Z}" if rule.moment else "at once"
    size = abs(rule.minutes_before)
    if size == 0:
        return f"at the {rule.anchor}"
    unit, word = next((unit, word) for unit, word in _UNITS if size % unit == 0)
    number = size // unit
    side = "before" if rule.minutes_before > 0 else "after"
    return f"{number} {word}{'' if number == 1 else 's'} {side} the {rule.anchor}"
