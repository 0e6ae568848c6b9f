"""Mails before they go: shown, or sent to whoever asks."""

from fastapi import APIRouter
from limits import RateLimitItemPerMinute

from services.api.abuse import rate_limits
from services.api.auth import CurrentOrganiser, EditedEvent
from services.api.database import DatabaseSession
from services.api.openapi import refused
from shared import audit
from shared.errors import TooManyRequests
from shared.mail import previews
from shared.schemas.mail import MailPreview, PreviewRequest, PreviewSent

router = APIRouter(prefix="/events/{event_key}/preview", tags=["mail"])

# Enough to look at a change in one's own mail program, too few to fill a mailbox.
_SENT = RateLimitItemPerMinute(1, namespace="preview")


@router.post("")
def preview_mail(event: EditedEvent, body: PreviewRequest, session: DatabaseSession) -> MailPreview:
    """Any mail of this event as it would leave now, with its headers and its calendar part; nothing is written or sent.

    For a registration, an invitation or a speaker, or for a made-up reader. It has the reader's own links in it: they
    work.
    """
    return previews.preview(session, event, body)


@router.post("/send", status_code=202, responses=refused(429))
def send_preview(
    event: EditedEvent, body: PreviewRequest, session: DatabaseSession, organiser: CurrentOrganiser
) -> PreviewSent:
    """The same mail to one's own address, called a test, without its calendar part. Once a minute at most."""
    previews.preview(session, event, body)
    rate_limits.count(_SENT, str(organiser.id))
    if not previews.send(session, event, body, to=organiser):
        raise TooManyRequests(
            "A test was sent to you less than a minute ago. Wait a minute and try again.",
            retry_after=60,
            limit=("preview", 1, 60),
        )
    audit.record(session, "preview.sent", by=organiser, event=event, kind=body.kind)
    return PreviewSent(address=organiser.address)
