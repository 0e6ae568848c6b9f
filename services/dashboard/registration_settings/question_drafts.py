"""Questions while an organiser works on them: unfinished, without keys, some taken out but not gone yet."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from shared.schemas.questions import WITH_CHOICES, QuestionFacts, QuestionKind

KIND_NAMES = {
    QuestionKind.SHORT_TEXT: "One line of text",
    QuestionKind.LONG_TEXT: "Several lines of text",
    QuestionKind.CHOICE: "One of several choices",
    QuestionKind.CHOICES: "Any of several choices",
    QuestionKind.YES_NO: "Yes or no",
    QuestionKind.NUMBER: "A number",
    QuestionKind.DATE: "A date",
    QuestionKind.CONSENT: "An agreement",
}

_LONGEST_KEY = 40
_KEY = re.compile(r"[a-z][a-z0-9-]{0,39}")
_numbers = count(1)


def kind_name(kind: QuestionKind) -> str:
    return KIND_NAMES[kind]


def _new_uid() -> str:
    return f"new{next(_numbers)}"


@dataclass
class ChoiceDraft:
    """`uid` names it on the page; `key` is None until it was saved, and stays from then on."""

    label: str = ""
    key: str | None = None
    uid: str = field(default_factory=_new_uid)


@dataclass
class TranslationDraft:
    """`choices` are by the choice's `uid`."""

    label: str = ""
    help: str = ""
    choices: dict[str, str] = field(default_factory=dict)


@dataclass
class QuestionDraft:
    """`key` is None until it was saved; `wished_key` is what an organiser wants it to become."""

    kind: QuestionKind = QuestionKind.SHORT_TEXT
    label: str = ""
    help: str = ""
    is_required: bool = False
    choices: list[ChoiceDraft] = field(default_factory=list)
    translations: dict[str, TranslationDraft] = field(default_factory=dict)
    minimum: float | None = None
    maximum: float | None = None
    key: str | None = None
    wished_key: str = ""
    uid: str = field(default_factory=_new_uid)

    @property
    def has_choices(self) -> bool:
        return self.kind in WITH_CHOICES

    def translation(self, language: str) -> TranslationDraft:
        return self.translations.setdefault(language, TranslationDraft())


def from_facts(facts: QuestionFacts) -> QuestionDraft:
    choices = [ChoiceDraft(choice.label, choice.key, choice.key) for choice in facts.choices]
    translations = {
        language: TranslationDraft(one.label or "", one.help or "", dict(one.choices))
        for language, one in facts.translations.items()
    }
    same: dict[str, Any] = facts.model_dump(include={"kind", "label", "is_required", "minimum", "maximum", "key"})
    return QuestionDraft(**same, help=facts.help or "", choices=choices, translations=translations, uid=facts.key)


def key_of(draft: QuestionDraft) -> str:
    """What names the question in exports: for good once saved, made of its words before."""
    return draft.key or _slug(draft.wished_key or draft.label, "question")


def is_key(text: str) -> bool:
    return _KEY.fullmatch(text) is not None


def to_json(drafts: Sequence[QuestionDraft]) -> list[dict[str, Any]]:
    """As the API takes them. New questions and choices get keys that nothing else has."""
    taken: set[str | None] = {draft.key for draft in drafts}
    return [_question(draft, draft.key or _free(key_of(draft), taken)) for draft in drafts]


def _question(draft: QuestionDraft, key: str) -> dict[str, Any]:
    keys = _choice_keys(draft.choices) if draft.has_choices else {}
    choices = [{"key": keys[one.uid], "label": one.label.strip()} for one in draft.choices if one.uid in keys]
    # Bounds typed before another kind was chosen mean nothing; those that were saved are the API's business.
    has_bounds = draft.key is not None or draft.has_choices or draft.kind == QuestionKind.NUMBER
    return {
        "key": key,
        "kind": draft.kind.value,
        "label": draft.label.strip(),
        "help": draft.help.strip() or None,
        "is_required": draft.is_required,
        "choices": choices,
        "translations": _translations(draft, keys),
        "minimum": draft.minimum if has_bounds else None,
        "maximum": draft.maximum if has_bounds else None,
    }


def _choice_keys(choices: Iterable[ChoiceDraft]) -> dict[str, str]:
    """By `uid`; choices without words are no choices."""
    worded = [choice for choice in choices if choice.label.strip()]
    taken: set[str | None] = {choice.key for choice in worded}
    return {choice.uid: choice.key or _free(_slug(choice.label, "choice"), taken) for choice in worded}


def _translations(draft: QuestionDraft, keys: dict[str, str]) -> dict[str, Any]:
    found = {}
    for language, one in draft.translations.items():
        choices = {keys[uid]: label.strip() for uid, label in one.choices.items() if uid in keys and label.strip()}
        label, help_text = one.label.strip() or None, one.help.strip() or None
        if label or help_text or choices:
            found[language] = {"label": label, "help": help_text, "choices": choices}
    return found


def _slug(text: str, fallback: str) -> str:
    """A key as the API wants it: it begins with a letter, and holds letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    slug = slug if slug[:1].isalpha() or not slug else f"{fallback}-{slug}"
    return slug[:_LONGEST_KEY].strip("-") or fallback


def _free(key: str, taken: set[str | None]) -> str:
    """The key, or with a number behind it where it is taken; taken from now on."""
    numbered = (f"{key[: _LONGEST_KEY - 4]}-{number}" for number in count(2))
    found = key
    while found in taken:
        found = next(numbered)
    taken.add(found)
    return found


def missing(draft: QuestionDraft) -> dict[str, str]:
    """What it lacks before it can be saved: field to what to do."""
    found = {}
    if not draft.label.strip():
        found["label"] = "Write what you want to ask."
    if draft.has_choices and not any(choice.label.strip() for choice in draft.choices):
        found["choices"] = "Give at least one choice."
    if draft.minimum is not None and draft.maximum is not None and draft.minimum > draft.maximum:
        found["maximum"] = "The most is less than the least; swap them."
    if draft.wished_key and not draft.key and not is_key(draft.wished_key):
        found["key"] = "Begin with a letter; then small letters, digits and hyphens."
    return found
