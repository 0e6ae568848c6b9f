"""From a message to its mail: the words for its kind and its reader, the calendar part, and the headers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from shared import clock, links
from shared.mail.entries import EntryWords, calendar_part
from shared.mail.mime import Mail
from shared.mail.patterns import Words, filled, filled_block
from shared.mail.recipients import Recipient, recipient_of
from shared.mail.rendering import Form
from shared.mail.views import EventView, event_view
from shared.mail.words import about, words_for
from shared.models import Event, Message, MessageKind
from shared.settings import get_settings
from shared.translations import translations

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
        now, event, recipient = clock.now(), about(message), recipient_of(message)
        language = recipient.language
        view = self._view(event, language, recipient.time_zone)
        words = words_for(self.session, message, recipient, view, language=language, now=now)
        subject = _subject(filled_block(message.kind, "subject", language, words), view, language)
        words = Words({**words.common, "subject": subject}, words.own)
        return Mail(
            from_name=event.calendar.organisation,
            from_address=self.settings.mail_address,
            to_name=recipient.name,
            to_address=recipient.address,
            reply_to=event.calendar.contact_address,
            subject=subject,
            plain=filled(Form.TEXT, message.kind, language, words),
            html=filled(Form.HTML, message.kind, language, words),
            language=language,
            calendar=_calendar_part(message, recipient, view, words, now),
            date=now,
            message_id=self._message_id(recipient.id, message.kind, message.occasion),
            references=self._first_mail(message),
            list_unsubscribe_url=words.own["unsubscribe_url"],
            feedback_id=f"{message.kind}:{event.slug}:{event.calendar.slug}:plenary",
        )

    def _view(self, event: Event, language: str, own_zone: str | None) -> EventView:
        key = (event.id, language, own_zone)
        if key not in self._views:
            self._views[key] = event_view(event, language=language, own_zone=own_zone)
        return self._views[key]

    def _message_id(self, recipient_id: UUID, kind: str, occasion: str) -> str:
        """From the row alone, so that a second copy after a crash is known for one."""
        return f"<{kind}.{recipient_id}.{occasion}@{self.settings.mail_domain}>"

    def _first_mail(self, message: Message) -> str | None:
        """The mail that later ones are shown under: what gave the place, or before that the waiting list's notice."""
        registration = message.registration
        if registration is None or message.kind in {MessageKind.CONFIRMATION, MessageKind.WAITING_LIST}:
            return None
        has_waited = registration.confirmed_at != registration.registered_at
        if registration.confirmed_at is None or message.kind == MessageKind.PROMOTION:
            kind = MessageKind.WAITING_LIST
        else:
            kind = MessageKind.PROMOTION if has_waited else MessageKind.CONFIRMATION
        return self._message_id(registration.id, kind, "first")


def compose(session: Session, message: Message) -> Mail:
    """One mail alone. For several, one `Composer` spares the repetition."""
    return Composer(session).compose(message)


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


def _lasting(name: str, value: str | None) -> str | None:
    return links.without_mail(value) if value and name.endswith("_url") else value


def _calendar_part(
    message: Message, recipient: Recipient, view: EventView, words: Words, now: datetime
) -> bytes | None:
    if not words.common["with_entry"]:
        return None
    # The entry stays when the mail is gone, and its later revisions must have the same links.
    words = Words(words.common, {name: _lasting(name, value) for name, value in words.own.items()})
    join_url = words.own["join_url"]
    # A place on the map stays in sight; a room's address stands behind the personal link.
    is_elsewhere = view.where is None or view.room_url is not None
    entry = EntryWords(
        description=filled(Form.TEXT, "entry", recipient.language, words).strip(),
        location=(join_url if is_elsewhere else None) or view.where or view.url,
        url=view.url if words.common["is_cancelled"] else words.own["manage_url"] or view.url,
        join_url=join_url,
    )
    return calendar_part(message, view.span, entry, now)
