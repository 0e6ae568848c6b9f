"""The rehearsal: every mail the event will still send, to whom, when, and how it will look, before anything is sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from services.dashboard import formatting, markup
from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.fields import note, title
from services.dashboard.formatting import count, plural
from services.dashboard.heading import badge
from services.dashboard.mail import previews, snapshot
from services.dashboard.mail.previews import Wish
from services.dashboard.mail.words import kind_name
from services.dashboard.markup import Markup
from services.dashboard.registration_settings import hours
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventSummary
from shared.schemas.mail import Rehearsal, RehearsedMail
from shared.translations import language_name

_HELD, _SHOWN, _MORE = "_rehearsal", "_rehearsal_shown", "_rehearsal_length"
# Rows at a time; an event in many languages with many rules has more.
_LENGTH = 40


@dataclass(frozen=True)
class _Held:
    event_id: str
    rehearsal: Rehearsal


def draw(viewer: Viewer, event: EventSummary) -> None:
    outcome = _rehearse(viewer, str(event.id))
    if isinstance(outcome, Failure):
        detail = "Load the page again in a moment." if outcome.is_passing else outcome.detail
        markup.notice("problem", outcome.title, detail)
        return
    may_edit = viewer.may_edit_on(event.calendar.id)
    mails, looks = st.columns([3, 2], gap="medium")
    with mails, st.container(border=True, key="card_rehearsal"):
        _draw_mails(event, outcome, may_edit=may_edit)
    if may_edit:
        with looks, st.container(border=True, key="card_preview"):
            _draw_shown(viewer, event, outcome)


def _rehearse(viewer: Viewer, event_id: str) -> Rehearsal | Failure:
    """Made when the view is opened and when it is asked for, not at every click."""
    held: _Held | None = st.session_state.get(_HELD)
    if held is not None and held.event_id == event_id:
        return held.rehearsal
    with st.spinner("Rehearsing …"):
        outcome = api().rehearsal(viewer.token, event_id)
    if not isinstance(outcome, Failure):
        st.session_state[_HELD] = _Held(event_id, outcome)
        st.session_state.pop(_SHOWN, None)
    return outcome


def forget() -> None:
    """Rules and texts may change: the next look is a new rehearsal."""
    for name in (_HELD, _SHOWN, _MORE):
        st.session_state.pop(name, None)


def _again() -> None:
    forget()
    snapshot.renew()


def summary(rehearsal: Rehearsal) -> str:
    planned = [mail for mail in rehearsal.mails if mail.at is not None and not mail.is_paused]
    total = sum(mail.recipients for mail in planned)
    paused = sum(mail.recipients for mail in rehearsal.mails if mail.is_paused)
    stopped = f" {plural(paused, 'more is', 'more are')} paused." if paused else ""
    return f"{plural(total, 'mail')} will leave at their moment as things stand.{stopped}"


def _draw_mails(event: EventSummary, rehearsal: Rehearsal, *, may_edit: bool) -> None:
    zone = event.time_zone or event.calendar.time_zone
    with st.container(key="rehearsal_head", horizontal=True, vertical_alignment="center"):
        markup.draw(title("Every mail that will be sent"))
        st.button("Rehearse again", key="rehearse_again", icon=":material/refresh:", on_click=_again)
    since = formatting.clock_time(rehearsal.made_at)
    note(f"{summary(rehearsal)} Nothing was sent for this list, made at {since}.")
    if not rehearsal.mails:
        note("This event has nothing to send.")
    length: int = st.session_state.get(_MORE, _LENGTH)
    day = None
    for number, mail in enumerate(rehearsal.mails[:length]):
        if (heading := _day(mail.at, zone)) != day:
            day = heading
            markup.draw(markup.markup('<h3 class="pl-day">{day}</h3>', day=day))
        _draw_mail(mail, number, zone, may_edit=may_edit)
    rest = len(rehearsal.mails) - length
    if rest > 0:
        st.button(f"Show {count(min(rest, _LENGTH))} more", key="rehearsal_more", on_click=_lengthen, args=(length,))


def _lengthen(length: int) -> None:
    st.session_state[_MORE] = length + _LENGTH


def _day(at: datetime | None, zone: str) -> str:
    if at is None:
        return "Without a fixed moment"
    wall = hours.wall_clock(at, zone)
    return f"{wall:%A %-d %B %Y}"


def _draw_mail(mail: RehearsedMail, number: int, zone: str, *, may_edit: bool) -> None:
    is_shown = st.session_state.get(_SHOWN) == number
    with st.container(key=f"rehearsed_{number}", horizontal=True, vertical_alignment="center", gap="small"):
        markup.draw(_facts(mail, zone))
        if may_edit:
            st.button(
                "Shown" if is_shown else "Show",
                key=f"show_rehearsed_{number}",
                icon=":material/visibility:",
                disabled=is_shown,
                on_click=_show,
                args=(number,),
            )


def _show(number: int) -> None:
    st.session_state[_SHOWN] = number


def _facts(mail: RehearsedMail, zone: str) -> Markup:
    return markup.markup(
        '<div class="pl-rule"><div><b>{hour}{kind}</b>{badges}</div><span><bdi>{subject}</bdi></span>'
        "<small>{facts}</small></div>",
        hour=_hour(mail.at, zone),
        kind=_kind(mail),
        badges=markup.join(_badges(mail)),
        subject=mail.subject,
        facts=" · ".join(_particulars(mail)),
    )


def _kind(mail: RehearsedMail) -> str:
    """The two follow-ups are two mails."""
    to_whom = {"attended": ", to those who came", "missed": ", to those who missed it"}
    return kind_name(mail.kind) + to_whom.get(mail.attendance or "", "")


def _hour(at: datetime | None, zone: str) -> str:
    if at is None:
        return ""
    return f"{hours.wall_clock(at, zone):%H:%M} {formatting.place(at, zone)} · "


def _badges(mail: RehearsedMail) -> Iterable[Markup]:
    if mail.is_paused:
        yield badge("warning", "❚❚", "Paused")


def _particulars(mail: RehearsedMail) -> list[str]:
    theirs = f"for them {mail.at_local}" if mail.at and mail.at_local else mail.at_local
    people = plural(mail.recipients, "person", "people") if mail.at or mail.recipients else ""
    return [part for part in (people, language_name(mail.language, language="en"), theirs) if part]


def _draw_shown(viewer: Viewer, event: EventSummary, rehearsal: Rehearsal) -> None:
    number: int | None = st.session_state.get(_SHOWN)
    if number is None or number >= len(rehearsal.mails):
        markup.draw(title("How it will look"))
        note("Show a mail of the list to see it as one of its readers will.")
        return
    previews.draw(viewer, wish_of(str(event.id), rehearsal.mails[number]), may_send=True)


def wish_of(event_id: str, mail: RehearsedMail) -> Wish:
    reader = previews.reader_of(mail.kind, mail.sample_id) if mail.sample_id else None
    rule_id = str(mail.rule_id) if mail.rule_id else None
    return Wish(event_id, mail.kind, mail.language, rule_id, reader)
