"""The mail server, as a worker meets it: found, connected, encrypted, signed in, willing; and where not, why."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from shared import clock
from shared.checkup.findings import Finding, ok, problem, warning
from shared.checkup.line import without_addresses
from shared.mail.smtp import connect
from shared.settings import Settings, SmtpSecurity

_RENEW_BEFORE = timedelta(days=14)
_USUAL_PORTS = "587 with starttls, 465 with tls"


def check(settings: Settings) -> Iterator[Finding]:
    """Opens one conversation and takes everything back; no mail is sent."""
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        smtp = connect(settings)
    except (OSError, smtplib.SMTPException) as reason:
        yield _not_connected(settings, where, reason)
        return
    with suppress(OSError, smtplib.SMTPException):
        yield ok("mail server", f"{where} answers{_signed_in(settings)}.")
        yield from _encryption(settings, smtp, where)
        yield _willingness(settings, smtp, where)
        smtp.quit()


def _signed_in(settings: Settings) -> str:
    return " and lets us sign in" if settings.smtp_username and settings.smtp_password else ""


def _not_connected(settings: Settings, where: str, reason: Exception) -> Finding:
    says, remedy = _diagnosis(settings, reason)
    return problem("mail server", f"{where}: {says}", remedy)


def _diagnosis(settings: Settings, reason: Exception) -> tuple[str, str]:
    """What happened, in words, and what to do. From the particular to the general: some errors are kinds of others."""
    security, port = settings.smtp_security, settings.smtp_port
    if isinstance(reason, socket.gaierror):
        return "no machine has this name.", "Correct PLENARY_SMTP_HOST, or the machine's name servers."
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted: {reason.verify_message}.", (
            "Use the name that the certificate is for in PLENARY_SMTP_HOST, or renew the certificate there."
        )
    if isinstance(reason, ssl.SSLError):
        return "it does not speak TLS from the start.", (
            f"Set PLENARY_SMTP_SECURITY=starttls, or use another port than {port} ({_USUAL_PORTS})."
        )
    if isinstance(reason, smtplib.SMTPAuthenticationError):
        return f"it does not let us sign in: “{_words(reason)}”.", (
            "Check PLENARY_SMTP_USERNAME, and type the password again: `docker compose run --rm secrets "
            "plenary_smtp_password`, then recreate the workers."
        )
    if isinstance(reason, smtplib.SMTPNotSupportedError):
        missing = "STARTTLS" if security is SmtpSecurity.STARTTLS else "signing in"
        return f"it does not offer {missing}.", (
            f"Another port or PLENARY_SMTP_SECURITY may be meant: usual are {_USUAL_PORTS}."
        )
    if isinstance(reason, smtplib.SMTPResponseException):
        return f"it does not talk to us: “{_words(reason)}”.", "Ask its operator why, with these words."
    if isinstance(reason, ConnectionRefusedError):
        return "nobody listens there.", f"Correct PLENARY_SMTP_HOST and PLENARY_SMTP_PORT: usual are {_USUAL_PORTS}."
    if isinstance(reason, TimeoutError | smtplib.SMTPServerDisconnected):
        if security is not SmtpSecurity.TLS and port == 465:
            return "it waits for TLS from the start.", "Set PLENARY_SMTP_SECURITY=tls for port 465."
        return "it does not answer in time, or hangs up.", (
            f"A firewall may close port {port} (many providers close 25): usual are {_USUAL_PORTS}."
        )
    return f"{type(reason).__name__}: {reason}", "Check PLENARY_SMTP_HOST and PLENARY_SMTP_PORT, and the network."


def _words(reason: smtplib.SMTPResponseException) -> str:
    error = reason.smtp_error
    text = error.decode("utf-8", "replace") if isinstance(error, bytes) else error
    return without_addresses(f"{reason.smtp_code} {text}")


def _encryption(settings: Settings, smtp: smtplib.SMTP, where: str) -> Iterator[Finding]:
    if not isinstance(smtp.sock, ssl.SSLSocket):
        if settings.smtp_security is SmtpSecurity.NONE and not _is_near(settings.smtp_host):
            yield warning(
                "encryption",
                f"Mail and passwords go to {where} unencrypted.",
                "Set PLENARY_SMTP_SECURITY to starttls or tls, and the port with it.",
            )
        return
    certificate = smtp.sock.getpeercert() or {}
    ends_at = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    says = f"The connection is encrypted ({smtp.sock.version()}); the certificate is good until {ends_at:%d %B %Y}."
    if ends_at - clock.now() > _RENEW_BEFORE:
        yield ok("encryption", says)
    else:
        yield warning("encryption", says, "Have the mail server's certificate renewed in time: mail stops without it.")


def _is_near(host: str) -> bool:
    """On this machine or in this network, where nobody listens between: a name without a dot is a container's."""
    return host.startswith("127.") or host in {"localhost", "::1"} or "." not in host


def _willingness(settings: Settings, smtp: smtplib.SMTP, where: str) -> Finding:
    sender = settings.mail_address
    for step, (code, words) in (("sender", smtp.mail(sender)), ("recipient", smtp.rcpt(sender))):
        if code not in (250, 251):
            said = without_addresses(f"{code} {words.decode('utf-8', 'replace')}")
            return problem(
                "mail server's will",
                f"{where} refuses {sender} as {step}: “{said}”.",
                "Set PLENARY_MAIL_ADDRESS to an address that this account may send from.",
            )
    smtp.rset()
    return ok("mail server's will", f"{where} would take mail from {sender}.")
