"""Complaints (ARF, RFC 5965): a mailbox provider tells that somebody called a mail of ours unwanted."""

from email.message import Message as Part

from sqlalchemy.orm import Session

from shared import return_addresses, suppressions
from shared.inbound.outcomes import Outcome, done, ignored
from shared.inbound.parsing import ReceivedMail, children, header
from shared.mail.recipients import recipient_of
from shared.models import Message
from shared.return_addresses import SentMail

# "not-spam" takes a complaint back; the others are about what passes through a server.
_UNWANTED = {"abuse", "fraud", "opt-out", "opt-out-list", "complaint"}


def report_of(mail: ReceivedMail) -> Part | None:
    """The part with the fields of the report; some providers leave the multipart/report around it out."""
    return next(mail.of_type("message/feedback-report"), None)


def feedback_type(report: Part) -> str:
    """The fields are a message of their own to Python's parser, as its headers or in its first lines."""
    stated = (header(one, "Feedback-Type") for one in (report, *children(report)))
    return next(filter(None, stated), "").lower()


def complained_about(mail: ReceivedMail) -> SentMail | None:
    """By the envelope sender of the mail, wherever the report quotes it: we signed it, and only its reader knows it."""
    return return_addresses.find(mail.octets.decode("ascii", "replace"))


def take_in(session: Session, message: Message, sent: SentMail, *, feedback: str) -> Outcome:
    """Nothing but what their own registrations require goes to the address from now on."""
    if feedback not in _UNWANTED:
        return ignored("A report that complains of nothing.")
    address = recipient_of(message).address
    if not sent.went_to(address):
        return done(f"The {message.kind} was called unwanted. The address was corrected since, so that is all.")
    message.bounce = message.bounce or f"Reported as unwanted ({feedback})."
    suppressions.suppress(session, address, suppressions.COMPLAINT)
    session.flush()
    return done(f"The {message.kind} was called unwanted: only what the registration requires is sent from now on.")
