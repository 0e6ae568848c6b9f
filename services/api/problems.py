"""The one table from error to HTTP status, and the answers that follow: problem+json (RFC 9457) or a page."""

import traceback
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from services.api.abuse import rate_limits
from services.api.pages.problem_page import problem_page
from shared import errors

log = structlog.get_logger()

STATUSES: dict[type[errors.PlenaryError], int] = {
    errors.InvalidInput: 422,
    errors.AnnouncementTooLarge: 413,
    errors.AnnouncementUnreadable: 415,
    errors.TableTooLarge: 413,
    errors.TableUnreadable: 415,
    errors.NotSignedIn: 401,
    errors.SignInRefused: 401,
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    errors.StateConflict: 409,
    errors.EditCollision: 412,
    errors.RevisionMissing: 428,
    errors.TooManyRequests: 429,
    errors.PlenaryError: 400,
}
TYPE_PREFIX = "tag:plenary,2026:problem:"
TITLES = {
    400: "The request cannot be understood",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    408: "Too slow",
    409: "Not possible as things stand",
    412: "Changed by somebody else",
    413: "Too large",
    415: "Not readable",
    422: "Something in the request is not right",
    428: "Say which version you changed",
    429: "Too many requests",
    503: "Not available for the moment",
}

# What the framework itself refuses: stable code, and a detail with its remedy.
_HTTP_ERRORS = {
    404: ("not-found", "There is nothing here. See /api/v1/openapi.json for the routes there are."),
    405: ("method-not-allowed", "This route takes other methods. See /api/v1/openapi.json."),
    408: ("too-slow", "The request took too long to arrive. Nothing was stored; send it again."),
    413: ("too-large", "The request is too large. Nothing was stored; send less than 1 MiB, or 20 MiB of a table."),
}


def status_of(problem: errors.PlenaryError) -> int:
    return next(STATUSES[kind] for kind in type(problem).__mro__ if kind in STATUSES)


def answer(
    request: Request,
    status: int,
    detail: str,
    *,
    code: str,
    fields: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """A problem document under `/api`, a page elsewhere."""
    title = TITLES.get(status, "Something went wrong")
    if not request.url.path.startswith("/api/"):
        return problem_page(request, status, headers=headers)
    content = {"type": TYPE_PREFIX + code, "title": title, "status": status, "detail": detail, "errors": list(fields)}
    return JSONResponse(content | more, status, headers=headers, media_type="application/problem+json")


def _plenary_error(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, errors.PlenaryError)
    fields = [{"field": name, "message": message} for name, message in problem.fields.items()]
    more = {"doubts": problem.doubts} if isinstance(problem, errors.OpenDoubt) else {}
    status = status_of(problem)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if isinstance(problem, errors.TooManyRequests):
        headers |= rate_limits.fields(*problem.limit, remaining=0, reset=problem.retry_after)
        headers["Retry-After"] = str(problem.retry_after)
    return answer(request, status, problem.message, code=problem.code, fields=fields, headers=headers, **more)


def _invalid_request(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, RequestValidationError)
    fields = field_messages(problem.errors())
    named = ", ".join(dict.fromkeys(row["field"] for row in fields))
    detail = f"Nothing was stored. Correct {named or 'the request'} and send it again."
    return answer(request, 422, detail, code="invalid-input", fields=fields)


def field_messages(found: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Pydantic's errors as field and message; the rejected value itself is left out, it may be personal."""
    return [{"field": _field(row["loc"]), "message": row["msg"].removeprefix("Value error, ")} for row in found]


def _field(location: Sequence[str | int]) -> str:
    parts = [str(part) for part in location if part not in {"body", "query", "path", "header"}]
    return ".".join(parts) if parts else "body"


def _http_error(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    code, detail = _HTTP_ERRORS.get(problem.status_code, ("bad-request", f"{problem.detail}."))
    headers = {"Allow": ", ".join(_allowed(request))} if problem.status_code == 405 else problem.headers
    return answer(request, problem.status_code, detail, code=code, headers=headers)


def _allowed(request: Request) -> list[str]:
    """Every method that is taken at this path. The framework names those of the first route only."""
    routes = [route for route in iter_route_contexts(request.app.routes) if route.methods]
    found = next((route for route in routes if route.path_regex.match(request.url.path)), None)
    return sorted({method for route in routes if found and route.path == found.path for method in route.methods or ()})


def _database_away(request: Request, problem: Exception) -> Response:
    log.error("database.away", error=type(problem.__cause__ or problem).__name__)
    # It may have gone away between storing and saying so.
    detail = "The database does not answer, so it is not sure that this was stored. Try again in a few seconds."
    return answer(request, 503, detail, code="unavailable", headers={"Retry-After": "5"})


def _unexpected(request: Request, problem: Exception) -> Response:
    # Where and of what kind, but not the message: databases quote what somebody typed.
    trace = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(problem.__traceback__)[-8:]]
    log.error("request.failed", error=type(problem).__name__, trace=trace)
    return answer(request, 500, "This is our mistake and has been noted. Try again later.", code="internal")


def install(app: FastAPI) -> None:
    app.add_exception_handler(errors.PlenaryError, _plenary_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(OperationalError, _database_away)
    app.add_exception_handler(Exception, _unexpected)
