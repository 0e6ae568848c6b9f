"""The OpenAPI document: besides what routes declare, the refusals that follow from what a route depends on."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts
from pydantic.json_schema import models_json_schema

from services.api import auth, idempotency
from services.api.database import open_session
from services.api.problems import TITLES
from shared.schemas.problems import Problem

_REFERENCE = "#/components/schemas/{model}"
_UNUSED = ("HTTPValidationError", "ValidationError")
_HEADERS = {
    401: ("WWW-Authenticate", {"type": "string"}),
    429: ("Retry-After", {"type": "string", "pattern": "^[0-9]+$", "description": "Seconds."}),
    503: ("Retry-After", {"type": "string", "pattern": "^[0-9]+$", "description": "Seconds."}),
}


def refused(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: the refusals that its rules raise, besides those that follow from its dependencies."""
    return {status: {"description": TITLES[status]} for status in statuses}


def gives(media_type: str, *, with_etag: bool = False) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: what it answers, where that is no JSON."""
    answers: dict[int | str, dict[str, Any]] = {200: {"content": {media_type: {"schema": {"type": "string"}}}}}
    return answers | ({304: {"description": "As you have it."}} if with_etag else {})


class DocumentedApp(FastAPI):
    """Whose document knows the refusals."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            document = super().openapi()
            for route in iter_route_contexts(self.routes):
                _complete(document, route)
            _name_the_models(document)
        return super().openapi()


def _complete(document: dict[str, Any], route: RouteContext) -> None:
    path = route.path_format or ""
    for method in route.methods or ():
        operation = document["paths"].get(path, {}).get(method.lower())
        if operation is None:
            continue
        dependant: Dependant = route.dependant
        calls = set(_calls(dependant))
        if "security" in operation:
            operation["responses"].setdefault("401", {})
            # Whoever needs no token may still show one.
            operation["security"] = [*([] if auth.current in calls else [{}]), *operation["security"]]
        for status in _refusals(method, path, calls, has_body=bool(dependant.body_params)):
            operation["responses"].setdefault(str(status), {"description": TITLES[status]})
        for status, response in operation["responses"].items():
            _describe(int(status), response, path=path)
        operation["responses"] = dict(sorted(operation["responses"].items()))


def _calls(dependant: Dependant) -> Iterator[object]:
    """Everything that is asked before the route itself."""
    for each in dependant.dependencies:
        yield each.call
        yield from _calls(each)


def _refusals(method: str, path: str, calls: set[object], *, has_body: bool) -> Iterator[int]:
    is_about_one = any(isinstance(call, auth.RoleOnPath) for call in calls)
    if is_about_one or (auth.current in calls and method not in auth.READING):
        yield 403
    if "{" in path:
        yield 404
    if has_body or idempotency.raw_body in calls:
        yield from (400, 408, 413)
    if open_session in calls:
        yield 503


def _describe(status: int, response: dict[str, Any], *, path: str) -> None:
    """A problem document under `/api`, a page elsewhere; what the route describes itself stays."""
    is_described = response.get("description") not in {None, "", TITLES.get(status)} and status != 422
    if status < 400 or is_described:
        return
    is_api = path.startswith("/api/")
    schema = {"$ref": _REFERENCE.format(model="Problem")} if is_api else {"type": "string"}
    response["description"] = TITLES[status]
    response["content"] = {"application/problem+json" if is_api else "text/html": {"schema": schema}}
    if status in _HEADERS and is_api:
        name, form = _HEADERS[status]
        response["headers"] = {name: {"required": True, "schema": form}}


def _name_the_models(document: dict[str, Any]) -> None:
    """The problem document among the components, in place of the framework's own."""
    schemas: dict[str, Any] = document["components"]["schemas"]
    _, made = models_json_schema([(Problem, "serialization")], ref_template=_REFERENCE)
    named: Mapping[str, Any] = made["$defs"]
    kept = {name: schema for name, schema in schemas.items() if name not in _UNUSED}
    document["components"]["schemas"] = dict(sorted((kept | dict(named)).items()))
