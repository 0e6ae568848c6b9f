"""How the world finds us: what stands in every mail, and whether it can be right."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from shared import clock
from shared.checkup.findings import Finding, ok, problem, unknown, warning
from shared.settings import Settings

_PATIENCE_SECONDS = 5.0
_RENEW_BEFORE = timedelta(days=10)
_ONLY_HERE = {"127.0.0.1", "localhost", "::1"}


def check(settings: Settings) -> Iterator[Finding]:
    yield _secret_key(settings)
    yield _mail_address(settings)
    url = urlsplit(settings.site_url)
    if url.hostname in _ONLY_HERE:
        yield warning(
            "site",
            f"Links in mails lead to {settings.site_url}, which works on this machine only.",
            "Set PLENARY_SITE_ADDRESS (or PLENARY_SITE_URL behind a proxy of your own) before inviting anybody.",
        )
    elif url.scheme != "https":
        yield warning("site", f"Links in mails lead to {settings.site_url}, unencrypted.", "Serve the site by HTTPS.")
    else:
        yield _certificate(settings, str(url.hostname), url.port or 443)


def _secret_key(settings: Settings) -> Finding:
    if settings.secret_key is None:
        return problem(
            "secret key",
            "PLENARY_SECRET_KEY is not set: no link in a mail can be signed.",
            "Start the service `secrets`, which makes one, or set at least 32 random characters.",
        )
    return ok("secret key", "There is a key that signs the links in mails; it belongs into the backup.")


def _mail_address(settings: Settings) -> Finding:
    if settings.mail_domain.endswith((".localhost", ".local", ".invalid", ".test", "localhost")):
        return warning(
            "sender",
            f"Mail comes from {settings.mail_address}, whose domain exists nowhere.",
            "Set PLENARY_MAIL_ADDRESS before inviting anybody, and keep it: calendar entries carry its domain.",
        )
    return ok("sender", f"Mail comes from {settings.mail_address}.")


def _certificate(settings: Settings, host: str, port: int) -> Finding:
    try:
        with (
            socket.create_connection((host, port), timeout=_PATIENCE_SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as encrypted,
        ):
            certificate = encrypted.getpeercert() or {}
    except ssl.SSLCertVerificationError as reason:
        return problem(
            "site", f"{settings.site_url}: the certificate is not to be trusted: {reason.verify_message}.",
            "Look at the proxy's log: the domain must point here, and ports 80 and 443 must be reachable.",
        )  # fmt: skip
    except OSError as reason:
        return unknown(
            "site", f"{settings.site_url} cannot be reached from here ({type(reason).__name__}).",
            "Try it from outside; containers often cannot reach their own public address.",
        )  # fmt: skip
    ends_at = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    says = f"{settings.site_url} answers encrypted; its certificate is good until {ends_at:%d %B %Y}."
    if ends_at - clock.now() > _RENEW_BEFORE:
        return ok("site", says)
    return warning("site", says, "The proxy should have renewed it by now: look at its log.")
