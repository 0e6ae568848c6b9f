"""The routes of invitations: whom we asked to come, and asking once more."""

from collections.abc import Mapping

from services.dashboard.api_connection import LONG, SEARCH, Connection, event_path, invitation_path
from services.dashboard.failures import Failure
from shared.schemas.invitations import InvitationPage, InvitationReport, NudgeAnswer


class InvitationRoutes(Connection):
    def invite(
        self, token: str, event_id: str, text: str, *, language: str | None, is_trial: bool
    ) -> InvitationReport | Failure:
        """`text` is any mess that holds addresses."""
        path = event_path(event_id, "/invitations")
        body = {"text": text, "language": language, "is_trial": is_trial}
        return self._read(InvitationReport, "POST", path, token, json=body, timeout=LONG)

    def invitations(self, token: str, event_id: str, wish: Mapping[str, str]) -> InvitationPage | Failure:
        """`wish` are the query's parameters: limit, after, search, status."""
        path = event_path(event_id, "/invitations")
        return self._read(InvitationPage, "GET", path, token, params=dict(wish), timeout=SEARCH)

    def nudge(self, token: str, event_id: str) -> NudgeAnswer | Failure:
        return self._read(NudgeAnswer, "POST", event_path(event_id, "/invitations/nudge"), token, timeout=LONG)

    def withdraw_invitation(self, token: str, invitation_id: str) -> Failure | None:
        return self._do("DELETE", invitation_path(invitation_id), token)
