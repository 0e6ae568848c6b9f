"""Judges whether a text is an announcement of an event at all."""

import json
import re
from collections.abc import Sequence
from datetime import date

from shared.announcements.forms import form_in
from shared.announcements.headings import Topic
from shared.announcements.labels import Label
from shared.announcements.moments import clocks_of
from shared.announcements.passages import Passage
from shared.announcements.sections import Section
from shared.announcements.titles import Title
from shared.announcements.wording import folded
from shared.errors import NotAnAnnouncement

_CODE_LINE = re.compile(
    r"^\s*(?:import \w|from \S+ import|def \w+\(|class \w+[(:]|#include|function \w*\(|const \w+\s?=|let \w+\s?=|"
    r"var \w+\s?=|return\b|if \(|for \(|while \(|public \w+|private \w+|package \w|using \w+;|"
    r"SELECT |INSERT |CREATE |[\w.\[\]]+ [+*/-]?= .*|@@ |diff --git|[+-]{3} [ab]/|.*[;{}]\s*$|\$ \w+|#!/)"
)
_DEFINITION = re.compile(r"^\s*(?:(?:async )?def \w+\(.*\).*:|class \w+.*:|(?:async )?function \w*\(.*\{)\s*$", re.M)
_INVITES = re.compile(
    r"\b(?:regist\w+|sign up|rsvp|join us|invit\w+|attend\w*|participat\w+|inscri\w+|registr\w+|take place|be "
    r"held|aura lieu|se tiendra|tendra lugar|se celebrara|se realizara|rejoignez|save the date|speakers?|"
    r"ponentes?|intervenants?)\b"
)
# What a record, an application or a bill calls itself in its heading or beside it.
_OTHER_KINDS = re.compile(
    r"^\W*(?:(?:draft |approved )?minutes of (?:the|a|our)\b|meeting minutes\b|compte[- ]rendu d[eu]\b|"
    r"proces[- ]verbal\b|acta de (?:la|el|una) (?:reunion|sesion|junta)\b|curriculum vitae\b|"
    r"(?:job vacancy|vacancy notice)\b|offre d'emploi\b|oferta de (?:empleo|trabajo)\b|"
    r"(?:invoice|facture|factura)\s(?:no|number|numero|n|num|#|:)(?:\W|$)|"
    r"(?:webinar |event |meeting |workshop |conference )?recap\b)"
)
# A heading that an event about work might have as well; a salary beside it settles what it is.
_PERHAPS_VACANCY = re.compile(r"^\W*(?:vacancy|vacancies|job (?:offer|opening|description)|we are hiring)\b")
_HIRING = re.compile(
    r"\b(?:salary|cover letter|closing date for applications|full[- ]time|part[- ]time|fixed[- ]term)\b"
)
_LOG_LINE = re.compile(r"^\W?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d|^\w{3} +\d+ \d\d:\d\d:\d\d ", re.M)
_LEAST = 2
_LINES_OF_HEADING = 2


def refuse_other_kinds(text: str) -> None:
    """Raise for what is plainly another kind of text: JSON, program code, a log, a bare link."""
    stripped = re.sub(r"<[a-zA-Z/!][^<>]{0,2000}>", " ", text).strip() or text.strip()
    if re.fullmatch(r"<?https?://\S+>?", text.strip()):
        raise NotAnAnnouncement(
            "This is a link only, and links are not followed. Paste the text of the announcement behind it."
        )
    if _is_json(stripped):
        raise NotAnAnnouncement("This is JSON, not an announcement. Paste the announcement as people read it.")
    lines = [line for line in stripped.splitlines() if line.strip()][:2_000]
    coded = sum(_CODE_LINE.match(line[:300]) is not None for line in lines)
    is_module = len(lines) >= 3 and _CODE_LINE.match(lines[0]) is not None and len(_DEFINITION.findall(stripped)) > 0
    if len(lines) >= 3 and (coded * 2 > len(lines) or is_module):
        raise NotAnAnnouncement("This is program code, not an announcement. Paste the announcement as people read it.")
    if len(lines) >= 3 and len(_LOG_LINE.findall(stripped[:200_000])) * 2 > len(lines):
        raise NotAnAnnouncement("This is a log, not an announcement. Paste the announcement as people read it.")


def _is_json(text: str) -> bool:
    if text[:1] not in ("{", "["):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text[:1] == "{" and bool(re.match(r'\{\s*"[^"\n]{1,80}"\s*:', text))
    return True


def refuse_other_documents(lines: Sequence[str]) -> None:
    """Raise for what calls itself minutes, a recap, a curriculum vitae, a vacancy or an invoice in its first lines."""
    first = [folded(line[:100]) for line in lines[:_LINES_OF_HEADING]]
    is_vacancy = any(map(_PERHAPS_VACANCY.match, first)) and any(_HIRING.search(folded(line[:2_000])) for line in lines)
    if is_vacancy or any(map(_OTHER_KINDS.match, first)):
        raise NotAnAnnouncement(
            "This reads as minutes, a recap, a curriculum vitae, a vacancy or an invoice, not as an announcement. "
            "Paste the text that invites to the event."
        )


def require_title_and_day(title: Title | None, *, has_day: bool) -> None:
    if title is None and not has_day:
        raise NotAnAnnouncement(
            "The text has no title and no date, so no event can be made of it. Paste the whole announcement, "
            "with its heading."
        )
    if title is None:
        raise NotAnAnnouncement(
            "The text has no title, so no event can be made of it. Put the event's title in the first line."
        )
    if not has_day:
        raise NotAnAnnouncement(
            "The text names no date on which the event takes place. Add the date, for instance as a line of its own."
        )


def require_signs_of_event(
    title: Title, sections: Sequence[Section], passages: Sequence[Passage], *, starts_on: date, today: date
) -> None:
    """Raise when nothing but a title and a date speaks for an event: a letter, a recipe, an article."""
    if _signs(title, sections, passages, starts_on=starts_on, today=today) < _LEAST:
        raise NotAnAnnouncement(
            "The text has a title and a date, but nothing else that belongs to an event. Add the programme, the "
            "time or how to register."
        )


def _signs(
    title: Title, sections: Sequence[Section], passages: Sequence[Passage], *, starts_on: date, today: date
) -> int:
    topics = {section.topic for section in sections if section.blocks or section.topic is not Topic.LEAD}
    labels = {passage.label for passage in passages if passage.label is not None}
    telling = {
        Label.DATE,
        Label.TIME,
        Label.LOCATION,
        Label.REGISTRATION,
        Label.DEADLINE,
        Label.HOSTS,
        Label.MODERATOR,
        Label.PLACES,
        Label.PRICE,
        Label.LANGUAGE,
    }
    signs = 2 * (title.form is not None or form_in(title.text) is not None)
    signs += len(
        topics
        & {Topic.PROGRAMME, Topic.AUDIENCE, Topic.PRACTICAL, Topic.REGISTRATION, Topic.SPEAKERS, Topic.ORGANISERS}
    )
    signs += len(labels & telling)
    signs += any(form_in(passage.text) is not None for passage in passages)
    signs += any(_INVITES.search(folded(passage.text)) for passage in passages)
    signs += any(clocks_of(passage) for passage in passages if passage.label is not Label.CONTACT)
    return signs + (starts_on >= today)
