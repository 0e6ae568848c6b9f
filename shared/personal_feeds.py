"""Personal feeds: everything one address is registered for, behind a secret link that only its mailbox is told."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload
from uuid_utils.compat import uuid7

from shared import clock, links, outbox
from shared.errors import NotFound
from shared.links import Purpose
from shared.models import MessageKind, PersonalFeed, Registration
from shared.outbox import NewMessage


def find(session: Session, token: str) -> PersonalFeed:
    """Raises NotFound for what we did not sign, and for what was revoked."""
    feed = session.get(PersonalFeed, links.read(Purpose.FEED, token))
    if feed is None:
        raise NotFound("This feed was revoked. Ask for a new link on the page of one of your registrations.")
    return feed


def of_address(session: Session, address: str) -> PersonalFeed | None:
    return session.scalar(select(PersonalFeed).where(func.lower(PersonalFeed.address) == address.lower()))


def url(feed_id: UUID) -> str:
    """Says nothing of whose it is. It works until its row is deleted."""
    return f"{links.url(Purpose.FEED, feed_id)}.ics"


def send_link(session: Session, registration: Registration) -> bool:
    """To the address, and to nobody else: the page it is asked for on may have been forwarded. Once an hour; returns
    whether it is sent."""
    made = insert(PersonalFeed).values(id=uuid7(), address=registration.address, created_at=clock.now())
    session.execute(made.on_conflict_do_nothing())
    feed = of_address(session, registration.address)
    assert feed is not None
    message = NewMessage(
        registration.event_id,
        registration.id,
        MessageKind.PERSONAL_FEED,
        f"{feed.id.hex[-12:]}-{clock.now():%Y-%m-%dT%H}",
        facts={"feed_url": url(feed.id)},
    )
    return outbox.post(session, [message]) > 0


def revoke(session: Session, address: str) -> None:
    """The link stops working. Whoever asks again gets another one."""
    session.execute(delete(PersonalFeed).where(func.lower(PersonalFeed.address) == address.lower()))


def registrations_of(session: Session, feed: PersonalFeed) -> Sequence[Registration]:
    """All there are of its address, cancelled ones too: that one is gone is news as well."""
    query = select(Registration).where(func.lower(Registration.address) == feed.address.lower())
    return session.scalars(query.options(joinedload(Registration.event))).all()
