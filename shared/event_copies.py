"""Events made from others; drafts thrown away; and what a programme's minutes amount to."""

from datetime import timedelta
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import events, questions, timezones
from shared.answers import person_facts
from shared.errors import StateConflict
from shared.models import Event, EventState, Invitation, ProgrammeItem, Registration, ReminderRule
from shared.programme import Slot, slots
from shared.schemas.event_copies import CopyRequest, ProgrammeDraft, ProgrammeTimes
from shared.schemas.events import EventContent, ProgrammeItemAnswer
from shared.schemas.programme import ItemKind, ProgrammeItemFacts
from shared.schemas.questions import QuestionFacts

# Not taken over: the room may be made for one meeting, the recording is of one, and times are of one event.
_TAKEN_OVER = {
    "form", "text_language", "introduction", "contents", "audiences", "hosts", "languages", "location", "is_free",
    "price_text", "is_open_to_all", "waiting_list_closes_minutes", "offer_hours", "verifies_addresses",
    "retention_days", "is_online", "room_opens_minutes", "declining_frees_place", "invitations_per_day", "mail_texts",
    "time_zone", "minutes",
}  # fmt: skip
_OF_A_RULE = ("kind", "anchor", "minutes_before", "selection", "texts", "is_paused")


def copy(session: Session, event: Event, wish: CopyRequest) -> Event:
    """A draft like this event, in its calendar: content, programme, questions and rules; nobody's registration.

    People on the programme come along as they are announced, without the ways to reach them.
    """
    given = {name: getattr(event, name) for name in _TAKEN_OVER if getattr(event, name) is not None}
    content = EventContent(
        **given,
        title=wish.title or event.title,
        starts_at_local=wish.starts_at_local,
        places=event.places.places,
        people=[person_facts(person) for person in event.people],
        programme=[_item(item) for item in event.programme],
        questions=[QuestionFacts.model_validate(question) for question in questions.asked(event)],
    )
    made = events.create(session, event.calendar, content)
    made.reminder_rules = [_rule(rule) for rule in event.reminder_rules if rule.moment is None]
    session.flush()
    events.set_start(made, made.starts_at)
    session.flush()
    return made


def _item(item: ProgrammeItem) -> ProgrammeItemFacts:
    return ProgrammeItemFacts(
        title=item.title,
        kind=ItemKind(item.kind),
        minutes=item.minutes,
        day=item.day,
        starts_at_clock=item.starts_at_clock,
        people=[person_facts(person) for person in item.people],
    )


def _rule(rule: ReminderRule) -> ReminderRule:
    return ReminderRule(**{name: getattr(rule, name) for name in _OF_A_RULE})


def delete_draft(session: Session, event: Event) -> None:
    """For good. Raises StateConflict for what was published, or what anybody is registered for or invited to."""
    if event.state != EventState.DRAFT:
        raise StateConflict(
            "Only drafts can be deleted. Cancel the event instead: people are told, and the page says so."
        )
    for people in (Registration, Invitation):
        if session.scalar(select(people.id).where(people.event_id == event.id).limit(1)) is not None:
            raise StateConflict("Somebody is registered or invited already. Erase them first, or keep the draft.")
    session.delete(event)
    session.flush()


def programme_times(draft: ProgrammeDraft) -> ProgrammeTimes:
    """When each item begins and ends. Raises UnknownTimeZone, TimeInGap or TimeAmbiguous for a start that is none."""
    zone = timezones.require_zone(draft.time_zone)
    starts_at = timezones.to_utc(draft.starts_at_local, zone, fold=0)
    found = slots(draft.programme, starts_at=starts_at, time_zone=zone)
    ends = [slot.ends_at for slot in found if slot is not None and slot.ends_at is not None]
    last = found[-1] if found else None
    ends_at = max(ends) if ends and last is not None and last.ends_at is not None else None
    overrun = None
    if ends_at is not None and draft.minutes is not None:
        overrun = round((ends_at - starts_at - timedelta(minutes=draft.minutes)) / timedelta(minutes=1))
    return ProgrammeTimes(
        programme=[_timed(item, slot, zone) for item, slot in zip(draft.programme, found, strict=True)],
        ends_at=ends_at,
        overrun_minutes=overrun,
        notes=_notes(draft, found),
    )


def _timed(item: ProgrammeItemFacts, slot: Slot | None, zone: str) -> ProgrammeItemAnswer:
    local = events.in_zone(slot.starts_at, zone).replace(tzinfo=None) if slot else None
    times = {"starts_at": slot.starts_at, "ends_at": slot.ends_at, "starts_at_local": local} if slot else {}
    return ProgrammeItemAnswer(**item.model_dump(), **times)


def _notes(draft: ProgrammeDraft, found: list[Slot | None]) -> list[str]:
    named = list(zip(draft.programme, found, strict=True))
    notes = [f"“{item.title}” has no length yet." for item, _ in named if item.minutes is None]
    for (before, first), (after, second) in pairwise(named):
        if first is None or second is None or first.ends_at is None or before.day != after.day:
            continue
        between = round((second.starts_at - first.ends_at) / timedelta(minutes=1))
        if between > 0:
            notes.append(f"{between} min lie between “{before.title}” and “{after.title}”.")
        if between < 0:
            notes.append(f"“{after.title}” begins {-between} min before “{before.title}” is over.")
    return notes
