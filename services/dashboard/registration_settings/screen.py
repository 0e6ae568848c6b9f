"""The page itself: what may be seen, the cards, and saving what was typed."""

import streamlit as st

from services.dashboard import event_page, markup, said, snapshots
from services.dashboard.api_client import api
from services.dashboard.desk import Desk
from services.dashboard.failures import Cause, Failure
from services.dashboard.fields import title
from services.dashboard.live.cards import card
from services.dashboard.registration_settings import online, preview, question_drafts, question_list, reading, rules
from services.dashboard.registration_settings.form import NAMES, Form, shelf
from services.dashboard.saving import draw_bar, draw_failure_whole, draw_not_read, save
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventAnswer, EventSummary
from shared.schemas.stats import Totals


def draw(laid: Desk) -> None:
    event = event_page.begin(laid, "Registration settings")
    if event is None:
        return
    if not laid.viewer.may_edit_on(event.calendar.id):
        _draw_for_viewers(laid.viewer, event)
        return
    form = shelf.current(laid.viewer, str(event.id))
    if isinstance(form, Failure):
        draw_not_read(form)
        return
    _draw_form(laid.viewer, form)


def _draw_for_viewers(viewer: Viewer, event: EventSummary) -> None:
    markup.notice("note", "You can look, not write", "Ask an owner of the calendar to make you an editor.")
    answer = api().event(viewer.token, str(event.id))
    if isinstance(answer, Failure):
        draw_not_read(answer)
    else:
        reading.draw(answer)


def _draw_form(viewer: Viewer, form: Form) -> None:
    form.mistakes.clear()
    said.draw()
    # Drawn last, when it is known what is typed; and first on the page, where it is seen.
    bar = st.container(key="save_bar", horizontal=True, vertical_alignment="center")
    trouble = st.container(key="save_trouble")
    _draw_rules(form, _totals(viewer, form.base))
    questions, looks = st.columns([3, 2], gap="medium")
    with questions, st.container(border=True, key="card_questions"):
        markup.draw(title("Questions"))
        question_list.draw(form)
    with looks, st.container(border=True, key="card_preview"):
        preview.draw(form)
    with trouble:
        if form.failure:
            draw_failure_whole(form.failure, {**NAMES, "questions": "questions"})
    changes = form.changes()
    with bar:
        pressed = draw_bar(changes, NAMES, discard=lambda: shelf.begin(form.base))
    shelf.remember(viewer, form)
    if pressed:
        _save(viewer, form, changes)


def _totals(viewer: Viewer, event: EventAnswer) -> Totals | None:
    screen = snapshots.stats.take(viewer, str(event.id))
    return None if isinstance(screen, Failure) else screen.snapshot.totals


def _draw_rules(form: Form, totals: Totals | None) -> None:
    with st.grid(2, min_column_width=330, key="grid_settings") as grid:
        with grid.cell():
            card("places", "Places", lambda: rules.draw_places(form, totals))
        with grid.cell():
            card("hours", f"When people can register · {form.zone}", lambda: rules.draw_hours(form))
        with grid.cell():
            card("waiting", "Waiting list", lambda: rules.draw_waiting_list(form))
        with grid.cell():
            card("data", "Addresses and data", lambda: rules.draw_addresses_and_data(form))
        with grid.cell(column_span="all"):
            card("online", "Online", lambda: online.draw(form))


def _save(viewer: Viewer, form: Form, changes: dict[str, object]) -> None:
    form.failure = None
    form.shows_missing = bool(form.mistakes) or any(map(question_drafts.missing, form.questions))
    if form.shows_missing:
        form.failure = Failure(Cause.REFUSED, "Nothing was saved yet", "Correct what is marked below, then save.")
        _open_first_missing(form)
        st.rerun()
    save(viewer, shelf, form, changes)


def _open_first_missing(form: Form) -> None:
    incomplete = [draft.uid for draft in form.questions if question_drafts.missing(draft)]
    if incomplete and form.opened not in incomplete:
        form.opened = incomplete[0]
