"""From a message to its mail: the words for its kind and its reader, the calendar part, and the headers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from shared import clock
from shared.mail.entries import EntryWords, calendar_part
from shared.mail.mime import Mail
from shared.mail.rendering import Form, render, render_block
from shared.mail.views import EventView, event_view
from shared.mail.words import words_for
from shared.models import Event, Message, MessageKind, Registration
from shared.settings import get_settings
from shared.timezones import is_zone
from shared.translations import LANGUAGES, SOURCE_LANGUAGE, translations

_TITLE_IN_SUBJECT = 80


class Composer:
    """Writes the mails of one batch.

    Made after the batch was claimed: what it read of an event it keeps, and a change after that has a mail of its own.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.settings = get_settings()
        self._views: dict[tuple[UUID, str, str | None], EventView] = {}

    def compose(self, message: Message) -> Mail:
        """The mail as it should read at this moment."""
        now = clock.now()
        registration, calendar = message.registration, message.event.calendar
        language = _language(registration)
        view = self._view(message.event, language, _own_zone(registration))
        words = words_for(self.session, message, view, language=language, now=now)
        words["subject"] = _subject(render_block(message.kind, "subject", language, words), view, language)
        return Mail(
            from_name=calendar.organisation,
            from_address=self.settings.mail_address,
            to_name=registration.name,
            to_address=registration.address,
            reply_to=calendar.contact_address,
            subject=words["subject"],
            plain=render(Form.TEXT, message.kind, language, words),
            html=render(Form.HTML, message.kind, language, words),
            language=language,
            calendar=_calendar_part(message, view, language, words, now),
            date=now,
            message_id=self._message_id(registration, message.kind, message.occasion),
            references=self._first_mail(registration, message),
            list_unsubscribe_url=words["unsubscribe_url"],
            feedback_id=f"{message.kind}:{message.event.slug}:{calendar.slug}:plenary",
        )

    def _view(self, event: Event, language: str, own_zone: str | None) -> EventView:
        key = (event.id, language, own_zone)
        if key not in self._views:
            self._views[key] = event_view(event, language=language, own_zone=own_zone)
        return self._views[key]

    def _message_id(self, registration: Registration, kind: str, occasion: str) -> str:
        """From the row alone, so that a second copy after a crash is known for one."""
        return f"<{kind}.{registration.id}.{occasion}@{self.settings.mail_domain}>"

    def _first_mail(self, registration: Registration, message: Message) -> str | None:
        """The mail that later ones are shown under: what gave the place, or before that the waiting list's notice."""
        if message.kind in {MessageKind.CONFIRMATION, MessageKind.WAITING_LIST}:
            return None
        has_waited = registration.confirmed_at != registration.registered_at
        if registration.confirmed_at is None or message.kind == MessageKind.PROMOTION:
            kind = MessageKind.WAITING_LIST
        else:
            kind = MessageKind.PROMOTION if has_waited else MessageKind.CONFIRMATION
        return self._message_id(registration, kind, "first")


def compose(session: Session, message: Message) -> Mail:
    """One mail alone. For several, one `Composer` spares the repetition."""
    return Composer(session).compose(message)


def _language(registration: Registration) -> str:
    return registration.language if registration.language in LANGUAGES else SOURCE_LANGUAGE


def _own_zone(registration: Registration) -> str | None:
    # A name may leave the time-zone database after somebody registered with it; the mail goes out without it.
    return registration.time_zone if registration.time_zone and is_zone(registration.time_zone) else None


def _subject(what: str, view: EventView, language: str) -> str:
    """The date stays on, however long the title is."""
    gettext = translations(language).gettext
    title = _shortened(view.title, _TITLE_IN_SUBJECT)
    if view.date is None:
        return gettext("%(what)s: %(title)s") % {"what": what, "title": title}
    return gettext("%(what)s: %(title)s (%(date)s)") % {"what": what, "title": title, "date": view.date}


def _shortened(text: str, length: int) -> str:
    """At the last space, if it has one not too far back: not every script puts spaces between its words."""
    if len(text) <= length:
        return text
    start, _, cut_word = text[:length].rpartition(" ")
    return f"{start if len(cut_word) < length // 2 else text[: length - 1]}…"


def _calendar_part(
    message: Message, view: EventView, language: str, words: dict[str, Any], now: datetime
) -> bytes | None:
    if not words["with_entry"]:
        return None
    entry = EntryWords(
        description=render(Form.TEXT, "entry", language, words).strip(),
        location=view.where or view.url,
        url=view.url if words["is_cancelled"] else words["manage_url"],
        room_url=view.room_url,
    )
    return calendar_part(message, view.span, entry, now)
