"""The template language of organisers' texts: Liquid, cut down to names, conditions and a few filters.

Nothing in it can loop, call, load or grow: what a text becomes is bounded by how long it is.
"""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TextIO

from liquid import BoundTemplate, Environment, RenderContext, StrictUndefined
from liquid.ast import Node
from liquid.builtin.expressions import BooleanExpression, FilteredExpression, Path
from liquid.builtin.output import Output, OutputNode
from liquid.exceptions import LiquidError
from liquid.expression import Expression
from liquid.output import LimitedStringIO
from liquid.stringify import to_liquid_string

_TAGS = {"if", "unless", "case", "comment", "#", "content", "output", "illegal"}
_FILTERS = {"default", "upcase", "downcase", "capitalize", "truncate", "truncatewords"}
# Octets of what one text becomes before it is laid out; ten thousand characters and a few long names stay below.
_LONGEST = 150_000
# Letters and digits only, so that Markdown leaves it alone; nobody can write what they cannot guess.
_MARK = f"m{secrets.token_hex(8)}"
MARKER, LINK_MARKER = f"{_MARK}[lt][0-9]+e", f"{_MARK}l[0-9]+e"


class TextProblem(Exception):
    """What is wrong with a text, and in which of its lines (from 1; None: in no one of them)."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class Use:
    """One mention of a name. `is_plain` where it is only put in, or only asked whether it is there."""

    name: str
    line: int
    is_plain: bool


@dataclass(frozen=True, slots=True)
class Value:
    """What stands behind a marker. `is_link`: one of our own links, which may stand as an address."""

    words: str
    is_link: bool


class _Markers(LimitedStringIO):
    """Takes the text down with a marker in place of each value, so that no value is taken for Markdown."""

    def __init__(self) -> None:
        super().__init__(limit=_LONGEST)
        self.values: dict[str, Value] = {}

    def put(self, value: Value) -> str:
        marker = f"{_MARK}{'l' if value.is_link else 't'}{len(self.values)}e"
        self.values[marker] = value
        return marker


class _Put(OutputNode):
    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        words = to_liquid_string(self.expression.evaluate(context), autoescape=False)
        if words and isinstance(buffer, _Markers):
            words = buffer.put(Value(words, is_link=_is_link(self.expression)))
        return buffer.write(words)


class _Output(Output):
    node_class = _Put


class _Language(Environment):
    output_stream_limit = _LONGEST
    block_nesting_limit = 10

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        self.add_tag(_Output)
        self.tags = {name: tag for name, tag in self.tags.items() if name in _TAGS}
        self.filters = {name: function for name, function in self.filters.items() if name in _FILTERS}


_LANGUAGE = _Language(undefined=StrictUndefined)


def with_markers(source: str, names: Mapping[str, str | None]) -> tuple[str, Mapping[str, Value]]:
    """The text with a marker for each value, and the values. Raises TextProblem."""
    buffer = _Markers()
    _render(source, names, buffer)
    return buffer.getvalue(), buffer.values


def in_one_line(source: str, names: Mapping[str, str | None]) -> str:
    """The text with its values, for a subject. Raises TextProblem."""
    buffer = LimitedStringIO(limit=_LONGEST)
    _render(source, names, buffer)
    return " ".join(buffer.getvalue().split())


@lru_cache(maxsize=512)
def uses(source: str) -> tuple[Use, ...]:
    """Every name that the text mentions, in order. Raises TextProblem where it cannot be read."""
    template = _parsed(source)
    context = RenderContext(template)
    return tuple(use for node in template.nodes for use in _uses(node, context, source))


def _render(source: str, names: Mapping[str, str | None], buffer: TextIO) -> None:
    template = _parsed(source)
    try:
        template.render_with_context(RenderContext(template, globals=names), buffer)
    except LiquidError as problem:
        raise _told(problem) from None
    except (RecursionError, ValueError):
        raise TextProblem("cannot be filled in; make it simpler") from None


@lru_cache(maxsize=512)
def _parsed(source: str) -> BoundTemplate:
    try:
        return _LANGUAGE.from_string(source)
    except LiquidError as problem:
        raise _told(problem) from None
    except (RecursionError, ValueError):
        raise TextProblem("cannot be read; make it simpler") from None


def _told(problem: LiquidError) -> TextProblem:
    context = problem.context() if problem.token is not None else None
    return TextProblem(str(problem.message or "cannot be read"), context[0] if context else None)


def _uses(node: Node, context: RenderContext, source: str) -> Iterator[Use]:
    for expression in node.expressions():
        plain = _put_or_asked(expression)
        for path in _paths(expression):
            line = source.count("\n", 0, max(0, path.token.start_index)) + 1
            yield Use(str(path), line, is_plain=path is plain)
    for child in node.children(context):
        yield from _uses(child, context, source)


def _paths(expression: Expression) -> Iterator[Path]:
    if isinstance(expression, Path):
        yield expression
    for child in expression.children() or ():
        yield from _paths(child)


def _put_or_asked(expression: Expression) -> Path | None:
    """The name in `{{ name }}`, `{{ name | default: "…" }}` and `{% if name %}`."""
    if isinstance(expression, BooleanExpression):
        inner = expression.expression
    elif isinstance(expression, FilteredExpression) and all(one.name == "default" for one in expression.filters or ()):
        inner = expression.left
    else:
        return None
    return inner if isinstance(inner, Path) else None


def _is_link(expression: Expression) -> bool:
    path = _put_or_asked(expression)
    return path is not None and str(path).endswith("_link")
