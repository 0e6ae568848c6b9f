"""What people ask: a list that stays as it is until it is loaded again, so that no row moves under the finger."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from services.dashboard import formatting, kept, markup, said
from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.kept import Asked, KeptList
from services.dashboard.markup import Markup
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventSummary
from shared.schemas.live_session import AudienceQuestionAnswer, AudienceQuestionPage

_LIST: KeptList[AudienceQuestionPage] = KeptList("questions")
_STATUS = "questions_status"
_STATUSES = {"new": "New", "answered": "Answered", "hidden": "Hidden"}
# What can be made of a question, by how it stands.
_NEXT = {
    "new": (("answered", "Answered", "check"), ("hidden", "Hide", "visibility_off")),
    "answered": (("new", "Back to new", "undo"),),
    "hidden": (("new", "Back to new", "undo"),),
}


@dataclass(frozen=True)
class Wish(Asked):
    status: str = "new"

    def narrowing(self) -> Mapping[str, str]:
        return {"status": self.status}


def draw(viewer: Viewer, event: EventSummary, *, may_edit: bool) -> None:
    with st.container(border=True, key="card_audience_questions"):
        markup.draw(Markup('<h2 class="pl-card-title">Questions to the speakers</h2>'))
        status = st.segmented_control(
            "Which", list(_STATUSES), default="new", required=True, key=_STATUS, format_func=_STATUSES.__getitem__,
            label_visibility="collapsed",
        )  # fmt: skip
        wish = _LIST.turned(Wish(str(event.id), status=status or "new"))
        shown = _LIST.show(wish, lambda event_id, query: api().audience_questions(viewer.token, event_id, query))
        if isinstance(shown, Failure):
            markup.notice("problem", shown.title, shown.detail or "Load the page again in a moment.")
            return
        kept.draw_trouble(shown)
        rows = shown.page.questions
        if not rows:
            markup.draw(Markup('<p class="pl-empty">None. People ask on the page of their registration.</p>'))
            st.button("Look again", key="questions_again", icon=":material/refresh:", on_click=_LIST.renew)
            return
        for question in rows:
            _draw_one(viewer, event, question, may_edit=may_edit)
        _LIST.draw_ways(shown, wish, len(rows))


def _draw_one(viewer: Viewer, event: EventSummary, question: AudienceQuestionAnswer, *, may_edit: bool) -> None:
    with st.container(key=f"question_{question.id}", horizontal=True, vertical_alignment="center"):
        about = " · ".join(part for part in (question.first_name, question.audience or "") if part)
        markup.draw(
            markup.markup(
                '<div class="pl-question" dir="auto"><p>{text}</p><small>{about} · {at}</small></div>',
                text=question.text,
                about=about,
                at=formatting.clock_time(question.asked_at),
            )
        )
        for status, label, icon in _NEXT[question.status] if may_edit else ():
            key = f"mark_{status}_{question.id}"
            if st.button(label, key=key, icon=f":material/{icon}:"):
                _mark(viewer, question, status)


def _mark(viewer: Viewer, question: AudienceQuestionAnswer, status: str) -> None:
    outcome = api().mark_question(viewer.token, str(question.id), status)
    if isinstance(outcome, Failure):
        said.fail(outcome)
    _LIST.renew()
    st.rerun()
