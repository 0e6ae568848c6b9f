"""Plain names for what the API says in codes."""

from services.dashboard.heading import badge
from services.dashboard.markup import Markup

STATUSES = {
    "confirmed": "Has a place",
    "offered": "Place offered",
    "waitlisted": "Waiting list",
    "pending": "To be verified",
    "cancelled": "Cancelled",
}
SOURCES = {"page": "Public page", "api": "API", "organiser": "Added by an organiser", "import": "Imported"}
MAILS = {
    "confirmation": "Confirmation with calendar entry",
    "waiting-list": "On the waiting list",
    "promotion": "A place was freed",
    "reminder": "Reminder",
    "change": "The event has changed",
    "cancellation": "The event is cancelled",
    "registration-cancelled": "Registration cancelled",
    "link-again": "Link to the registration",
    "verification": "Please verify your address",
    "offer": "A place is offered",
    "offer-lapsed": "The offer has lapsed",
    "invitation": "Invitation",
    "nudge": "Invitation, asked once more",
    "follow-up": "Follow-up",
    "notice": "Notice",
    "call-sheet": "Call sheet for speakers",
    "call-sheet-withdrawn": "Call sheet withdrawn",
    "declined": "Declined in a calendar",
    "entry-again": "Calendar entry, once more",
    "personal-feed": "Link to the personal calendar",
    "counter-proposal": "Another time proposed",
    "queue-warning": "Warning that mail will be late",
    "test": "Test mail",
    "welcome": "Choose a password",
    "canary": "Check of the line",
}
MAIL_STATES = {
    "pending": "waits to be sent",
    "sending": "is being sent",
    "sent": "sent",
    "failed": "failed",
    "bounced": "came back",
    "suppressed": "not sent: no mail wanted",
    "withdrawn": "taken back before it left",
}
# What an erasure removed, by table.
REMOVED = {
    "registration": "Registrations",
    "message": "Mails",
    "link_request": "Requests for the link",
    "idempotency_key": "Kept answers of the API",
    "audit_entry": "Entries of the audit log cleaned",
    "event_tally": "Cities and sources no longer named",
    "suppression": "Wishes not to be mailed",
    "invitation": "Invitations",
    "inbound_mail": "Mails that came in",
    "personal_feed": "Personal calendar links",
}
_TONES = {
    "confirmed": ("good", "✓"),
    "offered": ("warning", "?"),
    "waitlisted": ("cool", "…"),
    "pending": ("quiet", "○"),
    "cancelled": ("quiet", "×"),
}


def status_badge(status: str) -> Markup:
    tone, sign = _TONES.get(status, ("quiet", "·"))
    return badge(tone, sign, STATUSES.get(status, status))


def name_of_origin(came_from: str | None) -> str:
    """What led somebody here."""
    return {"": "Came directly", "invitation": "A personal invitation"}.get(came_from or "", came_from or "")


def name_of_status(status: str | None) -> str:
    return STATUSES.get(status, status) if status else "All"


def name_of_source(source: str | None) -> str:
    return SOURCES.get(source, source) if source else "However they came"
