"""What single kinds of mail tell besides what all of them do, read from the facts of their messages."""

from datetime import datetime
from typing import Any

from babel.numbers import format_decimal

from shared import markdown, moments
from shared.mail import times
from shared.mail.call_sheets import call_sheet
from shared.mail.kept import Kept
from shared.mail.views import EventView, When
from shared.models import Event, Message, MessageKind

_ABOUT_LENGTH = 600
_ENDS = ("starts_at", "ends_at")
_ASKING_TO_COME = {MessageKind.INVITATION, MessageKind.NUDGE}


def particulars(kept: Kept, message: Message, view: EventView, *, language: str, now: datetime) -> dict[str, Any]:
    """By the names that the templates of the kind use."""
    event, facts = message.event, message.facts
    assert event is not None
    if message.kind in _ASKING_TO_COME:
        return _request(event, facts, view, language, now)
    if message.kind == MessageKind.FOLLOW_UP:
        return {"attendance": _attendance(message), "coming": kept.coming(event, now, language)}
    if message.kind == MessageKind.CALL_SHEET:
        return {"sheet": call_sheet(event, facts, view, language=language)}
    if message.kind == MessageKind.CALL_SHEET_WITHDRAWN:
        return {"is_off": bool(facts.get("by_event")), "is_put_off": bool(facts.get("is_postponed"))}
    if message.kind == MessageKind.DECLINED:
        return {"is_freed": bool(facts.get("is_freed"))}
    if message.kind == MessageKind.COUNTER_PROPOSAL:
        return _proposal(facts, view, language)
    if message.kind == MessageKind.QUEUE_WARNING:
        return queue_words(facts, zone=view.span.zone if view.span else "UTC", language=language)
    return {"sent_by": facts.get("by")}


def _request(event: Event, facts: dict[str, Any], view: EventView, language: str, now: datetime) -> dict[str, Any]:
    closes_at = event.registration_closes_at
    zone = view.own_zone or (view.span.zone if view.span else event.calendar.time_zone)
    return {
        "about": markdown.shortened(markdown.plain_text(event.introduction or ""), length=_ABOUT_LENGTH) or None,
        "closes": times.moment(closes_at, zone, language) if closes_at and closes_at > now else None,
        "is_last": bool(facts.get("is_last")),
    }


def _attendance(message: Message) -> str | None:
    """ "attended" or "missed"; None where nobody can know, because people do not come through a link."""
    told, registration = message.facts.get("attendance"), message.registration
    if told in {"attended", "missed"}:
        return str(told)
    if registration is None or message.event is None or not message.event.is_online:
        return None
    return "attended" if registration.joined_at else "missed"


def _proposal(facts: dict[str, Any], view: EventView, language: str) -> dict[str, Any]:
    """`facts`: name, starts_at and ends_at (ISO 8601), comment; what they did not say is null."""
    starts_at, ends_at = (datetime.fromisoformat(facts[name]) if facts.get(name) else None for name in _ENDS)
    zone = view.span.zone if view.span else "UTC"
    span = times.span_of(starts_at, ends_at, zone)
    proposed = times.period(span, language) if span else None
    if span is None and starts_at is not None:
        proposed = times.moment(starts_at, zone, language)
    return {
        "who": facts.get("name"),
        "proposed": When(proposed, None) if proposed else None,
        "comment": facts.get("comment"),
    }


def queue_words(facts: dict[str, Any], *, zone: str, language: str) -> dict[str, Any]:
    """`facts` as `shared.schemas.mail.QueueForecast` has them, moments in ISO 8601."""
    form = moments.formats(language)
    waiting = int(facts.get("waiting", 0))
    rate, expected_at, needed_by = facts.get("per_minute"), facts.get("expected_at"), facts.get("needed_by")
    return {
        "waiting": waiting,
        "waiting_count": format_decimal(waiting, locale=form),
        "rate": format_decimal(round(rate) if rate >= 10 else round(rate, 1), locale=form) if rate else None,
        "expected": times.moment(datetime.fromisoformat(expected_at), zone, language) if expected_at else None,
        "needed": times.moment(datetime.fromisoformat(needed_by), zone, language) if needed_by else None,
    }
