"""Everything a template may say to one reader at one moment, by the names that the templates use."""

from datetime import datetime, timedelta
from typing import Any

from shared import links, questions, waiting_lists
from shared.links import Purpose
from shared.mail import times
from shared.mail.changes import change_rows
from shared.mail.entries import invites, takes_back
from shared.mail.kept import Kept
from shared.mail.names import greeting_name
from shared.mail.particulars import particulars
from shared.mail.patterns import Words
from shared.mail.recipients import Recipient
from shared.mail.views import EventView
from shared.models import Event, Message, MessageKind, RegistrationStatus
from shared.outbox import is_optional
from shared.schemas.questions import WRITTEN
from shared.settings import get_settings

# From here on a confirmation says how much time is left, and the way in stands on top.
_NEAR = timedelta(hours=24)
# A large event needs a while at a slow mail server; what takes longer than this is late.
_LATE = timedelta(minutes=30)
_ASKING = {MessageKind.VERIFICATION, MessageKind.INVITATION, MessageKind.NUDGE}
# To those who have a place, in what they may open when it begins.
WITH_JOIN_LINK = {
    MessageKind.CONFIRMATION,
    MessageKind.PROMOTION,
    MessageKind.CHANGE,
    MessageKind.ENTRY_AGAIN,
    MessageKind.REMINDER,
    MessageKind.NOTICE,
}
_GIVING_A_PLACE = {MessageKind.CONFIRMATION, MessageKind.PROMOTION}
# Of each of these the reader has one of their own, or none.
LINKS = ("manage_url", "unsubscribe_url", "join_url", "invite_url", "feed_url")


def about(message: Message) -> Event:
    """The event it is about. Few messages are about none, and they are written elsewhere."""
    assert message.event is not None
    return message.event


def words_for(
    kept: Kept, message: Message, recipient: Recipient, view: EventView, *, language: str, now: datetime
) -> Words:
    own = {
        # One line, as every name is shown.
        "name": greeting_name(recipient.name or ""),
        "address": " ".join(recipient.address.split()),
        **_links(message),
    }
    return Words(_common(kept, message, view, language=language, now=now), own)


def text_names(words: Words) -> Words:
    """What organisers' own texts may name (`shared.mail.texts.NAMES`), as these words have it."""
    event: EventView = words.common["event"]
    has_place = words.common["status"] in {None, RegistrationStatus.CONFIRMED}
    common = {
        "title": event.title,
        "organisation": words.common["organisation"],
        "contact": words.common["contact"],
        "when": event.when.there if event.when else None,
        "when_here": (event.when.here or event.when.there) if event.when else None,
        "date": event.date,
        "starts_in": words.common["soon"],
        "place": event.where if has_place or not event.room_url else None,
        "event_link": event.url,
        "calendar_link": event.calendar_url,
        "recording_link": words.common["recording_url"],
        "list_link": words.common["list_url"],
    }
    own = {
        "name": words.own["name"] or None,
        "join_link": words.own["join_url"],
        "manage_link": words.own["manage_url"],
        "invite_link": words.own["invite_url"],
    }
    return Words(common, own)


def _common(kept: Kept, message: Message, event: EventView, *, language: str, now: datetime) -> dict[str, Any]:
    registration = message.registration
    return {
        "kind": message.kind,
        "event": event,
        "reader": _reader(message),
        "status": registration.status if registration else None,
        "position": waiting_lists.position_of(kept.session, registration) if registration else None,
        "is_late": _is_late(message, now),
        "is_asked_for": bool(message.facts.get("is_asked_for")),
        "with_entry": event.span is not None and (invites(message) or takes_back(message)),
        "recording_url": about(message).recording_url,
        **_sender(message),
        **_time_left(event, language, now),
        **_change(message, event, language),
        **_end(message),
        **_asked(message, event, language),
        **_answered(message, language),
        **particulars(kept, message, event, language=language, now=now),
    }


def _reader(message: Message) -> str:
    """What the reader is to the event: the foot of the mail says why they get it."""
    if message.registration is not None:
        return "registered"
    if message.invitation is not None:
        return "invited"
    return "team" if message.speaker is None else "programme"


def _sender(message: Message) -> dict[str, Any]:
    calendar, settings = about(message).calendar, get_settings()
    return {
        "organisation": calendar.organisation,
        "contact": calendar.contact_address,
        "platform": settings.mail_name,
        "list_url": f"{settings.site_url}/calendars/{calendar.slug}",
        "dashboard_url": settings.dashboard_url,
    }


def _links(message: Message) -> dict[str, str | None]:
    found: dict[str, str | None] = dict.fromkeys(LINKS)
    recipient = message.registration or message.invitation
    if recipient is not None and is_optional(message):
        found["unsubscribe_url"] = links.url(Purpose.UNSUBSCRIBE, recipient.id, message.id)
    if message.invitation is not None:
        found["invite_url"] = links.url(Purpose.INVITED, message.invitation.id, message.id)
    if message.registration is not None:
        found["manage_url"] = links.url(Purpose.MY, message.registration.id, message.id)
        found["join_url"] = links.url(Purpose.JOIN, message.registration.id, message.id) if _may_join(message) else None
    found["feed_url"] = message.facts.get("feed_url")
    return found


def _may_join(message: Message) -> bool:
    """Notices go to people without a place, too."""
    registration = message.registration
    has_place = registration is not None and registration.status == RegistrationStatus.CONFIRMED
    return has_place and message.kind in WITH_JOIN_LINK and about(message).is_online


def _time_left(event: EventView, language: str, now: datetime) -> dict[str, Any]:
    span = event.span
    if span is None or now >= span.ends_at:
        return {"soon": None, "is_near": False, "is_running": False}
    if now >= span.starts_at:
        return {"soon": None, "is_near": False, "is_running": True}
    soon = times.time_left(now, span.starts_at, event.own_zone or span.zone, language)
    return {"soon": soon, "is_near": span.starts_at - now < _NEAR, "is_running": False}


def _change(message: Message, event: EventView, language: str) -> dict[str, Any]:
    """The rows of a change mail; where nothing is different, the event has come back from being postponed."""
    if message.kind != MessageKind.CHANGE:
        return {}
    before = message.facts.get("before", {})
    rows = change_rows(about(message), before, language=language, own_zone=event.own_zone)
    return {"rows": rows, "changed": {row.what for row in rows}, "is_back": not before}


def _end(message: Message) -> dict[str, Any]:
    """Why, and what ends with it."""
    had_place = bool(message.facts.get("with_entry"))
    return {
        "reason": about(message).state_reason if message.kind == MessageKind.CANCELLATION else None,
        "is_postponed": bool(message.facts.get("is_postponed")),
        "is_cancelled": takes_back(message),
        "by_event": message.kind == MessageKind.CANCELLATION,
        "was_waiting": not had_place,
        # Who did it is known of registrations that are cancelled: they themselves, or the organisers for them.
        "by_team": message.facts.get("is_by_person") is False,
    }


def _asked(message: Message, event: EventView, language: str) -> dict[str, Any]:
    """Until when the reader has to answer, on their own clock where it is known; and what follows if they do."""
    answer_by = message.registration.answer_by if message.registration else None
    zone = event.own_zone or (event.span.zone if event.span else "UTC")
    return {
        "answer_by": times.moment(answer_by, zone, language) if answer_by else None,
        "is_full": not about(message).places.is_open_to_newcomers if message.kind in _ASKING else False,
    }


def _answered(message: Message, language: str) -> dict[str, Any]:
    """What the person chose, for those who wonder later. Not what they wrote: whoever registers an address of somebody
    else could have us send them any text."""
    registration, event = message.registration, about(message)
    if message.kind not in _GIVING_A_PLACE or registration is None or not registration.answers:
        return {"answers": []}
    return {
        "answers": [
            {
                "label": questions.label(question, language),
                "language": language if questions.is_translated(question, language) else event.text_language,
                "words": questions.shown(question, registration.answers[question.key], language),
            }
            for question in questions.asked(event)
            if question.key in registration.answers and question.kind not in WRITTEN
        ]
    }


def _is_late(message: Message, now: datetime) -> bool:
    """Whether its moment is long past. A retry moves `due_at`, so what the mail was first meant for counts too."""
    moments = [moment for moment in (message.created_at, message.due_at, _meant_for(message)) if moment is not None]
    return now - min(moments, default=now) > _LATE


def _meant_for(message: Message) -> datetime | None:
    starts_at, minutes_before = about(message).starts_at, message.facts.get("minutes_before")
    if starts_at is None or minutes_before is None:
        return None
    return starts_at - timedelta(minutes=minutes_before)
