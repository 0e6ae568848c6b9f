"""Call sheets: speakers hear when it is their turn."""

from sqlalchemy.orm import Session

from shared import outbox
from shared.models import Event, MessageKind
from shared.outbox import NewMessage


def send(session: Session, event: Event) -> int:
    """To every speaker with an address, once for each revision. Returns how many. The caller holds the event's lock."""
    messages = [
        NewMessage(
            event.id,
            None,
            MessageKind.CALL_SHEET,
            f"revision-{event.revision}",
            sequence=speaker.sequence,
            expires_at=event.ends_at,
            speaker_id=speaker.id,
        )
        for speaker in event.speakers
    ]
    return outbox.post(session, messages)
