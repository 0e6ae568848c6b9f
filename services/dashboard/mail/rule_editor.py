"""One rule opened: when it sends, to whom, in which words, and saving it."""

import streamlit as st

from services.dashboard import asking, markup, said
from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.fields import note, problem, start_with
from services.dashboard.mail import rule_drafts, selecting, snapshot, text_fields
from services.dashboard.mail.previews import Wish
from services.dashboard.mail.rule_drafts import OFFERED, WHEN_NAMES, RuleDraft
from services.dashboard.mail.rule_words import KIND_NOTES, UNITS
from services.dashboard.mail.text_fields import Written
from services.dashboard.registration_settings import hours
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventAnswer
from shared.schemas.mail import RuleAnswer

_OURS = {"minutes_before", "moment", "anchor", "selection", "selection.attendance", "selection.statuses",
         "selection.audiences"}  # fmt: skip
_ABOUT = "the mail has our own words, in the reader's language."
_ABOUT_NOTICE = "a notice is what you write, so write it in one language at least."


def draw(viewer: Viewer, event: EventAnswer, draft: RuleDraft) -> tuple[Written, Wish]:
    """What is written, and the preview that goes with it."""
    draft.mistakes.clear()
    with st.container(border=True, key=f"card_rule_{draft.uid}"):
        note(KIND_NOTES[draft.kind])
        _draw_when(event, draft)
        selecting.draw(event, draft)
        about = _ABOUT_NOTICE if draft.kind == "notice" else _ABOUT
        written = text_fields.draw(event, draft.uid, draft.texts, about=about)
        written.say(draft.failure.fields if draft.failure else {})
        problem(draft.problem("texts"))
        _draw_failure(draft)
        _draw_saving(viewer, event, draft)
    return written, _preview(event, draft, written)


def _preview(event: EventAnswer, draft: RuleDraft, written: Written) -> Wish:
    """Readers of a language without a text get the event's own. What was taken out must not come back as saved."""
    rule_id = str(draft.rule.id) if draft.rule else None
    text = draft.texts.get(written.language) or draft.texts.get(event.text_language)
    if text is None and draft.rule is not None and draft.rule.texts:
        text = ("", "")
    return Wish(str(event.id), draft.kind, written.language, rule_id, text=text)


def _draw_when(event: EventAnswer, draft: RuleDraft) -> None:
    offered = list(dict.fromkeys([*OFFERED[draft.kind], draft.when]))
    with st.container(key=f"when_{draft.uid}", horizontal=True, vertical_alignment="bottom"):
        slot = st.container(key=f"when_size_{draft.uid}", horizontal=True, width="content")
        key = start_with(draft.key("when"), draft.when)
        draft.when = st.selectbox("When", offered, key=key, format_func=WHEN_NAMES.__getitem__, width=210)
        if draft.when not in {"moment", "now"}:
            with slot:
                _draw_size(draft)
    if draft.when == "moment":
        _draw_moment(event, draft)
    elif draft.when == "now":
        note("Leaves once you have confirmed to how many it goes.")
    problem(draft.problem("minutes_before") or draft.problem("anchor"))


def _draw_size(draft: RuleDraft) -> None:
    key = start_with(draft.key("size"), draft.size)
    draft.size = int(st.number_input("How long", min_value=0, max_value=10_000, step=1, key=key, width=130))
    key = start_with(draft.key("unit"), draft.unit)
    draft.unit = st.selectbox("Unit", list(UNITS), key=key, width=130)


def _draw_moment(event: EventAnswer, draft: RuleDraft) -> None:
    """A day and a time on the event's clock."""
    zone = event.time_zone or event.calendar.time_zone
    shown = hours.wall_clock(draft.moment, zone)
    key = start_with(draft.key("moment"), shown.replace(second=0, microsecond=0) if shown else None)
    wall = st.datetime_input(f"Day and time · {zone}", value=None, key=key, format="YYYY-MM-DD", step=900)
    instant = hours.instant_of(wall, zone) if wall else None
    if isinstance(instant, str):
        draft.mistakes["moment"] = instant
    elif instant is None:
        draft.moment = None
        note("On the event's clock.")
    else:
        draft.moment = instant
        note(hours.words(instant, zone))
    problem(draft.problem("moment"))


def _draw_failure(draft: RuleDraft) -> None:
    """What the API said of the whole; what it said of a field stands at the field."""
    failure = draft.failure
    if failure is None:
        return
    at_fields = _OURS | {"texts"} | text_fields.names(failure.fields)
    elsewhere = [said for name, said in failure.fields.items() if name not in at_fields]
    if not failure.fields or elsewhere:
        markup.notice("problem", failure.title, " ".join([failure.detail, *elsewhere]))
    else:
        problem("Nothing was saved yet. Correct what is marked.")


def _draw_saving(viewer: Viewer, event: EventAnswer, draft: RuleDraft) -> None:
    changes = draft.changes() if draft.rule else draft.body()
    with st.container(key=f"rule_saving_{draft.uid}", horizontal=True, horizontal_alignment="right"):
        label, let_go = "Discard" if draft.rule else "Cancel", rule_drafts.let_go
        st.button(label, key=draft.key("discard"), icon=":material/undo:", on_click=let_go, args=(draft.uid,))
        name = "Save" if draft.rule else "Go on …" if draft.is_at_once else "Add the rule"
        pressed = st.button(name, key=draft.key("save"), type="primary", icon=":material/save:", disabled=not changes)
    if pressed and changes:
        _save(viewer, event, draft)


def _save(viewer: Viewer, event: EventAnswer, draft: RuleDraft) -> None:
    if draft.when == "moment" and draft.moment is None and not draft.mistakes:
        draft.mistakes["moment"] = "Choose a day and a time."
    if draft.mistakes:
        draft.failure = Failure.of_fields(draft.mistakes)
        st.rerun()
    outcome = _tell(viewer, event, draft)
    if isinstance(outcome, Failure):
        draft.failure = outcome
        st.rerun()
    rule_drafts.let_go(draft.uid)
    snapshot.renew()
    if draft.rule is None and draft.is_at_once:
        # It waits, paused, until the number of those who get it was seen.
        asking.ask("send-rule", outcome.id)
        st.rerun()
    said.say("good", "Saved")


def _tell(viewer: Viewer, event: EventAnswer, draft: RuleDraft) -> RuleAnswer | Failure:
    if draft.rule is not None:
        return api().change_rule(viewer.token, str(draft.rule.id), draft.changes())
    body = {"kind": draft.kind, **draft.body(), "is_paused": draft.is_at_once}
    return api().add_rule(viewer.token, str(event.id), body)
