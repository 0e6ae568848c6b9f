"""Organisers: signing in with a password, and the tokens that speak for them afterwards."""

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared import clock
from shared.errors import InvalidInput, NotFound, NotSignedIn, SignInRefused
from shared.models import ApiToken, Organiser, TokenKind, TokenScope
from shared.settings import get_settings

SHORTEST_PASSWORD = 12
_USE_NOTED_EVERY = timedelta(hours=1)
_HASHER = PasswordHasher()


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_urlsafe())


def add(session: Session, *, address: str, name: str, password: str | None, is_operator: bool = False) -> Organiser:
    """Without a password they cannot sign in with one before they have chosen it.

    Raises InvalidInput where the address is taken or the password is too short.
    """
    password_hash = _hash(password) if password is not None else None
    added = _insert(session, address=address, name=name, password_hash=password_hash, is_operator=is_operator)
    if added is None:
        raise InvalidInput(f"There is an organiser {address} already. Use set-password to change the password.")
    return added


def find_or_add(session: Session, *, address: str, name: str) -> Organiser:
    """Whoever has the address, else somebody new who has yet to choose a password. Two callers get the same one."""
    found = by_address(session, address) or _insert(session, address=address, name=name)
    return found or session.scalars(_of_address(address)).one()


def _insert(session: Session, *, address: str, **facts: object) -> Organiser | None:
    """None where the address is taken; where somebody is just taking it, this waits to know."""
    statement = insert(Organiser).values(address=address.strip(), **facts).on_conflict_do_nothing().returning(Organiser)
    return session.scalar(statement)


def can_sign_in(organiser: Organiser) -> bool:
    return organiser.password_hash is not None or organiser.identity is not None


def change_password(session: Session, organiser: Organiser, *, password: str, new_password: str) -> None:
    """Every session ends, this one too. Raises InvalidInput where the old password is not theirs."""
    if organiser.password_hash is None or not _verify(organiser.password_hash, password):
        raise InvalidInput(
            "This is not your password. Try again, or ask for a link on the sign-in page.",
            fields={"password": "is not your password"},
        )
    set_password(session, organiser, new_password)


def set_password(session: Session, organiser: Organiser, password: str) -> None:
    """Every session of the organiser ends with the old password."""
    organiser.password_hash = _hash(password)
    end_sessions(session, organiser)


def _hash(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInput(
            f"The password is too short: use at least {SHORTEST_PASSWORD} characters.",
            fields={"password": f"is too short; use at least {SHORTEST_PASSWORD} characters"},
        )
    return _HASHER.hash(password)


def by_address(session: Session, address: str) -> Organiser | None:
    return session.scalar(_of_address(address))


def _of_address(address: str) -> Select[Organiser]:
    return select(Organiser).where(func.lower(Organiser.address) == address.strip().lower())


def account_key(address: str) -> str:
    """Names an account without holding its address, whether or not there is such an account."""
    return hashlib.sha256(address.strip().lower().encode("utf-8", "surrogatepass")).hexdigest()


def first_operator(session: Session) -> Organiser | None:
    return session.scalar(select(Organiser).where(Organiser.is_operator).order_by(Organiser.id).limit(1))


def sign_in(session: Session, *, address: str, password: str) -> tuple[str, ApiToken]:
    """A session token for the right password. Raises SignInRefused, after the same work for unknown addresses."""
    organiser = by_address(session, address) if "\x00" not in address else None
    known_hash = organiser.password_hash if organiser else None
    if not _verify(known_hash or _nobodys_hash(), password) or organiser is None or known_hash is None:
        raise SignInRefused("Address and password do not go together. Check both; an operator can set a new password.")
    return begin_session(session, organiser)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def issue_token(
    session: Session,
    organiser: Organiser,
    *,
    kind: TokenKind,
    label: str,
    scope: TokenScope = TokenScope.WRITE,
    expires_at: datetime | None = None,
) -> tuple[str, ApiToken]:
    """The token itself exists only in the answer; the database has its digest."""
    token = f"plenary_{secrets.token_urlsafe(32)}"
    row = ApiToken(
        organiser_id=organiser.id, digest=_digest(token), kind=kind, scope=scope, label=label, expires_at=expires_at
    )
    session.add(row)
    session.flush()
    return token, row


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def who(session: Session, token: str) -> tuple[Organiser, ApiToken]:
    """Whom a bearer token speaks for. Raises NotSignedIn for one that is unknown, revoked or expired."""
    query = select(Organiser, ApiToken).join(ApiToken, ApiToken.organiser_id == Organiser.id)
    found = session.execute(query.where(ApiToken.digest == _digest(token))).one_or_none()
    if found is None or (found[1].expires_at is not None and found[1].expires_at <= clock.now()):
        raise NotSignedIn("The token is not valid, or no longer. Sign in again (POST /api/v1/sessions).")
    return found[0], found[1]


def note_use(session: Session, token: ApiToken) -> None:
    """So that whoever thinks of revoking an API token sees whether anything still uses it."""
    now = clock.now()
    is_news = token.last_used_at is None or now - token.last_used_at >= _USE_NOTED_EVERY
    if token.kind == TokenKind.API and is_news:
        # No request waits for another one of the same token, which may take its time.
        free = select(ApiToken.id).where(ApiToken.id == token.id).with_for_update(skip_locked=True)
        used = update(ApiToken).where(ApiToken.id.in_(free)).values(last_used_at=now)
        session.execute(used, execution_options={"synchronize_session": False})


def sessions(session: Session, organiser: Organiser) -> list[ApiToken]:
    """Those that still run, latest first."""
    query = select(ApiToken).where(
        ApiToken.organiser_id == organiser.id, ApiToken.kind == TokenKind.SESSION, ApiToken.expires_at > clock.now()
    )
    return list(session.scalars(query.order_by(ApiToken.id.desc())))


def end_sessions(session: Session, organiser: Organiser) -> None:
    """Sign out everywhere. API tokens go on."""
    session.execute(delete(ApiToken).where(ApiToken.organiser_id == organiser.id, ApiToken.kind == TokenKind.SESSION))


def begin_session(session: Session, organiser: Organiser) -> tuple[str, ApiToken]:
    expires_at = clock.now() + get_settings().session_lifetime
    return issue_token(session, organiser, kind=TokenKind.SESSION, label="session", expires_at=expires_at)


def tokens(session: Session, organiser: Organiser) -> list[ApiToken]:
    query = select(ApiToken).where(ApiToken.organiser_id == organiser.id, ApiToken.kind == TokenKind.API)
    return list(session.scalars(query.order_by(ApiToken.id)))


def revoke(session: Session, organiser: Organiser, token_id: UUID) -> None:
    """Raises NotFound for a token that is not the organiser's own."""
    token = session.get(ApiToken, token_id)
    if token is None or token.organiser_id != organiser.id:
        raise NotFound("You have no such token. See GET /api/v1/tokens for yours.")
    session.delete(token)
