"""What is no announcement gets one of four clear errors."""

import json

import pytest

from shared.announcements import read_announcement
from shared.errors import AnnouncementEmpty, AnnouncementTooLarge, AnnouncementUnreadable, NotAnAnnouncement
from tests.shared.announcements.facts import TODAY

RECIPE = """# Lentil soup

Serves four, takes 40 minutes.

- 300 g lentils
- 2 onions

1. Fry the onions for 10 minutes.
2. Add the lentils and simmer."""
SOURCE = """import os
from datetime import date

def webinar(day: date) -> str:
    # Created on 3 March 2026
    return f"Webinar on {day}"
"""
LOREM = "Lorem ipsum dolor sit amet, consectetur adipiscing elit.\n\nSed do eiusmod tempor incididunt ut labore."
SHOPPING = "Shopping\n- milk\n- bread\n- 6 eggs"
THREAD = """From: Ana
To: Bob
Subject: Re: the draft

Hi Bob, can we talk about the draft tomorrow at 10? It has four open points.

> On Monday Bob wrote:
> I would wait."""
LOG = "\n".join(f"2026-03-03 10:00:0{n} INFO webinar registration started" for n in range(6))
CHANGELOG = "# Changelog\n\n## 1.2.0 - 2025-03-03\n\n- Fixed the parser\n\n## 1.1.0 - 2025-02-01\n\n- Faster"
DATA = json.dumps({"title": "Webinar", "date": "2026-03-03", "register": "https://a.example"})
LETTER = "# Dear diary\n\nOn 3 March 2025 I planted a tree. It is still small."


@pytest.mark.parametrize("text", [RECIPE, SOURCE, LOREM, SHOPPING, THREAD, LOG, CHANGELOG, DATA, LETTER, "hello", "42"])
@pytest.mark.parametrize("media_type", ["text/markdown", "text/plain"])
def test_another_kind_of_text_is_no_announcement(text: str, media_type: str) -> None:
    with pytest.raises(NotAnAnnouncement, match=r"\. \w"):
        read_announcement(text, media_type=media_type, today=TODAY)


@pytest.mark.parametrize("text", ["https://events.example.org/webinar", "<https://events.example.org/webinar>"])
def test_a_bare_link_is_not_followed(text: str) -> None:
    with pytest.raises(NotAnAnnouncement, match="not followed"):
        read_announcement(text, today=TODAY)


@pytest.mark.parametrize("text", ["", "  \n\t\n ", b"", b"\xef\xbb\xbf", "\ufeff", "\u200b\n"])
def test_nothing_is_empty(text: str | bytes) -> None:
    with pytest.raises((AnnouncementEmpty, NotAnAnnouncement)):
        read_announcement(text, today=TODAY)


@pytest.mark.parametrize("text", ["a" * 5_000_000, b"a" * 5_000_000, "é" * 600_000])
def test_five_megabytes_are_too_much(text: str | bytes) -> None:
    with pytest.raises(AnnouncementTooLarge, match="more than the"):
        read_announcement(text, today=TODAY)


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"%PDF-1.7\n1 0 obj",
        b"PK\x03\x04\x14\0\x06\0",
        b"Webinar\0 3 March 2026",
        bytes(range(128, 256)) * 20,
        b"\xff\xd8\xff\xe0\0\x10JFIF",
    ],
)
def test_a_binary_file_cannot_be_read(content: bytes) -> None:
    with pytest.raises(AnnouncementUnreadable, match="plain text"):
        read_announcement(content, media_type="text/plain", today=TODAY)


def test_a_media_type_of_something_else_cannot_be_read() -> None:
    with pytest.raises(AnnouncementUnreadable, match="application/pdf"):
        read_announcement("# Webinar", media_type="application/pdf", today=TODAY)


SMALL = "# Webinaire : « Été »\n\n3 mars 2026, 15 h (heure de Paris)\n\nInscription : https://a.example/été\n"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (SMALL.encode(), "text/markdown"),
        (SMALL.encode("utf-8-sig"), "text/markdown"),
        (SMALL.encode("utf-16"), "text/markdown"),
        (SMALL.encode("windows-1252"), "text/markdown; charset=windows-1252"),
        (SMALL.encode("windows-1252"), "text/markdown"),
        (SMALL.encode("iso-8859-15"), 'text/plain; charset="iso-8859-15"'),
        (SMALL.encode(), "TEXT/Markdown; charset=nonsense"),
        (SMALL.replace("\n", "\r\n").encode(), "text/plain"),
    ],
)
def test_every_plausible_encoding_is_read(content: bytes, media_type: str) -> None:
    read = read_announcement(content, media_type=media_type, today=TODAY)

    assert (read.title, read.form, read.time_zone) == ("Été", "webinar", "Europe/Paris")


@pytest.mark.parametrize("media_type", ["text/markdown", "text/plain", "text/html"])
def test_the_text_itself_shows_what_kind_it_is(media_type: str) -> None:
    page = "<h1>Webinar: Été</h1><p>3 March 2026, 15:00 UTC</p><p>Register now</p>"
    marked = "# Webinar: Été\n\n3 March 2026, 15:00 UTC\n\nRegister now"

    for text in (page, marked):
        assert read_announcement(text, media_type=media_type, today=TODAY).title == "Été"
