"""The page "Audit": who did what on a calendar, for its owners."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from services.dashboard import calendar_choice, formatting, heading, kept, markup
from services.dashboard.api_client import api
from services.dashboard.audit.words import KINDS, nobody_signed_in, sentence
from services.dashboard.desk import Desk
from services.dashboard.failures import Failure
from services.dashboard.kept import Asked, KeptList, Shown
from services.dashboard.markup import Markup
from services.dashboard.viewer import Viewer
from shared.schemas.sessions import CalendarRole
from shared.schemas.stats import AuditAnswer, AuditPage

_LIST: KeptList[AuditPage] = KeptList("audit")
_EVERYBODY = "everybody"


@dataclass(frozen=True)
class Wish(Asked):
    """`event_id` is of the calendar here: it tells one list from another. Days are those of the calendar's `zone`."""

    about: str | None = None
    organiser: str | None = None
    kind: str | None = None
    since: date | None = None
    zone: str = "UTC"

    def narrowing(self) -> Mapping[str, str]:
        since = datetime.combine(self.since, time(), ZoneInfo(self.zone)).isoformat() if self.since else None
        asked = {
            "calendar": self.event_id,
            "event": self.about,
            "organiser": self.organiser,
            "action": self.kind,
            "since": since,
        }
        return {name: value for name, value in asked.items() if value}


def draw(laid: Desk) -> None:
    heading.draw("Audit", ["Every action that people notice: who, when, what."])
    calendar = calendar_choice.choose(laid.viewer, ("owner",))
    if calendar is None:
        markup.notice("note", "The audit log is for owners", "Ask an owner of the calendar what you need to know.")
        return
    wish = _LIST.turned(_ask(laid, calendar))
    shown = _LIST.show(wish, lambda _, query: api().audit(laid.viewer.token, query))
    if isinstance(shown, Failure):
        markup.notice("problem", shown.title, shown.detail or "Load the page again in a moment.")
        return
    kept.draw_trouble(shown)
    _draw_list(shown, wish, calendar)


def _ask(laid: Desk, calendar: CalendarRole) -> Wish:
    mine = {str(event.id): event.title for event in laid.events if event.calendar.id == calendar.id}
    people = _people(laid.viewer, calendar)
    with st.container(key="audit_bar", horizontal=True, vertical_alignment="bottom"):
        about = st.selectbox(
            "About", [None, *mine], format_func=lambda key: mine.get(key, "every event"), key="audit_event"
        )
        who = st.selectbox("By", [None, *people], format_func=lambda key: people.get(key, _EVERYBODY), key="audit_who")
        kind = st.selectbox(
            "What", [None, *KINDS], format_func=lambda key: KINDS.get(key, "everything"), key="audit_kind"
        )
        since = st.date_input("Since", None, format="YYYY-MM-DD", key="audit_since")
    return Wish(calendar.slug, about=about, organiser=who, kind=kind, since=since, zone=calendar.time_zone)


def _people(viewer: Viewer, calendar: CalendarRole) -> dict[str, str]:
    found = api().members(viewer.token, calendar.slug)
    return {} if isinstance(found, Failure) else {str(one.organiser_id): one.name for one in found.members}


def _draw_list(shown: Shown[AuditPage], wish: Wish, calendar: CalendarRole) -> None:
    entries = shown.page.entries
    with st.container(border=True, key="card_audit"):
        if not entries:
            markup.draw(Markup('<p class="pl-empty">Nothing like that has been done.</p>'))
            return
        markup.draw(table(entries, zone=calendar.time_zone))
        _LIST.draw_ways(shown, wish, len(entries))


def table(entries: list[AuditAnswer], *, zone: str) -> Markup:
    head = markup.join(
        markup.markup('<th scope="col">{name}</th>', name=name) for name in ("When", "Who", "What", "About")
    )
    return markup.markup(
        '<table class="pl-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>',
        head=head,
        rows=markup.join(_row(entry, zone) for entry in entries),
    )


def _row(entry: AuditAnswer, zone: str) -> Markup:
    return markup.markup(
        '<tr><td data-name="When">{when}</td><td data-name="Who"><bdi>{who}</bdi></td>'
        '<th scope="row" data-name="What">{what}<small>{facts}</small></th>'
        '<td data-name="About"><bdi>{about}</bdi></td></tr>',
        when=formatting.moment_in(entry.at, zone),
        who=entry.organiser or nobody_signed_in(entry.action),
        what=sentence(entry.action),
        facts=facts(entry.facts),
        about=entry.event or "–",
    )


def facts(given: Mapping[str, Any]) -> str:
    """ "fields: places, title · count: 12"; ids say nothing to people and are left out."""
    shown = {name: value for name, value in given.items() if name not in {"member", "organiser"} and value is not None}
    return " · ".join(f"{name.replace('_', ' ')}: {_said(value)}" for name, value in shown.items())


def _said(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{number} {name}" for name, number in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
