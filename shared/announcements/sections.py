"""Divides an announcement into its sections: what stands under which heading."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from shared.announcements.blocks import Block, Heading, Line, Listing, Paragraph, Table, block_lines
from shared.announcements.clocks import find_clocks
from shared.announcements.headings import Topic, bare_heading, day_number, is_day_heading, topic_of
from shared.announcements.labels import Label, label_of

# The value of "Venue" may be a paragraph below that heading; these labels head nothing else.
HEADING_LABELS = set(Label) - {
    Label.CONTACT,
    Label.TITLE,
    Label.FORM,
    Label.OPEN,
    Label.HOSTS,
    Label.MODERATOR,
    Label.REGISTRATION,
}


@dataclass
class Section:
    """The blocks under one heading. Text before the first known heading has the topic LEAD."""

    topic: Topic
    heading: Line | None = None
    level: int = 1
    is_known: bool = True
    blocks: list[Block] = field(default_factory=list)

    def lines(self) -> Iterator[Line]:
        for block in self.blocks:
            yield from block_lines(block)


def divided_into_sections(blocks: Sequence[Block], *, title_at: int | None) -> list[Section]:
    """The sections in reading order; the block at `title_at` is the title and belongs to none."""
    sections = [Section(Topic.LEAD)]
    for position, block in enumerate(blocks):
        if position == title_at:
            continue
        following = blocks[position + 1] if position + 1 < len(blocks) else None
        if isinstance(block, Heading):
            _add_heading(sections, block, following, is_before_title=title_at is not None and position < title_at)
        else:
            sections[-1].blocks.append(block)
    return sections


def _add_heading(sections: list[Section], heading: Heading, following: Block | None, *, is_before_title: bool) -> None:
    current, text = sections[-1], heading.line.plain
    topic = None if is_before_title else topic_of(text)
    deeper = heading.level > current.level
    if is_before_title:
        current.blocks.append(heading)
    elif not text:
        sections.append(Section(Topic.LEAD))
    elif current.topic is Topic.PROGRAMME and (
        is_day_heading(text) or (deeper and topic in (None, Topic.INTRODUCTION))
    ):
        current.blocks.append(heading)
    elif label_of(bare_heading(text)) in HEADING_LABELS and topic in (None, Topic.PRACTICAL):
        sections.append(Section(Topic.PRACTICAL, heading.line, heading.level))
    elif topic is not None:
        sections.append(Section(topic, heading.line, heading.level))
    elif is_day_heading(text) and (day_number(text) is not None or _is_timed(following)):
        sections.append(Section(Topic.PROGRAMME, None, min(heading.level - 1, 5), blocks=[heading]))
    elif current.topic is Topic.LEAD or (deeper and current.topic is not Topic.OTHER):
        current.blocks.append(heading)
    else:
        sections.append(Section(Topic.OTHER, heading.line, heading.level, is_known=False))


def _is_timed(block: Block | None) -> bool:
    if not isinstance(block, Listing | Table | Paragraph):
        return False
    lines = list(block_lines(block))
    return 2 * sum(starts_with_clock(line.plain) for line in lines) >= len(lines) > 1


def starts_with_clock(text: str) -> bool:
    clocks = find_clocks(text[:60])
    return bool(clocks) and clocks[0].start <= 3


def of_topic(sections: Iterable[Section], *topics: Topic) -> list[Section]:
    return [section for section in sections if section.topic in topics]
