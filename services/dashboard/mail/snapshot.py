"""How the event's mail is, as it happens, and the rules it goes by."""

import streamlit as st

from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.snapshots import Snapshots
from services.dashboard.viewer import Viewer
from shared.schemas.mail import MailOverview, RuleList

mail = Snapshots[MailOverview]("mail", lambda token, event_id: api().mail_overview(token, event_id))


# Failures are returned, not raised, and the scope is part of the key: see services/dashboard/snapshots.py.
@st.cache_data(ttl=10, max_entries=64, show_spinner=False)
def _fetch_rules(event_id: str, scope: str, _token: str) -> RuleList | Failure:
    return api().rules(_token, event_id)


def rules(viewer: Viewer, event_id: str) -> RuleList | Failure:
    return _fetch_rules(event_id, viewer.scope, viewer.token)


def renew() -> None:
    """After a change of ours, so that it shows at once."""
    mail.renew()
    _fetch_rules.clear()
