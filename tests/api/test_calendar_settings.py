"""What a calendar says of its organisation, its colour and logo, a test mail, and the state of the system."""

import struct
import tomllib
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import text
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared import colours, system
from shared.models import Calendar, Message, Organiser, Role
from shared.release import RELEASE
from tests.factories import make_calendar, make_event, make_organiser, register, token_for

ROOT = Path(__file__).parents[2]


@pytest.fixture
def calendar(session: Session) -> Calendar:
    return make_calendar(session)


@pytest.fixture
def owner(session: Session, calendar: Calendar) -> Organiser:
    return make_organiser(session, calendar, Role.OWNER)


@pytest.fixture
def headers(session: Session, owner: Organiser) -> dict[str, str]:
    return token_for(session, owner)


def path_of(calendar: Calendar, rest: str) -> str:
    return f"/api/v1/calendars/{calendar.slug}/{rest}"


def picture(kind: str = "PNG", size: tuple[int, int] = (900, 300)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "#135724").save(out, kind)
    return out.getvalue()


def test_settings_are_changed_and_an_older_look_is_refused(
    client: TestClient, calendar: Calendar, headers: dict[str, str]
) -> None:
    path = path_of(calendar, "settings")
    before = client.get(path, headers=headers).json()
    known = headers | {"If-Match": f'"{before["version"]}"'}

    changed = client.patch(
        path, json={"organisation": "Rivers", "website": "https://rivers.example.org"}, headers=known
    )
    late = client.patch(path, json={"organisation": "Lakes"}, headers=known)

    assert changed.status_code == 200, changed.text
    assert changed.json()["organisation"] == "Rivers"
    assert changed.json()["slug"] == before["slug"]
    assert late.status_code == 412


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"website": "javascript:alert(1)"}, "website"),
        ({"accent_colour": "red"}, "accent_colour"),
        ({"accent_colour": "#ffdd00"}, "accent_colour"),
        ({"title": None}, "title"),
        ({"contact_address": "nobody"}, "contact_address"),
        ({"time_zone": "Mordor"}, None),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    client: TestClient, calendar: Calendar, headers: dict[str, str], change: dict[str, str], name: str | None
) -> None:
    answer = client.patch(path_of(calendar, "settings"), json=change, headers=headers)

    assert answer.status_code == 422
    assert name is None or answer.json()["errors"][0]["field"].endswith(name)


def test_a_colour_reaches_the_pages_and_can_be_read_by_day_and_by_night(
    session: Session, client: TestClient, calendar: Calendar, headers: dict[str, str]
) -> None:
    event = make_event(session, calendar)
    client.get(f"/events/{event.slug}")
    client.patch(path_of(calendar, "settings"), json={"accent_colour": "#7a1f5c"}, headers=headers)

    page = client.get(f"/events/{event.slug}").text
    style = client.get(f"/calendars/{calendar.slug}/look.css").text

    assert f"/calendars/{calendar.slug}/look.css?v=7a1f5c" in page
    assert "--accent: #7a1f5c" in style
    night = style.split("dark)")[1].split("--accent: ")[1][:7]
    assert colours.contrast(night, colours.NIGHT) >= 4.5


def test_a_logo_is_drawn_anew_and_shown(
    session: Session, client: TestClient, calendar: Calendar, headers: dict[str, str]
) -> None:
    hidden = picture("PNG") + b"secret appended"
    answer = client.put(path_of(calendar, "logo"), content=hidden, headers=headers)
    assert answer.status_code == 200, answer.text

    shown = client.get(f"/calendars/{calendar.slug}/logo")

    assert shown.headers["content-type"] == "image/png"
    assert b"secret" not in shown.content
    assert max(Image.open(BytesIO(shown.content)).size) <= 640
    assert f"/calendars/{calendar.slug}/logo?v=" in client.get(f"/calendars/{calendar.slug}").text
    assert client.delete(path_of(calendar, "logo"), headers=headers).status_code == 204
    assert client.get(f"/calendars/{calendar.slug}/logo").status_code == 404


def bomb() -> bytes:
    """A few bytes that say they are a picture of 400 million pixels."""
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))


@pytest.mark.parametrize(
    "content",
    [
        bomb(),
        b"",
        b"<svg onload=alert(1)>",
        picture("GIF"),
        picture("PNG", (2100, 2100)),
        picture()[:100],
        b"x" * 600_000,
    ],
)
def test_what_is_no_picture_is_refused(
    client: TestClient, calendar: Calendar, headers: dict[str, str], content: bytes
) -> None:
    assert client.put(path_of(calendar, "logo"), content=content, headers=headers).status_code == 422


def test_a_test_mail_goes_to_oneself_and_tells_its_fate(
    session: Session, client: TestClient, calendar: Calendar, headers: dict[str, str], owner: Organiser
) -> None:
    sent = client.post(path_of(calendar, "test-mail"), headers=headers).json()
    again = client.post(path_of(calendar, "test-mail"), headers=headers).json()
    other = token_for(session, make_organiser(session, calendar, Role.OWNER))

    assert (sent["address"], sent["status"], again["id"]) == (owner.address, "pending", sent["id"])
    path = path_of(calendar, f"test-mail/{sent['id']}")
    assert client.get(path, headers=headers).json()["status"] == "pending"
    assert client.get(path, headers=other).status_code == 404
    assert session.query(Message).count() == 1


def test_the_system_tells_operators_what_is_wrong(session: Session, client: TestClient) -> None:
    operator = token_for(session, make_organiser(session, is_operator=True))

    now = client.get("/api/v1/system", headers=operator).json()

    said = {one["check"]: one["level"] for one in now["findings"]}
    assert (said["migrations"], said["worker"], said["backup"]) == ("ok", "problem", "warning")
    assert (now["rows"]["calendar"], now["rows"]["event"]) == (0, 0)
    assert now["version"] == RELEASE
    system.note_backup(session)
    session.commit()
    later = client.get("/api/v1/system", headers=operator).json()
    assert {one["check"]: one["level"] for one in later["findings"]}["backup"] == "ok"


def test_rows_are_counted_while_they_are_few_and_estimated_beyond(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = make_event(session)
    for number in range(5):
        register(session, event, f"person-{number}@example.org")
    assert system.rows(session)["registration"] == 5

    monkeypatch.setattr(system, "EXACT_ROWS", 3)
    session.execute(text("ANALYZE registration"))
    assert system.rows(session)["registration"] == 5
    assert system.rows(session)["event"] == 1


def test_the_release_is_the_packages() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == RELEASE


def test_contrast_is_what_the_standard_says() -> None:
    assert round(colours.contrast("#000000", "#ffffff"), 2) == 21
    assert round(colours.contrast("#777777", "#ffffff"), 2) == 4.48
    assert colours.contrast(colours.darker_until_readable("#ffdd00"), "#ffffff") >= 4.5
    assert colours.darker_until_readable("#003300") == "#003300"
