"""`plenary sample`: a calendar with a few coming events, and people if they are wanted, to try everything with."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.cli import sample_people
from services.cli.output import AsJson, answer, clear_errors
from shared import audit, calendars, clock, events
from shared.database import new_session
from shared.mail_rules import keeping
from shared.models import Calendar, Event
from shared.schemas.events import EventContent
from shared.schemas.mail import RuleContent, Selection
from shared.schemas.mail_texts import MailText
from shared.schemas.programme import ItemKind, Part, PersonFacts, ProgrammeItemFacts

SLUG = "international-calendar"
SATURDAY = 5


@dataclass(frozen=True)
class _Sample:
    in_days: int
    at: time
    zone: str
    places: int | None
    minutes: int
    facts: dict[str, object]
    programme: list[ProgrammeItemFacts]
    people: list[PersonFacts] = field(default_factory=list)
    # Besides the usual reminders.
    rules: list[RuleContent] = field(default_factory=list)


def _talk(title: str, minutes: int, name: str, role: str, organisation: str, city: str) -> ProgrammeItemFacts:
    person = PersonFacts(name=name, role=role, organisation=organisation, city=city)
    return ProgrammeItemFacts(title=title, kind=ItemKind.TALK, minutes=minutes, people=[person])


def _item(title: str, kind: ItemKind, minutes: int, day: int = 1, at: time | None = None) -> ProgrammeItemFacts:
    return ProgrammeItemFacts(title=title, kind=kind, minutes=minutes, day=day, starts_at_clock=at)


_SHADE = _Sample(
    in_days=9,
    at=time(15),
    zone="Europe/Madrid",
    places=150,
    minutes=75,
    facts={
        "title": "Shade where people walk",
        "room_url": "https://rooms.example.org/shade",
        "form": "Webinar",
        "languages": ["en"],
        "hosts": ["Network of Cooler Cities"],
        "introduction": "Streets without shade are streets without people. Three cities show **what they planted, what "
        "it cost and what survived** the second summer.",
        "contents": [
            "Choosing species for a hotter street",
            "Paying for water in dry years",
            "Shade before trees: canopies",
        ],
        "audiences": ["City officials", "Landscape architects", "Researchers and students"],
        "is_free": True,
        "is_open_to_all": True,
    },
    programme=[
        _item("Welcome", ItemKind.WELCOME, 5),
        _talk(
            "Four thousand trees in three years", 15, "Núria Vidal", "Head of urban forestry", "City council", "Lleida"
        ),
        _talk("Canopies that pay for themselves", 15, "Tomás Quiroga", "Engineer", "Works office", "Córdoba"),
        _talk("Who waters in August?", 15, "Amina Benali", "Director", "Green spaces agency", "Tunis"),
        _item("Questions and answers", ItemKind.QUESTIONS, 20),
        _item("Closing", ItemKind.CLOSING, 5),
    ],
    people=[
        PersonFacts(
            name="Joanna Mills", part=Part.MODERATOR, role="Coordinator", organisation="Network of Cooler Cities"
        )
    ],
    rules=[
        RuleContent(kind="reminder", minutes_before=10),
        RuleContent(
            kind="notice",
            minutes_before=3 * 24 * 60,
            selection=Selection(audiences=["City officials"]),
            texts={
                "en": MailText(
                    subject="Bring one street",
                    introduction="It is more fun to talk about a street that everybody can see: bring a photograph.",
                )
            },
        ),
        RuleContent(kind="follow-up", anchor="end", minutes_before=-120),
    ],
)
_NIGHT_BUSES = _Sample(
    in_days=16,
    at=time(11),
    zone="Europe/Paris",
    places=3,
    minutes=70,
    facts={
        "title": "Night buses, safe stops",
        "form": "Webinar",
        "languages": ["en", "fr"],
        "hosts": ["Public Transport After Dark"],
        "introduction": "A small working meeting: bring the map of one line and leave with three changes to try.",
        "contents": ["Stops on request", "Light, sight lines and staff"],
        "audiences": ["Transport operators", "City officials"],
        "is_free": True,
        "is_open_to_all": True,
    },
    programme=[
        _item("Round of introductions", ItemKind.INTRODUCTION, 10),
        _talk("Stops on request: one year on", 20, "Claire Fontaine", "Planner", "Regional transport", "Nantes"),
        _item("Work in pairs", ItemKind.OTHER, 30),
        _item("Conclusions", ItemKind.CONCLUSIONS, 10),
    ],
)
_ARCHIVES = _Sample(
    in_days=40,
    at=time(9, 30),
    zone="America/Bogota",
    places=None,
    minutes=24 * 60 + 120,
    facts={
        "title": "Open archives: two days on municipal memory",
        "form": "Conference",
        "languages": ["es", "en"],
        "hosts": ["Association of Municipal Archives"],
        "introduction": "How towns keep, open and use what they once wrote down.",
        "contents": ["Digitising with small teams", "Rights and privacy", "Schools in the archive"],
        "audiences": ["Archivists", "Teachers", "Anyone curious"],
        "is_free": True,
        "is_open_to_all": True,
    },
    programme=[
        _item("Opening", ItemKind.WELCOME, 15, 1, time(9, 30)),
        _item("Digitising with three people", ItemKind.PANEL, 75),
        _item("Break", ItemKind.BREAK, 20),
        _item("Rights and privacy", ItemKind.PANEL, 70),
        _item("Schools in the archive", ItemKind.PANEL, 90, 2, time(9, 30)),
        _item("Conclusions and farewell", ItemKind.CLOSING, 30, 2),
    ],
)


WithPeople = Annotated[
    bool, typer.Option("--people", help="Also events that took place, and made-up people at all of them.")
]


def load(people: WithPeople = False, json: AsJson = False) -> None:
    """Load a sample calendar with coming events. Does nothing while some of them are still to come."""
    with clear_errors(), new_session() as session:
        calendar = _calendar(session)
        coming = select(Event.id).where(Event.calendar_id == calendar.id, Event.starts_at > clock.now()).limit(1)
        made = registered = 0
        if session.scalar(coming) is None:
            made = len([_make(session, calendar, sample) for sample in (_SHADE, _NIGHT_BUSES, _ARCHIVES)])
            registered = sample_people.fill(session, calendar) if people else 0
        session.commit()
    facts = {"calendar": SLUG, "events": made, "registrations": registered}
    with_people = f" and {registered} made-up registrations" if people else ""
    answer(facts, f"The sample calendar has {made} new events{with_people}.", as_json=json)


def _calendar(session: Session) -> Calendar:
    found = session.scalar(select(Calendar).where(Calendar.slug == SLUG))
    return found or calendars.create(
        session, title="International calendar", organisation="Network of Cooler Cities", time_zone="Europe/Madrid"
    )


def _working_day(day: date) -> date:
    """The day itself, or the Monday after it."""
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= SATURDAY else day


def _make(session: Session, calendar: Calendar, sample: _Sample) -> Event:
    local = datetime.combine(_working_day(clock.now().date() + timedelta(days=sample.in_days)), sample.at)
    content = EventContent(
        **sample.facts,
        starts_at_local=local,
        time_zone=sample.zone,
        minutes=sample.minutes,
        places=sample.places,
        programme=sample.programme,
        people=sample.people,
    )
    event = events.create(session, calendar, content)
    for rule in sample.rules:
        keeping.add(session, event.id, rule)
    audit.record(session, "event.created", by=None, event=event)
    return events.publish(session, event.id)
