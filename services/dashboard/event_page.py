"""The head of a page about one event; and what stands there for who has none."""

from services.dashboard import events, heading, markup
from services.dashboard.desk import Desk
from services.dashboard.live import header
from services.dashboard.viewer import Viewer
from shared import clock
from shared.schemas.events import EventSummary


def begin(laid: Desk, title: str, *, viewer_zone: str | None = None) -> EventSummary | None:
    """Draws the head and returns the event that is chosen; None, with what to do, where there is none.

    With a `viewer_zone` the start is also said on that clock.
    """
    events.draw_refusal()
    event = laid.event
    if event is None:
        heading.draw(title)
        draw_none(laid.viewer)
        return None
    heading.draw(title, [event.title, *header.when(event, viewer_zone)], [header.state(event, clock.now())])
    return event


def draw_none(viewer: Viewer) -> None:
    if viewer.may_edit:
        detail = "Make the first one: “New event” in the menu takes an announcement, or begins with nothing."
    elif viewer.me.calendars:
        detail = "They appear here once an editor of your calendar has made one."
    else:
        detail = "You work on no calendar: ask an owner of one to add you, on the page Team."
    markup.notice("note", "No events yet", detail)
