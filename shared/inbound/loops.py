"""Whether a mail may make us send one: robots that answer each other never stop."""

from shared.inbound.parsing import ReceivedMail

# Somebody pressed a button, and their calendar wrote the mail: Google Calendar and others say so with this value.
_BY_A_CALENDAR = {"", "no", "auto-generated"}
_TO_MANY = {"bulk", "junk", "list"}


def may_answer(mail: ReceivedMail, sender: str) -> bool:
    """RFC 3834 section 2, with one difference: what a calendar generated for a person counts as the person's.

    Not where it was an automatic reply, came from nobody (the null sender) or through a list, or is a report. Even then
    news goes to the registered address only, never to the sender, and at most once for each change.
    """
    submitted = mail.header("Auto-Submitted").partition(";")[0].strip().lower()
    return (
        bool(sender)
        and submitted in _BY_A_CALENDAR
        and mail.header("Precedence").lower() not in _TO_MANY
        and not mail.header("List-Id")
        and mail.kind != "multipart/report"
    )
