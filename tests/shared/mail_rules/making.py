"""Rules, ready to test with."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.worker.dispatcher import serve_rules
from shared import clock
from shared.mail_rules import keeping
from shared.models import Event, Message, Registration, ReminderRule
from shared.schemas.mail import RuleChange, RuleContent

SAYS = {"en": {"introduction": "Bring water."}}


def add_rule(session: Session, event: Event, **content: Any) -> ReminderRule:
    given = {"texts": SAYS} if content.get("kind") == "notice" else {}
    rule = keeping.add(session, event.id, RuleContent(**given | content))
    session.commit()
    return rule


def change_rule(session: Session, rule: ReminderRule, **content: Any) -> ReminderRule:
    changed = keeping.change(session, rule.id, RuleChange(**content))
    session.commit()
    return changed


def without_rules(session: Session, event: Event) -> Event:
    """Without the usual reminders, so that what a test makes stands alone."""
    for rule in list(event.reminder_rules):
        keeping.remove(session, rule.id)
    session.commit()
    return event


def serve(session: Session) -> None:
    """All that is due at this moment becomes messages."""
    session.commit()
    while serve_rules():
        pass
    session.expire_all()


@contextmanager
def after(moment: datetime | None, **length: float) -> Iterator[None]:
    """So long after a moment; before it, with a length below 0."""
    assert moment is not None
    with clock.travel_to(moment + timedelta(**length)):
        yield


def messages(session: Session, rule: ReminderRule) -> list[Message]:
    session.expire_all()
    query = select(Message).where(Message.rule_id == rule.id)
    return list(session.scalars(query.order_by(Message.created_at, Message.id)))


def addressed(session: Session, rule: ReminderRule) -> list[str]:
    """Whom the rule has written to."""
    session.expire_all()
    query = select(Registration.address).join(Message, Message.registration_id == Registration.id)
    return sorted(session.scalars(query.where(Message.rule_id == rule.id)))


def statuses(session: Session, rule: ReminderRule) -> list[str]:
    return [message.status for message in messages(session, rule)]
