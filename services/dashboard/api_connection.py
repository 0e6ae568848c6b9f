"""How the API is spoken to: one set of connections, typed answers, failures as values and never as exceptions."""

from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any, TypeVar
from urllib.parse import quote

import requests
from pydantic import BaseModel, ValidationError
from requests.adapters import HTTPAdapter

from services.dashboard.failures import Cause, Failure, from_problem, unreachable

AnswerModel = TypeVar("AnswerModel", bound=BaseModel)

# Seconds to connect and to wait for an answer. A screen that is redrawn every few seconds must fail fast ...
GLANCE = (1.0, 2.0)
# ... but whoever pressed a button waits for the outcome rather than wonder whether it happened.
ACTION = (1.0, 15.0)
# A search may have to read through a very large event.
SEARCH = (1.0, 6.0)
# Lists of a hundred thousand people.
LONG = (1.0, 180.0)


class Connection:
    """Keeps connections, never identities: every call names its token."""

    def __init__(self, base_url: str) -> None:
        self._root = base_url.rstrip("/") + "/api/v1"
        self._http = _anonymous_session()

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

    def _do(self, method: str, path: str, token: str | None, **request: Any) -> Failure | None:
        """For actions that answer nothing."""
        answer = self._send(method, path, token, timeout=ACTION, **request)
        return answer if isinstance(answer, Failure) else None

    def _send(
        self,
        method: str,
        path: str,
        token: str | None,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: tuple[float, float] = GLANCE,
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


def event_path(event_id: str, rest: str = "") -> str:
    # The id may come from the address bar.
    return f"/events/{quote(event_id, safe='')}{rest}"


def registration_path(registration_id: str, rest: str = "") -> str:
    return f"/registrations/{quote(registration_id, safe='')}{rest}"


def rule_path(rule_id: str) -> str:
    return f"/rules/{quote(rule_id, safe='')}"


def invitation_path(invitation_id: str) -> str:
    return f"/invitations/{quote(invitation_id, safe='')}"


def _failure(answer: requests.Response) -> Failure:
    try:
        problem = answer.json()
    except requests.JSONDecodeError:
        problem = {}
    facts = problem if isinstance(problem, dict) else {}
    return from_problem(answer.status_code, facts, retry_after=_seconds(answer.headers.get("Retry-After")))


def _seconds(header: str | None) -> float | None:
    return float(header) if header and header.isdecimal() else None
