"""Rows that no database holds, for mails that need none; and a mail's HTML as a reader meets it."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from shared import clock
from shared.events import takes_place_online
from shared.mail.composing import compose
from shared.mail.mime import Mail, octets
from shared.models import (
    Calendar,
    Event,
    EventPlaces,
    Invitation,
    Message,
    MessageKind,
    Person,
    ProgrammeItem,
    Registration,
    ReminderRule,
    Speaker,
)

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


def invitation(**facts: Any) -> Invitation:
    given: dict[str, Any] = {
        "id": UUID("0198c3f4-0000-7000-8000-000000000002"), "event_id": UUID(int=7), "status": "pending",
        "address": "ada@example.org", "name": "Ada Lovelace", "language": "en",
    }  # fmt: skip
    return Invitation(**given | facts)


def speaker(**facts: Any) -> Speaker:
    given: dict[str, Any] = {
        "id": UUID("0198c3f4-0000-7000-8000-000000000003"), "event_id": UUID(int=7), "address": "amina@example.org",
        "name": "Amina Benali", "language": "en", "time_zone": "America/Chicago", "sequence": 0, "told": [],
    }  # fmt: skip
    return Speaker(**given | facts)


def rule(**facts: Any) -> ReminderRule:
    given: dict[str, Any] = {
        "id": UUID(int=11), "event_id": UUID(int=7), "kind": "reminder", "minutes_before": 60, "texts": {},
    }  # fmt: skip
    return ReminderRule(**given | facts)


def message(
    kind: MessageKind,
    *,
    about: Event | None = None,
    to: Registration | Invitation | Speaker | str | None = None,
    occasion: str = "first",
    sequence: int = 0,
    due_at: datetime | None = None,
    **facts: Any,
) -> Message:
    about, to = about or event(), to or registration()
    row = Message(id=MESSAGE, kind=kind.value, occasion=occasion, sequence=sequence, facts=facts)
    row.event, row.event_id = about, about.id
    _address(row, to)
    row.created_at = row.due_at = due_at or clock.now()
    return row


def _address(row: Message, to: Registration | Invitation | Speaker | str) -> None:
    if isinstance(to, Registration):
        row.registration, row.registration_id = to, to.id
    elif isinstance(to, Invitation):
        row.invitation, row.invitation_id = to, to.id
    elif isinstance(to, Speaker):
        row.speaker, row.speaker_id = to, to.id
    else:
        row.address = to


class Queue(Session):
    """Knows how many wait ahead, a rule, and which events come next."""

    def __init__(self, ahead: int = 0, *, rule: ReminderRule | None = None, coming: Sequence[Event] = ()) -> None:
        super().__init__()
        self.ahead, self.rule, self.coming = ahead, rule, coming

    def get(self, *_: Any, **__: Any) -> Any:
        return self.rule

    def scalars(self, *_: Any, **__: Any) -> Any:
        return self.coming

    def scalar(self, *_: Any, **__: Any) -> Any:
        return self.ahead + 1


def mail_at(
    now: datetime,
    kind: MessageKind,
    *,
    ahead: int = 0,
    by_rule: ReminderRule | None = None,
    coming: Sequence[Event] = (),
    **message_facts: Any,
) -> Mail:
    """The mail of such a message, composed at that moment."""
    with clock.travel_to(now):
        row = message(kind, **message_facts)
        row.rule_id = by_rule.id if by_rule else None
        return compose(Queue(ahead, rule=by_rule, coming=coming), row)


def require_same_in_both_forms(mail: Mail, *, language: str = "en", direction: str = "ltr") -> None:
    """Every link and the title stand in both forms; nothing is loaded, run, left open or written as code writes it."""
    page = Page(mail.html)
    assert page.attributes["html"] == {"lang": language, "dir": direction}
    assert set(page.links) <= {word.strip("<>,.") for word in mail.plain.split()}
    assert page.loaded == []
    assert not re.search(r"[a-z]\.[A-Z]", re.sub(r"\S*://\S*", "", mail.plain + page.text)), (
        "Two sentences run together."
    )
    assert not {"script", "form", "img", "link", "iframe"} & set(page.tags)
    assert "None" not in mail.plain + page.text
    assert not re.search(r"\bCES?T\b", mail.subject + mail.plain + page.text)
    assert "\ue000" not in mail.subject + mail.plain + mail.html
    assert len(mail.html.encode()) < 102_000
    assert octets(mail)


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
