"""Id and slug of public events, remembered in this process: neither changes, and once public is never a draft again."""

from functools import partial
from uuid import UUID

from services.api.looks import Looks
from shared import events
from shared.database import new_session

_MOST = 10_000
_known: dict[str, tuple[UUID, str]] = {}


def find_event(event_key: str) -> tuple[UUID, str]:
    """By slug or id. Raises NotFound. One look at the database serves a whole crowd."""
    return _known.get(event_key) or _look(event_key)


async def await_event(looks: Looks, event_key: str) -> tuple[UUID, str]:
    """The same for an event loop, which leaves it only for the first look; a crowd that begins shares that one."""
    known = _known.get(event_key)
    return known if known is not None else await looks.share((await_event, event_key), partial(_look, event_key))


def forget_events() -> None:
    """The database is another one: it was restored under us, or emptied for the next test."""
    _known.clear()


def _look(event_key: str) -> tuple[UUID, str]:
    with new_session() as session:
        event = events.get_public(session, event_key)
    if len(_known) >= _MOST:
        _known.clear()
    _known[event_key] = event.id, event.slug
    return _known[event_key]
