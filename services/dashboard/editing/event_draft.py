"""The draft of an event's content: its fields in the shapes that the page edits, and back in the API's."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.dashboard.drafts import Draft, Shelf
from shared.schemas.events import EventAnswer
from shared.schemas.programme import PersonFacts, ProgrammeItemFacts

# The API's names of what this page changes, and what they are called on it.
NAMES = {
    "title": "title",
    "form": "kind of event",
    "text_language": "language of the texts",
    "languages": "languages",
    "introduction": "introduction",
    "contents": "contents",
    "audiences": "audiences",
    "hosts": "hosts",
    "location": "place",
    "price_text": "price",
    "is_free": "whether it is free",
    "is_open_to_all": "who it is open to",
    "starts_at_local": "start",
    "time_zone": "time zone",
    "minutes": "length",
    "programme": "programme",
    "people": "people",
}
_FACTS = set(ProgrammeItemFacts.model_fields)


class EventDraft(Draft):
    def as_read(self, event: EventAnswer) -> Mapping[str, Any]:
        return _as_typed(event)

    def changes(self) -> dict[str, Any]:
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in super().changes().items()
        }


def _as_typed(event: EventAnswer) -> dict[str, Any]:
    plain = {name: getattr(event, name) for name in NAMES if name not in {"programme", "people"}}
    programme = [item.model_dump(mode="json", include=_FACTS) for item in event.programme]
    return plain | {"programme": programme, "people": people_of(event.people)}


def people_of(people: list[PersonFacts]) -> list[dict[str, Any]]:
    return [person.model_dump(mode="json") for person in people]


def _begin(event: EventAnswer, generation: int) -> EventDraft:
    return EventDraft(event, _as_typed(event), generation)


shelf = Shelf[EventDraft]("event", _begin)
