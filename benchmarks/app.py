"""The product's app with one route more, which does nothing: what this machine gives any route of the app at most.

Production never imports this module. Run it with `python -m benchmarks.app`, with the options of `services.api`.
"""

from uuid import UUID

from fastapi import APIRouter, FastAPI

from services.api.__main__ import main
from services.api.main import create_server_app
from shared.schemas.registrations import Applicant, RegistrationOutcome

PATH = "/benchmark/nothing"

_ANSWER = RegistrationOutcome(
    status="confirmed",
    detail="You have a place. A mail with the calendar entry is on its way to this address.",
    event_id=UUID(int=0),
    event_url="http://127.0.0.1:8000/events/an-event-with-a-title-of-usual-length",
)
_router = APIRouter()


@_router.post(PATH, status_code=201)
async def do_nothing(body: Applicant) -> RegistrationOutcome:
    """Reads what a registration reads, and answers what it answers."""
    return _ANSWER


def create_benchmark_app() -> FastAPI:
    return with_nothing(create_server_app())


def with_nothing(app: FastAPI) -> FastAPI:
    """In front of all other routes, so that it spends no time on looking for its route either."""
    app.include_router(_router)
    app.router.routes.insert(0, app.router.routes.pop())
    return app


if __name__ == "__main__":
    main("benchmarks.app:create_benchmark_app")
