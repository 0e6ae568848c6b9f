"""The rules of mail over HTTP: what leaves when, to whom; and everything an event will send, before it does."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.api.auth import CurrentOrganiser, EditedEvent, RoleOnPath, ViewedEvent
from services.api.database import DatabaseSession
from services.api.idempotency import OnlyOnce
from services.api.openapi import refused
from shared import audit, calendars
from shared.mail_rules import answering, keeping, overview, rehearsing
from shared.models import Anchor, MessageKind, ReminderRule, Role
from shared.schemas.mail import MailOverview, Rehearsal, RuleAnswer, RuleChange, RuleContent, RuleList

router = APIRouter(tags=["mail"])


class _RuleFor(RoleOnPath):
    def __call__(self, rule_id: UUID, session: DatabaseSession, organiser: CurrentOrganiser) -> ReminderRule:
        rule = keeping.get(session, rule_id)
        calendars.require_role(session, organiser, keeping.event_of(session, rule).calendar_id, self.least)
        return rule


EditedRule = Annotated[ReminderRule, Depends(_RuleFor(Role.EDITOR), scope="function")]


@router.get("/events/{event_key}/rules")
def list_rules(event: ViewedEvent, session: DatabaseSession) -> RuleList:
    """In the order they leave. `recipients` counts also those who want no such mail, who will not get it."""
    return answering.rule_list(session, event)


@router.post("/events/{event_key}/rules", status_code=201, responses=refused(409))
def add_rule(
    event: EditedEvent,
    body: RuleContent,
    response: Response,
    session: DatabaseSession,
    organiser: CurrentOrganiser,
    once: OnlyOnce,
) -> RuleAnswer:
    """Reminders leave before the end, follow-ups after it, notices whenever you say; nudges go to invitations without
    an answer, call sheets to speakers. A notice with the anchor `moment` and no `moment` leaves at once."""
    earlier = once.earlier(RuleAnswer, response)
    if earlier is not None:
        return earlier
    rule = keeping.add(session, event.id, body)
    answer = answering.rule_answer(session, event, rule)
    is_at_once = rule.anchor == Anchor.MOMENT and body.moment is None and not rule.is_paused
    action = "notice.sent" if is_at_once and rule.kind == MessageKind.NOTICE else "rule.added"
    audit.record(session, action, by=organiser, event=event, **_facts(rule), recipients=answer.recipients)
    return once.keep(answer)


@router.patch("/rules/{rule_id}", responses=refused(409))
def change_rule(
    rule: EditedRule, body: RuleChange, session: DatabaseSession, organiser: CurrentOrganiser
) -> RuleAnswer:
    """What is left out, or null, stays; only a null `moment` says: at once. Pausing takes back what has not left yet,
    and resuming lets it go, as long as it is of use."""
    rule = keeping.change(session, rule.id, body)
    event = keeping.event_of(session, rule)
    changed = sorted(body.model_fields_set)
    audit.record(session, "rule.changed", by=organiser, event=event, **_facts(rule), fields=changed)
    return answering.rule_answer(session, event, rule)


@router.delete("/rules/{rule_id}", status_code=204)
def remove_rule(rule: EditedRule, session: DatabaseSession, organiser: CurrentOrganiser) -> None:
    """Its mail that has not left yet is taken back; what was sent stays."""
    gone, event = keeping.remove(session, rule.id)
    audit.record(session, "rule.removed", by=organiser, event=event, **_facts(gone))


def _facts(rule: ReminderRule) -> dict[str, Any]:
    moment = rule.moment.isoformat() if rule.moment else None
    return {
        "rule": str(rule.id),
        "kind": rule.kind,
        "anchor": rule.anchor,
        "minutes_before": rule.minutes_before,
        "moment": moment,
    }


@router.get("/events/{event_key}/rehearsal")
def rehearse(event: ViewedEvent, session: DatabaseSession) -> Rehearsal:
    """Every mail this event will still send as things stand: when, on the reader's own clock too, to how many, and its
    subject. Nothing is sent, and a draft is shown as if it were published now."""
    return rehearsing.rehearse(session, event)


@router.get("/events/{event_key}/mail")
def read_mail(event: ViewedEvent, session: DatabaseSession) -> MailOverview:
    """How the mail of this event fares: by kind and rule, what calendars hold and answered, whom it does not reach."""
    return overview.overview(session, event)
