"""The mail that the fake API knows: its numbers, rules, previews and people whom it does not reach."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI, Request

from shared.schemas.mail import (
    EntriesSent,
    KindCounts,
    Ledger,
    MailOverview,
    MailPreview,
    Participations,
    QueueForecast,
    Rehearsal,
    RehearsedMail,
    RuleAnswer,
    RuleChange,
    RuleContent,
    RuleList,
    UnreachablePage,
    UnreachablePerson,
)
from shared.schemas.registrations import MessageAnswer, MessagePage
from tests.dashboard.fake_people import Refusal

# What the strictest mail would do if it could, and what it must not do in a preview.
ACTIVE = (
    "<script>fetch('http://evil.example/s')</script><img src=http://evil.example/i><a href=http://evil.example/l>x</a>"
)


@dataclass
class Mail:
    """`sent` are the bodies that came, `asked` the previews wanted."""

    kinds: list[KindCounts] = field(default_factory=list)
    ledger: Ledger = field(default_factory=lambda: Ledger(revision=2, current=306, stale=0, none=0, waiting=0))
    participations: Participations = field(default_factory=Participations)
    forecast: QueueForecast = field(
        default_factory=lambda: QueueForecast(
            waiting=0, per_minute=None, needed_by=None, expected_at=None, is_late=False
        )
    )
    lost: list[UnreachablePerson] = field(default_factory=list)
    messages: list[MessageAnswer] = field(default_factory=list)
    rules: list[RuleAnswer] = field(default_factory=list)
    rehearsed: list[RehearsedMail] = field(default_factory=list)
    html: str = ""
    recipients: int = 318
    sent: list[Any] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)

    def overview(self) -> MailOverview:
        return MailOverview(
            kinds=self.kinds,
            ledger=self.ledger,
            participations=self.participations,
            unreachable=len(self.lost),
            forecast=self.forecast,
        )

    def lose(self, name: str = "Ada Lovelace", **facts: Any) -> UnreachablePerson:
        number = len(self.lost) + 1
        given: dict[str, Any] = {
            "registration_id": uuid4(),
            "name": name,
            "address": f"lost{number}@example.org",
            "since": datetime.now(UTC) - timedelta(hours=number),
            "reason": "550 5.1.1 no such user here",
        }
        self.lost.append(UnreachablePerson(**given | facts))
        return self.lost[-1]

    def refuse(self, **facts: Any) -> MessageAnswer:
        given: dict[str, Any] = {
            "id": uuid4(),
            "kind": "reminder",
            "status": "failed",
            "address": "gone@example.org",
            "created_at": datetime.now(UTC) - timedelta(hours=1),
            "due_at": datetime.now(UTC),
            "sent_at": None,
            "attempts": 1,
            "reply": "550 5.1.1 no such user here",
        }
        self.messages.append(MessageAnswer(**given | facts))
        return self.messages[-1]

    def add_rule(self, **facts: Any) -> RuleAnswer:
        state = "paused" if facts.get("is_paused") else "waiting"
        given: dict[str, Any] = {
            "id": uuid4(),
            "kind": "reminder",
            "minutes_before": 60,
            "due_at": datetime.now(UTC) + timedelta(hours=20),
            "state": state,
            "recipients": self.recipients,
            "sent": 0,
            "total": 0,
        }
        if facts.get("anchor") == "moment":
            given["due_at"] = facts.get("moment")
        self.rules.append(RuleAnswer(**given | facts))
        return self.rules[-1]

    def rehearse(self, **facts: Any) -> RehearsedMail:
        at = facts.get("at", datetime.now(UTC) + timedelta(hours=len(self.rehearsed) + 1))
        given: dict[str, Any] = {
            "kind": "reminder",
            "rule_id": None,
            "at": at,
            "at_local": "Wed 3 Mar 2027, 08:00 Chicago (UTC-6)",
            "recipients": 12,
            "language": "en",
            "sample_id": uuid4(),
            "subject": "Tomorrow: Cooling cities",
        }
        self.rehearsed.append(RehearsedMail(**given | facts))
        return self.rehearsed[-1]

    def rule(self, rule_id: str) -> RuleAnswer:
        found = next((rule for rule in self.rules if str(rule.id) == rule_id), None)
        if found is None:
            raise Refusal(404, "not-found", "Not found", "There is no such rule.")
        return found


def add_mail_routes(app: FastAPI, mail: Mail, require: Callable[[Request], str]) -> None:
    _add_numbers(app, mail, require)
    _add_rules(app, mail, require)
    _add_previews(app, mail, require)


def _add_numbers(app: FastAPI, mail: Mail, require: Callable[[Request], str]) -> None:
    @app.get("/api/v1/events/{event_id}/mail")
    def overview(request: Request, event_id: str) -> MailOverview:
        require(request)
        return mail.overview()

    @app.get("/api/v1/events/{event_id}/messages")
    def messages(request: Request, event_id: str, status: str, limit: int, after: int = 0) -> MessagePage:
        require(request)
        rows = [row for row in mail.messages if row.status == status]
        more = str(after + limit) if len(rows) > after + limit else None
        return MessagePage(messages=rows[after : after + limit], next=more)

    @app.get("/api/v1/events/{event_id}/unreachable")
    def unreachable(request: Request, event_id: str, limit: int, after: int = 0) -> UnreachablePage:
        require(request)
        more = str(after + limit) if len(mail.lost) > after + limit else None
        return UnreachablePage(people=mail.lost[after : after + limit], next=more)

    @app.post("/api/v1/events/{event_id}/entries")
    def entries(request: Request, event_id: str) -> EntriesSent:
        require(request)
        held = mail.ledger
        number = held.stale + held.none - held.waiting
        mail.ledger = held.model_copy(update={"waiting": held.stale + held.none})
        return EntriesSent(count=number)


def _add_rules(app: FastAPI, mail: Mail, require: Callable[[Request], str]) -> None:
    @app.get("/api/v1/events/{event_id}/rules")
    def rules(request: Request, event_id: str) -> RuleList:
        require(request)
        return RuleList(rules=mail.rules)

    @app.post("/api/v1/events/{event_id}/rules", status_code=201)
    async def add(request: Request, event_id: str) -> RuleAnswer:
        require(request)
        body = await request.json()
        mail.sent.append(body)
        return mail.add_rule(**RuleContent.model_validate(body).model_dump())

    @app.patch("/api/v1/rules/{rule_id}")
    async def change(request: Request, rule_id: str) -> RuleAnswer:
        require(request)
        body = await request.json()
        mail.sent.append(body)
        found = mail.rule(rule_id)
        changes = RuleChange.model_validate(body).model_dump(exclude_unset=True)
        if "is_paused" in changes:
            at_once = found.anchor == "moment" and not changes["is_paused"]
            changes["state"] = "paused" if changes["is_paused"] else "sent" if at_once else "waiting"
        changed = RuleAnswer.model_validate(found.model_dump() | changes)
        mail.rules[mail.rules.index(found)] = changed
        return changed

    @app.delete("/api/v1/rules/{rule_id}", status_code=204)
    def remove(request: Request, rule_id: str) -> None:
        require(request)
        mail.rules.remove(mail.rule(rule_id))


def _add_previews(app: FastAPI, mail: Mail, require: Callable[[Request], str]) -> None:
    @app.get("/api/v1/events/{event_id}/rehearsal")
    def rehearsal(request: Request, event_id: str) -> Rehearsal:
        require(request)
        return Rehearsal(made_at=datetime.now(UTC), mails=mail.rehearsed)

    @app.post("/api/v1/events/{event_id}/preview")
    async def preview(request: Request, event_id: str) -> MailPreview:
        require(request)
        body = await request.json()
        mail.asked.append(body)
        return _previewed(mail, body)

    @app.post("/api/v1/events/{event_id}/preview/send", status_code=202)
    async def send(request: Request, event_id: str) -> dict[str, int]:
        require(request)
        mail.sent.append(await request.json())
        return {"count": 1}


def _previewed(mail: Mail, body: dict[str, Any]) -> MailPreview:
    """A mail that says what was written; a brace too many is what the template language does not take."""
    text = body.get("text") or {}
    introduction = text.get("introduction") or "See you soon."
    if introduction.count("{{") != introduction.count("}}"):
        fields = {"text.introduction": "has a “{{” that is never closed, in line 1"}
        raise Refusal(422, "invalid-input", "Not right", "Correct the introduction.", fields=fields)
    language = body.get("language") or "en"
    subject = f"{text.get('subject') or 'Tomorrow'}: Cooling cities"
    html = (
        f'<!doctype html><html lang="{language}"><body><p>{introduction}</p>'
        f'<p><a href="https://events.example.org/join/x">Join</a></p>{mail.html}</body></html>'
    )
    has_entry = body["kind"] in {"confirmation", "promotion", "change", "call-sheet"}
    return MailPreview(
        kind=body["kind"],
        to="Ada Lovelace <ada@example.org>",
        language=language,
        subject=subject,
        text=f"{introduction}\n\nJoin: https://events.example.org/join/x\n",
        html=html,
        calendar="BEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR\n" if has_entry else None,
        headers={"From": "Learning Cities Network <events@example.org>", "Subject": subject},
    )


def counts(kind: str, rule_id: UUID | None = None, **numbers: int) -> KindCounts:
    return KindCounts(kind=kind, rule_id=rule_id, **numbers)
