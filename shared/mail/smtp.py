"""The conversation with the mail server: one connection for many mails, its answers sorted by what to do next."""

import re
import smtplib
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum

from shared.settings import Settings, SmtpSecurity

_ACCEPTED, _FORWARDED, _GO_AHEAD, _CLOSING = 250, 251, 354, 421
# What MAIL, RCPT and DATA are answered with when all is well (RFC 5321 section 4.3.2).
_EXPECTED = ({_ACCEPTED}, {_ACCEPTED, _FORWARDED}, {_GO_AHEAD})
# A connection that lay idle for longer may be gone without a word, and finding out takes until the timeout.
_IDLE_SECONDS = 10
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
_UNFIT_FOR_A_LINE = re.compile(r"[^!-~]|[<>]")

# A code and the words beside it, as the server sent them.
Said = tuple[int, bytes]


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
    """A connection that is opened when first needed, and again after it broke or lay idle."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._smtp: smtplib.SMTP | None = None
        self._used_at = 0.0
        # From whom and to whom the commands are on their way already.
        self._announced: tuple[str, str] | None = None

    def announce(self, *, sender: str, recipient: str) -> None:
        """Ask already for the next mail, where a conversation goes on and the server takes commands together: it
        answers while we do something else. To be followed by `send` for the same, or by `take_back`."""
        self.take_back()
        if self._smtp is None or self._is_idle() or not _takes_together(self._smtp):
            return
        try:
            self._smtp.send("".join(_commands(sender, recipient)))
        except (OSError, smtplib.SMTPException):
            self._drop()
        else:
            self._announced = (sender, recipient)

    def take_back(self) -> None:
        """What was announced will not come. Nothing else ends DATA without a mail, so this hangs up."""
        if self._announced is not None:
            self._drop()

    def send(self, content: bytes, *, sender: str, recipient: str) -> Reply:
        """Hand over one mail to one recipient. Never raises: every outcome is a reply.

        A server that hangs up between two mails has had enough of the connection, not of us: it is asked once more
        over another, which is safe as long as nothing of the mail itself has left.
        """
        if self._announced != (sender, recipient):
            self.take_back()
        was_open = self._smtp is not None
        reply, has_begun = self._try(content, sender, recipient)
        if was_open and self._smtp is None and not has_begun:
            reply, _ = self._try(content, sender, recipient)
        return reply

    def probe(self, *, sender: str, recipient: str) -> Reply:
        """Whether the server would take a mail, which is then taken back. Never raises."""
        self.take_back()
        try:
            smtp = self._connected()
            said = _announce(smtp, _commands(sender, recipient)[:-1])
            smtp.rset()
        except (OSError, smtplib.SMTPException) as problem:
            self.close()
            return Reply(Verdict.UNREACHABLE, _words(problem))
        return _sorted(_ACCEPTED if said[0] == _FORWARDED else said[0], said[1])

    def _try(self, content: bytes, sender: str, recipient: str) -> tuple[Reply, bool]:
        """The outcome, and whether the mail itself had begun to leave."""
        has_begun = False
        try:
            smtp = self._connected()
        except (OSError, smtplib.SMTPException) as problem:
            self.close()
            return Reply(Verdict.UNREACHABLE, _words(problem)), has_begun
        try:
            is_announced, self._announced = self._announced is not None, None
            said = _announce(smtp, _commands(sender, recipient), is_sent=is_announced)
            if said[0] == _GO_AHEAD:
                has_begun = True
                smtp.send(_as_data(content))
                said = smtp.getreply()
        except (OSError, smtplib.SMTPException) as problem:
            self.close()
            return Reply(Verdict.LATER, _words(problem)), has_begun
        self._begin_afresh(smtp, said[0])
        return _sorted(*said), has_begun

    def _begin_afresh(self, smtp: smtplib.SMTP, code: int) -> None:
        """After a refusal, so that the next mail is not taken for a part of this one."""
        if code == _CLOSING:
            self.close()
        elif code != _ACCEPTED:
            try:
                smtp.rset()
            except (OSError, smtplib.SMTPException):
                self.close()

    def _connected(self) -> smtplib.SMTP:
        if self._is_idle():
            self._drop()
        self._used_at = time.monotonic()
        if self._smtp is None:
            self._smtp = connect(self._settings)
        return self._smtp

    def _is_idle(self) -> bool:
        return time.monotonic() - self._used_at > _IDLE_SECONDS

    def close(self) -> None:
        if self._smtp is not None and self._announced is None:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
        self._drop()

    def _drop(self) -> None:
        """Without a word, because none would be heard."""
        smtp, self._smtp, self._announced = self._smtp, None, None
        if smtp is not None:
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


def _commands(sender: str, recipient: str) -> list[str]:
    """Raises SMTPException for addresses that would be more than an address in the line that names them."""
    if _UNFIT_FOR_A_LINE.search(sender + recipient):
        raise smtplib.SMTPException("An address of this mail holds what no address may hold.")
    return [f"MAIL FROM:<{sender}>\r\n", f"RCPT TO:<{recipient}>\r\n", "DATA\r\n"]


def _takes_together(smtp: smtplib.SMTP) -> bool:
    """One journey there and back instead of three, where the server offers PIPELINING (RFC 2920)."""
    return bool(smtp.has_extn("pipelining"))


def _announce(smtp: smtplib.SMTP, commands: Sequence[str], *, is_sent: bool = False) -> Said:
    """From whom and to whom. The answer is 354 where the mail itself may follow, or else the first refusal."""
    said = _together(smtp, commands, is_sent=is_sent) if _takes_together(smtp) else _in_turn(smtp, commands)
    refused = _first_refusal(said)
    if refused is None:
        return said[-1]
    if said[-1][0] == _GO_AHEAD:
        # It would take the mail all the same, for nobody (RFC 2920 section 3.1): give it an empty one.
        smtp.send(b".\r\n")
        smtp.getreply()
    return refused


def _together(smtp: smtplib.SMTP, commands: Sequence[str], *, is_sent: bool) -> list[Said]:
    if not is_sent:
        smtp.send("".join(commands))
    said: list[Said] = []
    for _ in commands:
        said.append(smtp.getreply())
        if said[-1][0] == _CLOSING:
            break
    return said


def _in_turn(smtp: smtplib.SMTP, commands: Sequence[str]) -> list[Said]:
    said: list[Said] = []
    for command in commands:
        smtp.send(command)
        said.append(smtp.getreply())
        if _first_refusal(said) is not None:
            break
    return said


def _first_refusal(said: Sequence[Said]) -> Said | None:
    return next((one for one, expected in zip(said, _EXPECTED, strict=False) if one[0] not in expected), None)


def _as_data(content: bytes) -> bytes:
    """With the dot that ends it, and none that would end it before (RFC 5321 section 4.5.2)."""
    if b"\n." in content or content.startswith(b"."):
        content = _LEADING_DOT.sub(b"..", content)
    return content + (b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n")


def _sorted(code: int, words: bytes) -> Reply:
    text = f"{code} {words.decode('utf-8', 'replace')}"[:500]
    if code == _ACCEPTED:
        return Reply(Verdict.ACCEPTED, text)
    return Reply(Verdict.NEVER if 500 <= code < 600 else Verdict.LATER, text)


def _words(problem: Exception) -> str:
    if isinstance(problem, smtplib.SMTPResponseException):
        error = problem.smtp_error
        return f"{problem.smtp_code} {error.decode('utf-8', 'replace') if isinstance(error, bytes) else error}"[:500]
    return f"{type(problem).__name__}: {problem}"[:500]
