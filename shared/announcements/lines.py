"""Builds lines of text from running pieces, keeping emphasis and links as Markdown."""

import re
from dataclasses import dataclass, field

from shared.announcements.blocks import Line, Link

URL = re.compile(r"https?://[^\s<>\"“”»|\\^`{}]{2,2000}", re.IGNORECASE)
_MARKDOWN_MARKS = re.compile(r"[\\`*]|(?<!\w)_|_(?!\w)|\](?=[(\[:])|<(?=[a-zA-Z/!?])|&(?=#?\w{1,31};)")
_LINE_STARTS = re.compile(r"^(\s*)(#{1,6}(?=\s)|[-+](?=\s)|>|\d{1,9}(?=[.)]\s)|={3,}|-{3,})")


def tidy(text: str) -> str:
    """Fold white space and drop characters that nobody can see; ordinary line breaks count as white space."""
    visible = "".join(
        " " if c in "\t\xa0\u2007\u202f\u3000" or c.isspace() else c for c in text if c.isprintable() or c.isspace()
    )
    return " ".join(visible.split())


def bare_url(match: re.Match[str]) -> str:
    """The address itself, without the punctuation of the sentence around it."""
    url = match.group().rstrip(".,;:!?'’\"*_")
    for _ in range(8):
        opening = {")": "(", "]": "["}.get(url[-1:])
        if opening is None or url.count(url[-1]) <= url.count(opening):
            break
        url = url[:-1].rstrip(".,;:!?")
    return url


def escaped(text: str) -> str:
    """Text as Markdown that reads as exactly this text, with bare addresses as links."""
    pieces, end = [], 0
    for match in URL.finditer(text):
        url = bare_url(match)
        pieces += [_MARKDOWN_MARKS.sub(r"\\\g<0>", text[end : match.start()]), f"<{url}>"]
        end = match.start() + len(url)
    pieces.append(_MARKDOWN_MARKS.sub(r"\\\g<0>", text[end:]))
    return "".join(pieces)


def plain_line(text: str, *, breaks: bool = False) -> Line:
    """A line of text that has no marks of its own."""
    text = tidy(text)
    links = tuple(Link(url=bare_url(match), text=bare_url(match)) for match in URL.finditer(text))
    return Line(markdown=_guarded(escaped(text)), plain=text, links=links, breaks=breaks)


def _guarded(markdown: str) -> str:
    return _LINE_STARTS.sub(lambda m: f"{m[1]}{m[2]}\\" if m[2].isdigit() else f"{m[1]}\\{m[2]}", markdown)


@dataclass
class LineBuilder:
    """Takes text, emphasis, links and breaks in reading order and gives lines."""

    lines: list[Line] = field(default_factory=list)
    _markdown: list[str] = field(default_factory=list)
    _plain: list[str] = field(default_factory=list)
    _links: list[Link] = field(default_factory=list)
    _marks: list[str] = field(default_factory=list)
    _link: tuple[str, int, int] | None = None

    def text(self, text: str) -> None:
        self._markdown.append(escaped(text) if self._link is None else _MARKDOWN_MARKS.sub(r"\\\g<0>", text))
        self._plain.append(text)
        if self._link is None:
            self._links += [Link(url=bare_url(m), text=bare_url(m)) for m in URL.finditer(text)]

    def open(self, mark: str) -> None:
        self._marks.append(mark)
        if self._marks.count(mark) == 1:
            self._markdown.append(mark)

    def close(self, mark: str) -> None:
        if mark not in self._marks:
            return
        self._marks.reverse()
        self._marks.remove(mark)
        self._marks.reverse()
        if mark not in self._marks:
            self._end_mark(mark)

    def _end_mark(self, mark: str) -> None:
        """Close an emphasis around its words only: Markdown does not allow spaces inside the marks."""
        start = next((at for at in range(len(self._markdown) - 1, -1, -1) if self._markdown[at] == mark), 0)
        inside = "".join(self._markdown[start + 1 :])
        words = inside.strip()
        before, after = inside[: len(inside) - len(inside.lstrip())], inside[len(inside.rstrip()) :]
        self._markdown[start:] = [before, mark + words + mark, after] if words else [inside]

    def open_link(self, url: str) -> None:
        self._link = (url, len(self._markdown), len(self._plain))

    def close_link(self) -> None:
        if self._link is None:
            return
        url, start, plain_start = self._link
        self._link = None
        text = tidy("".join(self._plain[plain_start:]))
        if not url.lower().startswith(("http://", "https://", "mailto:")) or not text:
            return
        self._links.append(Link(url=url, text=text))
        inside = "".join(self._markdown[start:]).strip()
        self._markdown[start:] = [
            f"<{url}>" if text in (url, url.removeprefix("mailto:")) else f"[{inside}]({_target(url)})"
        ]

    def line_break(self, *, on_purpose: bool) -> None:
        reopened = list(dict.fromkeys(self._marks)) if on_purpose else []
        for mark in reversed(reopened):
            self._end_mark(mark)
        line = Line(
            markdown=_guarded(tidy("".join(self._markdown))),
            plain=tidy("".join(self._plain)),
            links=tuple(self._links),
            breaks=on_purpose,
        )
        if line.plain:
            self.lines.append(line)
        elif on_purpose and self.lines:
            self.lines[-1] = Line(**{**vars(self.lines[-1]), "breaks": True})
        self._markdown, self._plain, self._links = list(reopened), [], []

    def finish(self) -> tuple[Line, ...]:
        self.close_link()
        self.line_break(on_purpose=True)
        return tuple(self.lines)


def _target(url: str) -> str:
    return f"<{url}>" if any(c in url for c in " ()<>") else url
