"""Plain names for the kinds and states of mail."""

from services.dashboard.markup import Markup, markup

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


def kind_name(kind: str) -> str:
    return MAILS.get(kind, kind.replace("-", " ").capitalize())


def in_words(tone: str, sign: str, words: str) -> Markup:
    """A sign and a word in a colour: never the colour alone."""
    return markup(
        '<span class="pl-word pl-text-{tone}"><span aria-hidden="true">{sign}</span> {words}</span>',
        tone=tone,
        sign=sign,
        words=words,
    )
