"""The page for whatever went wrong: what happened and what to do, in the reader's language, without the database."""

from collections.abc import Mapping
from dataclasses import replace

from fastapi import Request, Response

from services.api.pages.reader import reader_of
from services.api.pages.rendering import READING, page
from services.api.pages.texts import N_

_NOT_UNDERSTOOD = (
    N_("This request cannot be understood"),
    N_("Nothing was stored. Go back, load the page again and try once more."),
)
_OUR_MISTAKE = (N_("This is our mistake"), N_("It has been noted. Nothing was stored; please try again later."))
_TEXTS = {
    401: (N_("This page is not for everyone"), N_("Open the link in your mail again, or ask the host for a new one.")),
    403: (N_("This page is not for everyone"), N_("Open the link in your mail again, or ask the host for a new one.")),
    404: (
        N_("There is no such page"),
        N_("The address may be mistyped or cut off, or the event may have been removed. See the coming events."),
    ),
    405: (N_("This page cannot be used like that"), N_("Nothing was stored. Open it again and use its own buttons.")),
    408: (
        N_("The connection was too slow"),
        N_("Nothing was stored. Go back and send it again; a better connection may be needed."),
    ),
    409: (N_("This is not possible any more"), N_("Nothing was stored. Open the event’s page to see where it stands.")),
    413: (N_("That is too much text"), N_("Nothing was stored. Shorten what you wrote and send it again.")),
    415: (
        N_("This form was sent in a way we cannot read"),
        N_("Nothing was stored. Open the event’s page and use the form there."),
    ),
    429: (N_("Too many requests at once"), N_("Nothing was stored. Wait a minute, then try again.")),
    503: (N_("Not available for the moment"), N_("Nothing was stored. Please try again in a few seconds.")),
}


def problem_page(request: Request, status: int, *, headers: Mapping[str, str] | None = None) -> Response:
    fallback = _OUR_MISTAKE if status >= 500 else _NOT_UNDERSTOOD
    title, text = _TEXTS.get(status, fallback)
    never_kept = {"Cache-Control": "no-store"}
    reader = reader_of(request)
    if request.method not in READING:  # The language links lead to a page that can be opened.
        reader = replace(reader, path="/")
    return page(
        reader, "problem.html", status=status, problem_code=status, headers=never_kept | dict(headers or {}),
        problem_title=title,
        problem_text=text,
    )  # fmt: skip
