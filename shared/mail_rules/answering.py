"""Rules as the API answers them, with what their mail has come to, read from tallies."""

from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.mail_rules import moments, selections
from shared.models import Event, MailTally, MessageStatus, ReminderRule
from shared.schemas.mail import RuleAnswer, RuleList

# How many messages are in each status, by kind and occasion.
Counted = Mapping[tuple[str, str], Counter[str]]


def counted(session: Session, event_id: UUID) -> Counted:
    """Of one event, all shards together."""
    cell = (MailTally.kind, MailTally.occasion, MailTally.status)
    found: dict[tuple[str, str], Counter[str]] = {}
    query = select(*cell, func.sum(MailTally.count)).where(MailTally.event_id == event_id).group_by(*cell)
    for kind, occasion, status, number in session.execute(query):
        found.setdefault((kind, occasion), Counter())[status] += int(number)
    return found


def sent_and_total(event: Event, rule: ReminderRule, mail: Counted) -> tuple[int, int]:
    """How many messages of the rule's present moment have left, and how many there are."""
    if not moments.is_served(rule) and not rule.served_count:
        return 0, 0
    if rule.kind not in moments.TO_REGISTERED:
        # Their mail is not told apart by rules: what was written counts as sent once nothing of the kind waits.
        total = rule.served_count or 0
        return max(0, total - _waiting(rule.kind, mail)), total
    of_moment = mail.get((rule.kind, moments.occasion(event, rule)), Counter[str]())
    sent = of_moment[MessageStatus.SENT] + of_moment[MessageStatus.BOUNCED]
    return sent, max(of_moment.total(), rule.served_count or 0)


def _waiting(kind: str, mail: Counted) -> int:
    of_kind = [statuses for (one, _), statuses in mail.items() if one == kind]
    return sum(statuses[MessageStatus.PENDING] + statuses[MessageStatus.SENDING] for statuses in of_kind)


def rule_list(session: Session, event: Event) -> RuleList:
    mail, rules = counted(session, event.id), moments.in_order(event)
    reach = selections.counts(session, event, rules)
    return RuleList(rules=[_answer(event, rule, mail, recipients=reach[rule.id]) for rule in rules])


def rule_answer(session: Session, event: Event, rule: ReminderRule) -> RuleAnswer:
    mail, recipients = counted(session, event.id), selections.count(session, event, rule)
    return _answer(event, rule, mail, recipients=recipients)


def _answer(event: Event, rule: ReminderRule, mail: Counted, *, recipients: int) -> RuleAnswer:
    sent, total = sent_and_total(event, rule, mail)
    same = ("id", "kind", "anchor", "minutes_before", "moment", "selection", "texts", "is_paused", "due_at")
    facts = {name: getattr(rule, name) for name in same}
    return RuleAnswer(
        **facts, state=moments.state(event, rule, total=total), recipients=recipients, sent=sent, total=total
    )
