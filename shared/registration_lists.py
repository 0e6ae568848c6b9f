"""Which registrations of an event an organiser asks to see, and in which order."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select

from shared.models import Registration, RegistrationSource, RegistrationStatus


@dataclass(frozen=True)
class Wish:
    """None asks for all; an empty text, of what people may leave out, for those who did.

    `search` is the beginning of an address, or a part of a name.
    """

    search: str = ""
    status: RegistrationStatus | None = None
    source: RegistrationSource | None = None
    is_suspect: bool | None = None
    audience: str | None = None
    country: str | None = None
    came_from: str | None = None
    latest_first: bool = False


def query(event_id: UUID, wish: Wish, *, with_address: bool) -> Select[Registration]:
    """Ordered by position. Without `with_address`, an address cannot be found either: it could be guessed at."""
    found = select(Registration).where(Registration.event_id == event_id, *_conditions(wish, with_address=with_address))
    return found.order_by(Registration.position.desc() if wish.latest_first else Registration.position)


def beyond(position: int, wish: Wish) -> ColumnElement[bool]:
    """The rows that follow the one with this position."""
    return Registration.position < position if wish.latest_first else Registration.position > position


def _conditions(wish: Wish, *, with_address: bool) -> list[ColumnElement[bool]]:
    asked = {"status": wish.status, "source": wish.source, "is_suspect": wish.is_suspect}
    conditions = [getattr(Registration, name) == value for name, value in asked.items() if value is not None]
    left_out = {"audience": wish.audience, "country": wish.country, "came_from": wish.came_from}
    for name, value in left_out.items():
        if value is not None:
            conditions.append(getattr(Registration, name).is_not_distinct_from(value.replace("\0", " ") or None))
    words = " ".join(wish.search.replace("\0", " ").split())
    if words:
        conditions.append(_matches(words, with_address=with_address))
    return conditions


def _matches(words: str, *, with_address: bool) -> ColumnElement[bool]:
    in_name = Registration.name.icontains(words, autoescape=True)
    if not with_address:
        return in_name
    address = func.lower(Registration.address).startswith(words.lower(), autoescape=True)
    # Nobody's name has this sign in it, and comparing beginnings is cheap.
    return address if "@" in words else or_(address, in_name)
