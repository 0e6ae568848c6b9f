"""How the session is, as it happens."""

from services.dashboard.api_client import api
from services.dashboard.snapshots import Snapshots
from shared.schemas.live_session import LiveSession

session = Snapshots[LiveSession]("session", lambda token, event_id: api().live_session(token, event_id))
