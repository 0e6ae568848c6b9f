"""Whether what waits to be sent can leave in time."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.models import Event, Message, MessageStatus
from shared.schemas.mail import QueueForecast


def forecast(session: Session, event: Event) -> QueueForecast:
    waiting = session.scalar(
        select(func.count()).where(
            Message.event_id == event.id, Message.status.in_([MessageStatus.PENDING, MessageStatus.SENDING])
        )
    )
    return QueueForecast(
        waiting=waiting or 0, per_minute=None, needed_by=event.starts_at, expected_at=None, is_late=False
    )
