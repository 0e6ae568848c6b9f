"""The conversation with the mail server: one connection for many mails, its answers sorted by what to do next."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from enum import Enum

from shared.mail.mime import to_bytes
from shared.settings import Settings, SmtpSecurity


class Verdict(Enum):
    ACCEPTED = "accepted"
    LATER = "later"  # 4xx, or the connection broke: the same mail may pass another time.
    NEVER = "never"  # 5xx for this mail.
    UNREACHABLE = "unreachable"  # No conversation at all: nothing is wrong with the mail.


@dataclass(frozen=True)
class Reply:
    """What the server said, in its own words."""

    verdict: Verdict
    text: str


class MailServer:
    """A connection that is opened when first needed and again after it broke."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._smtp: smtplib.SMTP | None = None

    def send(self, message: EmailMessage, *, sender: str, recipient: str) -> Reply:
        """Hand over one mail to one recipient. Never raises: every outcome is a reply."""
        try:
            smtp = self._connected()
        except (OSError, smtplib.SMTPException) as problem:
            self.close()
            return Reply(Verdict.UNREACHABLE, _words(problem))
        try:
            return self._converse(smtp, to_bytes(message), sender, recipient)
        except (OSError, smtplib.SMTPException) as problem:
            self.close()
            return Reply(Verdict.LATER, _words(problem))

    def probe(self, *, sender: str, recipient: str) -> Reply:
        """Whether the server would take a mail, which is then taken back. Never raises."""
        try:
            smtp = self._connected()
            code, words = smtp.mail(sender)
            if code == 250:
                code, words = smtp.rcpt(recipient)
            _reset(smtp)
        except (OSError, smtplib.SMTPException) as problem:
            self.close()
            return Reply(Verdict.UNREACHABLE, _words(problem))
        return _sorted(250 if code == 251 else code, words)

    def _converse(self, smtp: smtplib.SMTP, content: bytes, sender: str, recipient: str) -> Reply:
        code, words = smtp.mail(sender)
        if code == 250:
            code, words = smtp.rcpt(recipient)
        if code in (250, 251):
            code, words = smtp.data(content)
        if code != 250:
            _reset(smtp)
        return _sorted(code, words)

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is None:
            self._smtp = connect(self._settings)
        return self._smtp

    def close(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            smtp.quit()
        except (OSError, smtplib.SMTPException):
            smtp.close()


def connect(settings: Settings) -> smtplib.SMTP:
    """A conversation that is encrypted and signed in as the settings say, ready for mail.

    Raises OSError (also for TLS) or SMTPException.
    """
    where = (settings.smtp_host, settings.smtp_port, settings.mail_domain)
    if settings.smtp_security is SmtpSecurity.TLS:
        context = ssl.create_default_context()
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(*where, timeout=settings.smtp_timeout, context=context)
    else:
        smtp = smtplib.SMTP(*where, timeout=settings.smtp_timeout)
    try:
        if settings.smtp_security is SmtpSecurity.STARTTLS:
            smtp.starttls(context=ssl.create_default_context())
        if settings.smtp_username and settings.smtp_password:
            smtp.login(settings.smtp_username, settings.smtp_password.get_secret_value())
        smtp.ehlo_or_helo_if_needed()
    except BaseException:
        smtp.close()
        raise
    return smtp


@contextmanager
def mail_server(settings: Settings) -> Iterator[MailServer]:
    server = MailServer(settings)
    try:
        yield server
    finally:
        server.close()


def _reset(smtp: smtplib.SMTP) -> None:
    """The next mail begins afresh; a server that answers 421 is about to hang up, which `send` will notice."""
    smtp.rset()


def _sorted(code: int, words: bytes) -> Reply:
    text = f"{code} {words.decode('utf-8', 'replace')}"[:500]
    if code == 250:
        return Reply(Verdict.ACCEPTED, text)
    return Reply(Verdict.NEVER if 500 <= code < 600 else Verdict.LATER, text)


def _words(problem: Exception) -> str:
    if isinstance(problem, smtplib.SMTPResponseException):
        error = problem.smtp_error
        return f"{problem.smtp_code} {error.decode('utf-8', 'replace') if isinstance(error, bytes) else error}"[:500]
    return f"{type(problem).__name__}: {problem}"[:500]
