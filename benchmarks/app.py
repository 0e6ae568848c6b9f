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
    made = create_server_app()
    made.include_router(_router)
    # In front of all others, so that it spends no time on looking for its route either.
    made.router.routes.insert(0, made.router.routes.pop())
    return made


if __name__ == "__main__":
    main("benchmarks.app:create_benchmark_app")
