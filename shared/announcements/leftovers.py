"""Lists what no field took, so that nothing of an announcement vanishes silently."""

from collections.abc import Sequence

from shared.announcements.clocks import find_clocks
from shared.announcements.dates import find_dates
from shared.announcements.enrolment import says_places, says_sign_up
from shared.announcements.entries import prose_lines
from shared.announcements.forms import is_only_form
from shared.announcements.headings import Topic
from shared.announcements.hosts import hosts_in
from shared.announcements.items import cut_moderators, speakers_of_line
from shared.announcements.labels import Label
from shared.announcements.languages import says_language
from shared.announcements.locations import says_place
from shared.announcements.minutes import whole_length
from shared.announcements.moments import says_length
from shared.announcements.notes import Notes
from shared.announcements.passages import Passage
from shared.announcements.prices import says_price_or_access
from shared.announcements.sections import Section
from shared.announcements.titles import is_calendar_line

_TOPICS = {Topic.LEAD, Topic.PRACTICAL, Topic.REGISTRATION}


def tell_leftovers(
    sections: Sequence[Section], passages: Sequence[Passage], notes: Notes, *, calendar: str | None
) -> None:
    """Remark on every section that was left aside, and on every sentence of the others that gave no fact."""
    for section in sections:
        if section.topic is Topic.OTHER:
            texts = [section.heading.plain if section.heading else "", *(line.plain for line in section.lines())]
            notes.ignored(" · ".join(text for text in texts if text), code="section-ignored")
    prose = prose_lines(sections)
    for passage in passages:
        in_introduction = passage.line.plain in prose or any(passage.text in line for line in prose)
        if (
            passage.topic in _TOPICS
            and not passage.is_part
            and not in_introduction
            and not _is_understood(passage, calendar)
        ):
            notes.ignored(passage.text)


def _is_understood(passage: Passage, calendar: str | None) -> bool:
    if passage.is_title:
        return True
    if passage.label is not None:
        return passage.label is not Label.CONTACT
    text = passage.text
    return bool(
        is_only_form(text)
        or is_calendar_line(text, calendar)
        or find_dates(text)
        or find_clocks(text)
        or says_length(text)
        or whole_length(text) is not None
        or speakers_of_line(text)
        or says_language(passage)
        or says_price_or_access(passage)
        or says_sign_up(text)
        or says_places(text)
        or says_place(passage)
        or hosts_in(text)
        or cut_moderators(text)[1]
    )
