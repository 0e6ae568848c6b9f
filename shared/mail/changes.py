"""What a change mail sets side by side: how the event was, and how it is now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared import markdown
from shared.events import takes_place_online
from shared.mail import times
from shared.mail.views import When, when_words
from shared.models import Event
from shared.translations import translations

_TIME = {"starts_at", "ends_at", "time_zone"}
# Characters of a description. All of it stands on the event page.
_SHOWN = 400


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """`what` is "date" (and with it the time), "time", "place", "title" or "description"."""

    what: str
    before: str | When | None
    now: str | When | None


def change_rows(event: Event, before: Mapping[str, Any], *, language: str, own_zone: str | None) -> list[ChangeRow]:
    """`before` as the message keeps it: the former values of what changed, moments in ISO 8601."""
    rows = []
    if before.keys() & _TIME:
        rows.append(_time_row(event, before, language, own_zone))
    if not before.keys().isdisjoint({"location", "is_online"}):
        rows.append(_place_row(event, before, language))
    if "title" in before:
        rows.append(ChangeRow("title", before["title"], event.title))
    if "introduction" in before:
        rows.append(ChangeRow("description", _in_short(before["introduction"]), _in_short(event.introduction)))
    return rows


def _in_short(description: str | None) -> str | None:
    return markdown.shortened(markdown.plain_text(description or ""), length=_SHOWN) or None


def _time_row(event: Event, before: Mapping[str, Any], language: str, own_zone: str | None) -> ChangeRow:
    spans = (_former_span(event, before), times.span_of(event.starts_at, event.ends_at, event.time_zone))
    former, current = (when_words(span, language=language, own_zone=own_zone) for span in spans)
    days = {span.on_the_clocks_of(span.zone)[0].date() for span in spans if span is not None}
    return ChangeRow("date" if len(days) > 1 else "time", former, current)


def _place_row(event: Event, before: Mapping[str, Any], language: str) -> ChangeRow:
    """Where it is, and with it whether there is a join link."""
    former = before.get("location", event.location)
    if "is_online" not in before:
        return ChangeRow("place", former, event.location)
    return ChangeRow(
        "place", _place(former, before["is_online"], language), _place(event.location, event.is_online, language)
    )


def _place(location: str | None, is_online: bool, language: str) -> str | None:
    gettext = translations(language).gettext
    if not is_online or (location is not None and takes_place_online(location)):
        return location
    return gettext("%(place)s, and online") % {"place": location} if location else gettext("Online")


def _former_span(event: Event, before: Mapping[str, Any]) -> times.Span | None:
    return times.span_of(
        _moment(before.get("starts_at", event.starts_at)),
        _moment(before.get("ends_at", event.ends_at)),
        before.get("time_zone", event.time_zone),
    )


def _moment(value: str | datetime | None) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
