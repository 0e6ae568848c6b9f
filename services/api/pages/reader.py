"""Who reads the page: the language they want it in, and the time zone they live in if they said so."""

from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from babel import Locale
from fastapi import Depends, Request

from services.api.pages.zones import find_zone
from shared import attribution, links
from shared.models import Registration
from shared.moments import formats
from shared.settings import get_settings
from shared.translations import LANGUAGES, best_language

_LONGEST_SHOWN = 60
# Pages behind the links of mails: what leads on among them says which mail the reader came from.
_PERSONAL = ("/my/", "/join/", "/invited/", "/unsubscribe/")
# Pages that lead to registering. Only these carry on what led somebody here, and only the public ones look where they
# come from: behind a personal link that is whichever program shows their mail.
_PUBLIC = ("/events/", "/calendars/")
_CARRYING = (*_PUBLIC, "/invited/")
SOURCE = "utm_source"


@dataclass(frozen=True)
class Reader:
    """`chosen` holds what the address bar says (`?lang=`, `?zone=`), so that links and forms can carry it on."""

    language: str
    zone: str | None
    path: str
    chosen: tuple[tuple[str, str], ...]
    # What they typed for a zone, where nobody can tell which they mean.
    unknown_zone: str | None = None
    # The token of the mail whose link they followed, on a personal page.
    mail: str | None = None
    # What led them here (`shared/attribution.py`).
    source: str | None = None

    @property
    def locale(self) -> Locale:
        """English is written as outside the United States: 24 hours, day before month."""
        return formats(self.language)

    @property
    def direction(self) -> str:
        return str(self.locale.text_direction)

    def link(self, path: str, **more: str | int) -> str:
        mail = {links.MAIL: self.mail} if self.mail and path.startswith(_PERSONAL) else {}
        carries = self.source and (path == "/" or path.startswith(_CARRYING))
        # Last, where a page that is kept for everybody can do without it (`sources.py`).
        query = urlencode(dict(self.chosen) | mail | more | ({SOURCE: self.source} if carries else {}))
        return f"{path}?{query}" if query else path

    def switch(self, language: str) -> str:
        """This page in another language."""
        return self.link(self.path, lang=language)

    def in_language(self, language: str | None) -> str:
        """The absolute address of this page in a language, or as the browser wishes."""
        return get_settings().site_url + self.path + (f"?lang={language}" if language else "")

    @property
    def canonical(self) -> str:
        return self.in_language(dict(self.chosen).get("lang"))


def reader_of(request: Request) -> Reader:
    """Never fails: what cannot be understood counts as not said."""
    wanted, typed = request.query_params.get("lang"), request.query_params.get("zone", "").strip()
    zone = find_zone(typed)
    language = wanted if wanted in LANGUAGES else None
    said = {"lang": language, "zone": zone}
    mail = request.query_params.get(links.MAIL, "") if request.url.path.startswith(_PERSONAL) else ""
    return Reader(
        language=language or best_language(request.headers.get("accept-language")),
        zone=zone,
        path=request.url.path,
        chosen=tuple((name, value) for name, value in said.items() if value),
        unknown_zone=typed[:_LONGEST_SHOWN] if typed and not zone else None,
        mail=mail if links.read_mail(mail) else None,
        source=_source(request),
    )


def _source(request: Request) -> str | None:
    path, said = request.url.path, request.query_params.get(SOURCE)
    if path == "/" or path.startswith(_PUBLIC):
        own = {urlsplit(get_settings().site_url).hostname or "", request.url.hostname or ""}
        return attribution.source(said, request.headers.get("referer"), own_hosts=own)
    return attribution.cleaned(said) if path.startswith(_CARRYING) else None


async def _current_reader(request: Request) -> Reader:
    return reader_of(request)


# Asynchronous, because FastAPI would take a thread for the other one.
CurrentReader = Annotated[Reader, Depends(_current_reader)]


def at_home(reader: Reader, registration: Registration) -> Reader:
    """In the language and on the clocks that the person chose, unless the address says otherwise."""
    is_chosen = "lang" in dict(reader.chosen) or registration.language not in LANGUAGES
    language = reader.language if is_chosen else registration.language
    return replace(reader, path=reader.path, language=language, zone=reader.zone or registration.time_zone)
