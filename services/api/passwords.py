"""Choosing a password: by a link that is mailed, or by the one that is in use."""

from fastapi import APIRouter, BackgroundTasks

from services.api.abuse import rate_limits
from services.api.auth import CurrentOrganiser
from services.api.database import DatabaseSession
from services.api.openapi import refused
from shared import audit, organisers, password_links
from shared.database import new_session
from shared.schemas.sessions import SessionAnswer
from shared.schemas.team import (
    NewPassword,
    PasswordChange,
    PasswordLinkAnswer,
    PasswordLinkRequest,
    PasswordLinkToken,
)

router = APIRouter(tags=["sessions"])


@router.post("/password-links", status_code=202, responses=refused(429))
def request_link(body: PasswordLinkRequest, later: BackgroundTasks) -> None:
    """Answers alike whether or not there is an organiser with this address; to one who is there, the link is mailed."""
    rate_limits.count(rate_limits.PASSWORD_LINKS_PER_ACCOUNT, organisers.account_key(body.address))
    # After the answer, so that not even the time it takes tells.
    later.add_task(_send_link, body.address)


def _send_link(address: str) -> None:
    if "\x00" in address:
        return
    with new_session() as session:
        organiser = organisers.by_address(session, address)
        if organiser is not None:
            password_links.send(session, organiser)
            session.commit()


@router.post("/password-links/look", responses=refused(404))
def look_at_link(body: PasswordLinkToken, session: DatabaseSession) -> PasswordLinkAnswer:
    """Whose password a mailed link chooses, before anybody types one."""
    organiser = password_links.whose(session, body.token)
    return PasswordLinkAnswer(address=organiser.address, name=organiser.name)


@router.post("/passwords", status_code=201, responses=refused(404))
def choose_password(body: NewPassword, session: DatabaseSession) -> SessionAnswer:
    """With the token of the link. Every session ends, and a new one begins. A link works once."""
    organiser = password_links.choose(session, body.token, body.password)
    audit.record(session, "organiser.password_chosen", by=organiser)
    token, row = organisers.begin_session(session, organiser)
    assert row.expires_at is not None
    return SessionAnswer(token=token, expires_at=row.expires_at)


@router.post("/me/password", status_code=204, responses=refused(429))
def change_password(body: PasswordChange, session: DatabaseSession, organiser: CurrentOrganiser) -> None:
    """Every session ends, the one that asks too."""
    rate_limits.count(rate_limits.SIGN_IN_PER_ACCOUNT, organisers.account_key(organiser.address))
    organisers.change_password(session, organiser, password=body.password, new_password=body.new_password)
    audit.record(session, "organiser.password_chosen", by=organiser)
