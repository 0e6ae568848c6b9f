"""A mail arrives: kept as the listener does, and read as a worker does."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.worker.inbound.reading import enqueue_inbound, read_inbound
from shared import return_addresses
from shared.database import new_session
from shared.inbound import keeping
from shared.models import InboundMail, Message
from shared.settings import Inbound, get_settings
from tests.shared.inbound.reports import ADA


@pytest.fixture
def reads_replies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_settings(), "inbound", Inbound.SMTP)


def keep(octets: bytes, to: str, *, sender: str = "") -> None:
    with new_session() as own:
        keeping.keep(own, octets, sender=sender, recipients=[to])
        own.commit()


def read_everything(session: Session) -> None:
    with new_session() as own:
        ids = own.scalars(select(InboundMail.id).where(InboundMail.status == "new")).all()
    read_inbound([str(one) for one in ids])
    session.expire_all()


def arrive(session: Session, octets: bytes, to: str, *, sender: str = ADA) -> InboundMail:
    """What became of it."""
    session.commit()
    keep(octets, to, sender=sender)
    read_everything(session)
    return session.scalars(select(InboundMail).order_by(InboundMail.id.desc()).limit(1)).one()


def sender_of(message: Message, address: str = ADA) -> str:
    return return_addresses.bounce_address(message.id, address)


__all__ = ["arrive", "enqueue_inbound", "keep", "read_everything", "reads_replies", "sender_of"]
