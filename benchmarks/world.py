"""What the figures are taken on: a calendar with events as an organisation has them, and organisers who read."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from shared import calendars, clock, events, organisers
from shared.database import new_session
from shared.models import Calendar, Event, TokenKind
from shared.schemas.events import EventContent
from shared.schemas.programme import ItemKind, PersonFacts, ProgrammeItemFacts

# The most that an organiser may give.
MANY_PLACES = 1_000_000
_EVENTS = 30
_INTRODUCTION = (
    "Streets without shade are streets without people. Three cities show **what they planted, what it cost and what "
    "survived** the second summer, and which of it a small town can do with one gardener and a borrowed water cart."
)


def make_calendar() -> str:
    """A calendar with a page full of coming events. Gives its slug."""
    with new_session() as session:
        calendar = calendars.create(session, title="International calendar", time_zone="Europe/Madrid")
        for number in range(_EVENTS):
            _event(session, calendar, f"Shade where people walk, part {number + 1}", in_days=20 + number)
        session.commit()
        return calendar.slug


def make_event(title: str, *, places: int | None = MANY_PLACES) -> tuple[UUID, str]:
    """A published event with limited places, of which there are enough. Gives its id and slug."""
    with new_session() as session:
        calendar = calendars.create(session, title=f"Calendar of {title}", time_zone="Europe/Madrid")
        event = _event(session, calendar, title, places=places)
        session.commit()
        return event.id, event.slug


def _event(
    session: Session, calendar: Calendar, title: str, *, in_days: int = 20, places: int | None = MANY_PLACES
) -> Event:
    content = EventContent(
        title=title,
        form="Webinar",
        introduction=_INTRODUCTION,
        contents=["Choosing species for a hotter street", "Paying for water in dry years", "Shade before trees"],
        audiences=["City officials", "Landscape architects", "Students"],
        hosts=["Network of Cooler Cities"],
        languages=["en", "es"],
        starts_at_local=(clock.now() + timedelta(days=in_days)).replace(hour=15, minute=0, tzinfo=None),
        time_zone="Europe/Madrid",
        minutes=90,
        places=places,
        programme=[_talk(number) for number in range(6)],
    )
    return events.publish(session, events.create(session, calendar, content).id)


def _talk(number: int) -> ProgrammeItemFacts:
    speaker = PersonFacts(
        name=f"Núria Vidal {number}", role="Head of urban forestry", organisation="City", city="Lleida"
    )
    return ProgrammeItemFacts(
        title=f"Four thousand trees in three years, {number}", kind=ItemKind.TALK, minutes=15, people=[speaker]
    )


def make_token() -> str:
    """Of an operator, who may read every event."""
    return make_tokens(1)[0]


def make_tokens(number: int) -> list[str]:
    """Of one operator each, who may read every event."""
    with new_session() as session:
        made = [_token_of(session, place) for place in range(number)]
        session.commit()
        return made


def _token_of(session: Session, place: int) -> str:
    operator = organisers.add(
        session,
        address=f"operator-{place}@example.org",
        name="Operator",
        password="a long enough password",
        is_operator=True,
    )
    return organisers.issue_token(session, operator, kind=TokenKind.API, label="benchmark")[0]
