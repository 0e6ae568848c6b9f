"""A mail to oneself, the way that every mail goes, and what became of it."""

import streamlit as st

from services.dashboard import markup, said
from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.fields import note
from services.dashboard.markup import Markup
from services.dashboard.viewer import Viewer
from shared.schemas.calendars import CalendarSettings, MailTest
from shared.schemas.sessions import CalendarRole

_SENT = "_test_mail"
# Seconds between looks at what became of it.
_PACE = 2.0
_WORDS = {
    "pending": ("note", "It waits to leave."),
    "sending": ("note", "It is leaving."),
    "sent": ("good", "It left. Look into your mailbox, and into the folder for unwanted mail."),
    "failed": ("problem", "It was refused."),
    "bounced": ("problem", "It came back."),
    "suppressed": ("warning", "This address wants no mail."),
    "withdrawn": ("warning", "It was taken back."),
}


def draw(viewer: Viewer, calendar: CalendarRole, now: CalendarSettings) -> None:
    markup.draw(Markup('<h2 class="pl-card-title">Mail</h2>'))
    note(f"Mails leave from {now.mail_from}; answers go to {now.contact_address or 'that address'}.")
    if st.button("Send me a test mail", icon=":material/forward_to_inbox:"):
        outcome = api().send_test_mail(viewer.token, calendar.slug)
        if isinstance(outcome, Failure):
            said.fail(outcome)
        st.session_state[_SENT] = (calendar.slug, outcome)
    held = st.session_state.get(_SENT)
    if held and held[0] == calendar.slug:
        is_under_way = held[1].status in {"pending", "sending"}
        st.fragment(_watch, run_every=_PACE if is_under_way else None)(viewer, calendar.slug)


def _watch(viewer: Viewer, calendar: str) -> None:
    _, sent = st.session_state[_SENT]
    newest = api().test_mail(viewer.token, calendar, str(sent.id))
    if not isinstance(newest, Failure):
        st.session_state[_SENT] = (calendar, newest)
        sent = newest
    draw_fate(sent)


def draw_fate(sent: MailTest) -> None:
    tone, words = _WORDS.get(sent.status, ("note", sent.status))
    said_by_server = f" The mail server said: {sent.reply}" if sent.reply else ""
    markup.notice(tone, f"Test mail to {sent.address}", words + said_by_server)
