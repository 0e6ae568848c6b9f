"""What a calendar says of its organisation, how it looks, and a mail to try it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Response

from services.api.abuse import rate_limits
from services.api.auth import CurrentOrganiser, EditedCalendar, OwnedCalendar
from services.api.database import DatabaseSession
from services.api.idempotency import RawBody
from services.api.openapi import gives, refused
from shared import audit, calendar_looks, calendars
from shared.models import Message
from shared.schemas.calendars import CalendarChange, CalendarSettings, MailTest

router = APIRouter(prefix="/calendars/{calendar_key}", tags=["settings"])
public = APIRouter()
_KEPT = "public, max-age=31536000, immutable"
_PICTURES = ("image/png", "image/jpeg", "image/webp")
_LOGO_BODY = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _PICTURES},
    }
}


@router.get("/settings")
def read_settings(calendar: EditedCalendar) -> CalendarSettings:
    return calendar_looks.settings_of(calendar)


@router.patch("/settings", responses=refused(412))
def change_settings(
    calendar: OwnedCalendar,
    body: CalendarChange,
    session: DatabaseSession,
    organiser: CurrentOrganiser,
    if_match: Annotated[str | None, Header(description="The settings' `version`, quoted.")] = None,
) -> CalendarSettings:
    """Change what the body names. The calendar's address never changes: links to it go on working."""
    expected = None if if_match is None or if_match.strip() == "*" else if_match.strip().strip('"')
    changed = calendar_looks.edit(session, calendar, body, expected=expected)
    if changed:
        audit.record(session, "calendar.edited", by=organiser, calendar_id=calendar.id, fields=sorted(changed))
    return calendar_looks.settings_of(calendar)


@router.put("/logo", openapi_extra=_LOGO_BODY)
def put_logo(
    calendar: OwnedCalendar, octets: RawBody, session: DatabaseSession, organiser: CurrentOrganiser
) -> CalendarSettings:
    """PNG, JPEG or WebP of up to 512 KiB, as the body. It is drawn anew, and nothing else in the file is kept."""
    calendar_looks.put_logo(session, calendar, octets)
    audit.record(session, "calendar.logo_changed", by=organiser, calendar_id=calendar.id)
    return calendar_looks.settings_of(calendar)


@router.delete("/logo", status_code=204)
def remove_logo(calendar: OwnedCalendar, session: DatabaseSession, organiser: CurrentOrganiser) -> None:
    calendar_looks.remove_logo(session, calendar)
    audit.record(session, "calendar.logo_changed", by=organiser, calendar_id=calendar.id)


@router.post("/test-mail", status_code=201, responses=refused(429))
def send_test_mail(calendar: EditedCalendar, session: DatabaseSession, organiser: CurrentOrganiser) -> MailTest:
    """To oneself, the way that every mail goes; one a minute."""
    rate_limits.count(rate_limits.MEMBERS_PER_ORGANISER, f"test-mail:{organiser.id}")
    return _test(calendar_looks.send_test(session, calendar, organiser))


@router.get("/test-mail/{message_id}")
def read_test_mail(
    calendar: EditedCalendar, message_id: UUID, session: DatabaseSession, organiser: CurrentOrganiser
) -> MailTest:
    """What became of it."""
    return _test(calendar_looks.own_test(session, organiser, message_id))


def _test(message: Message) -> MailTest:
    return MailTest(id=message.id, address=message.address or "", status=message.status, reply=message.reply)


@public.get("/calendars/{slug}/logo", response_class=Response, responses=gives("image/png"))
def read_logo(slug: str, session: DatabaseSession) -> Response:
    found = calendar_looks.logo(session, calendars.get(session, slug))
    return Response(found.octets, media_type=found.media_type, headers={"Cache-Control": _KEPT})


@public.get("/calendars/{slug}/look.css", response_class=Response, responses=gives("text/css"))
def read_look(slug: str, session: DatabaseSession) -> Response:
    """The calendar's colour on its pages."""
    style = calendar_looks.style(calendars.get(session, slug))
    return Response(style, media_type="text/css", headers={"Cache-Control": _KEPT})
