"""The routes of the team: members, one's own access, tokens, the audit log."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from pydantic import RootModel

from services.dashboard.api_connection import ACTION, SEARCH, Connection
from services.dashboard.failures import Failure
from shared.schemas.sessions import CalendarRole, Me, SessionAnswer, TokenAnswer, TokenCreated
from shared.schemas.stats import AuditPage
from shared.schemas.team import MemberAnswer, MemberPage, OwnSession, PasswordLinkAnswer


class _Tokens(RootModel[list[TokenAnswer]]):
    pass


class _Sessions(RootModel[list[OwnSession]]):
    pass


def _members(calendar: str, rest: str = "") -> str:
    return f"/calendars/{quote(calendar, safe='')}/members{rest}"


class TeamRoutes(Connection):
    def members(self, token: str, calendar: str) -> MemberPage | Failure:
        return self._read(MemberPage, "GET", _members(calendar), token)

    def add_member(self, token: str, calendar: str, *, address: str, name: str, role: str) -> MemberAnswer | Failure:
        body = {"address": address, "name": name, "role": role}
        return self._read(MemberAnswer, "POST", _members(calendar), token, json=body, timeout=ACTION)

    def change_role(self, token: str, calendar: str, organiser_id: str, role: str) -> MemberAnswer | Failure:
        path = _members(calendar, f"/{organiser_id}")
        return self._read(MemberAnswer, "PATCH", path, token, json={"role": role}, timeout=ACTION)

    def remove_member(self, token: str, calendar: str, organiser_id: str) -> Failure | None:
        return self._do("DELETE", _members(calendar, f"/{organiser_id}"), token)

    def send_password_link(self, token: str, calendar: str, organiser_id: str) -> Failure | None:
        return self._do("POST", _members(calendar, f"/{organiser_id}/password-link"), token)

    def create_calendar(self, token: str, facts: Mapping[str, object]) -> CalendarRole | Failure:
        return self._read(CalendarRole, "POST", "/calendars", token, json=dict(facts), timeout=ACTION)

    def rename_me(self, token: str, name: str) -> Me | Failure:
        return self._read(Me, "PATCH", "/me", token, json={"name": name}, timeout=ACTION)

    def change_password(self, token: str, *, password: str, new_password: str) -> Failure | None:
        return self._do("POST", "/me/password", token, json={"password": password, "new_password": new_password})

    def sessions(self, token: str) -> list[OwnSession] | Failure:
        found = self._read(_Sessions, "GET", "/sessions", token)
        return found if isinstance(found, Failure) else found.root

    def sign_out_everywhere(self, token: str) -> Failure | None:
        return self._do("DELETE", "/sessions/all", token)

    def request_password_link(self, address: str) -> Failure | None:
        return self._do("POST", "/password-links", None, json={"address": address})

    def look_at_password_link(self, link_token: str) -> PasswordLinkAnswer | Failure:
        return self._read(PasswordLinkAnswer, "POST", "/password-links/look", None, json={"token": link_token})

    def choose_password(self, link_token: str, password: str) -> SessionAnswer | Failure:
        body = {"token": link_token, "password": password}
        return self._read(SessionAnswer, "POST", "/passwords", None, json=body, timeout=ACTION)

    def tokens(self, token: str) -> list[TokenAnswer] | Failure:
        found = self._read(_Tokens, "GET", "/tokens", token)
        return found if isinstance(found, Failure) else found.root

    def create_token(
        self, token: str, *, label: str, scope: str, expires_at: datetime | None
    ) -> TokenCreated | Failure:
        body = {"label": label, "scope": scope, "expires_at": expires_at.isoformat() if expires_at else None}
        return self._read(TokenCreated, "POST", "/tokens", token, json=body, timeout=ACTION)

    def revoke_token(self, token: str, token_id: str) -> Failure | None:
        return self._do("DELETE", f"/tokens/{token_id}", token)

    def audit(self, token: str, wish: Mapping[str, str]) -> AuditPage | Failure:
        """`wish` are the query's parameters: calendar, event, organiser, action, since, until, limit, after."""
        return self._read(AuditPage, "GET", "/audit", token, params=dict(wish), timeout=SEARCH)
