"""The comparison and the report that the fake API gives."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import FastAPI, Query, Request
from fastapi.responses import Response

from shared.schemas.comparison import AlignedPoint, Compared, Comparison
from shared.schemas.events import EventAnswer, EventSummary
from tests.dashboard.fake_people import Refusal
from tests.dashboard.specimens import stats


@dataclass
class Numbers:
    """`asked` are the events of each comparison."""

    asked: list[list[str]] = field(default_factory=list)


def compared(event: EventAnswer) -> Compared:
    now = stats(event)
    return Compared(
        event=EventSummary(**event.model_dump(include=set(EventSummary.model_fields))),
        registered=now.totals.active,
        confirmed=now.totals.confirmed,
        waitlisted=0,
        cancelled=9,
        pending=0,
        joined=120,
        attendance=0.4,
        cancelled_share=0.03,
        bounced=2,
        mails_sent=340,
        countries=27,
        invited=0,
        accepted=0,
        at_this_point=200,
        curve=[AlignedPoint(days_before=20 - day, active=15 * day) for day in range(21)],
        audiences=now.audiences,
        joined_by_audience={},
    )


def add_numbers_routes(app: FastAPI, known: Numbers, require: Callable[[Request], str]) -> None:
    @app.get("/api/v1/comparison")
    def comparison(request: Request, event: Annotated[list[str], Query()]) -> Comparison:
        require(request)
        known.asked.append(event)
        events = request.app.state.world.events
        if any(one not in events for one in event):
            raise Refusal(404, "not-found", "Not found", "There is no such event.")
        return Comparison(days_before=12.0, events=[compared(events[one]) for one in event])

    @app.get("/api/v1/events/{event_id}/report.html")
    def report(request: Request, event_id: str) -> Response:
        require(request)
        headers = {"Content-Disposition": 'attachment; filename="report.html"'}
        return Response("<!doctype html><title>Report</title>", headers=headers, media_type="text/html")
