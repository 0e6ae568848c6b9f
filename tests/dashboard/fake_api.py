"""A small API that answers with the real schemas, so that the dashboard can be tested without a database.

It keeps one organisation's events in memory. Tests change what it knows, break it, stop it and start it again.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from shared.schemas.events import EventAnswer, EventContent, EventPage, EventSummary, ImportAnswer
from shared.schemas.sessions import CalendarRole, Me, SessionAnswer
from tests.dashboard.fake_editing import Editing, add_editing_routes
from tests.dashboard.fake_invitations import Invitations, add_invitation_routes
from tests.dashboard.fake_mail import Mail, add_mail_routes
from tests.dashboard.fake_numbers import Numbers, add_numbers_routes
from tests.dashboard.fake_people import People, Refusal, add_people_routes
from tests.dashboard.fake_session import Session, add_session_routes
from tests.dashboard.fake_settings import Settings, add_settings_routes
from tests.dashboard.fake_team import Team, add_team_routes
from tests.dashboard.specimens import CALENDAR, draft_from_text, event, stats

PASSWORD = "a long enough password"


@dataclass
class World:
    """What the fake knows. `refuse` maps the ending of `METHOD /path` to the refusal it answers with."""

    events: dict[str, EventAnswer] = field(default_factory=dict)
    stats_changes: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    refuse: dict[str, Refusal] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=lambda: {"international": "owner"})
    bodies: list[tuple[str, str, str]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    people: People = field(default_factory=People)
    mail: Mail = field(default_factory=Mail)
    invitations: Invitations = field(default_factory=Invitations)
    numbers: Numbers = field(default_factory=Numbers)
    session: Session = field(default_factory=Session)
    editing: Editing = field(default_factory=Editing)
    team: Team = field(default_factory=Team)
    settings: Settings = field(default_factory=Settings)
    is_operator: bool = False

    def add(self, answer: EventAnswer) -> EventAnswer:
        self.events[str(answer.id)] = answer
        return answer

    def change(self, event_id: object, **totals: Any) -> None:
        """What the event's next statistics say differently."""
        self.stats_changes.setdefault(str(event_id), {}).update(totals)

    def sign_in(self) -> str:
        token = f"token-{len(self.tokens) + 1}-{time.monotonic_ns()}"
        self.tokens.add(token)
        return token

    def me(self) -> Me:
        calendars = [
            CalendarRole(
                **CALENDAR.model_dump()
                | {
                    "id": CALENDAR.id if slug == CALENDAR.slug else uuid5(NAMESPACE_URL, slug),
                    "slug": slug,
                    "role": role,
                    "title": f"{slug.title()} calendar",
                }
            )
            for slug, role in self.roles.items()
        ]
        return Me(
            id="00000000-0000-4000-8000-000000000001",
            name="Noor Haddad",
            address="noor@example.org",
            is_operator=self.is_operator,
            calendars=calendars,
        )


def make_app(world: World) -> FastAPI:
    app = FastAPI()
    app.state.world = world

    @app.exception_handler(Refusal)
    def refuse(_: Request, refusal: Refusal) -> JSONResponse:
        problem = {
            "type": f"https://plenary.example/problems/{refusal.code}",
            "title": refusal.title,
            "status": refusal.status,
            "detail": refusal.detail,
            "errors": [{"field": name, "message": message} for name, message in refusal.fields.items()],
        }
        return JSONResponse(problem, refusal.status, headers=refusal.headers, media_type="application/problem+json")

    @app.middleware("http")
    async def note(request: Request, go_on: Any) -> Response:
        world.calls.append(f"{request.method} {request.url.path}")
        for ending, refusal in world.refuse.items():
            if f"{request.method} {request.url.path}".endswith(ending):
                return refuse(request, refusal)
        answer: Response = await go_on(request)
        return answer

    def require(request: Request) -> str:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in world.tokens:
            raise Refusal(401, "not-signed-in", "Not signed in", "Sign in again.")
        return token

    def find(event_id: str) -> EventAnswer:
        if event_id not in world.events:
            raise Refusal(404, "not-found", "Not found", "There is no such event.")
        return world.events[event_id]

    @app.post("/api/v1/sessions", status_code=201)
    def sign_in(body: dict[str, str]) -> SessionAnswer:
        if body["password"] != PASSWORD:
            raise Refusal(401, "sign-in-refused", "Sign-in refused", "The address or the password is wrong.")
        return SessionAnswer(token=world.sign_in(), expires_at=datetime.now(UTC) + timedelta(hours=8))

    @app.post("/api/v1/sessions/identity", status_code=201)
    def sign_in_with_identity(body: dict[str, str]) -> SessionAnswer:
        return SessionAnswer(token=world.sign_in(), expires_at=datetime.now(UTC) + timedelta(hours=8))

    @app.delete("/api/v1/sessions", status_code=204)
    def sign_out(request: Request) -> None:
        world.tokens.discard(require(request))

    @app.get("/api/v1/me")
    def me(request: Request) -> Me:
        require(request)
        return world.me()

    @app.get("/api/v1/events")
    def events(request: Request) -> EventPage:
        require(request)
        known = sorted(world.events.values(), key=lambda e: e.starts_at or datetime.max.replace(tzinfo=UTC))
        return EventPage(events=[EventSummary(**e.model_dump(include=set(EventSummary.model_fields))) for e in known])

    @app.get("/api/v1/events/{event_id}/stats")
    def statistics(request: Request, event_id: str) -> Any:
        require(request)
        return stats(find(event_id), **world.stats_changes.get(event_id, {}))

    @app.get("/api/v1/events/{event_id}")
    def one_event(request: Request, event_id: str) -> EventAnswer:
        require(request)
        return find(event_id)

    @app.post("/api/v1/events/import", status_code=201)
    async def import_event(request: Request, calendar: str = "") -> ImportAnswer:
        require(request)
        text = (await request.body()).decode()
        world.bodies.append((request.headers["content-type"], calendar, text))
        if len(text.split()) < 5:
            raise Refusal(
                422, "not-an-announcement", "Not an announcement", "This text has no title and no date. Paste it all."
            )
        return ImportAnswer(event=(made := world.add(draft_from_text(text))), remarks=made.remarks)

    @app.patch("/api/v1/events/{event_id}")
    async def edit(request: Request, event_id: str) -> EventAnswer:
        require(request)
        found, changes = find(event_id), await request.json()
        world.changes.append(changes)
        if request.headers.get("if-match") != f'"{found.version}"':
            raise Refusal(412, "edit-collision", "Somebody else has changed this event", "Load it again.")
        return world.add(_changed(found, changes))

    add_people_routes(app, world.people, require)
    add_mail_routes(app, world.mail, require)
    add_invitation_routes(app, world.invitations, require)
    add_numbers_routes(app, world.numbers, require)
    add_session_routes(app, world.session, require)
    add_editing_routes(app, world.editing, require)
    add_team_routes(app, world.team, require)
    add_settings_routes(app, world.settings, require)

    @app.post("/api/v1/events/{event_id}/publish")
    def publish(request: Request, event_id: str) -> EventAnswer:
        require(request)
        found = find(event_id)
        if any(remark.weight == "doubt" for remark in found.remarks):
            raise Refusal(409, "open-doubt", "A doubt is open", "Settle when the event starts, then publish.")
        return world.add(found.model_copy(update={"state": "published", "version": found.version + 1}))

    return app


def _changed(found: EventAnswer, changes: dict[str, Any]) -> EventAnswer:
    validated = EventContent.model_validate({name: value for name, value in changes.items() if name != "reading"})
    update: dict[str, Any] = {name: getattr(validated, name) for name in validated.model_fields_set}
    if "starts_at_local" in changes:
        local = datetime.fromisoformat(changes["starts_at_local"]).replace(tzinfo=ZoneInfo(changes["time_zone"]))
        settled = event(starts_at=local.astimezone(UTC), zone=changes["time_zone"], minutes=changes["minutes"])
        update |= settled.model_dump(include={"starts_at", "ends_at", "starts_at_local", "ends_at_local", "utc_offset"})
        update["remarks"] = [remark for remark in found.remarks if not remark.readings]
    if "places" in changes:
        update["places_left"] = changes["places"]
    for reading in (r for remark in found.remarks for r in remark.readings if r.key == changes.get("reading")):
        settled = event(title=found.title, starts_at=reading.starts_at, zone=reading.time_zone)
        update |= {n: getattr(settled, n) for n in ("starts_at", "ends_at", "starts_at_local", "ends_at_local")}
        update |= {"time_zone": reading.time_zone, "utc_offset": settled.utc_offset}
        update["remarks"] = [remark for remark in found.remarks if not remark.readings]
    return found.model_copy(update=update | {"version": found.version + 1})


class FakeApi:
    """The fake on a free loopback port, in a thread of this process. It may be stopped and started again."""

    def __init__(self) -> None:
        self.world = World()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        # uvicorn's own websocket implementations warn about what they import; nothing here needs one.
        config = uvicorn.Config(
            make_app(self.world), "127.0.0.1", self.port, log_level="error", ws="none", lifespan="off"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        _wait(lambda: self._server.started)

    def stop(self) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(timeout=10)


def _wait(condition: Any, *, seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError("the fake API did not start")
        time.sleep(0.01)


@contextmanager
def running_fake() -> Iterator[FakeApi]:
    fake = FakeApi()
    fake.start()
    try:
        yield fake
    finally:
        fake.stop()
