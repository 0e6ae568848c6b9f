"""One mail as it leaves: its bodies and its calendar part in the tree that mail programs expect, and its headers."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.message import EmailMessage

from shared.mail.headers import SMTP, clean_subject, mailbox

CALENDAR_FILE = "invite.ics"
_METHOD = re.compile(rb"^METHOD:([A-Z]+)\r$", re.MULTILINE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_MESSAGE_ID = re.compile(r"<?([A-Za-z0-9._+-]+@[A-Za-z0-9.-]+)>?")
_UNSUBSCRIBE_URL = re.compile(r"https?://[!-;=?-~]+")
_FEEDBACK_ID = re.compile(r"[A-Za-z0-9._-]+(:[A-Za-z0-9._-]+){0,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """Everything one mail says. Names and subject may hold any text; the rest is checked when the mail is built."""

    from_name: str
    from_address: str
    to_name: str | None
    to_address: str
    subject: str
    plain: str
    html: str
    language: str
    message_id: str
    date: datetime
    reply_to: str | None = None
    calendar: bytes | None = None
    list_unsubscribe_url: str | None = None
    references: str | None = None
    feedback_id: str | None = None


def build(mail: Mail) -> EmailMessage:
    """The mail with its headers; raises ValueError for what no server should be asked to carry."""
    message = EmailMessage(policy=SMTP)
    _add_envelope_headers(message, mail)
    _add_machine_headers(message, mail)
    _add_bodies(message, mail)
    return message


def to_bytes(message: EmailMessage) -> bytes:
    """The octets for SMTP, after a last look that the header block holds the lines that were written and no others."""
    octets = message.as_bytes()
    header_block = octets.partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0].decode("ascii") for line in re.split(rb"\r\n(?![ \t])", header_block)]
    if names != message.keys():
        raise MessageError(f"The headers read back as {names}, not as {message.keys()}.")
    return octets


def calendar_method(calendar: bytes) -> str:
    """The METHOD that the calendar itself names, so that the part's header cannot differ from it."""
    methods = _METHOD.findall(calendar)
    if len(methods) != 1:
        raise ValueError(f"A calendar in a mail has exactly one METHOD, not {len(methods)}.")
    return str(methods[0], "ascii")


def _add_envelope_headers(message: EmailMessage, mail: Mail) -> None:
    message["From"] = mailbox(mail.from_name, mail.from_address)
    message["To"] = mailbox(mail.to_name, mail.to_address)
    if mail.reply_to:
        message["Reply-To"] = mailbox(None, mail.reply_to)
    message["Subject"] = clean_subject(mail.subject)
    if mail.date.utcoffset() is None:
        raise ValueError("The date of a mail is an aware moment.")
    message["Date"] = mail.date
    message["Message-ID"] = _angled(mail.message_id)


def _add_machine_headers(message: EmailMessage, mail: Mail) -> None:
    if mail.references:
        # Mail programs thread an update under its confirmation by either of the two.
        message["In-Reply-To"] = message["References"] = _angled(mail.references)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if mail.list_unsubscribe_url:
        _add_unsubscribe(message, mail.list_unsubscribe_url)
    if mail.feedback_id:
        _add_feedback(message, mail.feedback_id)


def _add_unsubscribe(message: EmailMessage, url: str) -> None:
    # The header object would decode what looks like an encoded word, and so change the link.
    if not _UNSUBSCRIBE_URL.fullmatch(url) or "=?" in url:
        raise ValueError(f"The unsubscribe link is an http(s) URL in ASCII, not {url!r}.")
    message["List-Unsubscribe"] = f"<{url}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _add_feedback(message: EmailMessage, feedback_id: str) -> None:
    if not _FEEDBACK_ID.fullmatch(feedback_id):
        raise ValueError(f"Feedback-ID is up to four plain words between colons, not {feedback_id!r}.")
    message["Feedback-ID"] = feedback_id


def _angled(message_id: str) -> str:
    match = _MESSAGE_ID.fullmatch(message_id)
    if not match:
        raise ValueError(f"A message is known as kind.id@domain, not as {message_id!r}.")
    return f"<{match[1]}>"


def _language_tag(language: str) -> str:
    if not _LANGUAGE.fullmatch(language):
        raise ValueError(f"A language is a tag such as es or pt-BR, not {language!r}.")
    return language


def _add_bodies(message: EmailMessage, mail: Mail) -> None:
    # Base64 throughout: the library would send accents as 8bit, which not every server carries.
    message.set_content(mail.plain, cte="base64")
    message.add_alternative(mail.html, subtype="html", cte="base64")
    if mail.calendar is not None:
        _add_calendar(message, mail.calendar)
    # Last, because setting content clears every Content- header there is.
    message["Content-Language"] = _language_tag(mail.language)


def _add_calendar(message: EmailMessage, calendar: bytes) -> None:
    # Without a disposition the part gets buttons; the attached copy is for programs that show only files.
    method = {"method": calendar_method(calendar)}
    message.add_alternative(calendar.decode(), subtype="calendar", params=method, cte="base64")
    name = {"name": CALENDAR_FILE}
    message.add_attachment(calendar, maintype="application", subtype="ics", filename=CALENDAR_FILE, params=name)
