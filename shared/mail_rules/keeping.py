"""Rules made, changed, paused and removed by organisers, and what becomes of the mail that had not left yet."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists
from sqlalchemy.orm import Session

from shared import clock, outbox
from shared.errors import NotFound, StateConflict
from shared.mail_rules import checking, moments, selections
from shared.models import Anchor, Event, EventState, Message, MessageKind, Registration, ReminderRule
from shared.places import lock_places
from shared.schemas.mail import RuleChange, RuleContent

MOST_PER_EVENT = 50
_TIME = {"anchor", "minutes_before", "moment"}


def get(session: Session, rule_id: UUID) -> ReminderRule:
    """Raises NotFound."""
    rule = session.get(ReminderRule, rule_id)
    if rule is None:
        raise NotFound("There is no such rule. It was removed; look at the rules of the event.")
    return rule


def event_of(session: Session, rule: ReminderRule) -> Event:
    return session.get_one(Event, rule.event_id)


def add(session: Session, event_id: UUID, content: RuleContent) -> ReminderRule:
    """Raises InvalidInput naming the field, StateConflict where the event has it already or takes no more."""
    lock_places(session, event_id)
    event = session.get_one(Event, event_id, populate_existing=True)
    rule = ReminderRule(event_id=event.id, kind=content.kind, anchor=content.anchor, is_paused=content.is_paused)
    rule.minutes_before, rule.moment = content.minutes_before, content.moment
    _require_room(event)
    rule.selection = selections.checked(session, event, content.kind, content.selection)
    rule.texts = checking.checked_texts(content.kind, content.texts)
    _set_moment(event, rule)
    checking.require_sense(event, rule)
    checking.require_ahead(event, rule)
    checking.require_new(event, rule)
    event.reminder_rules.append(rule)
    session.flush()
    return rule


def _require_room(event: Event) -> None:
    if event.state == EventState.CANCELLED:
        raise StateConflict("The event is cancelled, so no mail leaves for it any more. Use another event.")
    if len(event.reminder_rules) >= MOST_PER_EVENT:
        raise StateConflict(f"An event has {MOST_PER_EVENT} rules at most. Remove one whose mail was sent.")


def change(session: Session, rule_id: UUID, wanted: RuleChange) -> ReminderRule:
    """What was served is served again only at another moment in the future; what has not left for the old one is taken
    back. Raises NotFound, InvalidInput, StateConflict."""
    rule, event = _hold(session, rule_id)
    given = {name: getattr(wanted, name) for name in wanted.model_fields_set}
    was_paused, was_due_at = rule.is_paused, rule.due_at
    _put(session, event, rule, given)
    is_released = was_paused and not rule.is_paused
    if given.keys() & _TIME or is_released:
        checking.require_unsent(rule, given)
        _set_moment(event, rule)
    if given.keys() & {*_TIME, "selection"}:
        checking.require_sense(event, rule)
    if rule.due_at != was_due_at:
        checking.require_ahead(event, rule)
        checking.require_new(event, rule)
    session.flush()
    _take_back(session, event, rule)
    if is_released:
        _release(session, event, rule)
    return rule


def _put(session: Session, event: Event, rule: ReminderRule, given: dict[str, Any]) -> None:
    """Null is nothing said, but for `moment`, where it is: at once."""
    for name in ("anchor", "minutes_before", "is_paused"):
        if given.get(name) is not None:
            setattr(rule, name, given[name])
    if given.get("anchor") is not None:
        checking.require_moment_said(given)
        is_fixed = rule.anchor == Anchor.MOMENT
        rule.moment = rule.moment if is_fixed else None
        rule.minutes_before = 0 if is_fixed and not given.get("minutes_before") else rule.minutes_before
    if "moment" in given:
        rule.moment = given["moment"]
    if given.get("selection") is not None:
        rule.selection = selections.checked(session, event, rule.kind, given["selection"])
    if given.get("texts") is not None:
        rule.texts = checking.checked_texts(rule.kind, given["texts"])


def _hold(session: Session, rule_id: UUID) -> tuple[ReminderRule, Event]:
    """The rule as it is under the event's lock."""
    event_id = get(session, rule_id).event_id
    lock_places(session, event_id)
    rule = session.get(ReminderRule, rule_id, populate_existing=True)
    if rule is None:
        raise NotFound("There is no such rule. It was removed a moment ago; look at the rules of the event.")
    return rule, session.get_one(Event, event_id, populate_existing=True)


def _set_moment(event: Event, rule: ReminderRule) -> None:
    if rule.anchor == Anchor.MOMENT and rule.moment is None and not rule.is_paused:
        checking.require_published(event)
        rule.moment = clock.now()
    due_at = moments.due_moment(event, rule)
    if due_at != rule.due_at:
        moments.move(rule, due_at)


def _take_back(session: Session, event: Event, rule: ReminderRule) -> None:
    """What waits to leave and should not: all of it where the rule is paused, else what is for another moment, or for
    somebody who is not chosen any more."""
    of_rule = _mail_of(event, rule)
    if rule.is_paused:
        outbox.withdraw(session, *of_rule)
    elif rule.kind in moments.TO_REGISTERED:
        is_wanted = and_(Message.occasion == _occasion(event, rule), _is_chosen(event, rule))
        outbox.withdraw(session, *of_rule, ~is_wanted)


def _mail_of(event: Event, rule: ReminderRule) -> tuple[ColumnElement[bool], ...]:
    return Message.event_id == event.id, Message.rule_id == rule.id


def _is_chosen(event: Event, rule: ReminderRule) -> ColumnElement[bool]:
    # Not by the event as well: without statistics PostgreSQL would go through all of its people for each message.
    return exists().where(Registration.id == Message.registration_id, *selections.chosen(event, rule))


def _occasion(event: Event, rule: ReminderRule) -> str | None:
    return moments.occasion(event, rule) if rule.due_at is not None else None


def _release(session: Session, event: Event, rule: ReminderRule) -> None:
    """Resumed after its moment: what pausing took back leaves after all; what never began leaves now, as long as it is
    of use, but for reminders: the next one comes nearer to the start."""
    now, latest = clock.now(), moments.expires_at(event, rule)
    if rule.due_at is None or rule.due_at > now:
        return
    if not moments.is_served(rule) and rule.served_count is None and rule.kind == MessageKind.REMINDER:
        moments.skip(rule)
    elif latest is not None and latest > now and rule.kind in moments.TO_REGISTERED:
        since = Message.created_at >= rule.due_at
        outbox.bring_back(session, *_mail_of(event, rule), since, _is_chosen(event, rule))


def remove(session: Session, rule_id: UUID) -> tuple[ReminderRule, Event]:
    """What it sent stays; what has not left is taken back. Returns what is gone. Raises NotFound."""
    rule, event = _hold(session, rule_id)
    outbox.withdraw(session, *_mail_of(event, rule))
    event.reminder_rules.remove(rule)
    session.flush()
    return rule, event
