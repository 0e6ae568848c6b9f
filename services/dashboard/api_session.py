"""The routes of the session: who has joined, what they ask."""

from collections.abc import Mapping
from urllib.parse import quote

from services.dashboard.api_connection import ACTION, Connection, event_path
from services.dashboard.failures import Failure
from shared.schemas.live_session import AudienceQuestionAnswer, AudienceQuestionPage, LiveSession, Reminded


class SessionRoutes(Connection):
    def live_session(self, token: str, event_id: str) -> LiveSession | Failure:
        return self._read(LiveSession, "GET", event_path(event_id, "/session"), token)

    def remind_missing(self, token: str, event_id: str) -> Reminded | Failure:
        return self._read(Reminded, "POST", event_path(event_id, "/session/remind"), token, timeout=ACTION)

    def audience_questions(self, token: str, event_id: str, wish: Mapping[str, str]) -> AudienceQuestionPage | Failure:
        """`wish` are the query's parameters: status, limit, after."""
        path = event_path(event_id, "/audience-questions")
        return self._read(AudienceQuestionPage, "GET", path, token, params=dict(wish))

    def mark_question(self, token: str, question_id: str, status: str) -> AudienceQuestionAnswer | Failure:
        path = f"/audience-questions/{quote(question_id, safe='')}"
        return self._read(AudienceQuestionAnswer, "PATCH", path, token, json={"status": status}, timeout=ACTION)
