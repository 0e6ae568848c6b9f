"""The API as the dashboard sees it: one method per route, typed answers, failures as values and never as exceptions."""

from collections.abc import Mapping
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any, TypeVar
from urllib.parse import quote

import requests
from pydantic import BaseModel, ValidationError
from requests.adapters import HTTPAdapter

from services.dashboard.failures import Cause, Failure, from_problem, unreachable
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

AnswerModel = TypeVar("AnswerModel", bound=BaseModel)

# Seconds to connect and to wait for an answer. A screen that is redrawn every few seconds must fail fast ...
_GLANCE = (1.0, 2.0)
# ... but whoever pressed a button waits for the outcome rather than wonder whether it happened.
_ACTION = (1.0, 15.0)
# A search may have to read through a very large event.
_SEARCH = (1.0, 6.0)
# Lists of a hundred thousand people.
_LONG = (1.0, 180.0)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ApiClient:
    """Keeps connections, never identities: every call names its token."""

    def __init__(self, base_url: str) -> None:
        self._root = base_url.rstrip("/") + "/api/v1"
        self._http = _anonymous_session()

    def sign_in(self, address: str, password: str) -> SessionAnswer | Failure:
        credentials = {"address": address, "password": password}
        return self._read(SessionAnswer, "POST", "/sessions", None, json=credentials, timeout=_ACTION)

    def sign_out(self, token: str) -> None:
        """Ends the session at the API if it can be reached; the session ends by itself otherwise."""
        self._send("DELETE", "/sessions", token)

    def me(self, token: str) -> Me | Failure:
        return self._read(Me, "GET", "/me", token)

    def my_events(self, token: str, *, after: str | None = None) -> EventPage | Failure:
        query = {"scope": "mine", "limit": "100"} | ({"after": after} if after else {})
        return self._read(EventPage, "GET", "/events", token, params=query)

    def event(self, token: str, event_id: str) -> EventAnswer | Failure:
        return self._read(EventAnswer, "GET", _event_path(event_id), token)

    def stats(self, token: str, event_id: str) -> Stats | Failure:
        return self._read(Stats, "GET", _event_path(event_id, "/stats"), token)

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
            timeout=_ACTION,
        )

    def edit(self, token: str, event: EventAnswer, changes: Mapping[str, object]) -> EventAnswer | Failure:
        """Refused as outdated when somebody else has edited the event since `event` was read."""
        return self._read(
            EventAnswer,
            "PATCH",
            _event_path(str(event.id)),
            token,
            json=dict(changes),
            headers={"If-Match": f'"{event.version}"'},
            timeout=_ACTION,
        )

    def publish(self, token: str, event_id: str) -> EventAnswer | Failure:
        return self._read(EventAnswer, "POST", _event_path(event_id, "/publish"), token, timeout=_ACTION)

    def registrations(self, token: str, event_id: str, wish: Mapping[str, str]) -> RegistrationPage | Failure:
        """`wish` are the query's parameters: limit, after, search, status, source, is_suspect, latest_first."""
        path = _event_path(event_id, "/registrations")
        return self._read(RegistrationPage, "GET", path, token, params=dict(wish), timeout=_SEARCH)

    def registration(self, token: str, registration_id: str) -> RegistrationDetail | Failure:
        return self._read(RegistrationDetail, "GET", _registration_path(registration_id), token)

    def messages_of(self, token: str, registration_id: str) -> MessagePage | Failure:
        return self._read(MessagePage, "GET", _registration_path(registration_id, "/messages"), token)

    def correct(self, token: str, registration_id: str, changes: Mapping[str, object]) -> RegistrationAnswer | Failure:
        path = _registration_path(registration_id)
        return self._read(RegistrationAnswer, "PATCH", path, token, json=dict(changes), timeout=_ACTION)

    def cancel_registration(self, token: str, registration_id: str) -> Failure | None:
        answer = self._send("DELETE", _registration_path(registration_id), token, timeout=_ACTION)
        return answer if isinstance(answer, Failure) else None

    def take_up_again(self, token: str, registration_id: str) -> RegistrationDetail | Failure:
        path = _registration_path(registration_id, "/take-up-again")
        return self._read(RegistrationDetail, "POST", path, token, timeout=_ACTION)

    def confirm(self, token: str, registration_id: str) -> RegistrationDetail | Failure:
        path = _registration_path(registration_id, "/confirm")
        return self._read(RegistrationDetail, "POST", path, token, timeout=_ACTION)

    def send_link(self, token: str, registration_id: str) -> LinkSent | Failure:
        path = _registration_path(registration_id, "/send-link")
        return self._read(LinkSent, "POST", path, token, timeout=_ACTION)

    def add_registration(
        self, token: str, event_id: str, person: Mapping[str, object]
    ) -> RegistrationOutcome | Failure:
        path = _event_path(event_id, "/registrations")
        return self._read(RegistrationOutcome, "POST", path, token, json=dict(person), timeout=_ACTION)

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
        path = _event_path(event_id, "/registrations/import")
        headers = {"Content-Type": kind}
        return self._read(ImportReport, "POST", path, token, data=content, params=query, headers=headers, timeout=_LONG)

    def export_registrations(
        self, token: str, event_id: str, ending: str, wish: Mapping[str, str]
    ) -> requests.Response | Failure:
        """The open answer, to be read piece by piece and closed."""
        path = _event_path(event_id, f"/registrations.{ending}")
        return self._send("GET", path, token, params=dict(wish), stream=True, timeout=_LONG)

    def export_person(self, token: str, calendar: str, address: str) -> dict[str, Any] | Failure:
        path = f"/calendars/{quote(calendar, safe='')}/privacy/export"
        answer = self._send("POST", path, token, json={"address": address}, timeout=_ACTION)
        return answer if isinstance(answer, Failure) else dict(answer.json())

    def erase_person(self, token: str, calendar: str, address: str) -> ErasureReport | Failure:
        path = f"/calendars/{quote(calendar, safe='')}/privacy/erase"
        return self._read(ErasureReport, "POST", path, token, json={"address": address}, timeout=_ACTION)

    def _read(
        self, model: type[AnswerModel], method: str, path: str, token: str | None, **request: Any
    ) -> AnswerModel | Failure:
        answer = self._send(method, path, token, **request)
        if isinstance(answer, Failure):
            return answer
        try:
            return model.model_validate_json(answer.content)
        except ValidationError:
            return Failure(Cause.BROKEN, "The service gave an answer that cannot be read")

    def _send(
        self,
        method: str,
        path: str,
        token: str | None,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: tuple[float, float] = _GLANCE,
        **request: Any,
    ) -> requests.Response | Failure:
        identity = {"Authorization": f"Bearer {token}"} if token else {}
        everything = {"Accept": "application/json", **identity, **(headers or {})}
        try:
            answer = self._http.request(
                method, self._root + path, headers=everything, timeout=timeout, allow_redirects=False, **request
            )
        except requests.RequestException as problem:
            return unreachable(type(problem).__name__)
        return answer if answer.ok else _failure(answer)


def _anonymous_session() -> requests.Session:
    """A session that cannot carry one organiser's identity into another's call: no cookies, no .netrc, no proxy."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    connections = HTTPAdapter(pool_maxsize=20)
    session.mount("http://", connections)
    session.mount("https://", connections)
    return session


def _event_path(event_id: str, rest: str = "") -> str:
    # The id may come from the address bar.
    return f"/events/{quote(event_id, safe='')}{rest}"


def _registration_path(registration_id: str, rest: str = "") -> str:
    return f"/registrations/{quote(registration_id, safe='')}{rest}"


def _failure(answer: requests.Response) -> Failure:
    try:
        problem = answer.json()
    except requests.JSONDecodeError:
        problem = {}
    facts = problem if isinstance(problem, dict) else {}
    return from_problem(answer.status_code, facts, retry_after=_seconds(answer.headers.get("Retry-After")))


def _seconds(header: str | None) -> float | None:
    return float(header) if header and header.isdecimal() else None


@cache
def api() -> ApiClient:
    """The process's one client."""
    return ApiClient(get_settings().api_url)
