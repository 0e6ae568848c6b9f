"""The rules of an event, in the order they leave, with the one that is worked on and what it will look like."""

import streamlit as st

from services.dashboard import markup
from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.fields import note, title
from services.dashboard.mail import previews, rule_drafts, rule_editor, rule_steering, snapshot
from services.dashboard.mail.previews import Wish
from services.dashboard.mail.rule_words import KIND_NOTES, RULE_KINDS, due, progress, state_badge, to_whom, when
from services.dashboard.mail.text_fields import Written
from services.dashboard.markup import Markup
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventAnswer, EventSummary
from shared.schemas.mail import RuleAnswer

Opened = tuple[Written, Wish] | None


def draw(viewer: Viewer, event: EventSummary) -> None:
    answer, whole = snapshot.rules(viewer, str(event.id)), api().event(viewer.token, str(event.id))
    for outcome in (answer, whole):
        if isinstance(outcome, Failure):
            detail = "Load the page again in a moment." if outcome.is_passing else outcome.detail
            markup.notice("problem", outcome.title, detail)
            return
    assert not isinstance(answer, Failure)
    assert not isinstance(whole, Failure)
    may_edit = viewer.may_edit_on(event.calendar.id)
    rules, looks = st.columns([3, 2], gap="medium")
    with rules, st.container(border=True, key="card_rules"):
        opened = _draw_rules(viewer, whole, answer.rules, may_edit=may_edit)
    if may_edit:
        with looks, st.container(border=True, key="card_preview"):
            _draw_preview(viewer, opened)


def _draw_preview(viewer: Viewer, opened: Opened) -> None:
    if opened is None:
        markup.draw(title("How it will look"))
        note("Edit a rule to see its mail, and to change its words.")
        return
    written, wish = opened
    previews.draw(viewer, wish, may_send=True, say=lambda failure: written.say(failure.fields))


def _draw_rules(viewer: Viewer, event: EventAnswer, rules: list[RuleAnswer], *, may_edit: bool) -> Opened:
    markup.draw(title("What is sent when"))
    if not rules:
        note("No rules yet: nothing is sent but what answers somebody, such as a confirmation.")
    zone = event.time_zone or event.calendar.time_zone
    opened: Opened = None
    for rule in rules:
        opened = _draw_rule(viewer, event, rule, zone, may_edit=may_edit) or opened
    if may_edit:
        opened = _draw_adding(viewer, event) or opened
    return opened


def _draw_rule(viewer: Viewer, event: EventAnswer, rule: RuleAnswer, zone: str, *, may_edit: bool) -> Opened:
    uid = str(rule.id)
    is_open = rule_drafts.is_open(uid)
    with st.container(key=f"rule_row_{uid}", horizontal=True, vertical_alignment="center", gap="small"):
        markup.draw(_summary(rule, zone))
        if may_edit:
            with st.container(key=f"rule_buttons_{uid}", horizontal=True, width="content", gap="small"):
                rule_steering.draw_buttons(viewer, rule)
                st.button(
                    "Close" if is_open else "Edit",
                    key=f"rule_edit_{uid}",
                    icon=":material/expand_less:" if is_open else ":material/edit:",
                    on_click=rule_drafts.toggle,
                    args=(uid,),
                )
    rule_steering.draw_questions(viewer, rule, zone)
    return rule_editor.draw(viewer, event, rule_drafts.held(rule)) if is_open and may_edit else None


def _summary(rule: RuleAnswer, zone: str) -> Markup:
    return markup.markup(
        '<div class="pl-rule"><div><b>{kind} · {when}</b> {badge}</div><span>{whom}</span><small>{due} · {progress}'
        "</small></div>",
        kind=RULE_KINDS[rule.kind],
        when=when(rule, zone),
        badge=state_badge(rule),
        whom=to_whom(rule.kind, rule.selection),
        due=due(rule, zone),
        progress=progress(rule),
    )


def _draw_adding(viewer: Viewer, event: EventAnswer) -> Opened:
    draft = rule_drafts.opened_new()
    if draft is not None:
        markup.draw(title(f"New: {RULE_KINDS[draft.kind]}"))
        return rule_editor.draw(viewer, event, draft)
    with st.container(key="add_rule_row", horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox("Add a rule", list(RULE_KINDS), key="add_rule_kind", format_func=RULE_KINDS.__getitem__)
        st.button("Add", key="add_rule", icon=":material/add:", type="primary", on_click=rule_drafts.start,
                  args=(str(event.id), kind))  # fmt: skip
    note(KIND_NOTES[kind])
    return None
