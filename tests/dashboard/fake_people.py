"""The registrations that the fake API knows, and its routes for them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI, Request
from fastapi.responses import Response

from shared.schemas.imports import ImportReport, RemarkKind, RowRemark
from shared.schemas.privacy import ErasureReport
from shared.schemas.registrations import (
    LinkSent,
    MessageAnswer,
    MessagePage,
    RegistrationDetail,
    RegistrationOutcome,
    RegistrationPage,
)


class Refusal(Exception):
    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        detail: str = "",
        *,
        fields: dict[str, str] | None = None,
        **headers: str,
    ) -> None:
        super().__init__(title)
        self.status, self.code, self.title, self.detail, self.headers = status, code, title, detail, headers
        self.fields = fields or {}


@dataclass
class People:
    """`asked` are the queries of lists and imports, `sent` the bodies, as they came."""

    rows: list[RegistrationDetail] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    sent: list[Any] = field(default_factory=list)

    def add(self, event_id: UUID, name: str = "Ada Lovelace", **facts: Any) -> RegistrationDetail:
        number = len(self.rows) + 1
        given: dict[str, Any] = {
            "id": uuid4(),
            "event_id": event_id,
            "position": number,
            "status": "confirmed",
            "source": "page",
            "name": name,
            "address": f"person{number}@example.org",
            "organisation": "City of Porto",
            "city": "Porto",
            "country": "PT",
            "audience": None,
            "language": "en",
            "time_zone": "Europe/Lisbon",
            "registered_at": datetime.now(UTC) - timedelta(minutes=number),
            "confirmed_at": datetime.now(UTC),
            "cancelled_at": None,
            "waiting_position": None,
            "consent_version": "0123456789abcdef",
            "consented_at": datetime.now(UTC),
        }
        self.rows.append(RegistrationDetail(**given | facts))
        return self.rows[-1]

    def get(self, registration_id: str) -> RegistrationDetail:
        found = next((row for row in self.rows if str(row.id) == registration_id), None)
        if found is None:
            raise Refusal(404, "not-found", "Not found", "There is no such registration.")
        return found

    def change(self, registration_id: str, **facts: Any) -> RegistrationDetail:
        found = self.get(registration_id)
        self.rows[self.rows.index(found)] = changed = found.model_copy(update=facts)
        return changed

    def page(self, event_id: str, query: dict[str, str]) -> RegistrationPage:
        self.asked.append(query)
        rows = [row for row in self.rows if str(row.event_id) == event_id]
        rows = [row for row in rows if query.get("status") in {None, row.status}]
        rows = [row for row in rows if query.get("search", "").lower() in row.name.lower()]
        rows.sort(key=lambda row: row.position, reverse="latest_first" in query)
        first, length = int(query.get("after", 0)), int(query["limit"])
        more = str(first + length) if len(rows) > first + length else None
        return RegistrationPage(registrations=rows[first : first + length], next=more)


def add_people_routes(app: FastAPI, people: People, require: Callable[[Request], str]) -> None:
    _add_lists(app, people, require)
    _add_one(app, people, require)
    _add_privacy(app, people, require)


def _add_lists(app: FastAPI, people: People, require: Callable[[Request], str]) -> None:
    @app.get("/api/v1/events/{event_id}/registrations")
    def page(request: Request, event_id: str) -> RegistrationPage:
        require(request)
        return people.page(event_id, dict(request.query_params))

    @app.post("/api/v1/events/{event_id}/registrations", status_code=201)
    async def add(request: Request, event_id: str) -> RegistrationOutcome:
        require(request)
        body = await request.json()
        people.sent.append(body)
        made = people.add(UUID(event_id), body["name"], address=body["address"], source="organiser")
        url = "http://127.0.0.1:8000/events/cooling-cities"
        facts = {"registration_id": made.id, "is_new": True}
        return RegistrationOutcome(status="confirmed", detail="", event_id=event_id, event_url=url, **facts)

    @app.post("/api/v1/events/{event_id}/registrations/import")
    async def import_people(request: Request, event_id: str) -> ImportReport:
        require(request)
        people.asked.append(dict(request.query_params))
        return _report(await request.body(), is_dry_run=request.query_params["dry_run"] == "true")

    @app.get("/api/v1/events/{event_id}/registrations.{ending}")
    def export(request: Request, event_id: str, ending: str) -> Response:
        require(request)
        headers = {"Content-Disposition": f'attachment; filename="cooling-cities.{ending}"'}
        return Response("name,address\nAda,ada@example.org\n", media_type="text/csv", headers=headers)


def _report(content: bytes, *, is_dry_run: bool) -> ImportReport:
    """Rows with a sign of an address are good."""
    heading, *rows = content.decode().splitlines()
    if "mail" not in heading.lower():
        fields = {"address": "has no column"}
        raise Refusal(
            422, "column-missing", "Not right", "The table has no column for the e-mail address.", fields=fields
        )
    wrong = [number for number, row in enumerate(rows, start=2) if "@" not in row]
    remarks = [RowRemark(row=number, kind=RemarkKind.WRONG, field="address", message="is wrong") for number in wrong]
    good = len(rows) - len(wrong)
    return ImportReport(
        is_dry_run=is_dry_run,
        rows=len(rows),
        registered=good,
        confirmed=good,
        wrong=len(wrong),
        columns={"address": "E-mail"},
        remarks=remarks,
    )


def _add_one(app: FastAPI, people: People, require: Callable[[Request], str]) -> None:
    path = "/api/v1/registrations/{registration_id}"

    @app.get(path)
    def one(request: Request, registration_id: str) -> RegistrationDetail:
        require(request)
        return people.get(registration_id)

    @app.patch(path)
    async def correct(request: Request, registration_id: str) -> RegistrationDetail:
        require(request)
        body = await request.json()
        people.sent.append(body)
        return people.change(registration_id, **body)

    @app.delete(path, status_code=204)
    def cancel(request: Request, registration_id: str) -> None:
        require(request)
        people.change(registration_id, status="cancelled", cancelled_at=datetime.now(UTC))

    @app.post(path + "/take-up-again")
    @app.post(path + "/confirm")
    def confirm(request: Request, registration_id: str) -> RegistrationDetail:
        require(request)
        return people.change(registration_id, status="confirmed", cancelled_at=None)

    @app.post(path + "/send-link")
    def send_link(request: Request, registration_id: str) -> LinkSent:
        require(request)
        return LinkSent(is_new=True)

    @app.get(path + "/messages")
    def messages(request: Request, registration_id: str) -> MessagePage:
        require(request)
        facts = {
            "id": uuid4(),
            "created_at": datetime(2026, 7, 1, 9, tzinfo=UTC),
            "due_at": datetime.now(UTC),
            "attempts": 1,
            "address": people.get(registration_id).address,
        }
        sent = MessageAnswer(kind="confirmation", status="sent", sent_at=datetime.now(UTC), reply="250 ok", **facts)
        failed = MessageAnswer(
            kind="reminder",
            status="bounced",
            sent_at=None,
            reply="550 no <b>such</b> user",
            bounce="<i>5.1.1</i>",
            **facts,
        )
        return MessagePage(messages=[failed, sent])


def _add_privacy(app: FastAPI, people: People, require: Callable[[Request], str]) -> None:
    @app.post("/api/v1/calendars/{calendar}/privacy/export")
    async def export_person(request: Request, calendar: str) -> dict[str, Any]:
        require(request)
        return {"address": (await request.json())["address"], "calendar": calendar, "registrations": []}

    @app.post("/api/v1/calendars/{calendar}/privacy/erase")
    async def erase(request: Request, calendar: str) -> ErasureReport:
        require(request)
        address = json.loads(await request.body())["address"]
        found = [row for row in people.rows if row.address == address]
        people.rows[:] = [row for row in people.rows if row.address != address]
        removed = {"registration": len(found), "message": 2 * len(found)}
        return ErasureReport(
            reference=uuid4(),
            erased_at=datetime.now(UTC),
            calendar=calendar,
            removed=removed,
            places_given_back=len(found),
            kept=["The wish not to be mailed, without the address."],
        )
