"""The rules of an event's life: made, edited, published, moved, postponed, cancelled. Its mail follows from here."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from shared import call_sheets, clock, people, questions, timezones, waiting_lists
from shared.admission import ask_again
from shared.calendars import is_slug, slug_of
from shared.errors import EditCollision, InvalidInput, NotFound, NotReadyToPublish, OpenDoubt, StateConflict
from shared.event_mail import in_calendars, tell_of_cancellation, tell_of_change
from shared.mail import texts
from shared.mail_rules import moments as rule_moments
from shared.mail_rules.outdated import take_back_outdated
from shared.models import Calendar, Event, EventPlaces, EventState
from shared.places import lock_places
from shared.privacy.retention import require_kept_promise
from shared.schemas.events import EventContent
from shared.schemas.remarks import Weight

# What of an edit is stored as it comes; the others have rules of their own.
_PLAIN = {
    "title", "form", "text_language", "introduction", "contents", "audiences", "hosts", "languages", "location",
    "is_free", "price_text", "is_open_to_all", "registration_url", "registration_opens_at", "registration_closes_at",
    "waiting_list_closes_minutes", "offer_hours", "verifies_addresses", "retention_days", "is_online", "room_url",
    "room_opens_minutes", "recording_url", "declining_frees_place", "invitations_per_day", "mail_texts",
}  # fmt: skip
_NEVER_EMPTY = {
    "title", "text_language", "contents", "audiences", "hosts", "languages", "people", "programme", "questions",
    "waiting_list_closes_minutes", "verifies_addresses", "retention_days", "is_online", "room_opens_minutes",
    "declining_frees_place", "mail_texts",
}  # fmt: skip
_TIME = {"starts_at_local", "time_zone", "minutes"}
_MISSING = {"starts_at_local": "a start", "time_zone": "a time zone", "minutes": "a length"}
# Remarks about any of these are settled by a stated time.
TIME_FIELDS = {"starts_at_local", "starts_on", "ends_on", "time_zone", "starts_at", "ends_at", "minutes", None}


def get(session: Session, key: str) -> Event:
    """By slug or id. Raises NotFound."""
    event = session.scalar(select(Event).where(Event.slug == key)) if is_slug(key) else None
    if event is None:
        try:
            event = session.get(Event, UUID(key))
        except ValueError:
            event = None
    if event is None:
        raise NotFound("There is no such event. It may have been removed; look at the calendar.")
    return event


def get_public(session: Session, key: str) -> Event:
    """Like `get`, for everyone: a draft is not there."""
    event = get(session, key)
    if event.state == EventState.DRAFT:
        raise NotFound("There is no such event. It may not be published yet; look at the calendar.")
    return event


def create(session: Session, calendar: Calendar, content: EventContent, **imported: Any) -> Event:
    """A draft. `imported` are what only an import knows: remarks, announcement_text, time_text."""
    title = content.title or "Untitled"
    event_id = uuid7()
    event = Event(
        id=event_id, calendar=calendar, slug=_slug(session, title, content.starts_at_local, event_id), title=title,
        state=EventState.DRAFT, revision=0, version=1, contents=[], audiences=[], hosts=[], languages=[],
        text_language=calendar.language, remarks=[], is_online=takes_place_online(content.location),
        places=EventPlaces(places=content.places),
    )  # fmt: skip
    event.reminder_rules = rule_moments.usual_rules()
    for name, value in imported.items():
        setattr(event, name, value)
    session.add(event)
    _apply(session, event, content)
    session.flush()
    return event


# As the importer finds it in announcements, in the languages it reads; or a link.
_ONLINE = re.compile(r"https?://|on-?line|en l[ií](gne|nea)|web(inar|ex)|zoom|teams|virtual", re.IGNORECASE)


def takes_place_online(location: str | None) -> bool:
    """What a location says; nothing said is online, as webinars often leave it out. The organiser may say otherwise."""
    return location is None or _ONLINE.search(location) is not None


def _slug(session: Session, title: str, starts_at_local: datetime | None, event_id: UUID) -> str:
    slug = slug_of(title, fallback="event")
    if starts_at_local is not None:
        slug = f"{slug}-{starts_at_local:%Y-%m-%d}"
    # Held until the end of the transaction: of two who make alike events in one instant, the second sees the first.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(slug))))
    is_taken = session.scalar(select(Event.id).where(Event.slug == slug)) is not None
    return f"{slug}-{event_id.hex[-6:]}" if is_taken else slug


def edit(session: Session, event_id: UUID, content: EventContent, *, version: int | None) -> Event:
    """Change what the content names. People hear of it when what stands in their calendars changed.

    Raises EditCollision where somebody else edited since `version`; InvalidInput naming the field.
    """
    places = lock_places(session, event_id)
    event = session.get_one(Event, event_id, populate_existing=True)
    if version is not None and version != event.version:
        raise EditCollision(f"The event was changed by somebody else (version {event.version}). Read it again first.")
    before, days_before, revision = in_calendars(event), event.retention_days, event.revision
    speakers_knew = call_sheets.also_told(event)
    _settle_doubts(event, content)
    _apply(session, event, content)
    require_kept_promise(event, places, days_before=days_before)
    if "places" in content.model_fields_set:
        places.places = content.places
        places.version += 1
    event.version += 1
    event.updated_at = clock.now()
    session.flush()
    people.forget_lost(session, event)
    if event.state == EventState.PUBLISHED:
        take_back_outdated(session, event)
        _follow(session, event, before)
        call_sheets.follow(session, event, is_other=speakers_knew != call_sheets.also_told(event))
    waiting_lists.renew_offers(session, event, is_changed=event.revision != revision)
    waiting_lists.promote_waiting(session, places)
    return event


def _follow(session: Session, event: Event, before: dict[str, Any]) -> None:
    """Publish a new revision to those who hold the old one, if calendars are concerned."""
    if event.starts_at is None or event.minutes is None:
        raise InvalidInput(
            "A published event keeps its time. Postpone it instead.",
            fields={"starts_at_local": "cannot be removed from a published event; postpone it instead"},
        )
    if in_calendars(event) == before:
        return
    event.revision += 1
    tell_of_change(session, event, before)


def _apply(session: Session, event: Event, content: EventContent) -> None:
    given = content.model_dump(exclude_unset=True)
    for name in given.keys() & _NEVER_EMPTY:
        if given[name] is None:
            raise InvalidInput("The event could not be changed: see the fields.", fields={name: "cannot be empty"})
    texts.check_of_event(given.get("mail_texts") or {})
    for name in given.keys() & _PLAIN:
        setattr(event, name, given[name])
    people.put(event, content)
    if content.questions is not None:
        questions.put(event, content.questions)
    _apply_time(event, given)
    _require_hours(event)


def _require_hours(event: Event) -> None:
    opens_at, closes_at = event.registration_opens_at, event.registration_closes_at
    if opens_at is not None and closes_at is not None and opens_at >= closes_at:
        raise InvalidInput(
            "Registration would close before it opens. Move one of the two.",
            fields={"registration_closes_at": "must be later than registration_opens_at"},
        )


def _settle_doubts(event: Event, content: EventContent) -> None:
    """What an organiser states or chooses is no longer in doubt."""
    stated: set[str | None] = set(content.model_fields_set)
    if content.reading is not None:
        _take_reading(event, content.reading)
    if stated & {"reading", "starts_at_local", "time_zone"}:
        stated |= TIME_FIELDS
    event.remarks = [
        remark for remark in event.remarks if remark["weight"] != Weight.DOUBT or remark.get("field") not in stated
    ]


def _take_reading(event: Event, key: str) -> None:
    readings = [reading for remark in event.remarks for reading in remark.get("readings", [])]
    chosen = next((reading for reading in readings if reading["key"] == key), None)
    if chosen is None:
        offered = ", ".join(f"“{reading['key']}”" for reading in readings) or "none"
        raise InvalidInput(
            "There is no such reading of the time.", fields={"reading": f"is not one of those offered: {offered}"}
        )
    event.starts_at_local = datetime.fromisoformat(chosen["starts_at_local"])
    event.time_zone = chosen["time_zone"]
    set_start(event, datetime.fromisoformat(chosen["starts_at"]))


def _apply_time(event: Event, given: dict[str, Any]) -> None:
    """The wall clock, the zone and the length; what an organiser states leaves no doubt about it."""
    changed = given.keys() & _TIME
    if not changed:
        return
    for name in changed:
        setattr(event, name, given[name])
    if event.time_zone is not None:
        with _about("time_zone"):
            timezones.require_zone(event.time_zone)
    if {"starts_at_local", "time_zone"} & changed:
        set_start(event, _derived_start(event))
    else:
        set_start(event, event.starts_at)


def _derived_start(event: Event) -> datetime | None:
    if event.starts_at_local is None or event.time_zone is None:
        return None
    with _about("starts_at_local"):
        return timezones.to_utc(event.starts_at_local, event.time_zone)


@contextmanager
def _about(field: str) -> Iterator[None]:
    """What is wrong inside is wrong with this field."""
    try:
        yield
    except InvalidInput as problem:
        problem.fields.setdefault(field, problem.message)
        raise


def set_start(event: Event, starts_at: datetime | None) -> None:
    """The instants that follow from the wall clock; the rules of mail move along."""
    event.starts_at = starts_at
    event.ends_at = starts_at + timedelta(minutes=event.minutes) if starts_at and event.minutes else None
    rule_moments.follow(event)


def ends_at_local(event: Event) -> datetime | None:
    if event.ends_at is None or event.time_zone is None:
        return None
    return event.ends_at.astimezone(ZoneInfo(event.time_zone)).replace(tzinfo=None)


def open_doubts(event: Event) -> list[dict[str, Any]]:
    return [remark for remark in event.remarks if remark["weight"] == Weight.DOUBT]


def publish(session: Session, event_id: UUID) -> Event:
    """Put the event before everyone; a postponed one returns with its new date. Publishing twice changes nothing.

    An event of the past may be published as well: it stands in its calendar as over, and nobody can register.

    Raises OpenDoubt with what must be decided, NotReadyToPublish naming what is missing, StateConflict when cancelled.
    """
    places = lock_places(session, event_id)
    event = session.get_one(Event, event_id, populate_existing=True)
    if event.state == EventState.PUBLISHED:
        return event
    _require_publishable(event)
    was_postponed = event.state == EventState.POSTPONED
    event.state, event.state_reason = EventState.PUBLISHED, None
    event.published_at = event.published_at or clock.now()
    _touch(event)
    rule_moments.skip_passed(event)
    if was_postponed:
        event.revision += 1
        tell_of_change(session, event, {})
        call_sheets.return_from_postponement(session, event)
        ask_again(session, event)
    waiting_lists.promote_waiting(session, places)
    return event


def _require_publishable(event: Event) -> None:
    if event.state == EventState.CANCELLED:
        raise StateConflict("A cancelled event cannot be published again. Import or create it as a new one.")
    doubts = open_doubts(event)
    if doubts:
        raise OpenDoubt(_doubt_text(doubts), doubts=doubts)
    missing = [name for name in ("starts_at_local", "time_zone", "minutes") if getattr(event, name) is None]
    if missing:
        raise NotReadyToPublish(
            f"Before it can be published, the event needs {', '.join(_MISSING[name] for name in missing)}.",
            fields={name: "is needed before publishing" for name in missing},
        )


def _doubt_text(doubts: list[dict[str, Any]]) -> str:
    parts = []
    for doubt in doubts:
        choices = " or ".join(f"“{reading['key']}” ({reading['label']})" for reading in doubt.get("readings", []))
        parts.append(f"{doubt['message']} Choose the reading {choices}." if choices else doubt["message"])
    return " ".join(parts)


def cancel(session: Session, event_id: UUID, reason: str | None) -> Event:
    """Call the event off: what is pending is taken back, everyone who has it in the calendar is told. Once."""
    return _call_off(session, event_id, EventState.CANCELLED, reason)


def postpone(session: Session, event_id: UUID, reason: str | None) -> Event:
    """Take the date back until a new one is published. Registrations stay."""
    return _call_off(session, event_id, EventState.POSTPONED, reason)


def _call_off(session: Session, event_id: UUID, state: EventState, reason: str | None) -> Event:
    places = lock_places(session, event_id)
    event = session.get_one(Event, event_id, populate_existing=True)
    if event.state == state:
        return event
    if event.state == EventState.CANCELLED:
        raise StateConflict("The event is cancelled already. Create a new one for a new date.")
    if event.state == EventState.DRAFT and state == EventState.POSTPONED:
        raise StateConflict("A draft has no date to postpone. Change its time instead.")
    was_draft = event.state == EventState.DRAFT
    event.state, event.state_reason = state, reason
    _touch(event)
    if not was_draft:
        event.revision += 1
        waiting_lists.take_back_offers(session, places)
        call_sheets.call_off(session, event)
        tell_of_cancellation(session, event)
    return event


def _touch(event: Event) -> None:
    event.version += 1
    event.updated_at = clock.now()


def is_over(event: Event) -> bool:
    return event.ends_at is not None and event.ends_at <= clock.now()


def in_zone(instant: datetime, time_zone: str) -> datetime:
    return instant.astimezone(ZoneInfo(time_zone)) if time_zone != "UTC" else instant.astimezone(UTC)
