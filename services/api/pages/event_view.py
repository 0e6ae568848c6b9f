"""An event as a page shows it: what the templates ask for, in the reader's language and on the reader's clocks."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby
from zoneinfo import ZoneInfo

from markupsafe import Markup

from services.api.pages.answering import QuestionView, question_views
from services.api.pages.moments import Span, reader_span, span_of
from services.api.pages.programme_view import ProgrammeDay, ProgrammeLine, programme_lines
from services.api.pages.purposes import Purpose, purposes
from services.api.pages.reader import Reader
from shared import admission, answers, clock, consents, events
from shared.markdown import plain_text, rich_text, shortened
from shared.models import Event, EventState, Person
from shared.moments import full_day
from shared.privacy import retention
from shared.schemas.programme import Part
from shared.territories import country_name
from shared.translations import language_name, locale

# Search engines and link previews cut longer ones.
_SUMMARY_LENGTH = 200


@dataclass(frozen=True)
class EventView:
    event: Event
    reader: Reader

    @cached_property
    def span(self) -> Span | None:
        return span_of(self.event, self.reader.locale)

    @cached_property
    def theirs(self) -> Span | None:
        """The time on the reader's clocks, where they named a zone and it differs."""
        return reader_span(self.span, self.reader.zone)

    @cached_property
    def state(self) -> str:
        """`cancelled`, `postponed`, `over` or `coming`."""
        if self.event.state in {EventState.CANCELLED, EventState.POSTPONED}:
            return str(self.event.state)
        return "over" if events.is_over(self.event) else "coming"

    @cached_property
    def closed(self) -> str | None:
        """Why nobody can register: its state, `early` or `deadline`; None while registration is open."""
        if admission.closed_because(self.event) is None:
            return None
        if self.state != "coming":
            return self.state
        opens_at = self.event.registration_opens_at
        return "early" if opens_at is not None and clock.now() < opens_at else "deadline"

    @property
    def consent_sentence(self) -> str:
        return consents.consent_sentence(self.event, self.reader.language)

    @property
    def consent_explanation(self) -> str:
        return consents.consent_explanation(self.event, self.reader.language)

    @property
    def purposes(self) -> list[Purpose]:
        return purposes(self.event, self.reader.language)

    @cached_property
    def kept_until(self) -> str | None:
        """The day on which what people wrote is deleted, on the event's clocks."""
        until, zone = retention.kept_until(self.event), self.event.time_zone
        return full_day(until.astimezone(ZoneInfo(zone)).date(), self.reader.locale) if until and zone else None

    @cached_property
    def questions(self) -> list[QuestionView]:
        return question_views(self.event, self.reader)

    @cached_property
    def places_left(self) -> int | None:
        return answers.places_left(self.event)

    @cached_property
    def is_full(self) -> bool:
        """Whether a newcomer waits: also while places that came free are on their way to those who waited first."""
        return self.places_left == 0 or (self.places_left is not None and self.event.places.waitlisted > 0)

    @property
    def link(self) -> str:
        return self.reader.link(f"/events/{self.event.slug}")

    @property
    def recording_url(self) -> str | None:
        """Where it can be watched; once it is over, and not before."""
        return self.event.recording_url if self.state == "over" else None

    @property
    def text_language(self) -> str:
        return self.event.text_language

    @property
    def text_direction(self) -> str:
        return str(locale(self.event.text_language).text_direction)

    @cached_property
    def introduction(self) -> Markup | None:
        return rich_text(self.event.introduction) if self.event.introduction else None

    @cached_property
    def summary(self) -> str:
        return shortened(plain_text(self.event.introduction or ""), length=_SUMMARY_LENGTH)

    @cached_property
    def deadline(self) -> str | None:
        """Until when people can register, where that is before the end, on the event's clocks."""
        return self._moment(self.event.registration_closes_at)

    @cached_property
    def opening(self) -> str | None:
        """From when on people can register, on the event's clocks."""
        return self._moment(self.event.registration_opens_at)

    def _moment(self, instant: datetime | None) -> str | None:
        zone = self.event.time_zone
        return Span(instant, None, zone, self.reader.locale).whole if instant and zone else None

    def country_name(self, code: str) -> str | None:
        return country_name(code.upper(), language=self.reader.language)

    @cached_property
    def languages(self) -> list[str]:
        """What is spoken, in the words of the reader's language."""
        return [language_name(code, language=self.reader.language) for code in self.event.languages]

    def people(self, part: str) -> list[Person]:
        return [person for person in self.event.people if person.part == part]

    @cached_property
    def cast(self) -> dict[str, list[Person]]:
        """The people of the whole event, by what they do there."""
        return {part: found for part in Part if (found := self.people(part))}

    @cached_property
    def programme(self) -> list[ProgrammeDay]:
        lines = programme_lines(self.event, self.reader)
        return [ProgrammeDay(day, list(group), self.span) for day, group in groupby(lines, key=_day)]


def _day(line: ProgrammeLine) -> int:
    return line.item.day
