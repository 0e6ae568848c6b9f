"""What a calendar says of its organisation and how it looks: edited, with a colour that can be read and a logo."""

import hashlib
from io import BytesIO
from uuid import UUID

from PIL import Image, UnidentifiedImageError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from shared import clock, colours, outbox
from shared.errors import EditCollision, InvalidInput, NotFound
from shared.models import Calendar, CalendarLogo, Message, MessageKind, Organiser
from shared.outbox import NewMessage
from shared.schemas.calendars import CalendarChange, CalendarSettings
from shared.settings import get_settings
from shared.timezones import require_zone

LARGEST_LOGO = 512 * 1024
# Pixels. What is larger is no picture but an attempt to fill the memory; what is kept fits every screen.
_MOST_PIXELS, _WIDEST, _HIGHEST = 4_000_000, 640, 320
_FORMATS = ("PNG", "JPEG", "WEBP")
_NEVER_EMPTY = {"title", "organisation", "time_zone", "language"}


def version(calendar: Calendar) -> str:
    names = ("title", "organisation", "description", "time_zone", "language", "contact_address", "website",
             "accent_colour", "logo_digest")  # fmt: skip
    said = "\n".join(str(getattr(calendar, name)) for name in names)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def settings_of(calendar: Calendar) -> CalendarSettings:
    site = f"{get_settings().site_url}/calendars/{calendar.slug}"
    names = ("id", "slug", "title", "organisation", "description", "time_zone", "language", "contact_address",
             "website", "accent_colour")  # fmt: skip
    return CalendarSettings(
        **{name: getattr(calendar, name) for name in names},
        url=site,
        logo_url=f"{site}/logo?v={calendar.logo_digest[:12]}" if calendar.logo_digest else None,
        mail_from=get_settings().mail_address,
        version=version(calendar),
    )


def edit(session: Session, calendar: Calendar, change: CalendarChange, *, expected: str | None) -> list[str]:
    """The names of what was changed. Raises EditCollision where somebody else changed it since; InvalidInput."""
    session.refresh(calendar, with_for_update={"key_share": True})
    if expected is not None and expected != version(calendar):
        raise EditCollision("Somebody else has changed the settings meanwhile. Read them again first.")
    given = {name: getattr(change, name) for name in change.model_fields_set}
    wrong = {name: "cannot be empty" for name in given.keys() & _NEVER_EMPTY if given[name] is None}
    colour = given.get("accent_colour")
    if colour and colours.contrast(colour, colours.WHITE) < colours.ENOUGH:
        nearest = colours.darker_until_readable(colour)
        wrong["accent_colour"] = f"is too light to be read on white; {nearest} is the nearest that can be"
    if wrong:
        raise InvalidInput("Nothing was changed: see the fields.", fields=wrong)
    if "time_zone" in given:
        require_zone(given["time_zone"])
    changed = [name for name, value in given.items() if getattr(calendar, name) != value]
    for name in changed:
        setattr(calendar, name, given[name])
    session.flush()
    return changed


def put_logo(session: Session, calendar: Calendar, octets: bytes) -> None:
    """Kept as a PNG of ours, so that nothing hidden in the file comes along. Raises InvalidInput."""
    if len(octets) > LARGEST_LOGO:
        raise InvalidInput("The picture is too large: 512 KiB are the most.", fields={"logo": "is larger than 512 KiB"})
    drawn = _drawn_anew(octets)
    calendar.logo_digest = hashlib.sha256(drawn).hexdigest()
    session.merge(CalendarLogo(calendar_id=calendar.id, media_type="image/png", octets=drawn))
    session.flush()


def _drawn_anew(octets: bytes) -> bytes:
    try:
        with Image.open(BytesIO(octets), formats=_FORMATS) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise InvalidInput("The picture has too many pixels: 2000 × 2000 are the most.")
            picture.load()
            drawn = picture.convert("RGBA")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        raise InvalidInput("This is no picture that can be shown: give a PNG, JPEG or WebP file.") from None
    drawn.thumbnail((_WIDEST, _HIGHEST))
    out = BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()


def remove_logo(session: Session, calendar: Calendar) -> None:
    calendar.logo_digest = None
    session.execute(delete(CalendarLogo).where(CalendarLogo.calendar_id == calendar.id))


def logo(session: Session, calendar: Calendar) -> CalendarLogo:
    """Raises NotFound."""
    found = session.get(CalendarLogo, calendar.id) if calendar.logo_digest else None
    if found is None:
        raise NotFound("This calendar has no logo.")
    return found


def style(calendar: Calendar) -> str:
    """A style sheet of ours with nothing in it but colours that were computed from a checked one."""
    colour = calendar.accent_colour
    if colour is None:
        return ""
    light, night = colours.darker_until_readable(colour), colours.lighter_until_readable(colour)
    hover = colours.darker_until_readable(colour, "#c9c9c9")
    return (
        f":root {{ --accent: {light}; --accent-hover: {hover}; --accent-ink: #ffffff; }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ --accent: {night}; --accent-hover: #ffffff; "
        "--accent-ink: #10171b; } }\n"
    )


def send_test(session: Session, calendar: Calendar, organiser: Organiser) -> Message:
    """A mail to the organiser through the whole line; one a minute."""
    occasion = f"try-{calendar.id.hex[-8:]}-{clock.now():%Y%m%dT%H%M}"
    facts = {"by": organiser.name, "language": calendar.language}
    new = NewMessage(None, None, MessageKind.TEST, occasion, urgent=True, address=organiser.address, facts=facts)
    outbox.post(session, [new])
    of_it = Message.kind == MessageKind.TEST, Message.address == organiser.address, Message.occasion == occasion
    return session.scalars(select(Message).where(*of_it)).one()


def own_test(session: Session, organiser: Organiser, message_id: UUID) -> Message:
    """One's own. Raises NotFound."""
    found = session.get(Message, message_id)
    if found is None or found.kind != MessageKind.TEST or found.address != organiser.address:
        raise NotFound("There is no such test mail of yours. Send another.")
    return found
