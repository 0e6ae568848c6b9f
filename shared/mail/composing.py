"""From a message to its mail: the words for its kind and its reader, the calendar part, and the headers."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from shared import clock
from shared.mail import bare, samples, texts
from shared.mail.entries import calendar_part
from shared.mail.filling import TextProblem
from shared.mail.headers import SUBJECT_LENGTH
from shared.mail.kept import Kept
from shared.mail.mime import Mail
from shared.mail.patterns import Words, filled, filled_block
from shared.mail.programmes import ProgrammeView
from shared.mail.recipients import Recipient, recipient_of
from shared.mail.rendering import Form
from shared.mail.texts import Texts, Written
from shared.mail.views import EventView, Views
from shared.mail.words import about, text_names, words_for
from shared.models import Message, MessageKind
from shared.schemas.mail import PreviewRequest
from shared.settings import get_settings
from shared.translations import translations

log = structlog.get_logger()

_TITLE_IN_SUBJECT, _WHAT_IN_SUBJECT = 80, 90
# What stands around the two, with the date.
_AROUND_TITLE = 24
# Octets of HTML. Gmail cuts a mail at 102 KB, and with it what stands at its foot.
_LONGEST_HTML = 100_000
_HOSTS_IN_BRIEF = 8


class Composer:
    """Writes the mails of one batch.

    Made after the batch was claimed: what it read of an event it keeps, and a change after that has a mail of its own.
    `tried` is a text of an organiser that is not saved yet, by language.
    """

    def __init__(self, session: Session, *, tried: Written | None = None) -> None:
        self.kept = Kept(session, tried)
        self.settings = get_settings()
        self._views = Views()

    def compose(self, message: Message, recipient: Recipient | None = None, *, at: datetime | None = None) -> Mail:
        """The mail as it should read at this moment; `at`: as it will read at another. To whom the message goes,
        unless another reader is given."""
        recipient = recipient or recipient_of(message)
        if samples.is_trial(message):
            return self._trial(message)
        if message.event is None or message.kind in bare.KINDS:
            return bare.compose(message, recipient, self._message_id(recipient.id, message.kind, message.occasion))
        now, event = at or clock.now(), message.event
        language = recipient.language
        view = self._views.of(event, language=language, own_zone=recipient.time_zone)
        words = words_for(self.kept, message, recipient, view, language=language, now=now)
        ours = self.kept.texts(message, language)
        headline = _headline(message.kind, words, ours)
        what = headline or filled_block(message.kind, "subject", language, words)
        subject = _subject(what, view, language)
        words = Words(words.common, {**words.own, "subject": subject, "own_headline": headline})
        plain, html = _bodies(message.kind, language, words, ours)
        return Mail(
            from_name=event.calendar.organisation,
            from_address=self.settings.mail_address,
            to_name=recipient.name,
            to_address=recipient.address,
            reply_to=event.calendar.contact_address,
            subject=subject,
            plain=plain,
            html=html,
            language=language,
            calendar=calendar_part(message, recipient, view, words, now),
            date=now,
            message_id=self._message_id(recipient.id, message.kind, message.occasion),
            references=self._first_mail(message),
            list_unsubscribe_url=words.own["unsubscribe_url"],
            feedback_id=f"{message.kind}:{event.slug}:{event.calendar.slug}:plenary",
        )

    def _trial(self, message: Message) -> Mail:
        """What somebody else would get, to the organiser who wants to see it: with nothing that acts for that reader
        by itself, neither a calendar entry nor the one click that unsubscribes."""
        event, session = about(message), self.kept.session
        wish = PreviewRequest.model_validate(message.facts["preview"])
        sample = samples.of(session, event, wish, is_certain=False)
        mail = Composer(session, tried=sample.tried).compose(sample.message, sample.recipient)
        to = recipient_of(message)
        return replace(
            mail,
            to_name=to.name,
            to_address=to.address,
            subject=translations(mail.language).gettext("Test: %(subject)s") % {"subject": mail.subject},
            calendar=None,
            message_id=self._message_id(to.id, message.kind, message.occasion),
            references=None,
            list_unsubscribe_url=None,
            feedback_id=f"{message.kind}:{event.slug}:{event.calendar.slug}:plenary",
        )

    def _message_id(self, recipient_id: UUID, kind: str, occasion: str) -> str:
        """From the row alone, so that a second copy after a crash is known for one."""
        return f"<{kind}.{recipient_id}.{occasion}@{self.settings.mail_domain}>"

    def _first_mail(self, message: Message) -> str | None:
        """The mail that later ones are shown under: what gave the place, or before that the waiting list's notice; of
        those who were only asked, what asked them first."""
        if message.invitation is not None:
            is_first = message.kind == MessageKind.INVITATION
            return None if is_first else self._message_id(message.invitation.id, MessageKind.INVITATION, "first")
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


def _headline(kind: str, words: Words, written: Texts) -> str | None:
    """What the organisers want the subject to say before the title; None where they leave it to us."""
    if written.subject is None:
        return None
    try:
        return texts.subject_of(written.subject, text_names(words)) or None
    except TextProblem as problem:
        _complain(kind, problem)
        return None


def _bodies(kind: str, language: str, words: Words, written: Texts) -> tuple[str, str]:
    """As text and as HTML, with the organisers' introduction on top."""
    introductions = _introductions(kind, words, written)
    common = {
        **words.common,
        "introduction_language": written.introduction.language if written.introduction else None,
        "headline_language": written.subject.language if written.subject else None,
    }

    def body(form: Form, common: Mapping[str, Any]) -> str:
        own = {**words.own, "introduction": introductions.get(form)}
        return filled(form, kind, language, Words(common, own))

    html = body(Form.HTML, common)
    if len(html.encode()) > _LONGEST_HTML:
        brief = {**common, **_brief(words.common["event"])}
        return body(Form.TEXT, brief), body(Form.HTML, brief)
    return body(Form.TEXT, common), html


def _brief(view: EventView) -> dict[str, Any]:
    """Without what stands on the event page, and on the reader's own page."""
    shown = replace(view, programme=ProgrammeView((), is_cut=True), hosts=view.hosts[:_HOSTS_IN_BRIEF])
    return {"event": shown, "answers": []}


def _introductions(kind: str, words: Words, written: Texts) -> Mapping[Form, str]:
    if written.introduction is None:
        return {}
    names = text_names(words)
    try:
        return {form: texts.introduction_of(written.introduction, form, names) for form in Form}
    except TextProblem as problem:
        _complain(kind, problem)
        return {}


def _complain(kind: str, problem: TextProblem) -> None:
    """It was checked when it was saved, so this is rare; the mail goes out without it."""
    log.error("message.text_not_usable", kind=kind, line=problem.line, problem=problem.message)


@lru_cache(maxsize=1024)
def _subject(what: str, view: EventView, language: str) -> str:
    """The date stays on, however long the title is."""
    gettext = translations(language).gettext
    what = _shortened(what, _WHAT_IN_SUBJECT)
    title = _shortened(view.title, min(_TITLE_IN_SUBJECT, SUBJECT_LENGTH - _AROUND_TITLE - len(what)))
    if view.date is None:
        return gettext("%(what)s: %(title)s") % {"what": what, "title": title}
    return gettext("%(what)s: %(title)s (%(date)s)") % {"what": what, "title": title, "date": view.date}


def _shortened(text: str, length: int) -> str:
    """At the last space, if it has one not too far back: not every script puts spaces between its words."""
    if len(text) <= length:
        return text
    start, _, cut_word = text[:length].rpartition(" ")
    return f"{start if len(cut_word) < length // 2 else text[: length - 1]}…"
