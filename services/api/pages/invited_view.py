"""Somebody who came by the link of their invitation: who they are, and how things stand with them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from services.api.pages.forms import Form, Typed
from services.api.pages.reader import Reader
from shared import attribution, invitations, links
from shared.invitations.answering import has_place
from shared.links import Purpose
from shared.models import Invitation, InvitationStatus


@dataclass(frozen=True)
class InvitedView:
    """`standing` is `pending`, `declined`, or `registered`; `own_path` leads to their registration, where the link was
    mailed to the address that is registered."""

    token: str
    name: str | None
    standing: str
    own_path: str | None

    @property
    def path(self) -> str:
        return f"/invited/{self.token}"


@dataclass(frozen=True)
class Invited:
    token: str
    invitation_id: UUID
    address: str

    def has_address(self, address: str) -> bool:
        return self.address.lower() == address.lower()

    def view(self, session: Session) -> InvitedView:
        return invited_view(self.token, invitations.get(session, self.invitation_id))


def invited_view(token: str, invitation: Invitation) -> InvitedView:
    standing = "declined" if invitation.status == InvitationStatus.DECLINED else "pending"
    own_path: str | None = None
    registration = invitation.registration
    if registration is not None and has_place(invitation) and invitation.status == InvitationStatus.ACCEPTED:
        standing = "registered"
        if registration.address.lower() == invitation.address.lower():
            own_path = f"/my/{links.sign(Purpose.MY, registration.id)}"
    return InvitedView(token, invitation.name, standing, own_path)


def filled_form(invitation: Invitation, reader: Reader) -> Form:
    """What is known of them already stands in it."""
    known = {"name": invitation.name or "", "address": invitation.address}
    known["came_from"] = reader.source or attribution.INVITATION
    return Form(Typed(known | {"language": reader.language, "time_zone": reader.zone or ""}))
