"""Subject and introduction of each kind of mail of one event: typed, previewed, saved together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

import streamlit as st

from services.dashboard import events, markup, said
from services.dashboard.api_client import api
from services.dashboard.failures import Cause, Failure
from services.dashboard.fields import note, title
from services.dashboard.mail import previews, readers, text_fields
from services.dashboard.mail.previews import Wish
from services.dashboard.mail.rule_drafts import text_json, texts_of
from services.dashboard.mail.text_fields import Written
from services.dashboard.mail.words import kind_name
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventAnswer, EventSummary
from shared.schemas.mail_texts import MailTextKind
from shared.translations import language_name

_KINDS: tuple[str, ...] = get_args(MailTextKind)
_FORMS = "_mail_texts"
_ABOUT = "the mail has our own words, in the reader's language."

Texts = dict[str, tuple[str, str]]


@dataclass
class _Form:
    """`typed` are subject and introduction by language, by kind. `generation` is part of every field's key."""

    base: EventAnswer
    typed: dict[str, Texts] = field(default_factory=dict)
    generation: int = 0
    failure: Failure | None = None

    def changed(self) -> list[tuple[str, str]]:
        """Kind and language of every text that differs from what is saved."""
        before = _typed_of(self.base)
        pairs = {(kind, language) for texts in (before, self.typed) for kind, of in texts.items() for language in of}
        return sorted(pair for pair in pairs if _text(before, pair) != _text(self.typed, pair))

    def body(self) -> dict[str, Any]:
        return {
            kind: {language: text_json(text) for language, text in texts.items()}
            for kind, texts in self.typed.items()
            if texts
        }


def _typed_of(event: EventAnswer) -> dict[str, Texts]:
    return {kind: texts_of(texts) for kind, texts in event.mail_texts.items()}


def _text(typed: Mapping[str, Texts], pair: tuple[str, str]) -> tuple[str, str]:
    subject, introduction = typed.get(pair[0], {}).get(pair[1], ("", ""))
    return subject.strip(), introduction.strip()


def draw(viewer: Viewer, event: EventSummary) -> None:
    may_edit = viewer.may_edit_on(event.calendar.id)
    form = _form(viewer, event)
    if isinstance(form, Failure):
        detail = "Load the page again in a moment." if form.is_passing else form.detail
        markup.notice("problem", form.title, detail)
    elif may_edit:
        _draw_form(viewer, form)
    else:
        _draw_for_viewers(form.base)


def _form(viewer: Viewer, event: EventSummary) -> _Form | Failure:
    """What was typed here before; else the event as it is now."""
    forms: dict[str, _Form] = st.session_state.setdefault(_FORMS, {})
    held = forms.get(str(event.id))
    if held is not None and held.changed():
        return held
    answer = api().event(viewer.token, str(event.id))
    if isinstance(answer, Failure):
        return held or answer
    if held is None or held.base.version != answer.version:
        held = forms[str(event.id)] = _Form(answer, _typed_of(answer), held.generation + 1 if held else 0)
    return held


def _draw_form(viewer: Viewer, form: _Form) -> None:
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


def _shown_text(form: _Form, kind: str, written: Written) -> tuple[str, str]:
    """Readers of a language without a text get the one in the event's own."""
    texts = form.typed.get(kind, {})
    return texts.get(written.language) or texts.get(form.base.text_language) or ("", "")


def _draw_texts(form: _Form) -> tuple[str, Written]:
    markup.draw(title("In your words"))
    kind = st.selectbox("Mail", list(_KINDS), key=f"texts_kind_{form.base.id}", format_func=kind_name)
    texts = form.typed.setdefault(kind, {})
    written = text_fields.draw(form.base, f"{kind}_{form.base.id}_{form.generation}", texts, about=_ABOUT)
    mine = {name: words for name, words in _wrong(form).items() if f".{kind}." in f".{name}."}
    written.say(mine)
    note(f"What a rule says in its own words goes before what stands here. {_so_far(form)}")
    return kind, written


def _so_far(form: _Form) -> str:
    kinds = [kind_name(kind) for kind, texts in form.typed.items() if texts]
    return f"Written so far: {', '.join(kinds)}." if kinds else "None is written so far."


def _wrong(form: _Form) -> Mapping[str, str]:
    return form.failure.fields if form.failure else {}


def _draw_failure(form: _Form) -> None:
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


def _draw_bar(viewer: Viewer, form: _Form) -> None:
    changed = form.changed()
    names = dict.fromkeys(kind_name(kind) for kind, _ in changed)
    words = f"Not saved yet: {', '.join(names)}." if changed else "Everything is saved."
    tone = "pl-unsaved" if changed else "pl-saved"
    markup.draw(markup.markup('<p class="{tone}" role="status">{words}</p>', tone=tone, words=words))
    st.button("Discard", key="discard", icon=":material/undo:", disabled=not changed, on_click=_discard, args=(form,))
    pressed = st.button("Save", key="save", type="primary", icon=":material/save:", disabled=not changed)
    if pressed and changed:
        _save(viewer, form)


def _discard(form: _Form) -> None:
    form.typed, form.failure = _typed_of(form.base), None
    form.generation += 1


def _save(viewer: Viewer, form: _Form) -> None:
    outcome = api().edit(viewer.token, form.base, {"mail_texts": form.body()})
    if not isinstance(outcome, Failure):
        form.base, form.failure = outcome, None
        _discard(form)
        events.renew()
        said.say("good", "Saved", "Mail that leaves from now on has these words.")
    if outcome.cause is Cause.OUTDATED:
        _take_in(viewer, form)
    form.failure = outcome
    st.rerun()


def _take_in(viewer: Viewer, form: _Form) -> None:
    """Somebody else saved: their texts come in, and what was typed here stays typed."""
    newest = api().event(viewer.token, str(form.base.id))
    if isinstance(newest, Failure):
        form.failure = newest
        st.rerun()
    mine = {pair: _text(form.typed, pair) for pair in form.changed()}
    form.base, form.typed, form.failure = newest, _typed_of(newest), None
    for (kind, language), text in mine.items():
        if any(text):
            form.typed.setdefault(kind, {})[language] = text
        else:
            form.typed.get(kind, {}).pop(language, None)
    form.generation += 1
    detail = "Their changes are in the fields now, and what you typed is kept. Look at it once more, then save."
    said.say("warning", "Somebody else has changed this event meanwhile", detail)


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
