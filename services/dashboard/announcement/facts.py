"""A draft's fields as they were understood, for the eye that compares them with the announcement."""

from collections.abc import Iterable

import streamlit as st

from services.dashboard import formatting, markup
from services.dashboard.formatting import count
from services.dashboard.markup import Markup
from shared.schemas.events import EventAnswer
from shared.schemas.programme import PersonFacts, ProgrammeItemFacts
from shared.translations import language_name

_NOT_FOUND = Markup('<span class="pl-missing">not found</span>')


def draw(event: EventAnswer) -> None:
    with st.container(border=True, key="card_facts"):
        markup.draw(Markup('<h2 class="pl-card-title">What was understood</h2>'))
        rows = markup.join(_row(name, value) for name, value in _facts(event))
        markup.draw(markup.markup('<dl class="pl-facts">{rows}</dl>', rows=rows))
    with st.container(border=True, key="card_programme"):
        markup.draw(Markup('<h2 class="pl-card-title">Programme</h2>'))
        markup.draw(_programme(event))


def _row(name: str, value: Markup) -> Markup:
    return markup.markup("<div><dt>{name}</dt><dd>{value}</dd></div>", name=name, value=value or _NOT_FOUND)


def _facts(event: EventAnswer) -> Iterable[tuple[str, Markup]]:
    yield "Start", _words(_start(event))
    yield "As written", _words(event.time_text)
    yield "Length", _words(f"{event.minutes} minutes" if event.minutes else None)
    yield "Calendar", _words(event.calendar.title)
    yield "Form", _words(event.form)
    yield "Languages", _words(", ".join(language_name(code, language="en") for code in event.languages))
    yield "Introduction", _words(event.introduction)
    yield "Contents", _list(event.contents)
    yield "Who should attend", _list(event.audiences)
    yield "People", _list(_person(person) for person in event.people)
    yield "Hosts", _list(event.hosts)
    yield "Places", _words(count(event.places) if event.places is not None else "No limit")
    yield "Price", _words(event.price_text or ("Free" if event.is_free else None))


def _start(event: EventAnswer) -> str | None:
    if event.starts_at is None or event.time_zone is None:
        return "not settled yet" if event.time_text else None
    return formatting.period_in(event.starts_at, event.ends_at, event.time_zone)


def _person(person: PersonFacts) -> str:
    about = ", ".join(part for part in (person.role, person.organisation, person.city) if part)
    return f"{person.name} ({person.part}){': ' + about if about else ''}"


def _words(text: str | None) -> Markup:
    return markup.markup("{text}", text=text) if text else Markup()


def _list(items: Iterable[str]) -> Markup:
    entries = markup.join(markup.markup("<li>{item}</li>", item=item) for item in items)
    return markup.markup("<ul>{entries}</ul>", entries=entries) if entries else Markup()


def _programme(event: EventAnswer) -> Markup:
    if not event.programme:
        return _NOT_FOUND
    return markup.markup(
        '<ol class="pl-list pl-programme">{items}</ol>', items=markup.join(_item(item) for item in event.programme)
    )


def _item(item: ProgrammeItemFacts) -> Markup:
    people = "; ".join(_person(person) for person in item.people)
    return markup.markup(
        "<li><b>{title}</b><time>{minutes}</time><span>{people}</span></li>",
        title=item.title,
        minutes=f"{item.minutes} min" if item.minutes is not None else "no length",
        people=people,
    )
