"""The notice that somebody has a place and no way in, when it begins soon."""

from services.dashboard import markup
from services.dashboard.formatting import count
from shared.schemas.stats import Stats

# The page Mail, from whichever page this is drawn on.
_LIST = "mail?event={event}"


def draw(stats: Stats) -> None:
    if stats.unreachable:
        way = markup.markup(
            '<a href="{list}" target="_self">See who they are and why</a>: correct an address, and the mail with their '
            "place goes there at once.",
            list=_LIST.format(event=stats.event.id),
        )
        markup.notice("warning", words(stats.unreachable), way)


def words(number: int) -> str:
    return "1 person has no working join link" if number == 1 else f"{count(number)} people have no working join link"
