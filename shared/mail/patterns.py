"""What many readers share is rendered once: a pattern with gaps, which each reader's own words fill.

Rendering takes milliseconds and filling microseconds, and of ten thousand reminders all but a few words are the same.
"""

import re
import secrets
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import lru_cache
from typing import Any

from markupsafe import escape

from shared.mail.rendering import GAP_BEGINS, GAP_ENDS, Form, render, render_block

# Nobody can write what they cannot guess: a title that looks like a gap is none.
_NONCE = secrets.token_hex(8)
_GAP = re.compile(f"{GAP_BEGINS}{_NONCE}([a-z_]+){GAP_ENDS}")
_PATTERNS_KEPT = 4096
# Keys already, as they are. True and 1 would be one key, but no word is now a number and now a fact.
_KEYS = {str, int, bool, type(None)}


@dataclass(frozen=True, slots=True)
class Words:
    """Everything a template may say. `own` are texts that differ from reader to reader and nothing depends on, besides
    whether they are there; all that a template decides by is `common`."""

    common: Mapping[str, Any]
    own: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class _Ask:
    """A rendering to be done, known again by what goes into it."""

    key: Hashable
    render: Callable[[Mapping[str, Any]], str] = field(compare=False, hash=False)
    words: Words = field(compare=False, hash=False)


def filled(form: Form, kind: str, language: str, words: Words) -> str:
    """The whole body in one form, in this reader's words."""
    return _fill(_asked((form, kind, language), lambda all_: render(form, kind, language, all_), words), form, words)


def filled_by(what: Hashable, form: Form, rendered: Callable[[Mapping[str, Any]], str], words: Words) -> str:
    """What `rendered` makes of the words, in this reader's; `what` tells it from everything else that is rendered."""
    return _fill(_asked(what, rendered, words), form, words)


def filled_block(kind: str, block: str, language: str, words: Words) -> str:
    """One block as one line of plain text."""

    def rendered(all_: Mapping[str, Any]) -> str:
        return render_block(kind, block, language, all_)

    return _fill(_asked((kind, block, language), rendered, words), Form.TEXT, words)


def _asked(what: Hashable, rendered: Callable[[Mapping[str, Any]], str], words: Words) -> tuple[str, ...]:
    gaps = tuple([name if value else (name, value) for name, value in words.own.items()])
    return _pattern(_Ask((what, _key_of(words.common), gaps), rendered, words))


@lru_cache(maxsize=_PATTERNS_KEPT)
def _pattern(ask: _Ask) -> tuple[str, ...]:
    """Text, name of a gap, text, name of a gap, …, text."""
    own = ask.words.own.items()
    gaps = {name: f"{GAP_BEGINS}{_NONCE}{name}{GAP_ENDS}" if value else value for name, value in own}
    return tuple(_GAP.split(ask.render({**ask.words.common, **gaps})))


def _fill(pattern: tuple[str, ...], form: Form, words: Words) -> str:
    if len(pattern) == 1:
        return pattern[0]
    parts = list(pattern)
    for place in range(1, len(parts), 2):
        value = words.own[parts[place]] or ""
        parts[place] = str(escape(value)) if form is Form.HTML else value
    return "".join(parts)


# The words asked for last: the subject and both forms of a mail are rendered from the same.
_latest: list[tuple[Mapping[str, Any], Hashable]] = [({}, ())]


def _key_of(words: Mapping[str, Any]) -> Hashable:
    """The same for the same words in the same order, in which they come from one mail of a kind to the next."""
    latest, key = _latest[0]
    if latest is not words:
        key = tuple([value if type(value) in _KEYS else frozen(value) for value in words.values()]), tuple(words)
        _latest[0] = words, key
    return key


def frozen(value: Any) -> Hashable:
    """The same for equal values, and usable as a key."""
    if type(value) in _KEYS:
        return value  # type: ignore[no-any-return]
    if isinstance(value, Mapping):
        return tuple((name, frozen(part)) for name, part in sorted(value.items()))
    if isinstance(value, list | tuple):
        return tuple(map(frozen, value))
    if isinstance(value, set | frozenset):
        return frozenset(map(frozen, value))
    if is_dataclass(value) and not isinstance(value, type) and value.__hash__ is None:
        return tuple(frozen(getattr(value, one.name)) for one in fields(value))
    return value  # type: ignore[no-any-return]
