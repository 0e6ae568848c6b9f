"""The invitations that the fake API knows, and its routes for them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, Request

from shared.schemas.invitations import (
    InvitationAnswer,
    InvitationCounts,
    InvitationPage,
    InvitationReport,
    InvitationRequest,
    NudgeAnswer,
    RecognisedAddress,
)
from tests.dashboard.fake_people import Refusal


@dataclass
class Invitations:
    """`asked` are the queries of lists, `sent` the bodies, as they came."""

    rows: list[InvitationAnswer] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    sent: list[Any] = field(default_factory=list)
    per_day: int = 500
    nudged: int = 0

    def add(self, name: str | None = "Ada Lovelace", **facts: Any) -> InvitationAnswer:
        number = len(self.rows) + 1
        given: dict[str, Any] = {
            "id": uuid4(),
            "address": f"guest{number}@example.org",
            "name": name,
            "language": "en",
            "status": "pending",
            "created_at": datetime.now(UTC) - timedelta(hours=number),
            "posted_at": datetime.now(UTC) - timedelta(hours=number),
            "nudged_at": None,
            "answered_at": None,
            "undelivered_at": None,
            "registration_id": None,
            "mail": "sent",
        }
        self.rows.append(InvitationAnswer(**given | facts))
        return self.rows[-1]

    def counts(self) -> InvitationCounts:
        def number(status: str) -> int:
            return sum(row.status == status for row in self.rows)

        return InvitationCounts(
            pending=number("pending"),
            accepted=number("accepted"),
            declined=number("declined"),
            waiting=sum(row.status == "pending" and row.posted_at is None for row in self.rows),
            undelivered=sum(row.undelivered_at is not None for row in self.rows),
            per_day=self.per_day,
        )


def add_invitation_routes(app: FastAPI, invitations: Invitations, require: Callable[[Request], str]) -> None:
    path = "/api/v1/events/{event_id}/invitations"

    @app.post(path)
    async def invite(request: Request, event_id: str) -> InvitationReport:
        require(request)
        wish = InvitationRequest.model_validate(await request.json())
        invitations.sent.append(wish)
        return _report(invitations, wish)

    @app.get(path)
    def listed(request: Request, event_id: str) -> InvitationPage:
        require(request)
        query = dict(request.query_params)
        invitations.asked.append(query)
        rows = [row for row in invitations.rows if query.get("status") in {None, row.status}]
        rows = [row for row in rows if query.get("search", "").lower() in f"{row.name} {row.address}".lower()]
        first, length = int(query.get("after", 0)), int(query["limit"])
        more = str(first + length) if len(rows) > first + length else None
        return InvitationPage(counts=invitations.counts(), invitations=rows[first : first + length], next=more)

    @app.post(path + "/nudge")
    def nudge(request: Request, event_id: str) -> NudgeAnswer:
        require(request)
        invitations.nudged += 1
        return NudgeAnswer(count=invitations.counts().pending)

    @app.delete("/api/v1/invitations/{invitation_id}", status_code=204)
    def withdraw(request: Request, invitation_id: str) -> None:
        require(request)
        found = next((row for row in invitations.rows if str(row.id) == invitation_id), None)
        if found is None:
            raise Refusal(404, "not-found", "Not found", "There is no such invitation.")
        invitations.rows.remove(found)


def _report(invitations: Invitations, wish: InvitationRequest) -> InvitationReport:
    """Every word with a sign of an address is new, unless it was there before."""
    words = [word.strip("<>,;\"'") for word in re.split(r"\s+", wish.text)]
    found = [word for word in words if "@" in word]
    known = {row.address for row in invitations.rows}
    recognised = []
    for address in found:
        outcome = "invited" if address in known else "unusable" if address.startswith("@") else "new"
        reason = "has nothing before its @" if outcome == "unusable" else None
        recognised.append(RecognisedAddress(address=address, name=None, outcome=outcome, reason=reason))
        if outcome == "new" and not wish.is_trial:
            invitations.add(None, address=address, language=wish.language or "en")
    recognised.sort(key=lambda one: one.outcome == "new")
    numbers = {
        name: sum(one.outcome == name for one in recognised)
        for name in ("new", "invited", "registered", "suppressed", "repeated", "unusable")
    }
    leaves_by = datetime.now(UTC) + timedelta(days=numbers["new"] // invitations.per_day)
    return InvitationReport(**numbers, is_trial=wish.is_trial, leaves_by=leaves_by, addresses=recognised)
