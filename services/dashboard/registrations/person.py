"""One person chosen: what is known of the registration, the answers given, and the mails sent."""

from collections.abc import Iterable

import streamlit as st

from services.dashboard import formatting, markup
from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.markup import Markup
from services.dashboard.registrations import proof
from services.dashboard.registrations.words import MAIL_STATES, MAILS, SOURCES, name_of_origin, status_badge
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventAnswer
from shared.schemas.registrations import MessageAnswer, RegistrationDetail
from shared.territories import country_name
from shared.translations import language_name


def draw_facts(person: RegistrationDetail, event: EventAnswer) -> None:
    zone = event.time_zone or event.calendar.time_zone
    markup.draw(
        markup.markup(
            '<div class="pl-person"><h2 class="pl-card-title">{name}</h2>{status}</div>',
            name=person.name,
            status=status_badge(person.status),
        )
    )
    rows = [*_facts(person, zone), *((given.question, given.answer) for given in person.answered)]
    drawn = markup.join(
        markup.markup("<div><dt>{name}</dt><dd>{value}</dd></div>", name=name, value=value) for name, value in rows
    )
    markup.draw(markup.markup('<dl class="pl-facts">{rows}</dl>', rows=drawn))


def _facts(person: RegistrationDetail, zone: str) -> Iterable[tuple[str, str]]:
    moments = [
        ("Registered", person.registered_at),
        ("Confirmed", person.confirmed_at),
        ("Cancelled", person.cancelled_at),
        ("Must answer by", person.answer_by),
    ]
    facts = [
        ("E-mail address", person.address),
        ("Waiting list", f"number {formatting.count(person.waiting_position)}" if person.waiting_position else None),
        *((name, formatting.moment_in(moment, zone) if moment else None) for name, moment in moments),
        ("Organisation", person.organisation),
        ("City", person.city),
        ("Country", country_name(person.country, language="en") if person.country else None),
        ("Audience", person.audience),
        ("Language", language_name(person.language, language="en")),
        ("Time zone", person.time_zone),
        ("Came by", SOURCES.get(person.source, person.source)),
        ("Led here by", name_of_origin(person.came_from) if person.came_from else None),
        *proof.facts(person, zone),
        ("Suspicious", "yes: came in a way that people seldom do" if person.is_suspect else None),
        ("Agreed", _consent(person, zone)),
    ]
    return ((name, value) for name, value in facts if value)


def _consent(person: RegistrationDetail, zone: str) -> str:
    if person.consented_at is None:
        return "elsewhere: an organiser registered them"
    return f"{formatting.moment_in(person.consented_at, zone)}, text {person.consent_version}"


def draw_mails(viewer: Viewer, person: RegistrationDetail, zone: str) -> None:
    markup.draw(Markup('<h2 class="pl-card-title">Mails</h2>'))
    page = api().messages_of(viewer.token, str(person.id))
    if isinstance(page, Failure):
        markup.notice("warning", "The mails cannot be shown", page.detail or page.title)
    elif not page.messages:
        markup.draw(Markup('<p class="pl-empty">None so far.</p>'))
    else:
        rows = markup.join(_mail(message, zone) for message in page.messages)
        markup.draw(markup.markup('<ol class="pl-list pl-mails">{rows}</ol>', rows=rows))


def _mail(message: MessageAnswer, zone: str) -> Markup:
    moment = formatting.moment_in(message.sent_at or message.due_at, zone)
    went_wrong = message.status in {"failed", "bounced", "suppressed"}
    return markup.markup(
        '<li><details{open}><summary><b>{kind}</b><span class="{tone}">{state}, {moment}</span></summary>{steps}'
        "</details></li>",
        open=Markup(" open") if went_wrong else Markup(),
        kind=MAILS.get(message.kind, message.kind),
        tone="pl-text-wrong" if went_wrong else "",
        state=MAIL_STATES.get(message.status, message.status),
        moment=moment,
        steps=proof.steps(message, zone),
    )


def draw_nobody() -> None:
    st.caption("Choose a row to see the person, the answers and the mails.")
