"""The mail of an event that leaves when something happens: what would have to happen, and to whom it would go."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from shared import clock
from shared.mail_rules import readers
from shared.mail_rules.readers import Group
from shared.models import Event, EventState, MessageKind, RegistrationStatus


@dataclass(frozen=True, slots=True)
class Occasion:
    kind: MessageKind
    when: str
    group: Group
    facts: dict[str, Any] = field(default_factory=dict)


def occasions(session: Session, event: Event) -> Iterator[Occasion]:
    """None of a cancelled event, or of one that is over; of a draft, as if it were published."""
    is_over = event.ends_at is not None and event.ends_at <= clock.now()
    if event.state not in {EventState.DRAFT, EventState.PUBLISHED} or is_over:
        return
    if event.verifies_addresses:
        yield _to(event, MessageKind.VERIFICATION, "When somebody registers", RegistrationStatus.PENDING)
    yield _to(event, MessageKind.CONFIRMATION, _confirmed_when(event))
    if event.places.places is not None:
        yield _to(event, MessageKind.WAITING_LIST, "When the event is full", RegistrationStatus.WAITLISTED)
        yield _freed(event)
    yield _to(event, MessageKind.LINK_AGAIN, "When somebody asks for their link")
    yield _to(event, MessageKind.REGISTRATION_CANCELLED, "When somebody cancels", facts={"with_entry": True})
    yield _changed(event)
    yield _called_off(event)


def _confirmed_when(event: Event) -> str:
    return "When the address is verified" if event.verifies_addresses else "When somebody registers"


def _to(
    event: Event,
    kind: MessageKind,
    when: str,
    status: RegistrationStatus = RegistrationStatus.CONFIRMED,
    *,
    count: int = 0,
    facts: dict[str, Any] | None = None,
) -> Occasion:
    language = readers.mail_language(event.text_language)
    return Occasion(kind, when, Group(count, language, event.time_zone, None, status=status), facts or {})


def _freed(event: Event) -> Occasion:
    when = "When a place becomes free"
    if event.offer_hours is None:
        return _to(event, MessageKind.PROMOTION, when)
    return _to(event, MessageKind.OFFER, when, RegistrationStatus.OFFERED)


def _changed(event: Event) -> Occasion:
    """Shown for an event that moves by a day."""
    moved = {
        name: (moment - timedelta(days=1)).isoformat()
        for name, moment in (("starts_at", event.starts_at), ("ends_at", event.ends_at))
        if moment is not None
    }
    when = "When its title, time or place changes"
    return _to(event, MessageKind.CHANGE, when, count=event.places.confirmed, facts={"before": moved})


def _called_off(event: Event) -> Occasion:
    facts = {"with_entry": True, "is_postponed": False}
    count = event.places.confirmed + event.places.waitlisted
    return _to(event, MessageKind.CANCELLATION, "When it is cancelled or postponed", count=count, facts=facts)
