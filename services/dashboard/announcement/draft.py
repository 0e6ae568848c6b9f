"""The draft under review: which event it is, kept in the address bar, and its newest version."""

from uuid import UUID

import streamlit as st

from services.dashboard import events
from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventAnswer, ImportAnswer
from shared.schemas.remarks import Remark, Weight

_PARAMETER = "draft"
_OPEN = "_draft"
# Remarks that only the import itself knows: what it ignored is no property of the event.
_HEARD = "_draft_remarks"


def open_imported(answer: ImportAnswer) -> None:
    st.session_state[_HEARD] = {str(answer.event.id): answer.remarks}
    keep(answer.event)


def keep(event: EventAnswer) -> None:
    st.session_state[_OPEN] = event
    st.query_params[_PARAMETER] = str(event.id)
    events.renew()


def close() -> None:
    st.session_state.pop(_OPEN, None)
    st.query_params.pop(_PARAMETER, None)


def current(viewer: Viewer) -> EventAnswer | Failure | None:
    """The draft that the address names, read again when this tab does not hold it."""
    wish = st.query_params.get(_PARAMETER)
    if not wish:
        return None
    held: EventAnswer | None = st.session_state.get(_OPEN)
    if held is not None and str(held.id) == wish:
        return held
    return reload(viewer, wish)


def reload(viewer: Viewer, event_id: str | UUID) -> EventAnswer | Failure:
    answer = api().event(viewer.token, str(event_id))
    if not isinstance(answer, Failure):
        keep(answer)
    return answer


def remarks(event: EventAnswer) -> list[Remark]:
    """The event's own remarks, then what the import said beside them that needs no decision."""
    heard: dict[str, list[Remark]] = st.session_state.get(_HEARD, {})
    known = {(remark.code, remark.excerpt) for remark in event.remarks}
    passing = [
        remark
        for remark in heard.get(str(event.id), [])
        if remark.weight is not Weight.DOUBT and (remark.code, remark.excerpt) not in known
    ]
    return [*event.remarks, *passing]
