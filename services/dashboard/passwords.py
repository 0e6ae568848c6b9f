"""Choosing a password: the page behind a mailed link, and the one that asks for such a link."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.dashboard import cookies
from services.dashboard.api_client import api
from services.dashboard.cookies import ROOT
from services.dashboard.failures import Cause, Failure
from services.dashboard.sign_in import explain, form_page, is_ours, read_fields, status_of

FORGOTTEN = f"{ROOT}/auth/forgotten"
_CHOOSE = f"{ROOT}/auth/password"
_EXPIRED = "This form had expired. Please try again."
_SENT = "If there is an organiser with this address, a mail with a link is on its way to it."


async def show_forgotten(request: Request) -> Response:
    return _forgotten(request)


async def send_link(request: Request) -> Response:
    """The same words for every address."""
    fields = await read_fields(request) or {}
    if not is_ours(request, fields.get("proof", "")):
        return _forgotten(request, problem=_EXPIRED, status=403)
    address = fields.get("address", "").strip()[:254]
    if not address:
        return _forgotten(request, problem="Enter your address.", status=422)
    failed = await run_in_threadpool(api().request_password_link, address)
    if failed:
        return _forgotten(request, problem=explain(failed), status=status_of(failed))
    return _forgotten(request, notice=_SENT)


def _forgotten(request: Request, *, problem: str = "", notice: str = "", status: int = 200) -> Response:
    return form_page(request, "forgotten.html", status=status, problem=problem, notice=notice, action=FORGOTTEN)


async def show_choice(request: Request) -> Response:
    """Whether the link still works is said before anybody has thought of a password."""
    found = await run_in_threadpool(api().look_at_password_link, request.path_params["token"])
    if not isinstance(found, Failure):
        return _choice(request, address=found.address)
    is_over = found.cause is Cause.NOT_FOUND
    return _choice(request, is_over=is_over, problem=explain(found), status=404 if is_over else status_of(found))


async def choose(request: Request) -> Response:
    """Signed in with the new password, where the link still works."""
    fields = await read_fields(request) or {}
    if not is_ours(request, fields.get("proof", "")):
        return _choice(request, problem=_EXPIRED, status=403)
    password, address = fields.get("password", ""), fields.get("username", "")[:254]
    if password != fields.get("again", ""):
        return _choice(
            request, problem="The two are not the same. Type the new password twice.", status=422, address=address
        )
    outcome = await run_in_threadpool(api().choose_password, request.path_params["token"], password or " ")
    if isinstance(outcome, Failure):
        is_over = outcome.cause is Cause.NOT_FOUND
        status = 404 if is_over else status_of(outcome)
        return _choice(request, is_over=is_over, problem=explain(outcome), status=status, address=address)
    response = RedirectResponse(f"{ROOT}/", status_code=303, headers={"Cache-Control": "no-store"})
    cookies.keep_session(response, outcome.token, outcome.expires_at)
    return response


def _choice(
    request: Request, *, problem: str = "", status: int = 200, address: str = "", is_over: bool = False
) -> Response:
    action = f"{_CHOOSE}/{request.path_params['token']}"
    facts = {"problem": problem, "notice": "", "action": action, "address": address, "is_over": is_over}
    return form_page(request, "password.html", status=status, **facts)


routes = [
    Route(FORGOTTEN, show_forgotten, methods=["GET"]),
    Route(FORGOTTEN, send_link, methods=["POST"]),
    Route(f"{_CHOOSE}/{{token}}", show_choice, methods=["GET"]),
    Route(f"{_CHOOSE}/{{token}}", choose, methods=["POST"]),
]
