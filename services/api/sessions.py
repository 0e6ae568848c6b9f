"""Signing in and out, API tokens, and who one is."""

from uuid import UUID

from fastapi import APIRouter

from services.api.abuse import rate_limits
from services.api.auth import Current, CurrentOrganiser
from services.api.database import DatabaseSession
from services.api.openapi import refused
from shared import answers, audit, calendars, organisers
from shared.models import ApiToken, Organiser, TokenKind, TokenScope
from shared.schemas.sessions import CalendarRole, Me, SessionAnswer, SignIn, TokenAnswer, TokenCreated, TokenCreation
from shared.schemas.team import MyChange, OwnSession

router = APIRouter(tags=["sessions"])


@router.post("/sessions", status_code=201, responses=refused(401, 429))
def sign_in(body: SignIn, session: DatabaseSession) -> SessionAnswer:
    """Address and password for a token that lasts a working day."""
    rate_limits.count(rate_limits.SIGN_IN_PER_ACCOUNT, organisers.account_key(body.address))
    token, row = organisers.sign_in(session, address=body.address, password=body.password)
    assert row.expires_at is not None
    return SessionAnswer(token=token, expires_at=row.expires_at)


@router.delete("/sessions", status_code=204)
def sign_out(session: DatabaseSession, current: Current) -> None:
    """The token that asks is no longer valid afterwards."""
    session.delete(current[1])


@router.get("/sessions")
def list_sessions(session: DatabaseSession, current: Current) -> list[OwnSession]:
    """One's own that still run, latest first."""
    organiser, token = current
    return [
        OwnSession(id=row.id, begun_at=row.created_at, expires_at=row.expires_at, is_this_one=row.id == token.id)
        for row in organisers.sessions(session, organiser)
    ]


@router.delete("/sessions/all", status_code=204)
def sign_out_everywhere(session: DatabaseSession, organiser: CurrentOrganiser) -> None:
    """Every session of one's own ends, this one too; API tokens go on."""
    organisers.end_sessions(session, organiser)
    audit.record(session, "organiser.signed_out_everywhere", by=organiser)


@router.patch("/me")
def change_me(body: MyChange, session: DatabaseSession, organiser: CurrentOrganiser) -> Me:
    organiser.name = body.name
    return _me(session, organiser)


@router.get("/me")
def me(session: DatabaseSession, organiser: CurrentOrganiser) -> Me:
    """The signed-in organiser, and the calendars they work on."""
    return _me(session, organiser)


def _me(session: DatabaseSession, organiser: Organiser) -> Me:
    roles = [
        CalendarRole(**answers.calendar_summary(calendar).model_dump(), role=role)
        for calendar, role in calendars.memberships(session, organiser)
    ]
    return Me(
        id=organiser.id,
        name=organiser.name,
        address=organiser.address,
        is_operator=organiser.is_operator,
        calendars=roles,
    )


@router.get("/tokens")
def list_tokens(session: DatabaseSession, organiser: CurrentOrganiser) -> list[TokenAnswer]:
    return [_answer(token) for token in organisers.tokens(session, organiser)]


@router.post("/tokens", status_code=201)
def create_token(body: TokenCreation, session: DatabaseSession, organiser: CurrentOrganiser) -> TokenCreated:
    """A token for a script, with the organiser's own rights or fewer. It is shown once."""
    token, row = organisers.issue_token(
        session,
        organiser,
        kind=TokenKind.API,
        label=body.label,
        scope=TokenScope(body.scope),
        expires_at=body.expires_at,
    )
    audit.record(session, "token.created", by=organiser, label=body.label, scope=body.scope)
    return TokenCreated(token=token, **_answer(row).model_dump())


@router.delete("/tokens/{token_id}", status_code=204)
def revoke_token(token_id: UUID, session: DatabaseSession, organiser: CurrentOrganiser) -> None:
    organisers.revoke(session, organiser, token_id)
    audit.record(session, "token.revoked", by=organiser)


def _answer(token: ApiToken) -> TokenAnswer:
    return TokenAnswer.model_validate(token, from_attributes=True)
