"""How the questions will look to those who register, in each language: a drawing, not a form."""

import streamlit as st

from services.dashboard import markup
from services.dashboard.fields import note, title
from services.dashboard.markup import Markup
from services.dashboard.registration_settings.form import Form
from services.dashboard.registration_settings.question_drafts import QuestionDraft, TranslationDraft
from services.dashboard.registration_settings.question_editor import translatable
from shared.schemas.questions import QuestionKind
from shared.translations import language_name

_ALWAYS = ("Name", "E-mail address", "Organisation", "City")
_MOST_SHOWN = 8


def draw(form: Form) -> None:
    markup.draw(title("How it will look"))
    languages = [form.base.text_language, *translatable(form.base)]
    chosen = st.segmented_control(
        "Language of the preview",
        languages,
        default=languages[0],
        required=True,
        key=form.key("preview_language"),
        format_func=lambda code: language_name(code, language="en"),
        label_visibility="collapsed",
    )
    language = chosen or languages[0]
    asked = [draft for draft in form.questions if draft.label.strip()]
    fields = [_plain(", ".join(_ALWAYS)), *(question(draft, language) for draft in asked)]
    markup.draw(markup.markup('<div class="pl-preview">{fields}</div>', fields=markup.join(fields)))
    untranslated = sum(not _is_translated(draft, language) for draft in asked)
    if language != languages[0] and untranslated:
        is_one = untranslated == 1
        note(
            f"{'One question is' if is_one else f'{untranslated} questions are'} not translated yet and "
            f"{'is' if is_one else 'are'} shown as you wrote {'it' if is_one else 'them'}."
        )


def _is_translated(draft: QuestionDraft, language: str) -> bool:
    one = draft.translations.get(language)
    return one is not None and bool(one.label.strip())


def _plain(words: str) -> Markup:
    return markup.markup('<p class="pl-empty">{words}, …</p>', words=words)


def question(draft: QuestionDraft, language: str) -> Markup:
    told = draft.translations.get(language) or TranslationDraft()
    label, help_text = told.label.strip() or draft.label, told.help.strip() or draft.help
    if draft.kind == QuestionKind.CONSENT:
        return _field(_tick("☐", label, is_required=draft.is_required), help_text)
    head = markup.markup("<b>{label}{star}</b>", label=label, star=_star(draft.is_required))
    return _field(markup.join([head, _help(help_text), _answer(draft, told)]), "")


def _field(content: Markup, help_text: str) -> Markup:
    return markup.markup("<div>{content}{help}</div>", content=content, help=_help(help_text))


def _help(text: str) -> Markup:
    return markup.markup("<small>{text}</small>", text=text) if text else Markup()


def _star(is_required: bool) -> Markup:
    return Markup(' <span title="must be answered">*</span>') if is_required else Markup()


def _tick(sign: str, label: str, *, is_required: bool = False) -> Markup:
    return markup.markup(
        '<span class="pl-tick"><i aria-hidden="true">{sign}</i><span>{label}{star}</span></span>',
        sign=sign,
        label=label,
        star=_star(is_required),
    )


def _answer(draft: QuestionDraft, told: TranslationDraft) -> Markup:
    match draft.kind:
        case QuestionKind.CHOICE | QuestionKind.CHOICES:
            return _choices(draft, told)
        case QuestionKind.YES_NO:
            return markup.join([_tick("○", "Yes"), _tick("○", "No")])
        case QuestionKind.LONG_TEXT:
            return Markup('<i class="pl-box pl-tall-box"></i>')
        case QuestionKind.NUMBER:
            return markup.markup('<i class="pl-box pl-short-box">{bounds}</i>', bounds=_bounds(draft))
        case QuestionKind.DATE:
            return Markup('<i class="pl-box pl-short-box">yyyy-mm-dd</i>')
        case _:
            return Markup('<i class="pl-box"></i>')


def _choices(draft: QuestionDraft, told: TranslationDraft) -> Markup:
    sign = "○" if draft.kind == QuestionKind.CHOICE else "☐"
    worded = [one for one in draft.choices if one.label.strip()]
    drawn = [_tick(sign, told.choices.get(one.uid, "").strip() or one.label) for one in worded[:_MOST_SHOWN]]
    more = len(worded) - _MOST_SHOWN
    return markup.join([*drawn, *([_help(f"and {more} more")] if more > 0 else [])])


def _bounds(draft: QuestionDraft) -> str:
    low, high = draft.minimum, draft.maximum
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    if low is not None:
        return f"{low:g} or more"
    return f"up to {high:g}" if high is not None else ""
