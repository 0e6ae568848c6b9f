"""The look of a calendar's pages: its colour, held against what can be read, and its logo."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from services.dashboard import markup, said
from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.fields import note, warning
from services.dashboard.markup import Markup
from services.dashboard.viewer import Viewer
from shared import colours
from shared.schemas.calendars import CalendarSettings
from shared.schemas.sessions import CalendarRole

_USUAL = "#0c5f65"
Save = Callable[[Viewer, CalendarRole, CalendarSettings, dict[str, Any]], None]


def draw(viewer: Viewer, calendar: CalendarRole, now: CalendarSettings, *, is_owner: bool, save: Save) -> None:
    markup.draw(Markup('<h2 class="pl-card-title">Look</h2>'))
    colour = st.color_picker("Colour of buttons and links", now.accent_colour or _USUAL, disabled=not is_owner)
    markup.draw(preview(colour, now.organisation))
    _explain(colour)
    with st.container(horizontal=True, key="colour_buttons"):
        is_new = colour.lower() != (now.accent_colour or _USUAL).lower()
        if st.button("Use this colour", type="primary", disabled=not is_owner or not is_new, icon=":material/palette:"):
            save(viewer, calendar, now, {"accent_colour": colour})
        if now.accent_colour and is_owner and st.button("Use ours again", icon=":material/undo:"):
            save(viewer, calendar, now, {"accent_colour": None})
    _draw_logo(viewer, calendar, now, is_owner=is_owner)


def _explain(colour: str) -> None:
    found = colours.contrast(colour, colours.WHITE)
    if found >= colours.ENOUGH:
        note(f"Contrast on white {found:.1f}: can be read. On dark pages a lighter shade of it is used.")
    else:
        nearest = colours.darker_until_readable(colour)
        warning(
            f"Contrast on white {found:.1f}: too light to be read, 4.5 is needed. {nearest} is the nearest that can."
        )


def preview(colour: str, organisation: str) -> Markup:
    """How a button and a link will look, on light and on dark."""
    light, night = colours.darker_until_readable(colour), colours.lighter_until_readable(colour)
    return markup.join(
        markup.markup(
            '<div class="pl-look" style="background:{ground};color:{ink}"><b>{organisation}</b>'
            '<span style="background:{accent};color:{on}">Register</span>'
            '<u style="color:{accent}">Add to calendar</u></div>',
            ground=ground,
            ink=ink,
            accent=accent,
            on=on,
            organisation=organisation,
        )
        for ground, ink, accent, on in (
            ("#ffffff", "#17212b", light, "#ffffff"),
            (colours.NIGHT, "#e8eef2", night, colours.NIGHT),
        )
    )


def _draw_logo(viewer: Viewer, calendar: CalendarRole, now: CalendarSettings, *, is_owner: bool) -> None:
    note("There is a logo on the pages." if now.logo_url else "There is no logo yet.")
    if not is_owner:
        return
    file = st.file_uploader("Logo: PNG, JPEG or WebP, up to 512 KiB", ["png", "jpg", "jpeg", "webp"], max_upload_size=1)
    with st.container(horizontal=True, key="logo_buttons"):
        if file is not None and st.button("Use this logo", type="primary", icon=":material/image:"):
            outcome = api().put_logo(viewer.token, calendar.slug, file.getvalue())
            if isinstance(outcome, Failure):
                said.fail(outcome)
            said.say("good", "The logo is on the pages")
        if now.logo_url and st.button("Take the logo away", icon=":material/hide_image:"):
            failed = api().remove_logo(viewer.token, calendar.slug)
            if failed:
                said.fail(failed)
            said.say("good", "The logo is taken away")
