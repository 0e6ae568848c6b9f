"""What a batch of mails reads of the database once: the texts of rules, and what comes next in a calendar."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.answers import event_url
from shared.mail import times
from shared.mail.texts import Texts, Written, texts_for
from shared.models import Event, EventState, Message, ReminderRule

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class ComingEvent:
    """An event of the same calendar that is still to come. `when` is on its own clock."""

    title: str
    language: str
    when: str | None
    url: str


class Kept:
    """Made after the batch was claimed, like its `Composer`; what it read once it keeps.

    `tried`: a text that nobody has saved, to see what it would look like.
    """

    def __init__(self, session: Session, tried: Written | None = None) -> None:
        self.session, self.tried = session, tried
        self._texts: dict[UUID, dict[str, dict[str, Any]]] = {}
        self._chosen: dict[tuple[UUID | None, UUID | None, str, str], Texts] = {}
        self._coming: dict[UUID, list[Event]] = {}

    def texts(self, message: Message, language: str) -> Texts:
        """The organisers' texts for one mail: of the rule that sent it, else of its kind at this event."""
        key = (message.event_id, message.rule_id, message.kind, language)
        if key not in self._chosen:
            self._chosen[key] = self._choose(message, language)
        return self._chosen[key]

    def _choose(self, message: Message, language: str) -> Texts:
        event = message.event
        if event is None:
            return Texts()
        places = [self._of_rule(message.rule_id), (event.mail_texts or {}).get(message.kind, {})]
        if self.tried is not None:
            # It stands where it would be saved: in place of the rule's, or of the event's where there is no rule.
            places = [self.tried, *(places[1:] if message.rule_id else [])]
        return texts_for(language, event.text_language, *places)

    def _of_rule(self, rule_id: UUID | None) -> Written:
        """None of them where no rule sent it, or the rule is gone."""
        if rule_id is None:
            return {}
        if rule_id not in self._texts:
            rule = self.session.get(ReminderRule, rule_id)
            self._texts[rule_id] = rule.texts or {} if rule else {}
        return self._texts[rule_id]

    def coming(self, event: Event, now: datetime, language: str) -> tuple[ComingEvent, ...]:
        """The next few events of the calendar, soonest first."""
        if event.id not in self._coming:
            query = select(Event).where(
                Event.calendar_id == event.calendar_id,
                Event.id != event.id,
                Event.state == EventState.PUBLISHED,
                Event.starts_at > now,
            )
            ordered = query.order_by(Event.starts_at, Event.id).limit(_SHOWN)
            self._coming[event.id] = list(self.session.scalars(ordered))
        return tuple(_coming(one, language) for one in self._coming[event.id])


def _coming(event: Event, language: str) -> ComingEvent:
    span = times.span_of(event.starts_at, event.ends_at, event.time_zone)
    when = times.period(span, language) if span else None
    return ComingEvent(event.title, event.text_language, when, event_url(event))
