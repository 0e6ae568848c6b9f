"""Mail that did not arrive, in the words of the servers that refused it or sent it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from services.dashboard import kept, markup
from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.fields import note, title
from services.dashboard.kept import Asked, KeptList, Shown
from services.dashboard.mail.words import kind_name
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventSummary
from shared.schemas.registrations import MessageAnswer, MessagePage
from shared.timezones import place_name

_LIST: KeptList[MessagePage] = KeptList("refusals")
_STATUSES = {"failed": "Refused", "bounced": "Came back"}
_EMPTY = {
    "failed": "No server has refused a mail of this event for good.",
    "bounced": "No mail of this event has come back.",
}
_ROW_HEIGHT = 36


@dataclass(frozen=True)
class _Wish(Asked):
    status: str = "failed"

    def narrowing(self) -> Mapping[str, str]:
        return {"status": self.status}


def draw(viewer: Viewer, event: EventSummary, *, sees_addresses: bool) -> None:
    with st.container(border=True, key="card_refusals"):
        markup.draw(title("Mail that did not arrive"))
        status = st.segmented_control(
            "What became of it",
            list(_STATUSES),
            default="failed",
            required=True,
            key="refusals_status",
            format_func=_STATUSES.__getitem__,
            label_visibility="collapsed",
        )
        asked = _LIST.turned(_Wish(str(event.id), status=status or "failed"))
        shown = _LIST.show(asked, lambda event_id, query: api().messages(viewer.token, event_id, query))
        if isinstance(shown, Failure):
            markup.notice("warning", "This list cannot be shown", shown.detail or shown.title)
            return
        kept.draw_trouble(shown)
        _draw_list(shown, asked, event, sees_addresses=sees_addresses)


def renew() -> None:
    _LIST.renew()


def _draw_list(shown: Shown[MessagePage], asked: _Wish, event: EventSummary, *, sees_addresses: bool) -> None:
    rows = shown.page.messages
    if not rows:
        note(_EMPTY[asked.status])
        return
    zone = event.time_zone or event.calendar.time_zone
    st.dataframe(
        [_row(row, sees_addresses=sees_addresses) for row in rows],
        hide_index=True,
        height=_ROW_HEIGHT * (min(len(rows), 8) + 1) + 2,
        row_height=_ROW_HEIGHT,
        column_config={
            "When": st.column_config.DatetimeColumn(
                f"When ({place_name(zone)})", format="D MMM YYYY, HH:mm", timezone=zone
            ),
            "What the server said": st.column_config.TextColumn(width="large"),
        },
        placeholder="",
        key=f"table_refusals_{shown.generation}",
        alt=f"{len(rows)} mails that did not arrive: when, which, to whom, and what the server said.",
    )
    if not sees_addresses:
        note("Addresses, and what servers said of them, are for those who may edit.")
    _LIST.draw_ways(shown, asked, len(rows))


def _row(message: MessageAnswer, *, sees_addresses: bool) -> dict[str, Any]:
    when = message.bounced_at or message.sent_at or message.due_at
    row: dict[str, Any] = {"When": when, "Mail": kind_name(message.kind)}
    if sees_addresses:
        row |= {"To": message.address, "What the server said": message.bounce or message.reply}
    return row | {"Tries": message.attempts}
