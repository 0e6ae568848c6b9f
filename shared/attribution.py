"""What led people to register: the name of the link they followed, else the site that it stood on, and nothing more."""

import re
import unicodedata
from collections.abc import Collection
from urllib.parse import urlsplit

# On the page behind a personal invitation, where nothing else is known.
INVITATION = "invitation"
LONGEST = 100
# An app that shows mail or messages names itself like a site.
_SCHEMES = ("http", "https", "android-app", "ios-app")
_GAPS, _OTHERS, _FRINGE = re.compile(r"[\s+/]+"), re.compile(r"[^a-z0-9._-]+"), "-._"


def cleaned(text: str | None) -> str | None:
    """In small letters, digits, `-`, `_` and `.`; None where nothing is left, or where it holds somebody's address."""
    if not text or "@" in text:
        return None
    plain = unicodedata.normalize("NFKD", text[: 10 * LONGEST]).casefold().strip()
    return _OTHERS.sub("", _GAPS.sub("-", plain))[:LONGEST].strip(_FRINGE) or None


def source(utm_source: str | None, referrer: str | None, *, own_hosts: Collection[str]) -> str | None:
    """What a link says of itself goes before where it stood. Who comes from our own pages came from nowhere else."""
    return cleaned(utm_source) or _host(referrer, own_hosts)


def _host(referrer: str | None, own_hosts: Collection[str]) -> str | None:
    try:
        parts = urlsplit(referrer or "")
        host = (parts.hostname or "").removesuffix(".")
    except ValueError:
        return None
    if parts.scheme not in _SCHEMES or host in own_hosts:
        return None
    return cleaned(host.removeprefix("www."))
