"""The announcement as it was pasted, with the places marked that remarks are about."""

from collections.abc import Sequence

import streamlit as st

from services.dashboard import markup
from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.markup import Markup
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventAnswer
from shared.schemas.remarks import Remark


def draw(viewer: Viewer, event: EventAnswer, remarks: Sequence[Remark]) -> None:
    """Nothing, for an event that was not made from an announcement."""
    text = api().announcement_text(viewer.token, str(event.id))
    if isinstance(text, Failure) or not text.strip():
        return
    with st.container(border=True, key="card_pasted"):
        markup.draw(Markup('<h2 class="pl-card-title">What was pasted</h2>'))
        markup.draw(marked(text, [remark.excerpt for remark in remarks if remark.excerpt]))


def marked(text: str, excerpts: Sequence[str]) -> Markup:
    """Each excerpt once, where it first stands; overlapping ones count as one."""
    spans: list[tuple[int, int]] = []
    for excerpt in sorted(set(excerpts), key=len, reverse=True):
        begin = text.find(excerpt)
        end = begin + len(excerpt)
        if begin >= 0 and not any(begin < other_end and end > other_begin for other_begin, other_end in spans):
            spans.append((begin, end))
    parts, at = [], 0
    for begin, end in sorted(spans):
        parts.append(markup.markup("{before}<mark>{excerpt}</mark>", before=text[at:begin], excerpt=text[begin:end]))
        at = end
    parts.append(markup.markup("{rest}", rest=text[at:]))
    return markup.markup('<pre class="pl-pasted" dir="auto" tabindex="0">{parts}</pre>', parts=markup.join(parts))
