"""The team, tokens and audit log that the fake API knows, and its routes for them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI, Request

from shared.schemas.sessions import CalendarRole, TokenAnswer, TokenCreated
from shared.schemas.stats import AuditAnswer, AuditPage
from shared.schemas.team import MemberAnswer, MemberPage, OwnSession, PasswordLinkAnswer
from tests.dashboard.fake_people import Refusal
from tests.dashboard.specimens import CALENDAR

ME = UUID("00000000-0000-4000-8000-000000000001")


def member(name: str, role: str = "viewer", **facts: Any) -> MemberAnswer:
    given = {"organiser_id": uuid4(), "name": name, "address": "x@example.org", "role": role, "is_you": False}
    return MemberAnswer(**given | {"has_signed_in": True} | facts)


@dataclass
class Team:
    """`did` are the calls that change something, as they came."""

    members: list[MemberAnswer] = field(
        default_factory=lambda: [member("Noor Haddad", "owner", organiser_id=ME, is_you=True)]
    )
    tokens: list[TokenAnswer] = field(default_factory=list)
    entries: list[AuditAnswer] = field(default_factory=list)
    did: list[tuple[str, Any]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)


def add_team_routes(app: FastAPI, known: Team, require: Callable[[Request], str]) -> None:
    _add_member_routes(app, known, require)
    _add_access_routes(app, known, require)

    @app.get("/api/v1/audit")
    def audit(request: Request) -> AuditPage:
        require(request)
        known.asked.append(dict(request.query_params))
        return AuditPage(entries=known.entries)


def _add_member_routes(app: FastAPI, known: Team, require: Callable[[Request], str]) -> None:
    @app.get("/api/v1/calendars/{calendar}/members")
    def members(request: Request, calendar: str) -> MemberPage:
        require(request)
        return MemberPage(members=known.members)

    @app.post("/api/v1/calendars/{calendar}/members", status_code=201)
    def add(request: Request, calendar: str, body: dict[str, str]) -> MemberAnswer:
        require(request)
        if "@" not in body["address"]:
            fields = {"address": "is not an e-mail address"}
            raise Refusal(422, "invalid-input", "Please check the form", "One field is wrong.", fields=fields)
        known.did.append(("add", body))
        known.members.append(member(body["name"], body["role"], has_signed_in=False))
        return known.members[-1]

    @app.patch("/api/v1/calendars/{calendar}/members/{organiser_id}")
    def change(request: Request, calendar: str, organiser_id: UUID, body: dict[str, str]) -> MemberAnswer:
        require(request)
        known.did.append(("role", body["role"]))
        place = next(n for n, one in enumerate(known.members) if one.organiser_id == organiser_id)
        known.members[place] = known.members[place].model_copy(update={"role": body["role"]})
        return known.members[place]

    @app.delete("/api/v1/calendars/{calendar}/members/{organiser_id}", status_code=204)
    def remove(request: Request, calendar: str, organiser_id: UUID) -> None:
        require(request)
        if organiser_id == ME:
            raise Refusal(409, "state-conflict", "Not possible now", "A calendar needs an owner.")
        known.did.append(("remove", organiser_id))
        known.members[:] = [one for one in known.members if one.organiser_id != organiser_id]

    @app.post("/api/v1/calendars/{calendar}/members/{organiser_id}/password-link", status_code=202)
    def send_link(request: Request, calendar: str, organiser_id: UUID) -> None:
        require(request)
        known.did.append(("link", organiser_id))

    @app.post("/api/v1/calendars", status_code=201)
    def create(request: Request, body: dict[str, Any]) -> CalendarRole:
        require(request)
        known.did.append(("calendar", body))
        return CalendarRole(**CALENDAR.model_dump() | {"title": body["title"], "role": "owner"})


def _add_access_routes(app: FastAPI, known: Team, require: Callable[[Request], str]) -> None:
    @app.get("/api/v1/sessions")
    def sessions(request: Request) -> list[OwnSession]:
        require(request)
        now = datetime.now(UTC)
        return [OwnSession(id=uuid4(), begun_at=now, expires_at=now + timedelta(hours=8), is_this_one=True)]

    @app.delete("/api/v1/sessions/all", status_code=204)
    def sign_out_everywhere(request: Request) -> None:
        require(request)
        known.did.append(("everywhere", None))

    @app.get("/api/v1/tokens")
    def tokens(request: Request) -> list[TokenAnswer]:
        require(request)
        return known.tokens

    @app.post("/api/v1/tokens", status_code=201)
    def create_token(request: Request, body: dict[str, Any]) -> TokenCreated:
        require(request)
        known.did.append(("token", body))
        facts = {"id": uuid4(), "label": body["label"], "scope": body["scope"], "created_at": datetime.now(UTC)}
        known.tokens.append(TokenAnswer(**facts, expires_at=body["expires_at"]))
        return TokenCreated(**known.tokens[-1].model_dump(), token="plenary_shown_once")

    @app.delete("/api/v1/tokens/{token_id}", status_code=204)
    def revoke(request: Request, token_id: UUID) -> None:
        require(request)
        known.did.append(("revoke", token_id))
        known.tokens[:] = [one for one in known.tokens if one.id != token_id]

    @app.post("/api/v1/password-links", status_code=202)
    def request_link(body: dict[str, str]) -> None:
        known.did.append(("forgotten", body["address"]))

    _add_password_routes(app, known)


def _add_password_routes(app: FastAPI, known: Team) -> None:
    def check(token: str) -> None:
        if token != "good":
            raise Refusal(404, "not-found", "Not found", "This link is not valid any more.")

    @app.post("/api/v1/password-links/look")
    def look(body: dict[str, str]) -> PasswordLinkAnswer:
        check(body["token"])
        return PasswordLinkAnswer(address="noor@example.org", name="Noor Haddad")

    @app.post("/api/v1/passwords", status_code=201)
    def choose(request: Request, body: dict[str, str]) -> dict[str, Any]:
        check(body["token"])
        known.did.append(("password", body["password"]))
        request.app.state.world.tokens.add("chosen")
        return {"token": "chosen", "expires_at": datetime.now(UTC) + timedelta(hours=8)}
