"""The API as the dashboard sees it: one method per route."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

import requests

from services.dashboard.api_connection import ACTION, LONG, SEARCH, event_path, registration_path
from services.dashboard.api_editing import EditingRoutes
from services.dashboard.api_invitations import InvitationRoutes
from services.dashboard.api_mail import MailRoutes
from services.dashboard.api_numbers import NumberRoutes
from services.dashboard.api_session import SessionRoutes
from services.dashboard.api_settings import SettingsRoutes
from services.dashboard.api_team import TeamRoutes
from services.dashboard.failures import Failure
from shared.schemas.events import EventAnswer, EventPage, ImportAnswer
from shared.schemas.imports import ImportReport
from shared.schemas.privacy import ErasureReport
from shared.schemas.registrations import (
    LinkSent,
    MessagePage,
    RegistrationAnswer,
    RegistrationDetail,
    RegistrationOutcome,
    RegistrationPage,
)
from shared.schemas.sessions import Me, SessionAnswer
from shared.schemas.stats import Stats
from shared.settings import get_settings

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ApiClient(MailRoutes, InvitationRoutes, NumberRoutes, SessionRoutes, EditingRoutes, TeamRoutes, SettingsRoutes):
    """Signing in, events and registrations; the routes of other pages stand in modules of their own."""

    def sign_in(self, address: str, password: str) -> SessionAnswer | Failure:
        credentials = {"address": address, "password": password}
        return self._read(SessionAnswer, "POST", "/sessions", None, json=credentials, timeout=ACTION)

    def sign_in_with_identity(self, id_token: str, nonce: str) -> SessionAnswer | Failure:
        body = {"id_token": id_token, "nonce": nonce}
        return self._read(SessionAnswer, "POST", "/sessions/identity", None, json=body, timeout=ACTION)

    def sign_out(self, token: str) -> Failure | None:
        """Ends the session at the API; where it cannot be reached, the session ends by itself in time."""
        return self._do("DELETE", "/sessions", token)

    def me(self, token: str) -> Me | Failure:
        return self._read(Me, "GET", "/me", token)

    def my_events(self, token: str, *, after: str | None = None) -> EventPage | Failure:
        query = {"scope": "mine", "limit": "100"} | ({"after": after} if after else {})
        return self._read(EventPage, "GET", "/events", token, params=query)

    def event(self, token: str, event_id: str) -> EventAnswer | Failure:
        return self._read(EventAnswer, "GET", event_path(event_id), token)

    def stats(self, token: str, event_id: str) -> Stats | Failure:
        return self._read(Stats, "GET", event_path(event_id, "/stats"), token)

    def import_announcement(
        self, token: str, text: str, *, media_type: str, calendar: str | None
    ) -> ImportAnswer | Failure:
        return self._read(
            ImportAnswer,
            "POST",
            "/events/import",
            token,
            data=text.encode(),
            headers={"Content-Type": f"{media_type}; charset=utf-8"},
            params={"calendar": calendar} if calendar else {},
            timeout=ACTION,
        )

    def edit(self, token: str, event: EventAnswer, changes: Mapping[str, object]) -> EventAnswer | Failure:
        """Refused as outdated when somebody else has edited the event since `event` was read."""
        return self._read(
            EventAnswer,
            "PATCH",
            event_path(str(event.id)),
            token,
            json=dict(changes),
            headers={"If-Match": f'"{event.version}"'},
            timeout=ACTION,
        )

    def publish(self, token: str, event_id: str) -> EventAnswer | Failure:
        return self._read(EventAnswer, "POST", event_path(event_id, "/publish"), token, timeout=ACTION)

    def registrations(self, token: str, event_id: str, wish: Mapping[str, str]) -> RegistrationPage | Failure:
        """`wish` are the query's parameters: limit, after, search, status, source, is_suspect, latest_first."""
        path = event_path(event_id, "/registrations")
        return self._read(RegistrationPage, "GET", path, token, params=dict(wish), timeout=SEARCH)

    def registration(self, token: str, registration_id: str) -> RegistrationDetail | Failure:
        return self._read(RegistrationDetail, "GET", registration_path(registration_id), token)

    def messages_of(self, token: str, registration_id: str) -> MessagePage | Failure:
        return self._read(MessagePage, "GET", registration_path(registration_id, "/messages"), token)

    def correct(self, token: str, registration_id: str, changes: Mapping[str, object]) -> RegistrationAnswer | Failure:
        path = registration_path(registration_id)
        return self._read(RegistrationAnswer, "PATCH", path, token, json=dict(changes), timeout=ACTION)

    def cancel_registration(self, token: str, registration_id: str) -> Failure | None:
        return self._do("DELETE", registration_path(registration_id), token)

    def take_up_again(self, token: str, registration_id: str) -> RegistrationDetail | Failure:
        path = registration_path(registration_id, "/take-up-again")
        return self._read(RegistrationDetail, "POST", path, token, timeout=ACTION)

    def confirm(self, token: str, registration_id: str) -> RegistrationDetail | Failure:
        path = registration_path(registration_id, "/confirm")
        return self._read(RegistrationDetail, "POST", path, token, timeout=ACTION)

    def send_link(self, token: str, registration_id: str) -> LinkSent | Failure:
        path = registration_path(registration_id, "/send-link")
        return self._read(LinkSent, "POST", path, token, timeout=ACTION)

    def add_registration(
        self, token: str, event_id: str, person: Mapping[str, object]
    ) -> RegistrationOutcome | Failure:
        path = event_path(event_id, "/registrations")
        return self._read(RegistrationOutcome, "POST", path, token, json=dict(person), timeout=ACTION)

    def import_people(
        self,
        token: str,
        event_id: str,
        content: bytes,
        *,
        columns: Mapping[str, str],
        dry_run: bool,
        all_or_nothing: bool = False,
        mail: bool = True,
    ) -> ImportReport | Failure:
        """`columns` are field to heading, where the file's headings do not say it."""
        wish = {"dry_run": dry_run, "all_or_nothing": all_or_nothing, "mail": mail}
        query: dict[str, Any] = {name: str(is_wanted).lower() for name, is_wanted in wish.items()}
        query["column"] = [f"{field}={heading}" for field, heading in columns.items()]
        # A workbook is a ZIP archive; everything else is text.
        kind = _XLSX if content.startswith(b"PK") else "text/csv"
        path = event_path(event_id, "/registrations/import")
        headers = {"Content-Type": kind}
        return self._read(ImportReport, "POST", path, token, data=content, params=query, headers=headers, timeout=LONG)

    def export_registrations(
        self, token: str, event_id: str, ending: str, wish: Mapping[str, str]
    ) -> requests.Response | Failure:
        """The open answer, to be read piece by piece and closed."""
        path = event_path(event_id, f"/registrations.{ending}")
        return self._send("GET", path, token, params=dict(wish), stream=True, timeout=LONG)

    def export_person(self, token: str, calendar: str, address: str) -> dict[str, Any] | Failure:
        path = f"/calendars/{quote(calendar, safe='')}/privacy/export"
        answer = self._send("POST", path, token, json={"address": address}, timeout=ACTION)
        return answer if isinstance(answer, Failure) else dict(answer.json())

    def erase_person(self, token: str, calendar: str, address: str) -> ErasureReport | Failure:
        path = f"/calendars/{quote(calendar, safe='')}/privacy/erase"
        return self._read(ErasureReport, "POST", path, token, json={"address": address}, timeout=ACTION)


@cache
def api() -> ApiClient:
    """The process's one client."""
    return ApiClient(get_settings().api_url)
