"""Pausing, resuming, sending at once and removing a rule, with the questions that stand before it."""

import streamlit as st

from services.dashboard import asking, markup, said
from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.fields import note
from services.dashboard.formatting import plural
from services.dashboard.mail import rule_drafts, snapshot
from services.dashboard.mail.rule_words import RULE_KINDS, is_at_once, to_whom, when
from services.dashboard.viewer import Viewer
from shared import clock
from shared.schemas.mail import RuleAnswer

_UNSURE = "It is not sure whether this was done. Load the page again and look at the rule."


def draw_buttons(viewer: Viewer, rule: RuleAnswer) -> None:
    uid = str(rule.id)
    if rule.state == "paused" and is_at_once(rule, clock.now()):
        if st.button("Send …", key=f"rule_send_{uid}", icon=":material/send:", type="primary"):
            asking.ask("send-rule", rule.id)
    elif rule.state == "paused":
        if st.button("Resume", key=f"rule_resume_{uid}", icon=":material/play_arrow:"):
            _pause(viewer, rule, is_paused=False)
    elif rule.state == "waiting":
        if st.button("Pause", key=f"rule_pause_{uid}", icon=":material/pause:"):
            _pause(viewer, rule, is_paused=True)
    if st.button("Remove", key=f"icon_rule_remove_{uid}", icon=":material/delete:", help="Remove"):
        asking.ask("remove-rule", rule.id)


def draw_questions(viewer: Viewer, rule: RuleAnswer, zone: str) -> None:
    if asking.is_open("send-rule", rule.id):
        _ask_whether_to_send(viewer, rule)
    if asking.is_open("remove-rule", rule.id):
        _ask_whether_to_remove(viewer, rule, zone)


def _pause(viewer: Viewer, rule: RuleAnswer, *, is_paused: bool) -> None:
    outcome = api().change_rule(viewer.token, str(rule.id), {"is_paused": is_paused})
    snapshot.renew()
    if isinstance(outcome, Failure):
        said.fail(outcome, unsure=_UNSURE)
    elif is_paused:
        said.say("note", "Paused", "It sends nothing until it is resumed.")
    else:
        said.say("good", "Resumed", "It sends when its moment comes.")


@st.dialog("Send it now?", icon=":material/send:", on_dismiss=asking.put_away)
def _ask_whether_to_send(viewer: Viewer, rule: RuleAnswer) -> None:
    people = plural(rule.recipients, "person", "people")
    markup.draw(markup.markup('<p class="pl-headline"><b>{people}</b> get it now.</p>', people=people))
    note(f"It goes {to_whom(rule.kind, rule.selection)}. It cannot be taken back once it has left.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Not now", key="keep_rule_paused", on_click=asking.put_away):
            st.rerun()
        if st.button(f"Send to {people}", key="really_send_rule", type="primary", disabled=not rule.recipients):
            asking.put_away()
            outcome = api().change_rule(viewer.token, str(rule.id), {"is_paused": False})
            snapshot.renew()
            if isinstance(outcome, Failure):
                said.fail(outcome, unsure=_UNSURE)
            said.say("good", "It is on its way", f"To {people}. How it goes stands under “How it goes”.")
    note("“Not now” keeps it here, paused.")


@st.dialog("Remove this rule?", icon=":material/delete:", on_dismiss=asking.put_away)
def _ask_whether_to_remove(viewer: Viewer, rule: RuleAnswer, zone: str) -> None:
    note(f"{RULE_KINDS[rule.kind]}, {when(rule, zone)}, {to_whom(rule.kind, rule.selection)}.")
    note("Its mail that has not left yet is taken back; what was sent stays sent.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep it", key="keep_rule", on_click=asking.put_away):
            st.rerun()
        if st.button("Remove", key="really_remove_rule", type="primary"):
            asking.put_away()
            failure = api().remove_rule(viewer.token, str(rule.id))
            snapshot.renew()
            if failure:
                said.fail(failure, unsure=_UNSURE)
            rule_drafts.let_go(str(rule.id))
            said.say("good", "Removed", "It sends nothing more.")
