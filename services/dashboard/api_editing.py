"""The routes of making and editing events."""

from collections.abc import Mapping

from services.dashboard.api_connection import ACTION, Connection, event_path
from services.dashboard.failures import Failure
from shared.schemas.event_copies import ProgrammeTimes
from shared.schemas.events import EventAnswer


class EditingRoutes(Connection):
    def create_event(self, token: str, content: Mapping[str, object]) -> EventAnswer | Failure:
        return self._read(EventAnswer, "POST", "/events", token, json=dict(content), timeout=ACTION)

    def copy_event(self, token: str, event_id: str, wish: Mapping[str, object]) -> EventAnswer | Failure:
        return self._read(EventAnswer, "POST", event_path(event_id, "/copy"), token, json=dict(wish), timeout=ACTION)

    def delete_event(self, token: str, event_id: str) -> Failure | None:
        return self._do("DELETE", event_path(event_id), token)

    def change_state(self, token: str, event_id: str, verb: str, reason: str) -> EventAnswer | Failure:
        """`verb` is cancel or postpone."""
        body = {"reason": reason or None}
        return self._read(EventAnswer, "POST", event_path(event_id, f"/{verb}"), token, json=body, timeout=ACTION)

    def programme_times(self, token: str, draft: Mapping[str, object]) -> ProgrammeTimes | Failure:
        return self._read(ProgrammeTimes, "POST", "/programme-times", token, json=dict(draft))

    def announcement(self, token: str, event_id: str) -> str | Failure:
        """As Markdown, to be pasted elsewhere."""
        return self._text(event_path(event_id, "/announcement"), token)

    def announcement_text(self, token: str, event_id: str) -> str | Failure:
        """As it was pasted."""
        return self._text(event_path(event_id, "/announcement-text"), token)

    def _text(self, path: str, token: str) -> str | Failure:
        answer = self._send("GET", path, token, timeout=ACTION)
        return answer if isinstance(answer, Failure) else answer.content.decode()
