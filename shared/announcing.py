"""From an announcement's text to a draft event, and from an event back to an announcement."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy.orm import Session

from shared import calendars, clock, events, timezones
from shared.announcements import Announcement, read_announcement, write_announcement
from shared.errors import InvalidInput, TimeAmbiguous, TimeInGap
from shared.models import Calendar, Event, Organiser
from shared.schemas.events import EventAnswer, EventContent
from shared.schemas.programme import ProgrammeItemFacts
from shared.schemas.remarks import Reading, Remark, Weight

_SAME = ("title", "text_language", "introduction", "contents", "audiences", "hosts", "languages", "location",
         "is_free", "price_text", "is_open_to_all", "registration_url", "people", "programme", "minutes",
         "places")  # fmt: skip

_ITEM_FACTS = set(ProgrammeItemFacts.model_fields)


def import_announcement(
    session: Session, organiser: Organiser, text: str | bytes, *, media_type: str, calendar_key: str | None
) -> tuple[Event, list[Remark]]:
    """A draft in the organiser's calendar and what is to be said of the text. Raises the announcement errors."""
    announcement = _read(text, media_type, None)
    calendar = calendars.for_import(session, organiser, key=calendar_key, named=announcement.calendar)
    announcement = _read(text, media_type, calendar)
    event = events.create(
        session,
        calendar,
        _content(announcement),
        time_text=announcement.time_text,
        announcement_text=text if isinstance(text, str) else text.decode("utf-8", "replace").replace("\x00", ""),
    )
    _set_time(event, announcement)
    remarks = _answerable(event, announcement.remarks)
    event.remarks = [remark.model_dump(mode="json") for remark in remarks]
    session.flush()
    return event, remarks


def _content(announcement: Announcement) -> EventContent:
    """Raises InvalidInput where the text holds more than an event does."""
    facts = {name: getattr(announcement, name) for name in _SAME}
    try:
        return EventContent(**facts, form=_as_heading(announcement.form))
    except ValidationError as problem:
        fields = {".".join(map(str, row["loc"])): row["msg"] for row in problem.errors()}
        raise InvalidInput(
            "The text holds more than one event can. Shorten it, and paste it again.", fields=fields
        ) from None


def _as_heading(word: str | None) -> str | None:
    """ "Webinar", as it stands above a title."""
    return word[:1].upper() + word[1:] if word else None


def _read(text: str | bytes, media_type: str, calendar: Calendar | None) -> Announcement:
    """Read once to learn the calendar, and again in its place: the place decides what a doubtful zone means."""
    home_zone = calendar.time_zone if calendar and calendar.time_zone != "UTC" else None
    return read_announcement(text, media_type=media_type, today=clock.now().date(), home_zone=home_zone)


def _set_time(event: Event, announcement: Announcement) -> None:
    """The suggested reading, until the organiser chooses; nothing where there is no such time."""
    event.starts_at_local, event.time_zone = announcement.starts_at_local, announcement.time_zone
    if event.starts_at_local is None or event.time_zone is None:
        return
    suggested = [reading for remark in announcement.remarks for reading in remark.readings if reading.suggested]
    try:
        starts_at = suggested[0].starts_at if suggested else timezones.to_utc(event.starts_at_local, event.time_zone)
    except (TimeInGap, TimeAmbiguous):
        return
    events.set_start(event, starts_at)
    if announcement.registration_closes_on is not None:
        event.registration_closes_at = _end_of(announcement.registration_closes_on, event.time_zone)


def _end_of(day: date, time_zone: str) -> datetime:
    """The whole day counts: registration closes when the next one begins, where the event is."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


def _answerable(event: Event, remarks: Sequence[Remark]) -> list[Remark]:
    """A doubt about the time that offers no choice can at least be answered with "yes, as read"."""
    has_choice = any(remark.readings for remark in remarks)
    if has_choice or event.starts_at is None:
        return list(remarks)
    return [_confirmable(event, remark) if _is_doubt_about_time(remark) else remark for remark in remarks]


def _is_doubt_about_time(remark: Remark) -> bool:
    return remark.weight is Weight.DOUBT and remark.field in events.TIME_FIELDS


def _confirmable(event: Event, remark: Remark) -> Remark:
    local, zone, instant = event.starts_at_local, event.time_zone, event.starts_at
    assert local is not None
    assert zone is not None
    assert instant is not None
    label = f"{local:%A} {local.day} {local:%B %Y, %H:%M} in {timezones.place_name(zone)} ({instant:%H:%M} UTC)"
    as_read = Reading(
        key="as-read", label=label, starts_at_local=local, time_zone=zone, starts_at=instant, suggested=True
    )
    return remark.model_copy(update={"readings": [as_read]})


def export_announcement(event: EventAnswer) -> str:
    """The event as an announcement in Markdown, such as the import reads."""
    starts_at = event.starts_at_local
    ends_at = event.ends_at_local or starts_at
    today = clock.now().date()
    same = set(Announcement.model_fields) & set(EventAnswer.model_fields)
    facts = {name: getattr(event, name) for name in same - {"calendar", "remarks", "programme"}}
    return write_announcement(
        Announcement(
            **facts,
            calendar=event.calendar.title,
            programme=[ProgrammeItemFacts(**item.model_dump(include=_ITEM_FACTS)) for item in event.programme],
            starts_on=starts_at.date() if starts_at else today,
            ends_on=ends_at.date() if ends_at else today,
            registration_closes_on=event.registration_closes_at.date() if event.registration_closes_at else None,
            remarks=[],
        )
    )
