"""The personal feed over HTTP: what somebody is registered for, with their own way in."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from fastapi import APIRouter, Request, Response

from services.api.calendar_entries import CALLED_OFF, personal_entry
from services.api.calendars import CANCELLED_SHOWN, PAST_SHOWN
from services.api.database import DatabaseSession
from services.api.kept_feeds import Feed, answer
from shared import clock, ical, personal_feeds
from shared.ical import PublicCalendar
from shared.models import Event, EventState, PersonalFeed, Registration, RegistrationStatus
from shared.settings import get_settings
from shared.translations import LANGUAGES, SOURCE_LANGUAGE, translations

router = APIRouter()

_PRIVATE = "private, max-age=900"


@router.api_route("/feeds/{token}.ics", methods=["GET", "HEAD"])
def read_personal_feed(token: str, request: Request, session: DatabaseSession) -> Response:
    """For one mailbox's calendar program. Nothing on the way keeps it, and no search engine lists it."""
    feed = personal_feeds.find(session, token)
    all_of_it = personal_feeds.registrations_of(session, feed)
    shown = sorted(filter(_is_shown, all_of_it), key=_starts_at)
    octets = ical.feed(_described(feed, all_of_it), map(personal_entry, shown))
    changed_at = max([feed.created_at, *_changes(all_of_it)])
    given = answer(request, Feed(octets, changed_at), "text/calendar", "events.ics", kept=_PRIVATE)
    given.headers["X-Robots-Tag"] = "noindex, nofollow"
    return given


def _starts_at(registration: Registration) -> tuple[datetime, str]:
    assert registration.event.starts_at is not None
    return registration.event.starts_at, str(registration.id)


def _is_shown(registration: Registration) -> bool:
    leaves_at = _leaves_at(registration.event)
    has_place = registration.status == RegistrationStatus.CONFIRMED
    return has_place and leaves_at is not None and leaves_at > clock.now()


def _leaves_at(event: Event) -> datetime | None:
    """As in public feeds; None for an event that is in none."""
    if event.ends_at is None or event.time_zone is None or event.state == EventState.DRAFT:
        return None
    is_over = event.ends_at + PAST_SHOWN
    return min(is_over, event.updated_at + CANCELLED_SHOWN) if event.state in CALLED_OFF else is_over


def _changes(registrations: Sequence[Registration]) -> Iterator[datetime]:
    """The moments at which the feed became another: an event was edited or left it, a place was given or given back."""
    now = clock.now()
    for one in registrations:
        leaves_at = _leaves_at(one.event)
        moments = (one.event.updated_at, one.confirmed_at, one.cancelled_at, leaves_at)
        yield from (moment for moment in moments if moment is not None and moment <= now)


def _described(feed: PersonalFeed, registrations: Sequence[Registration]) -> PublicCalendar:
    """In the language, and on the clocks, of the newest registration."""
    settings = get_settings()
    newest = max(registrations, key=lambda one: one.registered_at, default=None)
    language = newest.language if newest and newest.language in LANGUAGES else SOURCE_LANGUAGE
    gettext = translations(language).gettext
    return PublicCalendar(
        uid=f"personal-{feed.id}@{settings.mail_domain}",
        name=gettext("My events"),
        description=gettext("What you are registered for at %(site)s.") % {"site": settings.mail_name},
        time_zone=(newest.time_zone if newest else None) or "UTC",
        url=settings.site_url,
        source_url=personal_feeds.url(feed.id),
    )
