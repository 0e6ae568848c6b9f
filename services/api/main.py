"""The application: routes, errors, limits, in one place."""

import gc
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from services.api import (
    audit_log,
    calendar_settings,
    calendars,
    comparisons,
    consents,
    entries,
    event_copies,
    events,
    health,
    identity,
    inbound,
    invitations,
    live_session,
    mail_rules,
    members,
    one_registration,
    passwords,
    personal_feeds,
    previews,
    privacy,
    problems,
    registration_tables,
    registrations,
    sessions,
    stats,
    system,
    unreachable,
)
from services.api.abuse import proofs
from services.api.abuse.guard import guarding
from services.api.abuse.limits import BodyLimit
from services.api.crowd import Crowd
from services.api.headers import SafeHeaders
from services.api.looks import Looks
from services.api.openapi import DocumentedApp
from services.api.pages import routes as pages
from services.api.request_log import RequestLog
from shared import gazetteer
from shared.logs import configure_logs
from shared.release import RELEASE

# New objects between two looks for unreachable ones, and how many of these looks go before an older generation's turn.
_GARBAGE = (10_000, 20, 50)
STATIC = Path(__file__).parent / "pages" / "static"


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.crowd, app.state.looks = Crowd(), Looks()
    # Beside everything else, so that the first who watches an event need not wait for it.
    threading.Thread(target=gazetteer.warm, name="gazetteer", daemon=True).start()
    async with guarding() as app.state.guard:
        yield


def create_app() -> FastAPI:
    configure_logs()
    app = DocumentedApp(
        title="Plenary",
        description="Public events: announce, register, mail, calendar, watch.",
        version=RELEASE,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # The interactive pages load scripts from elsewhere.
        redoc_url=None,
        lifespan=_lifespan,
        # Nothing here is told to a collector; asking for one would take a tenth of each request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    # Searched in this order, and routers inside routers once more at each request: who comes in crowds is found first.
    app.include_router(registrations.router, prefix="/api/v1")
    app.include_router(calendars.router)  # Its names are those of pages with `.ics` or `.atom` behind them.
    app.include_router(personal_feeds.router, include_in_schema=False)
    app.include_router(calendar_settings.public, include_in_schema=False)
    for router in pages.routers:
        app.include_router(router, include_in_schema=False)
    for module in (
        proofs, events, sessions, one_registration, registration_tables, consents, privacy, stats, previews, entries,
        unreachable, inbound, invitations, live_session, comparisons, event_copies, members, calendar_settings, system,
        passwords, audit_log, identity,
    ):  # fmt: skip
        app.include_router(module.router, prefix="/api/v1")
    app.include_router(mail_rules.router, prefix="/api/v1")
    app.include_router(health.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    problems.install(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(SafeHeaders)
    app.add_middleware(RequestLog)
    return app


def create_server_app() -> FastAPI:
    """For a process that does nothing but serve it.

    Everything made by now stays for ever. Left to itself the collector looks at all of it again and again while a crowd
    comes (a third of the processor time, and pauses of a tenth of a second), and never finds anything.
    """
    made = create_app()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE)
    return made
