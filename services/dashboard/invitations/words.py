"""Plain names for where an invitation stands and for what became of a pasted address."""

from shared.schemas.invitations import InvitationAnswer

# What the list is narrowed to; then what else can be true of those who have not answered.
STATUSES = {"pending": "No answer yet", "accepted": "Accepted", "declined": "Declined"}
_STANDINGS = {**STATUSES, "waiting": "Waits for its day", "undelivered": "Not delivered", "withdrawn": "Withdrawn"}
_STANDINGS["left"] = "Accepted, cancelled since"
_SIGNS = {"pending": "…", "accepted": "✓", "declined": "×", "waiting": "◷", "undelivered": "!", "left": "×"}
OUTCOMES = {
    "new": "New",
    "invited": "Invited already",
    "registered": "Registered already",
    "suppressed": "Wants no mail",
    "repeated": "Repeated in the list",
    "unusable": "Cannot be used",
}


def standing(invitation: InvitationAnswer) -> str:
    """An answer counts most; without one, what keeps it from coming."""
    if invitation.status == "accepted" and invitation.registration_status == "cancelled":
        return "left"
    if invitation.status != "pending":
        return invitation.status
    if invitation.posted_at is None:
        return "waiting"
    return "undelivered" if invitation.undelivered_at else "pending"


def in_words(invitation: InvitationAnswer) -> str:
    name = standing(invitation)
    return f"{_SIGNS.get(name, '·')} {_STANDINGS.get(name, name)}"
