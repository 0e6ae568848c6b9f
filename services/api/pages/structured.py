"""What search engines read of an event: schema.org's Event as JSON-LD."""

from typing import Any

from services.api.pages.event_view import EventView
from shared import answers
from shared.models import Event, Person

_VOCABULARY = "https://schema.org"
_STATUS = {"cancelled": "EventCancelled", "postponed": "EventPostponed"}


def structured_event(view: EventView) -> dict[str, Any]:
    """Facts only: what nobody stated is left out rather than guessed."""
    event, url = view.event, answers.event_url(view.event)
    facts = {
        "@context": _VOCABULARY,
        "@type": "Event",
        "name": event.title,
        "description": view.summary or None,
        "url": url,
        "startDate": view.span.starts.isoformat() if view.span else None,
        "endDate": view.span.ends.isoformat() if view.span and view.span.ends else None,
        "eventStatus": f"{_VOCABULARY}/{_STATUS.get(view.state, 'EventScheduled')}",
        "inLanguage": event.languages or None,
        "isAccessibleForFree": event.is_free,
        "maximumAttendeeCapacity": event.places.places,
        "organizer": _organiser(event),
        "performer": [_person(person) for person in _everybody(event)] or None,
        "offers": _offer(view, url),
    }
    return {name: value for name, value in (facts | _where(event, url)).items() if value is not None}


def _where(event: Event, url: str) -> dict[str, Any]:
    if not event.location:
        return {
            "eventAttendanceMode": f"{_VOCABULARY}/OnlineEventAttendanceMode",
            "location": {"@type": "VirtualLocation", "url": url},
        }
    return {"location": {"@type": "Place", "name": event.location, "address": event.location}}


def _organiser(event: Event) -> dict[str, str]:
    return {"@type": "Organization", "name": event.calendar.organisation}


def _everybody(event: Event) -> list[Person]:
    on_items = [person for item in event.programme for person in item.people]
    return list({person.name: person for person in [*event.people, *on_items]}.values())


def _person(person: Person) -> dict[str, Any]:
    facts: dict[str, Any] = {"@type": "Person", "name": person.name}
    if person.role:
        facts["jobTitle"] = person.role
    if person.organisation:
        facts["affiliation"] = {"@type": "Organization", "name": person.organisation}
    return facts


def _offer(view: EventView, url: str) -> dict[str, Any] | None:
    if not view.event.is_free or view.closed:
        return None
    stock = "SoldOut" if view.is_full else "InStock"
    return {"@type": "Offer", "price": 0, "url": url, "availability": f"{_VOCABULARY}/{stock}"}
