"""Who registered last. First names only; none where others can see the screen."""

from datetime import datetime

from services.dashboard import formatting, markup
from services.dashboard.markup import Markup
from services.dashboard.snapshots import Screen
from shared.schemas.stats import FeedEntry, Stats

_LENGTH = 7
_STATUSES = {"pending": "not verified", "offered": "offered", "waitlisted": "waiting list", "cancelled": "cancelled"}


def draw(screen: Screen[Stats], *, shows_names: bool) -> None:
    entries = screen.snapshot.feed[:_LENGTH]
    if not entries:
        markup.draw(Markup('<p class="pl-empty">The latest registrations appear here.</p>'))
        return
    rows = (_row(entry, screen, shows_names=shows_names) for entry in entries)
    markup.draw(markup.markup('<ol class="pl-list pl-feed">{rows}</ol>', rows=markup.join(rows)))


def _row(entry: FeedEntry, screen: Screen[Stats], *, shows_names: bool) -> Markup:
    who = [entry.first_name if shows_names else "", _where(entry)]
    about = [entry.audience or "", entry.organisation or "" if shows_names else ""]
    return markup.markup(
        '<li><b class="pl-who-line">{who}</b><time>{when}</time><span>{about}</span><em>{status}</em></li>',
        who=" · ".join(part for part in who if part) or "Somebody",
        when=when(entry.registered_at, screen),
        about=" · ".join(part for part in about if part),
        status=_STATUSES.get(entry.status, ""),
    )


def when(registered_at: datetime, screen: Screen[Stats]) -> str:
    """ "now" would be a lie on a screen that has stopped, so a stale one shows clock times."""
    if screen.is_stale:
        return formatting.clock_time(registered_at)
    return formatting.age(registered_at, screen.snapshot.server_time)


def _where(entry: FeedEntry) -> str:
    return ", ".join(part for part in (entry.city, entry.country) if part)
