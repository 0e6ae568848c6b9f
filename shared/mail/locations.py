"""Where a calendar entry says that the event is."""

from shared.events import takes_place_online


def location(where: str | None, page_url: str, join_url: str | None) -> str:
    """A place on the map stays in sight. Otherwise the personal link, which calendars offer when the time has come:
    the room's own address stands in nobody's calendar, so that it can change. What takes the entry back says the same.
    """
    is_a_place = where is not None and not takes_place_online(where)
    return (where if is_a_place else join_url) or where or page_url
