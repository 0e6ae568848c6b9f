"""What the OpenAPI document promises, tried with made-up requests: every route keeps it, and none breaks."""

from zlib import crc32

import pytest
import schemathesis
from schemathesis import Case
from schemathesis.core.parameters import ParameterLocation
from sqlalchemy.orm import Session

from services.api.main import create_app
from shared.models import Event, Organiser, Registration, Role
from shared.registration_tables.exporting import XLSX_TYPE
from tests.effort import bounded
from tests.factories import make_calendar, make_event, make_invitation, make_organiser, register, token_for

# What a value means (a zone that exists, an address that can be mailed, a cursor of ours) no schema can say,
# so a request that fits the schema may still be refused; how it is refused is checked.
REFUSED = ["2xx", "3xx", "401", "403", "404", "409", "412", "415", "422", "428", "429"]

# Bytes are sent as they are made up, whatever they are said to be.
schemathesis.serializer.alias(XLSX_TYPE, "application/octet-stream")
schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", create_app())
# The token is ours to send; what happens without it is a check of its own.
schema.config.generation.with_security_parameters = False
schema.config.checks.positive_data_acceptance.expected_statuses = REFUSED


def is_spoilt(case: Case, where: ParameterLocation) -> bool:
    """Whether this part of the request is meant to be wrong."""
    part = case.meta.components.get(where) if case.meta else None
    return part is not None and part.mode.is_negative


class Known:
    """One of everything, so that made-up requests also reach what is there."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.calendar = make_calendar(session)
        self.event: Event = make_event(session, self.calendar, places=3)
        self.registration: Registration = register(session, self.event, "ada@example.org")
        self.invitation = make_invitation(session, self.event, "cyd@example.org")
        self.organiser: Organiser = make_organiser(session, self.calendar, Role.OWNER)

    def put_into(self, case: Case) -> None:
        """Of three made-up keys in four."""
        known = {
            "event_key": str(self.event.id),
            "registration_id": str(self.registration.id),
            "rule_id": str(self.event.reminder_rules[0].id),
            "invitation_id": str(self.invitation.id),
            "slug": self.calendar.slug if "calendars" in case.path else self.event.slug,
        }
        if is_spoilt(case, ParameterLocation.PATH):
            return
        for name, value in (case.path_parameters or {}).items():
            if name in known and crc32(repr(value).encode()) % 4:
                case.path_parameters[name] = known[name]


@pytest.fixture
def known(session: Session) -> Known:
    return Known(session)


@schema.parametrize()
@bounded(12)
def test_the_api_keeps_its_word(case: Case, known: Known) -> None:
    known.put_into(case)
    # A token for each request: one of the routes takes it back.
    case.call_and_validate(headers=token_for(known.session, known.organiser))
