"""When a rule's mail leaves, and until when it is of use. Offsets are real time: 24 hours are 24 hours on any day."""

from datetime import UTC, datetime, timedelta

from shared import clock
from shared.models import Anchor, Event, MessageKind, ReminderRule

# What is for people who registered; the others are for those who were invited, or who speak.
TO_REGISTERED = {MessageKind.REMINDER, MessageKind.FOLLOW_UP, MessageKind.NOTICE}
# One day: long enough to change plans, short enough to remember. One hour: time to find the link.
USUAL_MINUTES_BEFORE = (24 * 60, 60)
# A recording, a survey: read within the week, or never.
_FOLLOW_UP_FOR = timedelta(days=7)
_NOTICE_FOR = timedelta(days=3)
_NEVER = datetime.max.replace(tzinfo=UTC)


def usual_rules() -> list[ReminderRule]:
    return [ReminderRule(kind=MessageKind.REMINDER, minutes_before=minutes) for minutes in USUAL_MINUTES_BEFORE]


def anchor_moment(event: Event, rule: ReminderRule) -> datetime | None:
    """What the rule's minutes are counted from; None while the event has no date, or the rule no moment."""
    if rule.anchor == Anchor.MOMENT:
        return rule.moment
    return event.ends_at if rule.anchor == Anchor.END else event.starts_at


def due_moment(event: Event, rule: ReminderRule) -> datetime | None:
    """When the mail leaves as things stand. A follow-up never leaves before the end, however long the event became."""
    moment = anchor_moment(event, rule)
    if moment is None:
        return None
    due_at = moment - timedelta(minutes=rule.minutes_before)
    if rule.kind == MessageKind.FOLLOW_UP:
        return max(due_at, event.ends_at) if event.ends_at else None
    return due_at


def expires_at(event: Event, rule: ReminderRule) -> datetime | None:
    """Until when the mail is of use; None while nobody knows."""
    due_at, starts_at, ends_at = due_moment(event, rule), event.starts_at, event.ends_at
    if due_at is None or starts_at is None or ends_at is None:
        return None
    if rule.kind == MessageKind.FOLLOW_UP:
        return due_at + _FOLLOW_UP_FOR
    if rule.kind == MessageKind.NOTICE:
        latest = due_at + _NOTICE_FOR
        return min(latest, ends_at) if due_at < ends_at else latest
    if rule.kind == MessageKind.NUDGE:
        return starts_at
    # "It is running now" is of use as well, to whom it is said then.
    return starts_at if rule.kind == MessageKind.REMINDER and due_at < starts_at else ends_at


def occasion(event: Event, rule: ReminderRule) -> str:
    """The same rule for another start, or with another offset, is another mail."""
    moment = anchor_moment(event, rule)
    assert moment is not None
    return f"{name(rule)}-{rule.minutes_before}-{moment.astimezone(UTC):%Y%m%dT%H%M}"


def name(rule: ReminderRule) -> str:
    """What every occasion of this rule begins with, before a `-`."""
    return rule.id.hex[-12:]


def follow(event: Event) -> None:
    """Move the rules with the event. A moment that has passed already is skipped: other mail tells of the change."""
    for rule in event.reminder_rules:
        due_at = due_moment(event, rule)
        if due_at != rule.due_at:
            move(rule, due_at)
            _skip_if_passed(rule)


def move(rule: ReminderRule, due_at: datetime | None) -> None:
    """Another moment is another mail: it is served anew, unless it was served for this very moment before."""
    rule.due_at, rule.served_count = due_at, None


def skip_passed(event: Event) -> None:
    """The event comes before people now: what was to be sent before is not sent any more."""
    for rule in event.reminder_rules:
        _skip_if_passed(rule)


def _skip_if_passed(rule: ReminderRule) -> None:
    if rule.due_at is not None and rule.due_at <= clock.now():
        skip(rule)


def skip(rule: ReminderRule) -> None:
    """Let the present moment go by without mail. What was sent for it stays sent."""
    if rule.served_for != rule.due_at:
        rule.served_for, rule.served_count = rule.due_at, rule.served_count or 0


def is_served(rule: ReminderRule) -> bool:
    """Whether its moment, as it stands, is done with: mail was written, or it was skipped."""
    return rule.due_at is not None and rule.served_for == rule.due_at


def state(event: Event, rule: ReminderRule, *, total: int) -> str:
    """waiting, paused, sent or skipped. `total` is how many messages its moment has brought forth."""
    if is_served(rule):
        return "sent" if total else "skipped"
    if is_lost(event, rule):
        return "skipped"
    return "paused" if rule.is_paused else "waiting"


def is_lost(event: Event, rule: ReminderRule) -> bool:
    """Whether nothing is sent any more, were it resumed now. A reminder that was paused over its moment is not sent
    late: the next one comes nearer to the start, and says more."""
    now, latest = clock.now(), expires_at(event, rule)
    if rule.due_at is None or rule.due_at > now:
        return False
    is_late_reminder = rule.is_paused and rule.kind == MessageKind.REMINDER
    return is_late_reminder or (latest is not None and latest <= now)


def in_order(event: Event) -> list[ReminderRule]:
    """By when they leave; those whose moment is not known come last."""
    return sorted(event.reminder_rules, key=lambda rule: (rule.due_at or _NEVER, rule.id))
