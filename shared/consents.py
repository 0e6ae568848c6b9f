"""What people agree to when they register: the text, in their language, kept word for word under its version."""

import hashlib

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared import clock
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
    _ = translations(language).gettext
    return _(
        "It is used to give you a place, to send you mail about this event, and to count where people come from; "
        "nobody else gets it. %(days)s days after the event it is deleted and only numbers stay. Answer any of our "
        "mails to have it removed sooner."
    ) % {"days": event.retention_days}


def version_of(text: str) -> str:
    """The first 16 hex digits of the SHA-256 of the text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def keep(session: Session, text: str, language: str) -> str:
    """Store a text that somebody agrees to, unless it is there; its version."""
    row = {"version": version_of(text), "text": text, "language": language, "first_used_at": clock.now()}
    session.execute(insert(ConsentText).values(row).on_conflict_do_nothing())
    return row["version"]  # type: ignore[return-value]
