"""The registrations of an event as a table: which columns, for whom, and the rows from first to last."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select

from shared.database import new_session
from shared.models import Event, Question, Registration
from shared.registration_tables import answers
from shared.sheets.csv_writing import CellValue

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ROWS_AT_ONCE = 2000
# Of these, a viewer sees all but the ways to reach a person, and what the person agreed to.
_FACTS = ("position", "status", "name", "address", "organisation", "city", "country", "audience", "language",
          "time_zone", "source", "came_from", "participation")  # fmt: skip
_MOMENTS = ("registered_at", "confirmed_at", "cancelled_at", "joined_at")
_CONSENT_FACTS = ("consent_version",)
_CONSENT_MOMENTS = ("consented_at",)
NOT_FOR_VIEWERS = {"address", "time_zone", *_CONSENT_FACTS, *_CONSENT_MOMENTS}

_Found = Row[Any]


@dataclass(frozen=True)
class _Column:
    heading: str
    value: Callable[[_Found], CellValue]


class RegistrationTable:
    """Built in the session that knows the event; read without it, however long that takes."""

    def __init__(self, event: Event, *, sees_all: bool) -> None:
        """`sees_all` is False for viewers."""
        self._event_id = event.id
        self._columns = list(_columns(event, sees_all=sees_all))
        self.title = event.slug
        self.headings = [column.heading for column in self._columns]
        # Whoever registers while it is read is in the next one.
        self._last_position = event.places.last_position

    def rows(self) -> Iterator[list[CellValue]]:
        for found in _registrations(self._event_id, self._last_position):
            yield [column.value(found) for column in self._columns]


def _columns(event: Event, *, sees_all: bool) -> Iterator[_Column]:
    zone = event.time_zone or event.calendar.time_zone
    facts = _FACTS if sees_all else [name for name in _FACTS if name not in NOT_FOR_VIEWERS]
    yield from (_fact(name) for name in facts)
    yield from (_moment(name, zone) for name in _MOMENTS)
    if sees_all:
        yield from (_fact(name) for name in _CONSENT_FACTS)
        yield from (_moment(name, zone) for name in _CONSENT_MOMENTS)
    questions = [question for question in _questions(event) if sees_all or answers.is_for_viewers(question.kind)]
    for question, heading in zip(questions, answers.headings(questions), strict=True):
        yield _answer(question, heading, event.text_language)


def _questions(event: Event) -> list[Question]:
    """Those asked now, then those that were asked once."""
    return sorted(event.questions, key=lambda question: (question.retired_at is not None, question.position))


def _fact(name: str) -> _Column:
    return _Column(name, lambda found: getattr(found, name))


def _moment(name: str, zone: str) -> _Column:
    """On the clock of the event, which the heading names: spreadsheets know no zones."""
    info = ZoneInfo(zone)

    def value(found: _Found) -> CellValue:
        moment: datetime | None = getattr(found, name)
        return None if moment is None else moment.astimezone(info).replace(tzinfo=None, microsecond=0)

    return _Column(f"{name} ({zone})", value)


def _answer(question: Question, heading: str, language: str) -> _Column:
    return _Column(heading, lambda found: answers.shown(question, found.answers.get(question.key), language=language))


_READ = [getattr(Registration, name) for name in (*_FACTS, *_MOMENTS, *_CONSENT_FACTS, *_CONSENT_MOMENTS, "answers")]


def _registrations(event_id: UUID, last_position: int) -> Iterator[_Found]:
    """A few thousand in a transaction of their own: whoever downloads slowly holds no connection meanwhile."""
    position = 0
    while position < last_position:
        query = select(*_READ).where(
            Registration.event_id == event_id,
            Registration.position > position,
            Registration.position <= last_position,
        )
        with new_session() as session:
            found = session.execute(query.order_by(Registration.position).limit(_ROWS_AT_ONCE)).all()
        yield from found
        if len(found) < _ROWS_AT_ONCE:
            return
        position = found[-1].position
