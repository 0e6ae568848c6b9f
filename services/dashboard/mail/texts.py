"""Subject and introduction of each kind of mail of one event: typed, previewed, saved together."""

from collections.abc import Mapping
from typing import Any, get_args

import streamlit as st

from services.dashboard import markup
from services.dashboard.drafts import Draft, Shelf
from services.dashboard.failures import Failure
from services.dashboard.fields import note, title
from services.dashboard.mail import previews, readers, text_fields
from services.dashboard.mail.previews import Wish
from services.dashboard.mail.rule_drafts import text_json, texts_of
from services.dashboard.mail.text_fields import Written
from services.dashboard.mail.words import kind_name
from services.dashboard.saving import draw_bar, draw_not_read, save
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventAnswer, EventSummary
from shared.schemas.mail_texts import MailTextKind
from shared.translations import language_name

_KINDS: tuple[str, ...] = get_args(MailTextKind)
_ABOUT = "the mail has our own words, in the reader's language."

Texts = dict[str, tuple[str, str]]


class _Texts(Draft):
    """`typed` are subject and introduction by language, by kind."""

    def changed(self) -> list[tuple[str, str]]:
        """Kind and language of every text that differs from what is saved."""
        before = _typed_of(self.base)
        pairs = {(kind, language) for texts in (before, self.typed) for kind, of in texts.items() for language in of}
        return sorted(pair for pair in pairs if _text(before, pair) != _text(self.typed, pair))

    def changes(self) -> dict[str, Any]:
        whole = {
            kind: {language: text_json(text) for language, text in texts.items()}
            for kind, texts in self.typed.items()
            if texts
        }
        return {"mail_texts": whole} if self.changed() else {}

    def rebase(self, newest: EventAnswer) -> None:
        mine = {pair: _text(self.typed, pair) for pair in self.changed()}
        self.base, self.typed, self.failure = newest, _typed_of(newest), None
        for (kind, language), text in mine.items():
            if any(text):
                self.typed.setdefault(kind, {})[language] = text
            else:
                self.typed.get(kind, {}).pop(language, None)
        self.generation += 1


def _begin(event: EventAnswer, generation: int) -> _Texts:
    return _Texts(event, _typed_of(event), generation)


_SHELF = Shelf[_Texts]("mail_texts", _begin)


def _typed_of(event: EventAnswer) -> dict[str, Texts]:
    return {kind: texts_of(texts) for kind, texts in event.mail_texts.items()}


def _text(typed: Mapping[str, Texts], pair: tuple[str, str]) -> tuple[str, str]:
    subject, introduction = typed.get(pair[0], {}).get(pair[1], ("", ""))
    return subject.strip(), introduction.strip()


def draw(viewer: Viewer, event: EventSummary) -> None:
    may_edit = viewer.may_edit_on(event.calendar.id)
    form = _SHELF.current(viewer, str(event.id))
    if isinstance(form, Failure):
        draw_not_read(form)
    elif may_edit:
        _draw_form(viewer, form)
    else:
        _draw_for_viewers(form.base)


def _draw_form(viewer: Viewer, form: _Texts) -> None:
    bar = st.container(key="save_bar", horizontal=True, vertical_alignment="center")
    trouble = st.container(key="save_trouble")
    words, looks = st.columns([3, 2], gap="medium")
    with words, st.container(border=True, key="card_texts"):
        kind, written = _draw_texts(form)
    with looks, st.container(border=True, key="card_preview"):
        reader = readers.choose(viewer, form.base, kind)
        wish = Wish(str(form.base.id), kind, written.language, None, reader, _shown_text(form, kind, written))
        previews.draw(viewer, wish, may_send=True, say=lambda failure: written.say(failure.fields))
    with trouble:
        _draw_failure(form)
    with bar:
        _draw_bar(viewer, form)


def _shown_text(form: _Texts, kind: str, written: Written) -> tuple[str, str]:
    """Readers of a language without a text get the one in the event's own."""
    texts = form.typed.get(kind, {})
    return texts.get(written.language) or texts.get(form.base.text_language) or ("", "")


def _draw_texts(form: _Texts) -> tuple[str, Written]:
    markup.draw(title("In your words"))
    kind = st.selectbox("Mail", list(_KINDS), key=f"texts_kind_{form.base.id}", format_func=kind_name)
    texts = form.typed.setdefault(kind, {})
    written = text_fields.draw(form.base, f"{kind}_{form.base.id}_{form.generation}", texts, about=_ABOUT)
    mine = {name: words for name, words in _wrong(form).items() if f".{kind}." in f".{name}."}
    written.say(mine)
    note(f"What a rule says in its own words goes before what stands here. {_so_far(form)}")
    return kind, written


def _so_far(form: _Texts) -> str:
    kinds = [kind_name(kind) for kind, texts in form.typed.items() if texts]
    return f"Written so far: {', '.join(kinds)}." if kinds else "None is written so far."


def _wrong(form: _Texts) -> Mapping[str, str]:
    return form.failure.fields if form.failure else {}


def _draw_failure(form: _Texts) -> None:
    if form.failure is None:
        return
    wrong = _wrong(form)
    if not wrong:
        markup.notice("problem", form.failure.title, form.failure.detail)
        return
    for name, words in wrong.items():
        markup.notice("problem", _place(name), words)


def _place(name: str) -> str:
    """ "Reminder, in Spanish: introduction", of `mail_texts.reminder.es.introduction`."""
    parts = name.split(".")
    if len(parts) < 4 or parts[1] not in _KINDS:
        return "Nothing was saved yet"
    return f"{kind_name(parts[1])}, in {language_name(parts[2], language='en')}: {parts[3]}"


def _draw_bar(viewer: Viewer, form: _Texts) -> None:
    kinds = dict.fromkeys(kind_name(kind) for kind, _ in form.changed())
    pressed = draw_bar(kinds, {}, discard=lambda: _SHELF.begin(form.base))
    _SHELF.remember(viewer, form)
    if pressed:
        save(viewer, _SHELF, form, form.changes(), then="Mail that leaves from now on has these words.")


def _draw_for_viewers(event: EventAnswer) -> None:
    markup.notice("note", "You can look, not write", "Ask an owner of the calendar to make you an editor.")
    with st.container(border=True, key="card_texts"):
        markup.draw(title("In the organisers' words"))
        rows = [
            (f"{kind_name(kind)}, {language_name(language, language='en')}", _both(text))
            for kind, texts in _typed_of(event).items()
            for language, text in texts.items()
        ]
        if not rows:
            note("All mails have our own words.")
        drawn = (markup.markup("<div><dt>{name}</dt><dd>{value}</dd></div>", name=n, value=value) for n, value in rows)
        markup.draw(markup.markup('<dl class="pl-facts">{drawn}</dl>', drawn=markup.join(drawn)))


def _both(text: tuple[str, str]) -> str:
    return "\n".join(part for part in text if part)
