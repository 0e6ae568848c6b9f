"""How the fake API makes, copies, deletes and calls off events, and times programmes as the real one does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

from shared import event_copies
from shared.schemas.event_copies import ProgrammeDraft, ProgrammeTimes
from shared.schemas.events import EventAnswer
from tests.dashboard.fake_people import Refusal
from tests.dashboard.specimens import event


@dataclass
class Editing:
    """`did` are the calls that change something; `pasted` is the announcement of every event."""

    did: list[tuple[str, Any]] = field(default_factory=list)
    pasted: str = ""


def add_editing_routes(app: FastAPI, known: Editing, require: Callable[[Request], str]) -> None:
    def find(request: Request, event_id: str) -> EventAnswer:
        require(request)
        events: dict[str, EventAnswer] = request.app.state.world.events
        if event_id not in events:
            raise Refusal(404, "not-found", "Not found", "There is no such event.")
        return events[event_id]

    @app.post("/api/v1/events", status_code=201)
    def create(request: Request, body: dict[str, Any]) -> EventAnswer:
        require(request)
        known.did.append(("create", body))
        made = event(title=body["title"], state="draft", has_start="starts_at_local" in body)
        return request.app.state.world.add(made)

    @app.post("/api/v1/events/{event_id}/copy", status_code=201)
    def copy(request: Request, event_id: str) -> EventAnswer:
        known.did.append(("copy", event_id))
        found = find(request, event_id)
        return request.app.state.world.add(found.model_copy(update={"id": uuid4(), "state": "draft", "registered": 0}))

    @app.delete("/api/v1/events/{event_id}", status_code=204)
    def delete(request: Request, event_id: str) -> None:
        find(request, event_id)
        known.did.append(("delete", event_id))
        del request.app.state.world.events[event_id]

    @app.post("/api/v1/events/{event_id}/cancel")
    def cancel(request: Request, event_id: str, body: dict[str, Any]) -> EventAnswer:
        known.did.append(("cancel", body["reason"]))
        found = find(request, event_id)
        update = {"state": "cancelled", "state_reason": body["reason"], "version": found.version + 1}
        return request.app.state.world.add(found.model_copy(update=update))

    @app.post("/api/v1/programme-times")
    def times(request: Request, body: ProgrammeDraft) -> ProgrammeTimes:
        require(request)
        return event_copies.programme_times(body)

    @app.get("/api/v1/events/{event_id}/announcement")
    def announcement(request: Request, event_id: str) -> PlainTextResponse:
        return PlainTextResponse(f"# {find(request, event_id).title}\n", media_type="text/markdown")

    @app.get("/api/v1/events/{event_id}/announcement-text")
    def pasted(request: Request, event_id: str) -> PlainTextResponse:
        find(request, event_id)
        return PlainTextResponse(known.pasted)
