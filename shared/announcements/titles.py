"""Finds the title of an announcement, the kind of event it names, and the calendar it stands in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.announcements.blocks import Block, Heading, Line, Listing, Paragraph, block_lines, joined
from shared.announcements.clocks import find_clocks
from shared.announcements.dates import find_dates
from shared.announcements.forms import ENDS_WITH_FORM as _ENDS_WITH_FORM
from shared.announcements.forms import FORM_PREFIX, FORM_QUOTED, form_in, is_only_form
from shared.announcements.headings import day_number, topic_of
from shared.announcements.labels import Label, label_of, labelled
from shared.announcements.lines import URL
from shared.announcements.outline import PSEUDO_LEVEL
from shared.announcements.wording import folded, phrase

_QUOTES = {'"': '"', "“": "”", "«": "»", "„": "“", "‘": "’", "'": "'", "”": "”"}
_SAVE_THE_DATE = re.compile(
    r"^\W*(?:save the dates?|reservez la date|a vos agendas|reserva la fecha|resérvate la fecha|invitation|invitacion|"
    r"announcement|annonce|anuncio|upcoming events?|evenement a venir|proximo evento|re|fwd?|tr|rv|news|last "
    r"call|reminder|"
    r"new|event|evento|evenement|convocatoria|communique|communique de presse|press release|comunicado|nota de "
    r"prensa|agenda|you are invited|you're invited)\s*(?:[:!|–—-]\s*|$)"
)
_CALENDAR_WORDS = re.compile(
    r"\b(?:calendar|calendrier|calendario|agenda|series|cycle|ciclo|serie|programme of events)\b"
)
_GREETING = re.compile(
    r"^\W*(?:dear|hello|hi|bonjour|chers?|cheres?|estimad\w+|hola|queridos?|madame|join us|we are|nous|please)\b"
)
_SERIES = re.compile(
    r"(?:series|cycle|ciclo|serie)\s+(?:of \w+ |de \w+ )?[“\"«]\s*([^“”\"«»]{3,80}?)\s*[”\"»]", re.IGNORECASE
)
_SERIES_ONLY = re.compile(
    r"^\W*(?:(?:webinar|seminar|lecture|event|conference|talk|online|workshop)\s)*(?:series|cycle de \w+|cycle|ciclo "
    r"de \w+|ciclo|serie)\s?:?\s[“\"«][^“”\"«»]{3,80}[”\"»]\W*$"
)
_INVITED_TO = re.compile(
    r"\b(?:invit\w+|pleased to|join us|announce\w*|placer|plaisir|talk about|public talk|lecture|take part in|"
    r"participe[rz]? a)\b"
)
_EMPHASISED = re.compile(r"\*\*(?P<bold>[^*]{6,200})\*\*|[“\"«](?P<quoted>[^“”\"«»]{6,200})[”\"»]")
_LONGEST = 400
_LONGEST_CLOSE = 12
_MOST_WORDS = 32
_LOOKED_AT = 14


@dataclass(frozen=True)
class Title:
    """The title as it is shown, the kind word that stood before it, and which block it was."""

    text: str
    form: str | None
    at: int | None


def find_title(blocks: Sequence[Block], *, page_title: str | None = None) -> Title | None:
    """The likeliest title; None when nothing stands where a title would."""
    candidates = sorted(_candidates(blocks), key=lambda candidate: -candidate[0])
    if candidates:
        _, at, text = candidates[0]
        return _title(text, at, form_near(blocks, at))
    return _title(re.split(r"\s[|–—-]\s", page_title)[0], None, None) if page_title else None


def with_title_lines_apart(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The same text; where the first paragraphs hold several lines of a letterhead, each line is a paragraph."""
    found: list[Block] = []
    in_lead = True
    for position, block in enumerate(blocks):
        in_lead = in_lead and not (position and isinstance(block, Heading) and topic_of(block.line.plain) is not None)
        if in_lead and position < _LOOKED_AT and isinstance(block, Paragraph) and _is_letterhead(block.lines):
            found.extend(Paragraph((line,)) for line in block.lines)
        else:
            found.append(block)
    return tuple(found)


def _is_letterhead(lines: Sequence[Line]) -> bool:
    if len(lines) < 2 or not all(line.breaks or len(line.plain) < 55 or _is_fact(line) for line in lines[:-1]):
        return False
    if all(len(line.plain.split()) <= 8 for line in lines) and any(re.search(r"[.!]$|,", line.plain) for line in lines):
        return True
    return len(lines) > 2 or any(
        _is_fact(line) or is_only_form(line.plain) or line.plain[:1] in _QUOTES or FORM_PREFIX.match(folded(line.plain))
        for line in lines
    )


def _candidates(blocks: Sequence[Block]) -> Iterator[tuple[float, int | None, str]]:
    form_before = names_form = False
    for position, block in enumerate(blocks[:_LOOKED_AT]):
        if (
            position
            and isinstance(block, Heading)
            and topic_of(block.line.plain) is not None
            and _has_text(blocks[:position])
        ):
            break
        yield from _labelled_title(block, position)
        yield from _named_in_sentence(block, position)
        line = _title_line(block)
        if line is None or not _may_be_title(line.plain):
            form_before = form_before or (line is not None and is_only_form(line.plain))
            continue
        follows_form = form_before or (names_form and line.plain[:1] in _QUOTES)
        yield _score(block, line) - 1.5 * position + 15 * follows_form, position, line.plain
        form_before, names_form = False, _ENDS_WITH_FORM.match(folded(line.plain)) is not None


def _has_text(blocks: Sequence[Block]) -> bool:
    return any(line is not None and _may_be_title(line.plain) for line in map(_title_line, blocks))


def _labelled_title(block: Block, position: int) -> Iterator[tuple[float, int | None, str]]:
    if isinstance(block, Heading):
        return
    for line in block_lines(block):
        if (found := labelled(line)) is not None and found.label is Label.TITLE and _may_be_title(found.value.plain):
            # A lone line is the title itself; in a block of labels the block still has its other lines.
            alone = isinstance(block, Paragraph) and len(block.lines) == 1
            yield 60 - position, position if alone else None, found.value.plain


def _named_in_sentence(block: Block, position: int) -> Iterator[tuple[float, int | None, str]]:
    """What a letter invites to, in bold or in quotation marks: "You are invited to the launch of **…**"."""
    if not isinstance(block, Paragraph) or position > 6:
        return
    line = joined(block.lines)
    match = _INVITED_TO.search(folded(line.markdown[:2_000]))
    if match is not None and (named := _EMPHASISED.search(line.markdown, match.end())) is not None:
        text = (named["bold"] or named["quoted"]).strip(" .,")
        if _may_be_title(text) and not _is_fact(Line(text, text)):
            yield 13.0 - position, None, text


def _title_line(block: Block) -> Line | None:
    match block:
        case Heading(line=line):
            return line
        case Paragraph(lines=lines) if len(lines) <= 2 and not any(map(_is_fact, lines)):
            return joined(lines)
        case Paragraph(lines=(first, *_)) if first.breaks or len(first.plain) < 100:
            return first
        case _:
            return None


def _is_fact(line: Line) -> bool:
    if len(line.plain) > _LONGEST:
        return False
    return labelled(line) is not None or bool(find_dates(line.plain)) or bool(find_clocks(line.plain))


def _may_be_title(text: str) -> bool:
    if len(text) > _LONGEST:
        return False
    bare = _undated(_without_opening(text)).strip()
    if not 1 <= len(bare.split()) <= _MOST_WORDS or sum(c.isalpha() for c in bare) < 3 or URL.match(bare):
        return False
    if len(bare.split()) > 7 and bare.endswith((".", ":")):
        return False
    if is_only_form(bare) or topic_of(bare) is not None or label_of(bare) is not None or day_number(bare) is not None:
        return False
    known = labelled(Line(bare, bare))
    return (known is None or known.label is Label.FORM) and not _GREETING.match(folded(bare))


def _score(block: Block, line: Line) -> float:
    lowered = folded(line.plain)
    score = 10.0
    if isinstance(block, Heading):
        score = {1: 34.0, 2: 26.0, 3: 20.0}.get(block.level, 15.0)
        score += 2.0 * (block.level == PSEUDO_LEVEL and line.markdown.startswith("**"))
    score += (
        22 * bool(FORM_PREFIX.match(lowered))
        + 22 * bool(FORM_QUOTED.match(lowered))
        + 6 * (form_in(lowered) is not None)
    )
    score += 10 * (line.plain[:1] in _QUOTES) - 14 * bool(
        _CALENDAR_WORDS.search(lowered) and len(line.plain.split()) <= 5
    )
    score -= 60 * (_SERIES_ONLY.match(lowered) is not None)
    score -= 5 * (len(line.plain.split()) == 1) + 8 * (
        line.plain.rstrip().endswith((".", ",")) and not isinstance(block, Heading)
    )
    return score - 6 * bool(find_dates(line.plain) and len(_undated(line.plain).split()) < 4)


def form_near(blocks: Sequence[Block], at: int | None) -> str | None:
    """The kind of event, where it stands as a line of its own right before the title, or is labelled."""
    for block in blocks[max(0, (at or 0) - 3) : at or 0]:
        if (line := _title_line(block)) is not None and is_only_form(line.plain):
            return form_in(line.plain)
    return None


def _title(text: str, at: int | None, form: str | None) -> Title | None:
    text = _undated(_without_opening(text))
    lowered = folded(text)
    if (quoted := FORM_QUOTED.match(lowered)) is not None:
        # Where date, price and link follow on the same line, the line is read for them as well.
        at = None if len(text) - quoted.end("title") > _LONGEST_CLOSE else at
        form, text = form_in(quoted["form"]) or form, text[quoted.start("title") : quoted.end("title")]
    elif (prefixed := FORM_PREFIX.match(lowered)) is not None:
        form, text = form_in(prefixed["form"]) or form, text[prefixed.end() :]
    text = _unquoted(text.strip(" |·•–—-_*#:")).strip()
    text = re.sub(r"[\s\u2190-\u2bff\ufe0f\u200d\U0001f000-\U0001faff]+$", "", text)
    return Title(text[:1].upper() + text[1:], form, at) if text else None


def _without_opening(text: str) -> str:
    text = re.sub(r"^[^\w“\"«„‘'¿¡(]+", "", text)
    for _ in range(2):
        match = _SAVE_THE_DATE.match(folded(text))
        if match is None or not text[match.end() :].strip():
            break
        text = text[match.end() :]
    return text.strip()


def _undated(text: str) -> str:
    """The title without a date (and time) that was written behind or before it."""
    for mention in find_dates(text)[:1]:
        before, after = text[: mention.start].rstrip(), text[mention.end :]
        behind = re.sub(r"^\s*(?:[,|–—-]?\s*(?:at|à|a las)?\s*[\d:.h]{2,8}.{0,30})?[)\]]?\s*$", "", after)
        if not behind and re.search(r"[|,:(\[–—-]$", before):
            return before.rstrip(" |,:([–—-")
        if not before and re.match(r"\s*[|:–—-]\s", after):
            return after.lstrip(" |:–—-")
    return text


def _unquoted(text: str) -> str:
    closing = _QUOTES.get(text[:1])
    if closing and text.endswith(closing) and len(text) > 2 and closing not in text[1:-1] and text[0] not in text[1:-1]:
        return text[1:-1].strip()
    return text


def find_calendar(blocks: Sequence[Block], title_at: int | None) -> str | None:
    """The calendar or series that the announcement says it is part of."""
    for block in blocks[: title_at or 0]:
        line = _title_line(block)
        if line is not None and _CALENDAR_WORDS.search(folded(line.plain[:400])) and len(line.plain.split()) <= 8:
            return _calendar_name(line.plain)
    for line, is_bullet in ((line, isinstance(block, Listing)) for block in blocks for line in block_lines(block)):
        found = None if is_bullet else labelled(line)
        if found is not None and found.label is Label.CALENDAR:
            return _unquoted(found.value.plain)[:200]
        if (series := _SERIES.search(line.plain[:2_000])) is not None:
            return series[1]
    return None


def _calendar_name(text: str) -> str:
    """The name alone, without "Webinar series:" before it; capitals only where a sentence would have them."""
    if _SERIES_ONLY.match(folded(text)) and (series := _SERIES.search(text)) is not None:
        return series[1]
    text = _unquoted(re.sub(r"^[^:]{0,30}\b(?i:series|cycle|ciclo|serie)\s?:\s+(?=\S)", "", text).strip(" :|–—-"))
    return text.capitalize() if text.isupper() else text


def is_calendar_line(text: str, calendar: str | None) -> bool:
    """Whether a line is the calendar's name, or a part of it that stands on a line of its own."""
    return calendar is not None and (phrase(calendar) in phrase(text) or phrase(text) in phrase(calendar))
