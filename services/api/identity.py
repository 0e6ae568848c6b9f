"""Signing in with an identity provider: its ID token for a session."""

import time
from typing import Any

import requests
from fastapi import APIRouter

from services.api.abuse import rate_limits
from services.api.database import DatabaseSession
from services.api.openapi import refused
from shared import audit, identities, organisers
from shared.errors import NotFound, SignInRefused
from shared.identities import Expected
from shared.schemas.sessions import IdentitySignIn, SessionAnswer
from shared.settings import get_settings

router = APIRouter(tags=["sessions"])
_TIMEOUT = (2, 5)
# Seconds: providers change their keys now and then.
_KEPT_FOR = 600.0
_kept: dict[str, tuple[float, dict[str, Any]]] = {}


@router.post("/sessions/identity", status_code=201, responses=refused(401, 404, 429))
def sign_in_with_identity(body: IdentitySignIn, session: DatabaseSession) -> SessionAnswer:
    """An ID token (OpenID Connect) that the dashboard was given, with the nonce it had asked with, for a session."""
    settings = get_settings()
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        raise NotFound("No identity provider is set up here. Sign in with address and password.")
    rate_limits.count(rate_limits.IDENTITIES, "all")
    expected = Expected(settings.oidc_issuer, settings.oidc_client_id, body.nonce)
    try:
        proven = identities.verify(body.id_token, _keys(settings.oidc_issuer), expected)
    except SignInRefused:
        # Perhaps by a key that is newer than those we know.
        proven = identities.verify(body.id_token, _keys(settings.oidc_issuer, anew=True), expected)
    organiser, is_first = identities.organiser_of(session, proven)
    if is_first:
        audit.record(session, "organiser.identity_bound", by=organiser)
    token, row = organisers.begin_session(session, organiser)
    assert row.expires_at is not None
    return SessionAnswer(token=token, expires_at=row.expires_at)


def _keys(issuer: str, *, anew: bool = False) -> dict[str, Any]:
    """The provider's public keys (RFC 7517), by its discovery document; asked anew once a minute at most."""
    read_at, keys = _kept.get(issuer, (0.0, {}))
    age = time.monotonic() - read_at
    if keys and age < (60.0 if anew else _KEPT_FOR):
        return keys
    try:
        found = _get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        keys = _get(str(found["jwks_uri"]))
    except (requests.RequestException, KeyError, ValueError):
        raise SignInRefused("The identity provider does not answer. Try again, or sign in with a password.") from None
    _kept[issuer] = time.monotonic(), keys
    return keys


def _get(url: str) -> dict[str, Any]:
    answer = requests.get(url, timeout=_TIMEOUT, allow_redirects=False)
    answer.raise_for_status()
    return dict(answer.json())
