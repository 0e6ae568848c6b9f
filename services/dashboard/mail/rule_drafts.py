"""Rules while an organiser works on them: kept in the tab until they are saved or let go."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import streamlit as st

from services.dashboard.failures import Failure
from services.dashboard.mail.rule_words import UNITS, in_largest_unit
from shared.schemas.mail import RuleAnswer, Selection
from shared.schemas.mail_texts import MailText

# Each way to say when: anchor, and whether the minutes count back from it.
WHENS = {
    "before-start": ("start", 1),
    "after-start": ("start", -1),
    "before-end": ("end", 1),
    "after-end": ("end", -1),
    "moment": ("moment", 0),
    "now": ("moment", 0),
}
WHEN_NAMES = {
    "before-start": "before the start",
    "after-start": "after the start",
    "before-end": "before the end",
    "after-end": "after the end",
    "moment": "at a day and time",
    "now": "at once",
}
# What is offered for each kind; the API says no to the rest.
OFFERED = {
    "reminder": ("before-start", "after-start", "before-end", "moment"),
    "follow-up": ("after-end", "after-start", "moment"),
    "notice": ("now", "moment", "before-start", "after-start", "before-end", "after-end"),
    "nudge": ("before-start", "moment", "now"),
    "call-sheet": ("before-start", "moment", "now"),
}
_USUAL = {"reminder": (1, "days"), "follow-up": (2, "hours"), "nudge": (1, "weeks"), "call-sheet": (2, "days")}
_DRAFTS, _OPENED = "_rule_drafts", "_rule_opened"
_numbers = count(1)


@dataclass
class RuleDraft:
    """`rule` is what was saved, None for a new one. `texts` are subject and introduction by language."""

    kind: str
    when: str
    size: int = 0
    unit: str = "hours"
    moment: datetime | None = None
    selection: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, tuple[str, str]] = field(default_factory=dict)
    rule: RuleAnswer | None = None
    uid: str = field(default_factory=lambda: f"new{next(_numbers)}")
    failure: Failure | None = None
    # What is wrong with what was typed, found here: field to message. Made anew at each drawing.
    mistakes: dict[str, str] = field(default_factory=dict)

    def key(self, name: str) -> str:
        return f"rule_{name}_{self.uid}"

    def problem(self, name: str) -> str:
        said = self.failure.fields if self.failure else {}
        return self.mistakes.get(name) or said.get(name, "")

    @property
    def is_at_once(self) -> bool:
        return self.when == "now"

    def body(self) -> dict[str, Any]:
        """In the API's terms."""
        anchor, sign = WHENS[self.when]
        moment = self.moment.isoformat() if self.when == "moment" and self.moment else None
        return {
            "anchor": anchor,
            "minutes_before": sign * self.size * UNITS[self.unit],
            "moment": moment,
            "selection": self.selection,
            "texts": {language: text_json(text) for language, text in self.texts.items() if any(text)},
        }

    def changes(self) -> dict[str, Any]:
        """Of a saved rule, what the API must be told; a moment only together with its anchor."""
        assert self.rule is not None
        before, now = from_rule(self.rule).body(), self.body()
        changed = {name: value for name, value in now.items() if value != before[name]}
        if now["anchor"] != "moment":
            changed.pop("moment", None)
        elif "anchor" in changed:
            # "At once" is a moment too, though none is named.
            changed["moment"] = now["moment"]
        return changed


def text_json(text: tuple[str, str]) -> dict[str, str]:
    """What is left out is ours."""
    named = zip(("subject", "introduction"), text, strict=True)
    return {name: words.strip() for name, words in named if words.strip()}


def texts_of(texts: Mapping[str, MailText]) -> dict[str, tuple[str, str]]:
    return {language: (text.subject or "", text.introduction or "") for language, text in texts.items()}


def from_rule(rule: RuleAnswer) -> RuleDraft:
    size, unit = in_largest_unit(abs(rule.minutes_before))
    if rule.anchor == "moment":
        when = "moment" if rule.moment else "now"
    else:
        when = f"{'before' if rule.minutes_before >= 0 else 'after'}-{rule.anchor}"
    # What a kind does not offer is shown as it is, all the same.
    return RuleDraft(
        kind=rule.kind,
        when=when,
        size=size,
        unit=unit,
        moment=rule.moment,
        selection=selection_json(rule.selection),
        texts=texts_of(rule.texts),
        rule=rule,
        uid=str(rule.id),
    )


def selection_json(selection: Selection) -> dict[str, Any]:
    return {name: value for name, value in selection.model_dump().items() if value}


def new(kind: str) -> RuleDraft:
    size, unit = _USUAL.get(kind, (0, "hours"))
    return RuleDraft(kind=kind, when=OFFERED[kind][0], size=size, unit=unit)


def _all() -> dict[str, RuleDraft]:
    drafts: dict[str, RuleDraft] = st.session_state.setdefault(_DRAFTS, {})
    return drafts


def held(rule: RuleAnswer) -> RuleDraft:
    """What was typed about this rule; anew where somebody else has changed it since."""
    draft = _all().get(str(rule.id))
    if draft is None or draft.rule is None or _steady(draft.rule) != _steady(rule):
        draft = _all()[str(rule.id)] = from_rule(rule)
    draft.rule = rule
    return draft


def _steady(rule: RuleAnswer) -> dict[str, Any]:
    """The rule without what changes by itself, or by other buttons."""
    return rule.model_dump(exclude={"due_at", "state", "recipients", "sent", "total", "is_paused"})


def opened_new() -> RuleDraft | None:
    """The rule that is being made."""
    uid = st.session_state.get(_OPENED, "")
    return _all().get(uid) if uid.startswith("new") else None


def is_open(uid: str) -> bool:
    return bool(st.session_state.get(_OPENED) == uid)


def start(event_id: str, kind: str) -> None:
    draft = new(kind)
    _all()[draft.uid] = draft
    st.session_state[_OPENED] = draft.uid


def toggle(uid: str) -> None:
    st.session_state[_OPENED] = None if is_open(uid) else uid


def let_go(uid: str) -> None:
    """Forget what was typed, and with it the fields that show it."""
    _all().pop(uid, None)
    for key in [key for key in st.session_state if isinstance(key, str) and key.endswith(f"_{uid}")]:
        del st.session_state[key]
    if is_open(uid):
        st.session_state[_OPENED] = None
