"""Any mail before it goes: as the composer would write it now, with nothing written down; or sent to whoever asks."""

from datetime import timedelta

from sqlalchemy.orm import Session

from shared import clock, outbox
from shared.mail import samples, texts
from shared.mail.composing import Composer
from shared.mail.mime import Mail, build
from shared.models import Event, MessageKind, Organiser
from shared.outbox import NewMessage
from shared.schemas.mail import MailPreview, PreviewRequest

# Whoever asked waits for it; what comes later only puzzles.
_USEFUL = timedelta(hours=1)


def preview(session: Session, event: Event, wish: PreviewRequest) -> MailPreview:
    """Raises NotFound or InvalidInput where the wish names what does not belong together, or a text cannot be used."""
    if wish.text is not None:
        texts.check_one(wish.text.model_dump(), field="text")
    sample = samples.of(session, event, wish)
    return _shown(wish.kind, Composer(session, tried=sample.tried).compose(sample.message, sample.recipient))


def _shown(kind: str, mail: Mail) -> MailPreview:
    return MailPreview(
        kind=kind,
        to=mail.to_address,
        language=mail.language,
        subject=mail.subject,
        text=mail.plain,
        html=mail.html,
        calendar=mail.calendar.decode() if mail.calendar else None,
        headers={name: str(value) for name, value in build(mail).items()},
    )


def send(session: Session, event: Event, wish: PreviewRequest, *, to: Organiser) -> bool:
    """To the organiser's own address, called a test; once in a minute, else False. The wish was previewed before."""
    now = clock.now()
    message = NewMessage(
        event.id,
        None,
        MessageKind.TEST,
        f"preview-{now:%Y%m%dT%H%M}",
        expires_at=now + _USEFUL,
        urgent=True,
        facts={"preview": wish.model_dump(mode="json", exclude_none=True)},
        address=to.address,
    )
    return outbox.post(session, [message]) > 0
