"""The page "Settings": a calendar's organisation, its look, and a mail to try it."""

from typing import Any

import streamlit as st

from services.dashboard import calendar_choice, heading, markup, said, viewer
from services.dashboard.api_client import api
from services.dashboard.desk import Desk
from services.dashboard.failures import Cause, Failure
from services.dashboard.fields import note, problem
from services.dashboard.markup import Markup
from services.dashboard.settings import look, mail
from services.dashboard.viewer import EDITORS, Viewer
from shared.schemas.calendars import CalendarSettings
from shared.schemas.sessions import CalendarRole
from shared.timezones import zone_names
from shared.translations import LANGUAGES, language_name

_REFUSED = "_settings_refused"


def draw(laid: Desk) -> None:
    heading.draw("Settings", ["What people see of your organisation, on pages and in mails."])
    calendar = calendar_choice.choose(laid.viewer, tuple(EDITORS))
    if calendar is None:
        markup.notice("note", "Settings are for editors and owners", "Ask an owner of the calendar what you need.")
        return
    said.draw()
    found = api().calendar_settings(laid.viewer.token, calendar.slug)
    if isinstance(found, Failure):
        markup.notice("problem", found.title, found.detail or "Load the page again in a moment.")
        return
    is_owner = calendar.role == "owner"
    if not is_owner:
        markup.notice("note", "You can look, not write", "Owners of the calendar change its settings.")
    left, right = st.columns([3, 2], gap="medium")
    with left, st.container(border=True, key="card_organisation"):
        _draw_organisation(laid.viewer, calendar, found, is_owner=is_owner)
    with right:
        with st.container(border=True, key="card_look"):
            look.draw(laid.viewer, calendar, found, is_owner=is_owner, save=_save)
        with st.container(border=True, key="card_mail_test"):
            mail.draw(laid.viewer, calendar, found)


def _draw_organisation(viewer_: Viewer, calendar: CalendarRole, now: CalendarSettings, *, is_owner: bool) -> None:
    markup.draw(Markup('<h2 class="pl-card-title">Organisation</h2>'))
    refused: dict[str, str] = st.session_state.get(_REFUSED, {})
    zones, off = sorted(zone_names()), not is_owner
    with st.form(f"organisation_{calendar.slug}", border=False):
        typed: dict[str, Any] = {
            "title": st.text_input("Title of the calendar", now.title, max_chars=200, disabled=off)
        }
        problem(refused.get("title", ""))
        typed["organisation"] = st.text_input("Organisation", now.organisation, max_chars=200, disabled=off)
        problem(refused.get("organisation", ""))
        typed["description"] = st.text_area("Description, in Markdown", now.description or "", height=140, disabled=off)
        typed["website"] = st.text_input("Website", now.website or "", placeholder="https://…", disabled=off)
        problem(refused.get("website", ""))
        typed["contact_address"] = st.text_input("Answers to mails go to", now.contact_address or "", disabled=off)
        problem(refused.get("contact_address", ""))
        place = zones.index(now.time_zone) if now.time_zone in zones else 0
        typed["time_zone"] = st.selectbox("Time zone, where an announcement names none", zones, place, disabled=off)
        languages = list(dict.fromkeys([now.language, *LANGUAGES]))
        typed["language"] = st.selectbox(
            "Language", languages, format_func=lambda code: language_name(code, language="en"), disabled=off
        )
        pressed = st.form_submit_button("Save", type="primary", icon=":material/save:", disabled=off)
    note(f"Public page: {now.url}. Its address stays as it is when the title changes.")
    if pressed:
        before = now.model_dump()
        _save(viewer_, calendar, now, {n: v or None for n, v in typed.items() if (v or None) != before[n]})


def _save(viewer_: Viewer, calendar: CalendarRole, now: CalendarSettings, changes: dict[str, Any]) -> None:
    st.session_state.pop(_REFUSED, None)
    if not changes:
        said.say("note", "Nothing has changed")
    outcome = api().change_settings(viewer_.token, calendar.slug, changes, version=now.version)
    if not isinstance(outcome, Failure):
        viewer.forget()
        said.say("good", "Saved")
    if outcome.cause is Cause.OUTDATED:
        said.say(
            "warning", "Somebody else has changed the settings meanwhile", "These are the newest; change them again."
        )
    st.session_state[_REFUSED] = dict(outcome.fields)
    said.fail(outcome)
