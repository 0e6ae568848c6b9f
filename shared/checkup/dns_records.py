"""The records that the mail domain needs so that mail arrives: printed ready to copy, and looked up where DNS answers.

SPF: RFC 7208. DKIM: RFC 6376. DMARC: RFC 7489.
"""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import dns.exception
import dns.resolver

from shared.checkup.findings import Finding, ok, problem, unknown, warning
from shared.mail import signing
from shared.settings import Inbound, Settings

_PATIENCE_SECONDS = 3.0
_STRING_LENGTH = 255
_NEW_KEY = "docker compose run --rm secrets plenary_dkim_private_key"


class Unreachable(Exception):
    """No name server answers."""


def check(settings: Settings, resolver: dns.resolver.Resolver | None = None) -> Iterator[Finding]:
    """`resolver` is the machine's own, unless another is given."""
    if "." not in settings.mail_domain or settings.mail_domain.endswith(".localhost"):
        yield unknown("dns", f"The domain {settings.mail_domain} exists nowhere, so there is nothing to set for it.")
        return
    lookup = _Lookup(resolver)
    yield _spf(settings, lookup)
    yield _dkim(settings, lookup)
    yield _dmarc(settings, lookup)
    if settings.inbound in (Inbound.LMTP, Inbound.SMTP):
        yield _mx(settings, lookup)


class _Lookup:
    def __init__(self, resolver: dns.resolver.Resolver | None) -> None:
        self._resolver = resolver

    def __call__(self, name: str, kind: str) -> list[str]:
        """The records' texts; none where there are none. Raises Unreachable."""
        try:
            resolver = self._resolver or dns.resolver.Resolver()
            found = resolver.resolve(name, kind, lifetime=_PATIENCE_SECONDS)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError):
            raise Unreachable from None
        if kind == "TXT":
            return [b"".join(record.strings).decode("utf-8", "replace") for record in found]
        return [str(record) for record in found]


def _starting(texts: Sequence[str], prefix: str) -> list[str]:
    return [text for text in texts if text.lower().replace(" ", "").startswith(prefix.lower())]


def _spf(settings: Settings, lookup: _Lookup) -> Finding:
    domain = settings.mail_domain
    wanted = f'{domain}. TXT "v=spf1 a:{settings.smtp_host} ~all"'
    how = "Set one TXT record; if your mail provider names its own `include:`, that one instead of `a:`."
    try:
        found = _starting(lookup(domain, "TXT"), "v=spf1")
    except Unreachable:
        return _unseen("SPF", how, wanted)
    if len(found) > 1:
        return problem("SPF", f"{domain} has {len(found)} SPF records; receivers then believe none.", "Keep one.")
    if not found:
        return problem("SPF", f"{domain} does not say who may send its mail (SPF).", how, wanted)
    return ok("SPF", f"{domain} says who may send its mail: {found[0]}. The mail server must be among them.")


def _dkim(settings: Settings, lookup: _Lookup) -> Finding:
    name = f"{settings.dkim_selector}._domainkey.{settings.mail_domain}"
    try:
        wanted = signing.public_record(settings)
    except signing.KeyUnusable as reason:
        return problem("DKIM", str(reason), f"Make a new one: `{_NEW_KEY}`.")
    if wanted is None:
        return warning(
            "DKIM",
            "Mail is not signed by us. If your mail provider signs it for this domain, that is enough.",
            f"Otherwise make a key: `{_NEW_KEY}`, and look here again.",
        )
    record = f"{name}. TXT {_quoted(wanted)}"
    try:
        found = lookup(name, "TXT")
    except Unreachable:
        return _unseen("DKIM", "Set this TXT record.", record)
    if not found:
        return problem("DKIM", f"Mail is signed, but the key is not at {name}.", "Set this TXT record.", record)
    if _key_in(wanted) not in {_key_in(text) for text in found}:
        return problem("DKIM", f"At {name} is another key than the one mail is signed with.", "Replace it.", record)
    return ok("DKIM", f"Mail is signed, and the key is at {name}.")


def _key_in(record: str) -> str:
    parts = dict(part.strip().partition("=")[::2] for part in record.split(";") if "=" in part)
    return "".join(parts.get("p", "").split())


def _quoted(text: str) -> str:
    """In strings of at most 255 octets, as TXT records hold them (RFC 1035 section 3.3.14)."""
    return " ".join(f'"{text[at : at + _STRING_LENGTH]}"' for at in range(0, len(text), _STRING_LENGTH))


def _dmarc(settings: Settings, lookup: _Lookup) -> Finding:
    name = f"_dmarc.{settings.mail_domain}"
    wanted = f'{name}. TXT "v=DMARC1; p=none; rua=mailto:postmaster@{settings.mail_domain}"'
    how = "Set this TXT record; large providers refuse bulk mail from domains without one."
    try:
        found = _starting(lookup(name, "TXT"), "v=dmarc1")
        if not found:
            # The organisation's domain speaks for those below it (RFC 7489 section 6.6.3).
            parent = settings.mail_domain.partition(".")[2]
            found = _starting(lookup(f"_dmarc.{parent}", "TXT"), "v=dmarc1") if "." in parent else []
    except Unreachable:
        return _unseen("DMARC", how, wanted)
    if not found:
        return problem("DMARC", f"{settings.mail_domain} has no DMARC record.", how, wanted)
    return ok("DMARC", f"{settings.mail_domain} has a DMARC record: {found[0]}.")


def _mx(settings: Settings, lookup: _Lookup) -> Finding:
    host = urlsplit(settings.site_url).hostname or "events.example.org"
    wanted = f"{settings.mail_domain}. MX 10 {host}."
    how = "Let the domain's mail come to the server that hands it on to Plenary, or to Plenary itself."
    try:
        found = lookup(settings.mail_domain, "MX")
    except Unreachable:
        return _unseen("MX", how, wanted)
    if not found:
        return problem("MX", f"Mail to {settings.mail_domain} goes nowhere, so that nothing comes back.", how, wanted)
    return ok("MX", f"Mail to {settings.mail_domain} goes to {', '.join(found)}.")


def _unseen(check_name: str, how: str, *records: str) -> Finding:
    return unknown(check_name, "No name server answers from here, so this could not be looked up.", how, *records)
