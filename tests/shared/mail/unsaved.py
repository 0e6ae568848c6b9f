"""Rows that no database holds, for mails that need none; and a mail's HTML as a reader meets it."""

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from shared import clock
from shared.events import takes_place_online
from shared.mail.composing import compose
from shared.mail.mime import Mail
from shared.models import Calendar, Event, EventPlaces, Message, MessageKind, Person, ProgrammeItem, Registration

REGISTERED_AT = datetime(2026, 6, 10, 9, tzinfo=UTC)
MESSAGE = UUID(int=9)
ROOM = "https://rooms.example.org/j/987?pwd=Zm9v&lang=en"


def person(name: str, part: str = "speaker", **facts: Any) -> Person:
    return Person(**{"name": name, "part": part, "role": None, "organisation": None, "city": None} | facts)


def item(title: str, minutes: int | None, *people: Person, **facts: Any) -> ProgrammeItem:
    given = {"title": title, "minutes": minutes, "people": list(people), "day": 1, "starts_at_clock": None}
    return ProgrammeItem(**given | facts)


def calendar(**facts: Any) -> Calendar:
    given = {"slug": "international", "title": "International calendar", "organisation": "River Cities"}
    return Calendar(**given | {"contact_address": "metropolis@example.org"} | facts)


def event(
    starts: datetime = datetime(2026, 7, 22, 15), zone: str = "Europe/Madrid", minutes: int = 90, **facts: Any
) -> Event:
    """On Wednesday 22 July 2026 from 15:00 to 16:30 in Madrid, unless said otherwise."""
    starts_at = starts.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    given: dict[str, Any] = {
        "id": UUID(int=7), "slug": "cities-and-water", "title": "Cities and water", "state": "published",
        "text_language": "en", "starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=minutes),
        "starts_at_local": starts, "time_zone": zone, "minutes": minutes, "location": ROOM, "state_reason": None,
        "updated_at": datetime(2026, 6, 1, tzinfo=UTC), "hosts": ["River Cities", "Delta Forum"],
        "calendar": calendar(), "places": EventPlaces(places=5, confirmed=5, offered=0, waitlisted=1),
        "people": [person("Núria Vidal", "moderator", role="Secretary General")],
        "programme": [item("Welcome", 4), item("A river and its city", 10, person("Amina Benali", city="Tunis"))],
    }  # fmt: skip
    given |= facts
    return Event(**{"is_online": takes_place_online(given["location"]), "mail_texts": {}, "revision": 0} | given)


def registration(**facts: Any) -> Registration:
    given: dict[str, Any] = {
        "id": UUID("0198c3f4-0000-7000-8000-000000000001"), "event_id": UUID(int=7), "position": 3,
        "status": "confirmed", "address": "ada@example.org", "name": "Ada Lovelace", "language": "en",
        "time_zone": None, "registered_at": REGISTERED_AT, "confirmed_at": REGISTERED_AT,
    }  # fmt: skip
    return Registration(**given | facts)


def message(
    kind: MessageKind,
    *,
    about: Event | None = None,
    to: Registration | None = None,
    occasion: str = "first",
    sequence: int = 0,
    due_at: datetime | None = None,
    **facts: Any,
) -> Message:
    about, to = about or event(), to or registration()
    row = Message(id=MESSAGE, kind=kind.value, occasion=occasion, sequence=sequence, facts=facts)
    row.event, row.event_id, row.registration, row.registration_id = about, about.id, to, to.id
    row.created_at = row.due_at = due_at or clock.now()
    return row


class Queue(Session):
    """Knows one thing: how many wait ahead."""

    def __init__(self, ahead: int = 0) -> None:
        super().__init__()
        self.ahead = ahead

    def scalar(self, *_: Any, **__: Any) -> Any:
        return self.ahead + 1


def mail_at(now: datetime, kind: MessageKind, *, ahead: int = 0, **message_facts: Any) -> Mail:
    """The mail of such a message, composed at that moment."""
    with clock.travel_to(now):
        return compose(Queue(ahead), message(kind, **message_facts))


class Page(HTMLParser):
    """What a reader of the HTML sees and can press, and what a program would load."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.loaded: list[str] = []
        self.attributes: dict[str, dict[str, str | None]] = {}
        self._words: list[str] = []
        self.feed(html)
        self.text = " ".join("".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append(tag)
        self.attributes.setdefault(tag, named)
        if tag == "a":
            self.links.append(named["href"] or "")
        self.loaded += [value or "" for name, value in attrs if name in {"src", "srcset", "background"}]

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] != ["style"]:
            self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self.tags.append("/style")
