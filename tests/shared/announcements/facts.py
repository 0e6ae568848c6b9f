"""Short ways to write the facts that a test expects."""

from datetime import date, time
from pathlib import Path

from shared.announcements import Announcement, read_announcement
from shared.schemas.programme import ItemKind, Part, PersonFacts, ProgrammeItemFacts

EXAMPLES = Path(__file__).parents[3] / "examples"
MEDIA_TYPES = {".md": "text/markdown", ".html": "text/html", ".txt": "text/plain"}
TODAY = date(2026, 1, 15)


def read_example(name: str, *, home_zone: str | None = None) -> Announcement:
    file = EXAMPLES / name
    return read_announcement(file.read_bytes(), media_type=MEDIA_TYPES[file.suffix], today=TODAY, home_zone=home_zone)


def person(
    name: str,
    *,
    role: str | None = None,
    organisation: str | None = None,
    city: str | None = None,
    part: Part = Part.SPEAKER,
) -> PersonFacts:
    return PersonFacts(name=name, part=part, role=role, organisation=organisation, city=city)


def item(
    title: str, kind: ItemKind, minutes: int | None, *people: PersonFacts, day: int = 1, at: str | None = None
) -> ProgrammeItemFacts:
    return ProgrammeItemFacts(
        title=title,
        kind=kind,
        minutes=minutes,
        day=day,
        starts_at_clock=time.fromisoformat(at) if at else None,
        people=list(people),
    )


def codes(announcement: Announcement) -> list[str]:
    return [remark.code for remark in announcement.remarks]


def webinar(*lines: str, date_line: str = "3 March 2026, 15:00 (Europe/Madrid)") -> Announcement:
    """A small announcement with these lines below its title and date."""
    text = "\n".join(["# Webinar: Shade for schools", "", date_line, "", *lines])
    return read_announcement(text, today=TODAY)
