"""Whether mail will be there in time: how much waits, how fast it leaves, and when the last of it will have left."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared import clock, heartbeats, outbox
from shared.models import Anchor, Event, EventState, Message, MessageKind, ReminderRule
from shared.outbox import NewMessage
from shared.schemas.mail import QueueForecast
from shared.settings import get_settings

# How far ahead organisers are warned: time enough to find another way to reach people.
LOOKED_AHEAD = timedelta(hours=24)
# Mail that waits this long although nobody sends any will not leave by itself, and when little time is left, that is
# said.
_STALLED_AFTER, _LITTLE_TIME = timedelta(minutes=5), timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """`ahead` also counts what others wait for and goes first; `since` is when the oldest of the event's was due."""

    own: int
    ahead: int
    since: datetime | None


def forecast(session: Session, event: Event) -> QueueForecast:
    """For the mail of one event that has to be there when it starts, with what its rules will add until then."""
    waiting, per_minute = _waiting(session, event), _per_minute(session)
    now, starts_at = clock.now(), event.starts_at
    needed_by = starts_at if starts_at is not None and starts_at > now else None
    coming = _coming(event, now, needed_by) if needed_by else []
    expected_at = _emptied_at(waiting, coming, per_minute, now) if per_minute else None
    return QueueForecast(
        waiting=waiting.own,
        per_minute=per_minute,
        needed_by=needed_by,
        expected_at=expected_at,
        is_late=needed_by is not None and _is_late(waiting, expected_at, needed_by, now),
    )


def _is_late(waiting: _Waiting, expected_at: datetime | None, needed_by: datetime, now: datetime) -> bool:
    if expected_at is not None:
        return expected_at > needed_by
    is_stalled = waiting.since is not None and now - waiting.since > _STALLED_AFTER
    return is_stalled and needed_by - now <= _LITTLE_TIME


def _waiting(session: Session, event: Event) -> _Waiting:
    """Of what is due now."""
    due = outbox.WAITING, Message.due_at <= clock.now()
    of_event = Message.event_id == event.id
    own, since, last = session.execute(
        select(func.count(), func.min(Message.due_at), func.max(Message.priority)).where(*due, of_event)
    ).one()
    if not own:
        return _Waiting(0, 0, None)
    ahead = session.scalar(select(func.count()).where(*due, Message.priority <= last))
    return _Waiting(own, ahead or own, since)


def _per_minute(session: Session) -> float | None:
    """What the workers showed, or what the provider allows if that is less."""
    rate, allowed = heartbeats.mail_rate(session), get_settings().smtp_rate_per_minute
    known = [one for one in (rate.together if rate else None, allowed or None) if one]
    return round(min(known), 2) if known else None


def _coming(event: Event, now: datetime, until: datetime) -> list[tuple[datetime, int]]:
    """When rules will add mail before the event starts, and how much, the soonest first."""
    rules = [rule for rule in event.reminder_rules if _adds(rule) and rule.due_at and now < rule.due_at < until]
    return sorted((rule.due_at, event.places.confirmed) for rule in rules if rule.due_at)


def _adds(rule: ReminderRule) -> bool:
    """Reminders go to everybody with a place; whom the others reach is known when they are served."""
    return rule.kind == MessageKind.REMINDER and rule.anchor == Anchor.START and not rule.is_paused


def _emptied_at(
    waiting: _Waiting, coming: list[tuple[datetime, int]], per_minute: float, now: datetime
) -> datetime | None:
    """None where there is nothing to wait for."""
    if not waiting.ahead and not coming:
        return None
    empty_at = now + timedelta(minutes=waiting.ahead / per_minute)
    for moment, mails in coming:
        empty_at = max(empty_at, moment) + timedelta(minutes=mails / per_minute)
    return empty_at


def warn(session: Session) -> int:
    """Tell the organisers of events whose mail will be late, once for each start. Returns how many are told."""
    now = clock.now()
    soon = Event.state == EventState.PUBLISHED, Event.starts_at > now, Event.starts_at <= now + LOOKED_AHEAD
    warnings = []
    for event in session.scalars(select(Event).where(*soon)):
        found = forecast(session, event) if event.calendar.contact_address else None
        if found is not None and found.is_late:
            warnings.append(_warning(event, found))
    return outbox.post(session, warnings)


def _warning(event: Event, found: QueueForecast) -> NewMessage:
    assert event.starts_at is not None
    return NewMessage(
        event.id,
        None,
        MessageKind.QUEUE_WARNING,
        f"{event.id.hex[-12:]}-{event.starts_at:%Y%m%dT%H%M}",
        expires_at=event.starts_at,
        facts=_facts(found, event.starts_at),
        address=event.calendar.contact_address,
    )


def _facts(found: QueueForecast, starts_at: datetime) -> dict[str, Any]:
    return found.model_dump(mode="json") | {"starts_at": starts_at.isoformat()}
