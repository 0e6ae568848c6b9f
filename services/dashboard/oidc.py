"""Signing in with an identity provider: the code flow with PKCE (RFC 7636). The API judges what comes of it."""

import base64
import hashlib
import json
import secrets
from typing import Any
from urllib.parse import urlencode

import requests
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.dashboard import cookies
from services.dashboard.api_client import api
from services.dashboard.cookies import ROOT
from services.dashboard.failures import Failure
from services.dashboard.origins import safe_return
from services.dashboard.sign_in import explain, refuse, status_of
from shared.settings import get_settings

START = f"{ROOT}/auth/identity"
_CALLBACK = f"{START}/callback"
_TIMEOUT = (2, 5)
_SILENT = "The identity provider does not answer. Try again in a moment, or sign in with your password."
_EXPIRED = "This sign-in had expired. Please try again."


async def start(request: Request) -> Response:
    """To the provider, with what its answer will be held against kept in a cookie of this browser."""
    found = await run_in_threadpool(_discovered)
    if found is None:
        return refuse(request, _SILENT, 503)
    names = ("state", "nonce", "verifier")
    flow = {name: secrets.token_urlsafe(32) for name in names} | {"next": request.query_params.get("next", "")[:500]}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(flow["verifier"].encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": get_settings().oidc_client_id,
        "redirect_uri": _own_address(request),
        "scope": "openid email",
        "state": flow["state"],
        "nonce": flow["nonce"],
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    response = RedirectResponse(f"{found['authorization_endpoint']}?{urlencode(query)}", status_code=303)
    cookies.keep_flow(response, base64.urlsafe_b64encode(json.dumps(flow).encode()).decode())
    return response


async def come_back(request: Request) -> Response:
    flow = _flow(request)
    state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
    if not cookies.are_equal(state, str(flow.get("state", ""))):
        return refuse(request, _EXPIRED, 403)
    if not code:
        return refuse(request, "The identity provider did not sign you in.", 401)
    id_token = await run_in_threadpool(_exchange, code, str(flow["verifier"]), _own_address(request))
    if id_token is None:
        return refuse(request, _SILENT, 503)
    outcome = await run_in_threadpool(api().sign_in_with_identity, id_token, str(flow["nonce"]))
    if isinstance(outcome, Failure):
        return refuse(request, explain(outcome), status_of(outcome))
    response = RedirectResponse(safe_return(str(flow["next"])), status_code=303, headers={"Cache-Control": "no-store"})
    cookies.keep_session(response, outcome.token, outcome.expires_at)
    cookies.forget_flow(response)
    return response


def _flow(request: Request) -> dict[str, Any]:
    try:
        return dict(json.loads(base64.urlsafe_b64decode(request.cookies.get(cookies.FLOW_COOKIE, ""))))
    except (ValueError, TypeError):
        return {}


def _own_address(request: Request) -> str:
    """As it was registered with the provider, whatever proxies make of the request."""
    host = get_settings().dashboard_url.rstrip("/").removesuffix("/dashboard")
    return f"{host}{_CALLBACK}"


def _discovered() -> dict[str, Any] | None:
    issuer = get_settings().oidc_issuer or ""
    try:
        answer = requests.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", timeout=_TIMEOUT)
        answer.raise_for_status()
        found = dict(answer.json())
    except (requests.RequestException, ValueError):
        return None
    # OpenID Connect Discovery 1.0 section 4.3.
    is_theirs = found.get("issuer") == issuer and {"authorization_endpoint", "token_endpoint"} <= found.keys()
    return found if is_theirs else None


def _exchange(code: str, verifier: str, redirect_uri: str) -> str | None:
    """The ID token for the code (OpenID Connect Core 1.0 section 3.1.3)."""
    settings, found = get_settings(), _discovered()
    secret = settings.oidc_client_secret
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
    identity = (settings.oidc_client_id or "", secret.get_secret_value()) if secret else None
    if identity is None:
        form["client_id"] = settings.oidc_client_id or ""
    try:
        answer = requests.post((found or {})["token_endpoint"], data=form, auth=identity, timeout=_TIMEOUT)
        answer.raise_for_status()
        return str(answer.json()["id_token"])
    except (requests.RequestException, ValueError, KeyError):
        return None


def routes() -> list[Route]:
    """None where no provider is set up."""
    if get_settings().oidc_issuer is None:
        return []
    return [Route(START, start, methods=["GET"]), Route(_CALLBACK, come_back, methods=["GET"])]
