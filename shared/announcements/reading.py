"""Reads an announcement: from the text that was handed in to the facts of an event, with remarks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.announcements.blocks import Block, Line, Table, block_lines
from shared.announcements.clocks import find_clocks
from shared.announcements.dates import DateMention
from shared.announcements.days import DayReader, Days
from shared.announcements.enrolment import read_closing_day, read_places, read_registration_url
from shared.announcements.entries import groups_in_sentences, read_entries, read_introduction
from shared.announcements.forms import form_in
from shared.announcements.headings import Topic
from shared.announcements.hosts import read_hosts
from shared.announcements.html_blocks import html_title
from shared.announcements.judgement import (
    refuse_other_documents,
    refuse_other_kinds,
    require_signs_of_event,
    require_title_and_day,
)
from shared.announcements.labels import Label
from shared.announcements.languages import read_languages
from shared.announcements.leftovers import tell_leftovers
from shared.announcements.lengths import event_minutes, in_stated_half_of_day, with_last_minutes
from shared.announcements.locations import read_location, zone_of_location
from shared.announcements.model import Announcement
from shared.announcements.moments import MomentReader, stated_length
from shared.announcements.notes import Notes
from shared.announcements.outline import outlined
from shared.announcements.passages import Passage, labels_of, passages_of
from shared.announcements.prices import read_openness, read_price
from shared.announcements.programme import programme_sections, read_programme
from shared.announcements.sections import Section, divided_into_sections, of_topic
from shared.announcements.source import read_blocks
from shared.announcements.speakers import merged, read_lead_people, read_moderators, read_speakers, with_speakers
from shared.announcements.tails import with_tails_moved
from shared.announcements.titles import Title, find_calendar, find_title, with_title_lines_apart
from shared.announcements.wording import language_of
from shared.announcements.zone_phrases import zone_in

# Where "03/04/2026" is written month first.
_MONTH_FIRST_ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Phoenix",
    "America/Detroit",
)
_LONGEST_TITLE = 300
_MONTH_FIRST_STATED = {"ET", "CT", "MT", "PT", "EST", "EDT", "CDT", "MDT", "PST", "PDT"}


def read_announcement(
    text: str | bytes, *, media_type: str = "text/markdown", today: date, home_zone: str | None = None
) -> Announcement:
    """The facts of an announcement in Markdown, HTML or plain text, in English, French or Spanish.

    `home_zone` is the zone of the calendar it is imported into; it settles what the text leaves open. Raises
    AnnouncementEmpty, AnnouncementTooLarge, AnnouncementUnreadable or NotAnAnnouncement, and nothing else.
    """
    decoded, raw = read_blocks(text, media_type=media_type)
    refuse_other_kinds(decoded)
    refuse_other_documents([line.plain for block in raw[:10] for line in block_lines(block)])
    blocks = with_title_lines_apart(outlined(raw))
    title = find_title(blocks, page_title=html_title(decoded) if "<title" in decoded.lower() else None)
    sections = with_tails_moved(divided_into_sections(blocks, title_at=title.at if title else None))
    programme = programme_sections(sections, of_topic(sections, Topic.PROGRAMME))
    passages = [*_title_passage(blocks, title), *passages_of(sections), *_table_zones(programme)]
    notes = Notes()
    language = language_of(" ".join(line.plain for block in blocks for line in block_lines(block)))
    month_first = language == "en" and _writes_month_first(passages, home_zone)
    days = DayReader(passages, today=today, month_first=month_first, notes=notes).event_days([*sections, *programme])
    require_title_and_day(title, has_day=days is not None)
    assert title is not None
    assert days is not None
    require_signs_of_event(title, sections, passages, starts_on=days.starts_on, today=today)
    reading = _Reading(blocks, title, sections, programme, passages, days, language, notes, home_zone)
    return reading.announcement()


def _title_passage(blocks: Sequence[Block], title: Title | None) -> list[Passage]:
    """The title's own line, which may carry the date."""
    if title is None or title.at is None:
        return []
    line = Line("", " ".join(line.plain for line in block_lines(blocks[title.at])))
    return [Passage(line.plain[:2_000], Topic.LEAD, line, is_title=True)]


def _table_zones(programme: Sequence[Section]) -> Iterator[Passage]:
    """A programme whose column of times is headed "Time (CEST)" states the zone there."""
    for section in programme:
        for cell in (cell for block in section.blocks if isinstance(block, Table) for cell in block.header):
            if "(" in cell.plain and zone_in(cell.plain[cell.plain.index("(") + 1 :]) is not None:
                yield Passage(cell.plain[cell.plain.index("(") + 1 :], Topic.PROGRAMME, cell, Label.ZONE)


def _writes_month_first(passages: Sequence[Passage], home_zone: str | None) -> bool:
    stated = {clock.zone.stated for passage in passages for clock in find_clocks(passage.text[:2_000]) if clock.zone}
    return bool(stated & _MONTH_FIRST_STATED) or (home_zone or "").startswith(_MONTH_FIRST_ZONES)


@dataclass
class _Reading:
    """Everything that is known once title and days are found; `announcement` reads the rest in order."""

    blocks: Sequence[Block]
    title: Title
    sections: list[Section]
    programme_sections: list[Section]
    passages: list[Passage]
    days: Days
    language: str
    notes: Notes
    home_zone: str | None

    def announcement(self) -> Announcement:
        location = read_location(self.passages, text_language=self.language)
        is_free, price_text = read_price(self.passages)
        calendar = find_calendar(self.blocks, self.title.at)
        facts: dict[str, Any] = {
            "calendar": calendar,
            "title": self.title.text[:_LONGEST_TITLE],
            "form": self._form(),
            "starts_on": self.days.starts_on,
            "ends_on": self.days.ends_on,
            "is_free": is_free,
            "price_text": price_text,
            "is_open_to_all": read_openness(self._about_access()),
            "languages": read_languages(self.passages, text_language=self.language, notes=self.notes),
            "text_language": self.language,
            "places": read_places(self.passages),
            "registration_url": read_registration_url(self.sections, self.passages),
            "registration_closes_on": self._closing_day(),
            "location": location,
            **self._people_and_times(zone_of_location(location)),
            **self._texts(),
        }
        tell_leftovers(self.sections, self.passages, self.notes, calendar=calendar)
        return Announcement(**facts, remarks=self.notes.remarks)

    def _form(self) -> str | None:
        labelled_form = next((form_in(passage.text) for passage in labels_of(self.passages, Label.FORM)), None)
        texts = [self.title.text, *(passage.text for passage in self.passages)]
        return self.title.form or labelled_form or next((form for text in texts if (form := form_in(text))), None)

    def _about_access(self) -> list[Passage]:
        """Who may come may also be said under "Who should attend"."""
        audience = of_topic(self.sections, Topic.AUDIENCE)
        return [
            *self.passages,
            *(Passage(line.plain[:2_000], Topic.AUDIENCE, line) for s in audience for line in s.lines()),
        ]

    def _closing_day(self) -> date | None:
        return read_closing_day(self.passages, self._day_of, not_after=self.days.ends_on)

    def _day_of(self, mention: DateMention) -> date | None:
        return mention.first.on(mention.first.year or self.days.starts_on.year)

    def _texts(self) -> dict[str, Any]:
        return {
            "introduction": read_introduction(self.sections, self.notes),
            "contents": read_entries(of_topic(self.sections, Topic.CONTENTS), self.notes, about="contents"),
            "audiences": read_entries(
                of_topic(self.sections, Topic.AUDIENCE), self.notes, about="audiences", is_groups=True
            )
            or groups_in_sentences(passage.text for passage in self.passages if passage.label is None),
        }

    def _people_and_times(self, place_zone: str | None) -> dict[str, Any]:
        read = read_programme(
            self.programme_sections, starts_on=self.days.starts_on, day_of=self._day_of, notes=self.notes
        )
        event_people = [*read.people, *read_moderators(self.passages)]
        programme, speakers = with_speakers(read.facts(), read_speakers(self.sections, self.notes), others=event_people)
        hosts = read_hosts(self.sections, self.passages)
        people = merged([*event_people, *read_lead_people(self.sections, programme), *speakers, *hosts.people])
        reader = MomentReader(
            self.passages, self.days, programme, self.home_zone, place_zone, self.language, self.notes
        )
        reader.programme = programme = in_stated_half_of_day(programme, reader.stated_starts())
        moment = reader.read()
        stated = stated_length(self.passages)
        programme = with_last_minutes(programme, moment, stated=stated)
        minutes = event_minutes(programme, moment, self.days, stated=stated, notes=self.notes)
        return {
            "programme": programme,
            "people": people,
            "hosts": hosts.organisations,
            "starts_at_local": moment.starts_at_local,
            "time_zone": moment.time_zone,
            "time_text": moment.time_text,
            "minutes": minutes,
        }
