"""The application: routes, errors, limits, in one place."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles

from services.api import (
    calendars,
    consents,
    events,
    health,
    privacy,
    problems,
    proofs,
    registration_tables,
    registrations,
    sessions,
    stats,
)
from services.api.crowd import Crowd
from services.api.guard import guarding
from services.api.headers import SafeHeaders
from services.api.limits import BodyLimit
from services.api.pages import routes as pages
from services.api.request_log import RequestLog
from shared.logs import configure_logs

STATIC = Path(__file__).parent / "pages" / "static"


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.crowd = Crowd()
    async with guarding() as app.state.guard:
        yield


def create_app() -> FastAPI:
    configure_logs()
    app = FastAPI(
        title="Plenary",
        description="Public events: announce, register, mail, calendar, watch.",
        version="0.1.0",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # The interactive pages load scripts from elsewhere.
        redoc_url=None,
        lifespan=_lifespan,
    )
    api = APIRouter(prefix="/api/v1")
    for module in (sessions, events, registrations, registration_tables, proofs, consents, privacy, stats):
        api.include_router(module.router)
    app.include_router(api)
    for router in (health.router, calendars.router, pages.router):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    problems.install(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(SafeHeaders)
    app.add_middleware(RequestLog)
    return app


app = create_app()
