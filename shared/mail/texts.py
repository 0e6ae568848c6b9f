"""Organisers' own texts: which one a reader gets, what it may name, and whether it can be sent at all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.errors import InvalidInput
from shared.mail import filling, prose
from shared.mail.filling import TextProblem
from shared.mail.patterns import Words, filled_by
from shared.mail.rendering import Form

# What a text may name, with what it looks like. None is there in every mail; `default` and `if` are for that.
NAMES = {
    "name": "Ada Lovelace",
    "title": "Cities and water",
    "organisation": "River Cities",
    "contact": "events@example.org",
    "when": "Wednesday 22 July 2026, 15:00–16:30 (Madrid, UTC+2)",
    "when_here": "09:00–10:30 (New York, UTC-4)",
    "date": "22 Jul 2026",
    "starts_in": "in 3 days",
    "place": "Avinyó 15, Barcelona",
    "join_link": "https://events.example.org/join/x",
    "manage_link": "https://events.example.org/my/x",
    "invite_link": "https://events.example.org/invited/x",
    "event_link": "https://events.example.org/events/cities-and-water",
    "calendar_link": "https://events.example.org/events/cities-and-water.ics",
    "recording_link": "https://videos.example.org/cities-and-water",
    "list_link": "https://events.example.org/calendars/river-cities",
}
# Those that differ from reader to reader, filled into what all readers share.
OWN_NAMES = ("name", "join_link", "manage_link", "invite_link")


@dataclass(frozen=True, slots=True)
class Text:
    source: str
    language: str


@dataclass(frozen=True, slots=True)
class Texts:
    """What stands in place of our subject, and on top of our body. None: ours, and nothing."""

    subject: Text | None = None
    introduction: Text | None = None


Written = Mapping[str, Mapping[str, Any]]


def texts_for(language: str, event_language: str, *places: Written) -> Texts:
    """From the first of the places, such as a rule and its event, that has one; each of the two parts for itself."""

    def first(part: str) -> Text | None:
        return next(filter(None, (_chosen(texts, part, language, event_language) for texts in places)), None)

    return Texts(first("subject"), first("introduction"))


def _chosen(texts: Written, part: str, language: str, event_language: str) -> Text | None:
    """In the reader's language, else the event's, else in the only one there is."""
    written = {code: str(text[part]) for code, text in texts.items() if text.get(part)}
    for code in (language, event_language):
        if code in written:
            return Text(written[code], code)
    return next((Text(source, code) for code, source in written.items()), None) if len(written) == 1 else None


def subject_of(text: Text, names: Words) -> str:
    """One line with its names filled in. Raises TextProblem."""

    def in_one_line(all_names: Mapping[str, Any]) -> str:
        return filling.in_one_line(text.source, all_names)

    if _decides_by_the_reader(text.source):
        return in_one_line({**names.common, **names.own})
    return filled_by(("own subject", text.source), Form.TEXT, in_one_line, names)


def introduction_of(text: Text, form: Form, names: Words) -> str:
    """Laid out as the form wants it; HTML is marked as such. Raises TextProblem."""

    def laid_out(all_names: Mapping[str, Any]) -> str:
        source, values = filling.with_markers(text.source, all_names)
        return prose.as_html(source, values) if form is Form.HTML else prose.as_text(source, values)

    if _decides_by_the_reader(text.source):
        return laid_out({**names.common, **names.own})
    filled = filled_by(("own introduction", text.source, form), form, laid_out, names)
    return prose.marked(filled) if form is Form.HTML else filled


def _decides_by_the_reader(source: str) -> bool:
    """Whether more depends on who reads it than what is put into its gaps."""
    return any(use.name.partition(".")[0] in OWN_NAMES and not use.is_plain for use in filling.uses(source))


def check(texts: Written, *, field: str) -> None:
    """Whether these texts, by language, can be sent. Raises InvalidInput, which names field and line."""
    _refuse({name: why for code, text in texts.items() for name, why in _wrong(text, f"{field}.{code}")})


def check_one(text: Mapping[str, Any], *, field: str) -> None:
    """As `check`, of the text in one language."""
    _refuse(dict(_wrong(text, field)))


def check_of_event(texts: Mapping[str, Written]) -> None:
    """As `check`, of all kinds of mail of one event."""
    for kind, written in texts.items():
        check(written, field=f"mail_texts.{kind}")


def _refuse(wrong: Mapping[str, str]) -> None:
    if wrong:
        raise InvalidInput("A text of a mail cannot be used as it is: see the fields.", fields=wrong)


def _wrong(text: Mapping[str, Any], field: str) -> Iterator[tuple[str, str]]:
    for part in ("subject", "introduction"):
        yield from ((f"{field}.{part}", message) for message in _wrong_with(part, text.get(part)))


def _wrong_with(part: str, source: str | None) -> Iterator[str]:
    if not source:
        return
    try:
        _require_known(source)
        # Once with every name there is, once with none: either may be what a reader gets.
        for names in (NAMES, dict.fromkeys(NAMES)):
            _require_fitting(part, source, names)
    except TextProblem as problem:
        yield f"line {problem.line}: {problem.message}" if problem.line else problem.message


def _require_known(source: str) -> None:
    for use in filling.uses(source):
        if use.name not in NAMES:
            raise TextProblem(f"there is no name “{use.name}”; there are {', '.join(NAMES)}", use.line)


def _require_fitting(part: str, source: str, names: Mapping[str, str | None]) -> None:
    if part == "subject":
        filling.in_one_line(source, names)
        return
    if prose.is_too_long(*filling.with_markers(source, names)):
        raise TextProblem("becomes too long: mail programs would cut it off. Shorten it, or use less formatting")
