"""What becomes of an invitation: declined, thought over again, withdrawn; accepting is registering."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from shared import clock, outbox
from shared.errors import NotFound, StateConflict
from shared.models import Invitation, InvitationStatus, Message, MessageKind, RegistrationStatus


def get(session: Session, invitation_id: UUID) -> Invitation:
    """Raises NotFound, for one that was withdrawn as well."""
    found = session.get(Invitation, invitation_id)
    if found is None or found.status == InvitationStatus.WITHDRAWN:
        raise NotFound("There is no such invitation. It may have been withdrawn; look at the calendar for the event.")
    return found


def _hold(session: Session, invitation_id: UUID) -> Invitation:
    """As it is now, and with nothing of it about to be sent that can still be taken back.

    The messages come first: whoever delivers locks a message, and then what it was for.
    """
    get(session, invitation_id)
    outbox.withdraw(session, Message.invitation_id == invitation_id)
    found = session.get(Invitation, invitation_id, populate_existing=True, with_for_update={"of": Invitation})
    if found is None or found.status == InvitationStatus.WITHDRAWN:
        raise NotFound("There is no such invitation. It was withdrawn a moment ago.")
    found.nudge_wanted_at = None
    return found


def has_place(invitation: Invitation) -> bool:
    """Whether something came of it that still stands: a place, or one on the waiting list."""
    registration = invitation.registration
    return registration is not None and registration.status != RegistrationStatus.CANCELLED


def decline(session: Session, invitation_id: UUID) -> Invitation:
    """They cannot come. Twice changes nothing; whoever is registered gives the place back by their own link instead."""
    invitation = get(session, invitation_id)
    if invitation.status == InvitationStatus.DECLINED or has_place(invitation):
        return invitation
    invitation = _hold(session, invitation_id)
    invitation.status, invitation.answered_at = InvitationStatus.DECLINED, clock.now()
    session.flush()
    return invitation


def reconsider(session: Session, invitation_id: UUID) -> Invitation:
    """Take back that they cannot come. Twice changes nothing."""
    invitation = get(session, invitation_id)
    if invitation.status == InvitationStatus.DECLINED:
        invitation.status, invitation.answered_at = InvitationStatus.PENDING, None
        session.flush()
    return invitation


def withdraw(session: Session, invitation_id: UUID) -> Invitation:
    """Take the invitation back: what has not left stays here, and the link of what has left leads nowhere.

    Raises StateConflict where the person has accepted: then it is their registration that can be cancelled.
    """
    if get(session, invitation_id).status == InvitationStatus.ACCEPTED:
        raise StateConflict("This person has registered already. Cancel the registration instead.")
    invitation = _hold(session, invitation_id)
    invitation.status = InvitationStatus.WITHDRAWN
    session.flush()
    return invitation


def take_back(session: Session, messages: Iterable[Message]) -> None:
    """These messages were withdrawn because of the event: should it come again, the invitations wait once more."""
    for message in messages:
        invitation = message.invitation
        if invitation is None:
            continue
        if message.kind == MessageKind.INVITATION:
            invitation.posted_at = None
        elif message.kind == MessageKind.NUDGE:
            invitation.nudges, invitation.nudged_at = max(0, invitation.nudges - 1), None
    session.flush()
