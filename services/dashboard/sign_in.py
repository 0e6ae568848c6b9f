"""Signing in and out: plain pages and forms beside Streamlit, because a Streamlit script cannot set a cookie."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from services.dashboard import cookies
from services.dashboard.api_client import api
from services.dashboard.cookies import ROOT
from services.dashboard.failures import Cause, Failure
from services.dashboard.origins import is_from_our_page, safe_return
from shared.settings import get_settings

SIGN_IN = f"{ROOT}/auth/sign-in"
SIGN_OUT = f"{ROOT}/auth/sign-out"
_HERE = Path(__file__).parent
# An address, a password, a proof and a path fit in this many bytes.
_FORM_LIMIT = 8 * 1024
_templates = Environment(
    loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    # To ourselves only: links to choose a password stand in the address, and without any, Origin would be "null".
    "Referrer-Policy": "same-origin",
}


@dataclass(frozen=True)
class SignInForm:
    address: str = ""
    password: str = ""
    proof: str = ""
    next: str = ""
    everywhere: str = ""


async def show(request: Request) -> Response:
    form = SignInForm(next=request.query_params.get("next", ""))
    notice = "You are signed out." if "signed-out" in request.query_params else ""
    return _page(request, form, notice=notice)


async def sign_in(request: Request) -> Response:
    form = await _read_form(request)
    if form is None:
        return _page(request, SignInForm(), problem="The form was too large.", status=413)
    if not is_ours(request, form.proof):
        return _page(request, form, problem="This form had expired. Please sign in again.", status=403)
    if not form.address or not form.password:
        return _page(request, form, problem="Enter your address and your password.", status=422)
    outcome = await run_in_threadpool(api().sign_in, form.address, form.password)
    if isinstance(outcome, Failure):
        return _page(request, form, problem=explain(outcome), status=status_of(outcome))
    response = RedirectResponse(safe_return(form.next), status_code=303, headers={"Cache-Control": "no-store"})
    cookies.keep_session(response, outcome.token, outcome.expires_at)
    return response


def is_ours(request: Request, proof: str) -> bool:
    """Whether a form came from our page."""
    return is_from_our_page(request) and cookies.are_equal(proof, _cookie(request, cookies.FORM_COOKIE))


async def sign_out(request: Request) -> Response:
    """Ends the session at the API and in this browser; other open tabs notice at their next refresh."""
    token = _cookie(request, cookies.SESSION_COOKIE)
    form = await _read_form(request)
    if token and form and is_from_our_page(request) and cookies.are_equal(form.proof, cookies.sign_out_proof(token)):
        end = api().sign_out_everywhere if form.everywhere else api().sign_out
        failed = await run_in_threadpool(end, token)
        if failed and failed.cause is not Cause.SIGNED_OUT:
            return _not_signed_out(request, everywhere=bool(form.everywhere))
    elif token:
        return RedirectResponse(f"{ROOT}/", status_code=303)
    response = RedirectResponse(f"{SIGN_IN}?signed-out", status_code=303)
    cookies.forget_session(response)
    return response


def _not_signed_out(request: Request, *, everywhere: bool) -> Response:
    """Here it can be done without the API, elsewhere it cannot; and what was not done is not claimed."""
    if everywhere:
        return refuse(request, "The service is not answering. You are signed in as before: try again in a moment.", 503)
    problem = "You are signed out in this browser. The service did not answer, so the session itself ends by its time."
    response = refuse(request, problem, 503)
    cookies.forget_session(response)
    return response


async def look(_: Request) -> Response:
    return FileResponse(_HERE / "static" / "sign-in.css", media_type="text/css")


def _page(request: Request, form: SignInForm, *, problem: str = "", notice: str = "", status: int = 200) -> Response:
    provider = get_settings().oidc_name if get_settings().oidc_issuer else None
    facts = {"form": form, "problem": problem, "notice": notice, "action": SIGN_IN, "provider": provider}
    return form_page(request, "sign-in.html", status=status, **facts)


def refuse(request: Request, problem: str, status: int) -> Response:
    """The page again, saying why another way in did not lead in."""
    return _page(request, SignInForm(), problem=problem, status=status)


def form_page(request: Request, template: str, *, status: int = 200, **facts: object) -> Response:
    """With the proof that a form on it is ours."""
    # The proof of a form in another tab stays good.
    proof = _cookie(request, cookies.FORM_COOKIE) or cookies.new_form_proof()
    html = _templates.get_template(template).render(proof=proof, root=ROOT, **facts)
    response = HTMLResponse(html, status_code=status, headers=_HEADERS)
    cookies.keep_form_proof(response, proof)
    return response


async def read_fields(request: Request) -> dict[str, str] | None:
    """The first of each name; None when the form is larger than any honest one."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _FORM_LIMIT:
            return None
    fields = parse_qs(body.decode("utf-8", errors="replace"))
    return {name: values[0] for name, values in fields.items()}


async def _read_form(request: Request) -> SignInForm | None:
    first = await read_fields(request)
    if first is None:
        return None
    return SignInForm(
        address=first.get("address", "").strip(),
        password=first.get("password", ""),
        proof=first.get("proof", ""),
        next=first.get("next", ""),
        everywhere=first.get("everywhere", ""),
    )


def _cookie(request: Request, name: str) -> str:
    return request.cookies.get(name, "")


def explain(failure: Failure) -> str:
    if failure.cause in {Cause.UNREACHABLE, Cause.BROKEN}:
        return "The service is not answering. Nothing is wrong with your password; try again in a moment."
    return failure.detail or failure.title


def status_of(failure: Failure) -> int:
    return {Cause.SIGNED_OUT: 401, Cause.BUSY: 429, Cause.UNREACHABLE: 503, Cause.BROKEN: 503}.get(failure.cause, 422)


routes = [
    Route(SIGN_IN, show, methods=["GET"]),
    Route(SIGN_IN, sign_in, methods=["POST"]),
    Route(SIGN_OUT, sign_out, methods=["POST"]),
    Route(f"{ROOT}/auth/sign-in.css", look, methods=["GET"]),
]
