"""What people agree to when they register: the text, in their language, kept word for word under its version."""

import hashlib
from functools import cache

from sqlalchemy import Executable
from sqlalchemy.orm import Session

from shared import bulk, clock
from shared.models import ConsentText, Event
from shared.translations import translations


def consent_text(event: Event, language: str) -> str:
    """Plain text: what one agrees to, then what it means."""
    return f"{consent_sentence(event, language)} {consent_explanation(event, language)}"


def consent_sentence(event: Event, language: str) -> str:
    _ = translations(language).gettext
    sentence = _("%(organisation)s may keep what I wrote here to run this event.")
    return sentence % {"organisation": event.calendar.organisation}


def consent_explanation(event: Event, language: str) -> str:
    words = translations(language)
    purpose = words.gettext(
        "It is used to give you a place, to send you mail about this event, and to count where people come from; "
        "nobody else gets it."
    )
    end = words.ngettext(
        "One day after the event it is deleted and only numbers stay.",
        "%(days)s days after the event it is deleted and only numbers stay.",
        event.retention_days,
    ) % {"days": event.retention_days}
    sooner = words.gettext("With the link in any of our mails you can see it, correct it, or delete it sooner.")
    return f"{purpose} {end} {sooner}"


def version_of(text: str) -> str:
    """The first 16 hex digits of the SHA-256 of the text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class NotedTexts:
    """Texts that people agree to in one transaction, written together.

    In sorted order, so that two transactions that are both the first to need them never wait for each other crosswise.
    """

    def __init__(self) -> None:
        self._rows: dict[str, bulk.Row] = {}

    def note(self, text: str, language: str) -> str:
        """Its version, by which it is found once it is written."""
        version = version_of(text)
        row = {"version": version, "text": text, "language": language, "first_used_at": clock.now()}
        self._rows.setdefault(version, row)
        return version

    def write(self, session: Session) -> None:
        """Store those that are not there yet."""
        bulk.run(session, _keeping(), [self._rows[version] for version in sorted(self._rows)])


@cache
def _keeping() -> Executable:
    return bulk.insert_rows(ConsentText, "version", "text", "language", "first_used_at").on_conflict_do_nothing()
