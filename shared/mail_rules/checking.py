"""Whether a rule makes sense at its event, before anybody gets mail by it. Every refusal names the field."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from shared import clock
from shared.errors import InvalidInput, StateConflict
from shared.mail import texts as mail_texts
from shared.mail_rules import moments, selections
from shared.models import Anchor, Event, EventState, MessageKind, ReminderRule
from shared.schemas.mail_texts import MailText

# Clocks differ, and requests take a while.
_GRACE = timedelta(minutes=1)
# The same notice at once, twice: the button was pressed twice.
_TWICE_PRESSED = timedelta(minutes=10)
# Of these, two at the same moment may say different things.
_WRITTEN = {MessageKind.NOTICE, MessageKind.FOLLOW_UP}


def checked_texts(kind: str, texts: Mapping[str, MailText]) -> dict[str, Any]:
    """As they are stored. Raises InvalidInput naming language and part."""
    written = {language: text.model_dump(exclude_none=True) for language, text in texts.items()}
    if kind == MessageKind.NOTICE and not any("introduction" in text for text in written.values()):
        raise _wrong("texts", "a notice is what you write: give an introduction in one language at least")
    mail_texts.check(written, field="texts")
    return {language: text for language, text in written.items() if text}


def _wrong(field: str, what: str) -> InvalidInput:
    return InvalidInput(f"The rule cannot be kept like this: {field} {what}.", fields={field: what})


def _time_field(rule: ReminderRule) -> str:
    return "moment" if rule.anchor == Anchor.MOMENT else "minutes_before"


def require_moment_said(given: Mapping[str, Any]) -> None:
    """Nothing goes to everybody at once because a field was left out."""
    if given["anchor"] == Anchor.MOMENT and "moment" not in given:
        raise _wrong("moment", "must be given with this anchor; null is: at once")


def require_published(event: Event) -> None:
    if event.state != EventState.PUBLISHED:
        raise StateConflict(
            f"The event is {'a draft' if event.state == EventState.DRAFT else event.state}, so nothing leaves at once. "
            "Give a moment, pause the rule until later, or publish the event first."
        )


def require_unsent(rule: ReminderRule, given: Mapping[str, Any]) -> None:
    is_at_once = rule.anchor == Anchor.MOMENT and "moment" in given and given["moment"] is None
    if is_at_once and moments.is_served(rule) and rule.served_count != 0:
        raise _wrong("moment", "must be in the future, because this was sent already; or make another rule")


def require_ahead(event: Event, rule: ReminderRule) -> None:
    """Before publishing, a moment that has passed may still move on with the event; a fixed one does not."""
    can_move = event.state != EventState.PUBLISHED and rule.anchor != Anchor.MOMENT
    if rule.due_at is not None and rule.due_at < clock.now() - _GRACE and not can_move:
        when = f"{rule.due_at:%d %B %Y, %H:%M} UTC" if rule.due_at.utcoffset() == timedelta(0) else f"{rule.due_at}"
        raise _wrong(
            _time_field(rule),
            f"names a moment that has passed ({when}); choose a later one, or the anchor “moment” to send it at once",
        )


def require_new(event: Event, rule: ReminderRule) -> None:
    """Raises StateConflict where the event has this rule already."""
    if any(_is_alike(one, rule) for one in event.reminder_rules if one is not rule):
        raise StateConflict("The event has such a rule already. Change that one, or give this one another moment.")


def _is_alike(one: ReminderRule, other: ReminderRule) -> bool:
    if (one.kind, one.anchor, one.minutes_before) != (other.kind, other.anchor, other.minutes_before):
        return False
    if one.selection != other.selection or (one.kind in _WRITTEN and one.texts != other.texts):
        return False
    if one.moment is None or other.moment is None:
        return one.moment == other.moment
    return abs(one.moment - other.moment) < _TWICE_PRESSED


def require_sense(event: Event, rule: ReminderRule) -> None:
    """Raises InvalidInput where the kind and the moment, or whom it is for, contradict each other."""
    what = _wrong_form(rule) or _wrong_side(rule) or _wrong_time(event, rule)
    if what is not None:
        raise _wrong(*what)
    if selections.selection_of(rule).attendance is None:
        return
    if not event.is_online:
        raise _wrong("selection.attendance", "is not known here: nobody gets a join link for this event")
    if rule.due_at is not None and event.starts_at is not None and rule.due_at < event.starts_at:
        raise _wrong("selection.attendance", "is known from the start on; choose a later moment, or leave it out")


def _wrong_form(rule: ReminderRule) -> tuple[str, str] | None:
    if rule.anchor == Anchor.MOMENT and rule.minutes_before:
        return "minutes_before", "must be 0 with this anchor; move the moment instead"
    if rule.anchor != Anchor.MOMENT and rule.moment is not None:
        return "moment", "belongs to the anchor “moment”; leave it out"
    return None


def _wrong_side(rule: ReminderRule) -> tuple[str, str] | None:
    """What is wrong whenever the event takes place."""
    before, anchor = rule.minutes_before, rule.anchor
    if rule.kind == MessageKind.FOLLOW_UP and ((anchor == Anchor.START and before >= 0) or before > 0):
        return "minutes_before", "must be below 0, or 0 from the end: a follow-up leaves after the event"
    if rule.kind == MessageKind.NUDGE and anchor != Anchor.MOMENT and before <= 0:
        return "minutes_before", "must be above 0: nobody can answer an invitation after the start"
    is_late = anchor == Anchor.END and before <= 0
    if is_late and rule.kind in {MessageKind.REMINDER, MessageKind.CALL_SHEET}:
        return "minutes_before", f"must be above 0: a {rule.kind} after the end is of no use; make it a follow-up"
    return None


def _wrong_time(event: Event, rule: ReminderRule) -> tuple[str, str] | None:
    """What is wrong as long as the event takes place when it does."""
    anchor, starts_at, ends_at = moments.anchor_moment(event, rule), event.starts_at, event.ends_at
    if anchor is None or starts_at is None or ends_at is None:
        return None
    leaves_at, field = anchor - timedelta(minutes=rule.minutes_before), _time_field(rule)
    if rule.kind == MessageKind.FOLLOW_UP and leaves_at < ends_at:
        return field, "is before the end of the event; a follow-up leaves after it"
    if rule.kind == MessageKind.NUDGE and leaves_at >= starts_at:
        return field, "is after the start of the event, when nobody can answer an invitation any more"
    if rule.kind in {MessageKind.REMINDER, MessageKind.CALL_SHEET} and leaves_at >= ends_at:
        return field, f"is after the end of the event, when a {rule.kind} is of no use; make it a follow-up"
    return None
