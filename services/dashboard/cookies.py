"""The dashboard's two cookies: who is signed in, and the proof that a form was ours."""

import hmac
import secrets
from datetime import datetime
from hashlib import sha256

from starlette.responses import Response

from shared import clock
from shared.settings import get_settings

ROOT = "/dashboard"
SESSION_COOKIE = "plenary_session"
FORM_COOKIE = "plenary_form"
FLOW_COOKIE = "plenary_identity"
# Seconds that somebody may spend at the provider.
_FLOW_LASTS = 900
_FORM_PATH = f"{ROOT}/auth"


def keep_session(response: Response, token: str, expires_at: datetime) -> None:
    """No script can read it, no other site's form sends it, and it goes when the API's session goes."""
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=max(0, int((expires_at - clock.now()).total_seconds())),
        path=ROOT,
        httponly=True,
        samesite="lax",
        secure=_is_https(),
    )


def forget_session(response: Response) -> None:
    response.delete_cookie(SESSION_COOKIE, path=ROOT, httponly=True, samesite="lax", secure=_is_https())


def new_form_proof() -> str:
    return secrets.token_urlsafe(24)


def keep_form_proof(response: Response, proof: str) -> None:
    """The form's hidden field must repeat this cookie, which another site can neither read nor set."""
    response.set_cookie(
        FORM_COOKIE, proof, max_age=3600, path=_FORM_PATH, httponly=True, samesite="strict", secure=_is_https()
    )


def keep_flow(response: Response, flow: str) -> None:
    """What the provider's answer is held against; it comes back with a link from there, so it must be lax."""
    response.set_cookie(
        FLOW_COOKIE, flow, max_age=_FLOW_LASTS, path=_FORM_PATH, httponly=True, samesite="lax", secure=_is_https()
    )


def forget_flow(response: Response) -> None:
    response.delete_cookie(FLOW_COOKIE, path=_FORM_PATH, httponly=True, samesite="lax", secure=_is_https())


def sign_out_proof(token: str) -> str:
    """Derived from the session, so that a page which only knows the cookie can draw the button."""
    return hmac.new(token.encode(), b"sign out of the dashboard", sha256).hexdigest()


def are_equal(one: str, other: str) -> bool:
    return bool(one) and hmac.compare_digest(one.encode(), other.encode())


def _is_https() -> bool:
    return get_settings().dashboard_url.startswith("https://")
