"""The canary comes back: the whole line works."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import canary
from shared.models import Message, MessageKind, MessageStatus
from shared.settings import get_settings
from tests.shared.inbound.arriving import arrive, read_everything, reads_replies

__all__ = ["reads_replies"]
pytestmark = pytest.mark.usefixtures("reads_replies")


@pytest.fixture
def bird(session: Session, monkeypatch: pytest.MonkeyPatch) -> Message:
    monkeypatch.setattr(get_settings(), "canary_minutes", 15)
    canary.send_due(session)
    message = session.scalars(select(Message)).one()
    message.status = MessageStatus.SENT
    session.commit()
    return message


def mail_of(message: Message, kind: str = MessageKind.CANARY) -> bytes:
    identifier = f"<{kind}.{message.id}.{message.occasion}@{get_settings().mail_domain}>"
    return f"Message-ID: {identifier}\r\nAuto-Submitted: auto-generated\r\n\r\nTweet\r\n".encode()


def test_a_canary_that_is_back_says_that_the_line_works(session: Session, bird: Message) -> None:
    kept = arrive(session, mail_of(bird), canary.address())

    assert (kept.kind, kept.status, kept.message_id) == ("canary", "done", bird.id)
    assert bird.opened_at is not None
    assert canary.last_arrived(session) == bird.opened_at


def test_a_canary_that_is_faster_than_the_mark_of_the_worker_waits_for_it(session: Session, bird: Message) -> None:
    bird.status = MessageStatus.SENDING
    kept = arrive(session, mail_of(bird), canary.address())
    assert kept.status == "new"

    bird.status = MessageStatus.SENT
    session.commit()
    read_everything(session)
    assert kept.status == "done"


def test_a_canary_that_nobody_sent_is_ignored(session: Session, bird: Message) -> None:
    assert arrive(session, mail_of(bird, "reminder"), canary.address()).status == "ignored"
    assert arrive(session, mail_of(bird).replace(b"canary.0", b"canary.f"), canary.address()).status == "ignored"
    assert bird.opened_at is None
