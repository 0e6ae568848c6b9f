"""The rehearsal: every mail that an event will still send as things stand, written but not sent.

People who read the same language on clocks of the same zone get the same mail at the same moment: they are one line.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from shared import clock
from shared.mail import times
from shared.mail.composing import Composer
from shared.mail_rules import moments, readers, serving
from shared.mail_rules.answers_to_people import Occasion, occasions
from shared.mail_rules.readers import Group
from shared.models import Anchor, Event, EventState, Message, ReminderRule
from shared.schemas.mail import Rehearsal, RehearsedMail

# The organiser reads it, whatever language the mail is in.
_LANGUAGE = "en"
_NOT_SETTLED = "When the date is settled"
_RULES_LEAVE_IN = {EventState.DRAFT, EventState.PUBLISHED}


def rehearse(session: Session, event: Event) -> Rehearsal:
    """Changes nothing. In the order they leave; what answers somebody comes last."""
    rehearsal = _Rehearsal(session, event)
    return Rehearsal(made_at=rehearsal.now, mails=rehearsal.mails())


class _Rehearsal:
    def __init__(self, session: Session, event: Event) -> None:
        self.session, self.event, self.now = session, event, clock.now()
        self.composer = Composer(session)

    def mails(self) -> list[RehearsedMail]:
        timed = [*self._waiting(), *self._of_rules()]
        known = sorted((mail for mail in timed if mail.at is not None), key=lambda mail: mail.at or self.now)
        unknown = [mail for mail in timed if mail.at is None]
        return [*known, *unknown, *self._answers()]

    def _waiting(self) -> Iterator[RehearsedMail]:
        """What stands in the outbox, and the invitations that wait for their day."""
        for waiting in readers.waiting(self.session, self.event):
            at = max(waiting.due_at, self.now) if waiting.due_at else None
            yield self._line(waiting.group, waiting.message, at=at, when="As the daily limit allows")

    def _of_rules(self) -> Iterator[RehearsedMail]:
        if self.event.state not in _RULES_LEAVE_IN:
            return
        for rule in moments.in_order(self.event):
            if moments.is_served(rule) or self._is_late(rule):
                continue
            for group in readers.of_rule(self.session, self.event, rule):
                yield self._line(group, self._message(rule, group), at=rule.due_at, when=_when(rule), rule=rule)

    def _is_late(self, rule: ReminderRule) -> bool:
        """Whether its moment lies behind: nothing is sent for it. Before publishing, what is due is skipped."""
        is_due = rule.due_at is not None and rule.due_at <= self.now
        return moments.is_lost(self.event, rule) or (is_due and self.event.state == EventState.DRAFT)

    def _message(self, rule: ReminderRule, group: Group) -> Message:
        has_joined = group.attendance == "attended"
        facts = serving.facts(self.event, rule, has_joined=has_joined, tells_attendance=group.attendance is not None)
        message = readers.message_to(group, self.event, rule.kind, facts)
        message.rule_id = rule.id
        return message

    def _answers(self) -> Iterator[RehearsedMail]:
        for one in occasions(self.session, self.event):
            yield self._answer(one)

    def _answer(self, one: Occasion) -> RehearsedMail:
        message = readers.message_to(one.group, self.event, one.kind, one.facts)
        return self._line(one.group, message, at=None, when=one.when)

    def _line(
        self, group: Group, message: Message, *, at: datetime | None, when: str, rule: ReminderRule | None = None
    ) -> RehearsedMail:
        zone = group.zone or self.event.time_zone or "UTC"
        return RehearsedMail(
            kind=message.kind,
            rule_id=message.rule_id,
            at=at,
            at_local=times.moment(at, zone, _LANGUAGE) if at else when,
            recipients=group.count,
            language=group.language,
            sample_id=group.sample_id,
            subject=self._subject(message, at),
            attendance=group.attendance,
            is_paused=rule.is_paused if rule else False,
        )

    def _subject(self, message: Message, at: datetime | None) -> str:
        try:
            return self.composer.compose(message, at=max(at, self.now) if at else None).subject
        except Exception as problem:
            # As when it is sent: a template that is broken spoils its own mail only, and here is where to see it.
            return f"Could not be written: {type(problem).__name__}"


def _when(rule: ReminderRule) -> str:
    return "When it is resumed" if rule.anchor == Anchor.MOMENT else _NOT_SETTLED
