"""Delivery reports (RFC 3464): which of them say that a mail will never arrive, and what follows."""

import re
from collections.abc import Iterator
from datetime import datetime
from email.message import Message as Part

from sqlalchemy.orm import Session

from shared import outbox, reachability, suppressions
from shared.inbound.outcomes import Outcome, done, ignored
from shared.inbound.parsing import ReceivedMail, children, header, parameter
from shared.mail.recipients import recipient_of
from shared.models import Message
from shared.return_addresses import SentMail

_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_PROTOCOL = re.compile(r"^[A-Za-z0-9-]{1,20}\s*;\s*")
_ARRIVED = {"delivered", "relayed", "expanded"}
_WORDS_LENGTH = 500


def is_delivery_report(mail: ReceivedMail) -> bool:
    """Some servers leave the report-type out; what it reports is told by the part that has it."""
    stated = parameter(mail.whole, "report-type").lower()
    is_report = mail.kind == "multipart/report" and stated in {"", "delivery-status"}
    return is_report and any(True for _ in _reports(mail))


def _reports(mail: ReceivedMail) -> Iterator[Part]:
    """RFC 6533 gave the part another name for addresses beyond ASCII."""
    return mail.of_type("message/delivery-status", "message/global-delivery-status")


def failure(mail: ReceivedMail) -> str | None:
    """The words for good failure: `Action: failed` with `Status: 5.x.x`; None for delays, successes and the rest.

    Our mails have one recipient. Where that one stands for several, one that was reached is enough.
    """
    blocks = [block for report in _reports(mail) for block in children(report)]
    if any(_action(block) in _ARRIVED for block in blocks):
        return None
    return next((_words(block) for block in blocks if _action(block) == "failed" and _status(block)[:1] == "5"), None)


def _action(block: Part) -> str:
    return header(block, "Action").lower().partition(" ")[0].strip(";")


def _status(block: Part) -> str:
    found = _STATUS.match(header(block, "Status"))
    return found[0] if found else ""


def _words(block: Part) -> str:
    """What the last server said, without the name of the protocol in front; beside the status where that is new."""
    status, words = _status(block), _PROTOCOL.sub("", header(block, "Diagnostic-Code"))
    return (words if status in words else f"{status} {words}".strip())[:_WORDS_LENGTH]


def take_in(session: Session, message: Message, sent: SentMail, *, words: str, at: datetime) -> Outcome:
    """The mail is marked, and so is whoever cannot be reached any more; optional mail to the address stops."""
    outbox.mark_bounced(session, message, words=words, at=at)
    address = recipient_of(message).address
    if not sent.went_to(address):
        return done(f"The {message.kind} came back. The address was corrected since, so that is all.")
    reachability.mark_lost(session, message, at)
    suppressions.suppress(session, address, suppressions.BOUNCED)
    return done(f"The {message.kind} came back: it will never arrive.")


def not_for_good(mail: ReceivedMail) -> Outcome:
    actions = sorted({_action(block) or "nothing" for report in _reports(mail) for block in children(report)})
    said = ", ".join(one for one in actions if one.isalpha())[:60] or "nothing"
    return ignored(f"A delivery report that says no mail is lost for good ({said}).")
