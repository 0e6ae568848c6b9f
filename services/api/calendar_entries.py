"""Events as calendar entries: the public one of the feeds, and the one that belongs to a registration."""

from dataclasses import replace
from datetime import UTC

from services.api.pages.texts import N_
from shared import answers, links
from shared.errors import NotFound
from shared.ical import CalendarEntry, Status, event_uid, registration_uid
from shared.links import Purpose
from shared.mail.locations import location
from shared.markdown import plain_text
from shared.models import Event, EventState, Registration, RegistrationStatus
from shared.settings import get_settings
from shared.translations import translations

CALLED_OFF = {EventState.CANCELLED: N_("Cancelled: %s"), EventState.POSTPONED: N_("Postponed: %s")}


def public_entry(event: Event) -> CalendarEntry:
    """One that was called off stands as cancelled, so that calendars strike it out. Raises NotFound without a date."""
    if event.starts_at is None or event.ends_at is None or event.time_zone is None:
        raise NotFound("This event has no date, so there is nothing for a calendar. Look at its page again later.")
    is_off = event.state in CALLED_OFF
    return CalendarEntry(
        uid=event_uid(event.id, get_settings().mail_domain),
        sequence=event.revision,
        starts_at=event.starts_at.astimezone(UTC),
        ends_at=event.ends_at.astimezone(UTC),
        time_zone=event.time_zone,
        summary=title_with_state(event),
        description=_description(event),
        url=answers.event_url(event),
        location=event.location or translations(event.text_language).gettext(N_("Online")),
        updated_at=event.updated_at.astimezone(UTC),
        created_at=event.created_at.astimezone(UTC),
        status=Status.CANCELLED if is_off else Status.CONFIRMED,
    )


def personal_entry(registration: Registration) -> CalendarEntry:
    """The event under the UID and SEQUENCE that this person's mail gave it, with their own link to join.

    Raises NotFound without a place or date."""
    if registration.status != RegistrationStatus.CONFIRMED:
        raise NotFound("There is no place to put in a calendar. The page of the registration says where it stands.")
    event, uid = registration.event, registration_uid(registration.id, get_settings().mail_domain)
    entry = replace(public_entry(event), uid=uid, sequence=registration.sequence)
    if not event.is_online:
        return entry
    join_url = links.url(Purpose.JOIN, registration.id)
    description = entry.description
    if entry.status is not Status.CANCELLED:
        said = translations(event.text_language).gettext("Join: %(url)s") % {"url": join_url}
        description = f"{said}\n\n{description}"
    where = location(event.location, entry.url, join_url)
    return replace(entry, location=where, join_url=join_url, description=description)


def title_with_state(event: Event) -> str:
    """The title, with the word that it was called off, in the event's own language."""
    if event.state not in CALLED_OFF:
        return event.title
    return translations(event.text_language).gettext(CALLED_OFF[EventState(event.state)]) % event.title


def _description(event: Event) -> str:
    parts = [event.state_reason, event.form, plain_text(event.introduction or ""), answers.event_url(event)]
    return "\n\n".join(part for part in parts if part)
