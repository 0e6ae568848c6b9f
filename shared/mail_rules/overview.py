"""The mail of one event at a glance: what has become of it by kind and rule, and what came back."""

from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared import ledger, mail_forecast, reachability
from shared.mail_rules import moments
from shared.mail_rules.answering import counted
from shared.models import Event, MessageKind, Registration, RegistrationStatus
from shared.schemas.mail import KindCounts, MailOverview, Participations

_ORDER = {kind.value: place for place, kind in enumerate(MessageKind)}


def overview(session: Session, event: Event) -> MailOverview:
    return MailOverview(
        kinds=_kinds(session, event),
        ledger=ledger.counts(session, event),
        participations=_participations(session, event),
        unreachable=reachability.count(session, event),
        forecast=mail_forecast.forecast(session, event),
    )


def _kinds(session: Session, event: Event) -> list[KindCounts]:
    """What a rule has sent at all its moments, together. Mail of rules that were removed stands without one."""
    rules = {moments.name(rule): rule.id for rule in event.reminder_rules}
    found: dict[tuple[str, str], Counter[str]] = {}
    for (kind, occasion), statuses in counted(session, event.id).items():
        rule = occasion.partition("-")[0]
        found.setdefault((kind, rule if rule in rules else ""), Counter()).update(statuses)
    rows = [
        KindCounts(kind=kind, rule_id=rules.get(rule), **{status: number for status, number in statuses.items()})
        for (kind, rule), statuses in found.items()
        if statuses.total()
    ]
    return sorted(rows, key=lambda row: (_ORDER.get(row.kind, len(_ORDER)), str(row.rule_id or "")))


def _participations(session: Session, event: Event) -> Participations:
    """Of those with a place."""
    said = func.lower(Registration.participation)
    query = select(said, func.count()).where(
        Registration.event_id == event.id,
        Registration.status == RegistrationStatus.CONFIRMED,
        Registration.participation.is_not(None),
    )
    answered = {answer: number for answer, number in session.execute(query.group_by(said))}
    return Participations(**{name: answered.get(name, 0) for name in Participations.model_fields})
