"""Mails about no event: to ourselves, to the team, and to people about all that is theirs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from shared import clock, links
from shared.links import Purpose
from shared.mail.mime import Mail
from shared.mail.names import greeting_name
from shared.mail.particulars import queue_words
from shared.mail.patterns import Words, filled, filled_block
from shared.mail.recipients import Recipient
from shared.mail.rendering import Form
from shared.mail.words import LINKS
from shared.models import Message, MessageKind
from shared.settings import get_settings
from shared.translations import LANGUAGES

# About none, even where somebody asked for it at one.
KINDS = {MessageKind.PERSONAL_FEED, MessageKind.CANARY, MessageKind.WELCOME}


def compose(message: Message, recipient: Recipient, message_id: str) -> Mail:
    """In the language that the facts name, else in the reader's own where it is known."""
    settings = get_settings()
    language = message.facts.get("language")
    language = language if language in LANGUAGES else recipient.language
    words = _words(message, recipient, language)
    subject = filled_block(message.kind, "subject", language, words)
    words = Words(words.common, {**words.own, "subject": subject})
    return Mail(
        from_name=settings.mail_name,
        from_address=settings.mail_address,
        to_name=recipient.name,
        to_address=recipient.address,
        subject=subject,
        plain=filled(Form.TEXT, message.kind, language, words),
        html=filled(Form.HTML, message.kind, language, words),
        language=language,
        date=clock.now(),
        message_id=message_id,
        feedback_id=f"{message.kind}:none:none:plenary",
    )


def _password_url(message: Message) -> str | None:
    """Signed here and not in the outbox, where whoever reads the database could use it."""
    facts = message.facts
    if message.kind != MessageKind.WELCOME or "fingerprint" not in facts:
        return None
    organiser_id, issued_at = UUID(facts["organiser_id"]), datetime.fromisoformat(facts["issued_at"])
    return links.password_url(organiser_id, facts["fingerprint"], issued_at)


def _words(message: Message, recipient: Recipient, language: str) -> Words:
    """By the same names as where there is an event."""
    settings = get_settings()
    common: dict[str, Any] = {
        "kind": message.kind,
        "event": None,
        "reader": "alone",
        "status": None,
        "is_late": False,
        "with_entry": False,
        "organisation": settings.mail_name,
        "contact": None,
        "platform": settings.mail_name,
        "list_url": settings.site_url,
        "dashboard_url": settings.dashboard_url,
        "introduction_language": None,
        "headline_language": None,
        "sent_by": message.facts.get("by"),
        "calendar": message.facts.get("calendar"),
        "password_url": _password_url(message),
        **queue_words(message.facts, zone="UTC", language=language),
    }
    own = {
        **dict.fromkeys(LINKS),
        "manage_url": links.url(Purpose.MY, message.registration.id) if message.registration else None,
        "feed_url": message.facts.get("feed_url"),
        "name": greeting_name(recipient.name or ""),
        "address": recipient.address,
        "introduction": None,
        "own_headline": None,
    }
    return Words(common, own)
