"""The session that the fake API knows, and what people ask there."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI, Request

from shared.schemas.events import EventAnswer, EventSummary
from shared.schemas.live_session import (
    AudienceQuestionAnswer,
    AudienceQuestionPage,
    JoinedAudience,
    JoinsInMinute,
    LiveSession,
    Reminded,
)
from shared.schemas.stats import Forecast
from tests.dashboard.fake_people import Refusal


@dataclass
class Session:
    """`changes` are what the next snapshots say differently; `did` are the calls that change something."""

    changes: dict[str, Any] = field(default_factory=dict)
    questions: list[AudienceQuestionAnswer] = field(default_factory=list)
    did: list[tuple[str, Any]] = field(default_factory=list)

    def asks(self, text: str, **facts: Any) -> AudienceQuestionAnswer:
        given = {"id": uuid4(), "status": "new", "asked_at": datetime.now(UTC), "first_name": "Ada", "audience": None}
        self.questions.append(AudienceQuestionAnswer(text=text, **given | facts))
        return self.questions[-1]


def live_session(event: EventAnswer, **changes: Any) -> LiveSession:
    """Ten minutes into a session to which 120 of 300 have come."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    joins = [JoinsInMinute(at=now - timedelta(minutes=24 - n), count=5, joined=5 * (n + 1)) for n in range(24)]
    facts: dict[str, Any] = {
        "server_time": now,
        "event": EventSummary(**event.model_dump(include=set(EventSummary.model_fields))),
        "phase": "on",
        "opens_at": now - timedelta(minutes=25),
        "has_room": True,
        "confirmed": 300,
        "joined": 120,
        "not_joined": 180,
        "last_five_minutes": 25,
        "expected": Forecast(low=110, mid=135, high=160, basis_events=4),
        "history_events": 4,
        "joins": joins,
        "bin_minutes": 1,
        "audiences": [JoinedAudience(audience="Researchers", confirmed=200, joined=90)],
        "unreachable": 2,
        "questions_new": 3,
        "questions_answered": 1,
        "reminded_at": None,
        "may_remind": True,
        "why_not": None,
    }
    return LiveSession(**facts | changes)


def add_session_routes(app: FastAPI, known: Session, require: Callable[[Request], str]) -> None:
    @app.get("/api/v1/events/{event_id}/session")
    def session(request: Request, event_id: str) -> LiveSession:
        require(request)
        events: dict[str, EventAnswer] = request.app.state.world.events
        if event_id not in events:
            raise Refusal(404, "not-found", "Not found", "There is no such event.")
        return live_session(events[event_id], **known.changes)

    @app.post("/api/v1/events/{event_id}/session/remind", status_code=201)
    def remind(request: Request, event_id: str) -> Reminded:
        require(request)
        known.did.append(("remind", event_id))
        return Reminded(recipients=180)

    @app.get("/api/v1/events/{event_id}/audience-questions")
    def questions(request: Request, event_id: str, status: str = "new") -> AudienceQuestionPage:
        require(request)
        return AudienceQuestionPage(questions=[one for one in known.questions if one.status == status])

    @app.patch("/api/v1/audience-questions/{question_id}")
    def mark(request: Request, question_id: UUID, body: dict[str, Any]) -> AudienceQuestionAnswer:
        require(request)
        known.did.append((body["status"], question_id))
        place = next(n for n, one in enumerate(known.questions) if one.id == question_id)
        known.questions[place] = known.questions[place].model_copy(update=body)
        return known.questions[place]
