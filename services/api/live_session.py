"""The session as it runs: who has joined, what they ask, asking those who are missing."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from services.api import paging
from services.api.auth import CurrentOrganiser, EditedEvent, RoleOnPath, ViewedEvent
from services.api.database import DatabaseSession
from services.api.openapi import refused
from shared import audience_questions, audit, calendars, live_session
from shared.models import AudienceQuestion, Event, Role
from shared.schemas.live_session import (
    AudienceQuestionAnswer,
    AudienceQuestionPage,
    LiveSession,
    QuestionMark,
    Reminded,
)

router = APIRouter(tags=["session"])


@router.get("/events/{event_key}/session")
def read_session(event: ViewedEvent, session: DatabaseSession) -> LiveSession:
    """Who came through their join links, minute by minute and by audience; who is missing; what is asked."""
    return live_session.snapshot(session, event)


@router.post("/events/{event_key}/session/remind", status_code=201, responses=refused(409))
def remind(event: EditedEvent, session: DatabaseSession, organiser: CurrentOrganiser) -> Reminded:
    """Mails everybody with a place who has not joined, their link on top; once in ten minutes, while it is on."""
    reminded = live_session.remind(session, event)
    audit.record(session, "session.reminded", by=organiser, event=event, recipients=reminded.recipients)
    return reminded


@router.get("/events/{event_key}/audience-questions")
def list_questions(
    event: ViewedEvent,
    session: DatabaseSession,
    status: Annotated[Literal["new", "answered", "hidden"] | None, Query(description="Only these.")] = None,
    limit: paging.Limit = 50,
    after: paging.After = None,
) -> AudienceQuestionPage:
    """What people with a place want to ask, in the order in which they asked."""
    query = select(AudienceQuestion).options(joinedload(AudienceQuestion.registration))
    query = query.where(AudienceQuestion.event_id == event.id).order_by(AudienceQuestion.id)
    if status is not None:
        query = query.where(AudienceQuestion.status == status)
    if after is not None:
        query = query.where(AudienceQuestion.id > paging.identifier(after))
    found = list(session.scalars(query.limit(limit + 1)))
    cursor = paging.encode(found[limit - 1].id) if len(found) > limit else None
    return AudienceQuestionPage(questions=[_answer(one) for one in found[:limit]], next=cursor)


class _QuestionFor(RoleOnPath):
    def __call__(self, question_id: UUID, session: DatabaseSession, organiser: CurrentOrganiser) -> AudienceQuestion:
        question = audience_questions.get(session, question_id)
        event = session.get_one(Event, question.event_id)
        calendars.require_role(session, organiser, event.calendar_id, self.least)
        return question


EditedQuestion = Annotated[AudienceQuestion, Depends(_QuestionFor(Role.EDITOR), scope="function")]


@router.patch("/audience-questions/{question_id}")
def mark_question(question: EditedQuestion, body: QuestionMark, session: DatabaseSession) -> AudienceQuestionAnswer:
    """Answered, hidden, or new again."""
    audience_questions.mark(session, question, body.status)
    return _answer(question)


def _answer(question: AudienceQuestion) -> AudienceQuestionAnswer:
    return AudienceQuestionAnswer(
        id=question.id,
        text=question.text,
        status=question.status,
        asked_at=question.asked_at,
        first_name=question.registration.name.split()[0],
        audience=question.registration.audience,
    )
