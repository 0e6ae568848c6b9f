"""The settings of a calendar and the state of the system that the fake API knows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI, Request

from shared.schemas.calendars import CalendarSettings, MailTest
from shared.schemas.system import ProcessFacts, SystemAnswer, SystemFinding
from tests.dashboard.fake_people import Refusal
from tests.dashboard.specimens import CALENDAR


def _settings() -> CalendarSettings:
    return CalendarSettings(
        **CALENDAR.model_dump(), url="http://127.0.0.1:8000/calendars/international", description=None,
        language="en", contact_address=None, website=None, accent_colour=None, logo_url=None,
        mail_from="mail@example.org", version="1",
    )  # fmt: skip


@dataclass
class Settings:
    """`did` are the calls that change something; `refused` the fields that the next change is refused for."""

    now: CalendarSettings = field(default_factory=_settings)
    did: list[tuple[str, Any]] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    findings: list[SystemFinding] = field(default_factory=list)
    mail: MailTest = field(
        default_factory=lambda: MailTest(id=uuid4(), address="noor@example.org", status="pending", reply=None)
    )


def add_settings_routes(app: FastAPI, known: Settings, require: Callable[[Request], str]) -> None:
    @app.get("/api/v1/calendars/{calendar}/settings")
    def read(request: Request, calendar: str) -> CalendarSettings:
        require(request)
        return known.now

    @app.patch("/api/v1/calendars/{calendar}/settings")
    def change(request: Request, calendar: str, body: dict[str, Any]) -> CalendarSettings:
        require(request)
        if request.headers["if-match"] != f'"{known.now.version}"':
            raise Refusal(412, "edit-collision", "Somebody else has changed them", "Read them again.")
        if known.refused:
            raise Refusal(422, "invalid-input", "Please check", "See the fields.", fields=known.refused)
        known.did.append(("change", body))
        known.now = known.now.model_copy(update=body)
        return known.now

    @app.post("/api/v1/calendars/{calendar}/test-mail", status_code=201)
    def send(request: Request, calendar: str) -> MailTest:
        require(request)
        known.did.append(("test", calendar))
        return known.mail

    @app.get("/api/v1/calendars/{calendar}/test-mail/{message_id}")
    def fate(request: Request, calendar: str, message_id: UUID) -> MailTest:
        require(request)
        return known.mail

    @app.get("/api/v1/system")
    def system(request: Request) -> SystemAnswer:
        require(request)
        now = datetime.now(UTC)
        worker = ProcessFacts(process="worker@a:1", kind="worker", seen_at=now, is_alive=True, mails_per_minute=900.0)
        return SystemAnswer(
            server_time=now, version="0.1.0", findings=known.findings, processes=[worker], mails_due=3,
            oldest_waiting_seconds=75.0, jobs={"urgent": 1, "mail": 2, "bulk": 0}, database_bytes=12_000_000,
            database_version="18.6", redis_bytes=2_000_000, backup_at=None, rows={"event": 7},
        )  # fmt: skip
