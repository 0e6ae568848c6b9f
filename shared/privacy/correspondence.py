"""What is kept of somebody besides registrations: invitations, mail both ways, a secret feed, a speaker's address."""

from collections import Counter

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from shared.models import InboundMail, Message, PersonalFeed, Registration
from shared.privacy.people import (
    Somebody,
    events_of,
    feeds_of,
    invitations_of,
    messages_of,
    participations_of,
    registrations_of,
    speakers_of,
)
from shared.privacy.removal import remove_invitations, remove_mail, remove_speakers, rows
from shared.privacy.traces import quotes


def inbound_of(session: Session, somebody: Somebody) -> list[InboundMail]:
    """Mail that came back: to what was sent to them, or with their address anywhere in it as it stands.

    One calendar's erasure reaches what was matched with its mails and registrations.
    """
    query = select(InboundMail).where(or_(_is_about(session, somebody), _may_quote(somebody)))
    if somebody.until is not None:
        query = query.where(InboundMail.received_at <= somebody.until)
    if somebody.calendar is not None:
        query = query.where(_is_matched_with(somebody))
    about = {one.id for one in session.scalars(select(InboundMail).where(_is_about(session, somebody)))}
    found = session.scalars(query.order_by(InboundMail.id))
    return [one for one in found if one.id in about or _quotes(one, somebody)]


def _is_about(session: Session, somebody: Somebody) -> ColumnElement[bool]:
    registrations = [one.id for one in registrations_of(session, somebody)]
    invitations = [one.id for one in invitations_of(session, somebody)]
    speakers = [one.id for one in speakers_of(session, somebody)]
    mails = select(Message.id).where(
        or_(
            Message.registration_id.in_(registrations),
            Message.invitation_id.in_(invitations),
            Message.speaker_id.in_(speakers),
        )
    )
    return or_(InboundMail.registration_id.in_(registrations), InboundMail.message_id.in_(mails))


def _may_quote(somebody: Somebody) -> ColumnElement[bool]:
    """Found by the database, told from longer addresses afterwards. No address has bytes that are not ASCII."""
    texts = (InboundMail.sender, InboundMail.recipient, func.coalesce(InboundMail.outcome, ""))
    raw = func.encode(InboundMail.octets, "escape")
    return or_(*(func.lower(text).contains(somebody.key, autoescape=True) for text in (*texts, raw)))


def _quotes(mail: InboundMail, somebody: Somebody) -> bool:
    return quotes([mail.sender, mail.recipient, mail.outcome, mail.octets.decode("latin-1")], somebody)


def _is_matched_with(somebody: Somebody) -> ColumnElement[bool]:
    assert somebody.calendar is not None
    events = events_of(somebody.calendar)
    return or_(
        InboundMail.message_id.in_(select(Message.id).where(Message.event_id.in_(events))),
        InboundMail.registration_id.in_(select(Registration.id).where(Registration.event_id.in_(events))),
    )


def remove_correspondence(session: Session, somebody: Somebody) -> Counter[str]:
    """Delete all of it; how many rows of each table went. The caller holds the locks of the events with invitations."""
    removed = Counter({"inbound_mail": _remove_inbound(session, somebody)})
    removed += remove_invitations(session, [one.id for one in invitations_of(session, somebody)])
    removed += remove_speakers(session, [one.id for one in speakers_of(session, somebody)])
    bare = [one.id for one in messages_of(session, somebody)]
    removed += remove_mail(session, Message.id.in_(bare))
    removed["personal_feed"] = _remove_feeds(session, somebody)
    removed["participation"] = _forget_participations(session, somebody)
    return removed


def _remove_inbound(session: Session, somebody: Somebody) -> int:
    ids = [one.id for one in inbound_of(session, somebody)]
    return rows(session, delete(InboundMail).where(InboundMail.id.in_(ids)))


def _remove_feeds(session: Session, somebody: Somebody) -> int:
    ids = [one.id for one in feeds_of(session, somebody)]
    return rows(session, delete(PersonalFeed).where(PersonalFeed.id.in_(ids)))


def _forget_participations(session: Session, somebody: Somebody) -> int:
    """The answer stays with whoever is registered; from which address it came does not."""
    found = participations_of(session, somebody)
    for registration in found:
        registration.participation_address = None
    session.flush()
    return len([one for one in found if one.address.lower() != somebody.key])
