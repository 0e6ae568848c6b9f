"""Any text gives an announcement or one of four errors, soon."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.announcements import Announcement, read_announcement, write_announcement
from shared.errors import AnnouncementEmpty, AnnouncementTooLarge, AnnouncementUnreadable, NotAnAnnouncement
from tests.shared.announcements.facts import TODAY

REFUSALS = (AnnouncementEmpty, AnnouncementTooLarge, AnnouncementUnreadable, NotAnAnnouncement)
HEAD = "# Webinar: A title\n\n3 March 2027, 15:00 CET\n\nRegister: https://a.example/x\n\n"
SNIPPETS = (
    "# |## Programme|Who should attend|- |1. |10:00|–|(10 min)|“|”|**|Ana Ruiz, Director, City of Ghent|CET|UTC+2|:|,|;"
    "|—|3 March|2026|03/04/2026|29 February|moderated by|Register: https://a.example|<b>|</p>|<table>|<td>|&amp;|é|¿"
    "|Day 1|Speakers|Organised by|and|free|English|limited to|23:59|24:00|2:30|(|)|[|]|\\|`|>|*|_|\t|Dr.|h|am|noon"
)
WORDS = st.sampled_from([*SNIPPETS.split("|"), "| a | b |", "\n", "\n\n", " ", " "])
KINDS = st.sampled_from(["text/markdown", "text/plain", "text/html"])
CALM = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def read_or_refuse(text: str | bytes, media_type: str) -> Announcement | None:
    try:
        return read_announcement(text, media_type=media_type, today=TODAY, home_zone="Europe/Madrid")
    except REFUSALS:
        return None


@CALM
@given(st.text(), KINDS)
def test_any_text_is_read_or_refused(text: str, media_type: str) -> None:
    read_or_refuse(text, media_type)
    read_or_refuse(HEAD + text, media_type)


@CALM
@given(st.binary(), KINDS)
def test_any_bytes_are_read_or_refused(content: bytes, media_type: str) -> None:
    read_or_refuse(content, media_type)


@CALM
@given(st.lists(WORDS, max_size=60).map("".join), KINDS)
def test_any_mix_of_what_announcements_are_made_of_is_read_and_can_be_written(text: str, media_type: str) -> None:
    for candidate in (text, HEAD + text):
        read = read_or_refuse(candidate, media_type)
        if read is not None:
            assert read.title
            assert read.starts_on <= read.ends_on
            assert read_announcement(write_announcement(read), today=TODAY).starts_on == read.starts_on


def filled(piece: str) -> str:
    size = 1024 * 1024 - len(HEAD) - 10
    return (piece * (size // len(piece.encode()) + 1)).encode()[:size].decode(errors="ignore")


@pytest.mark.parametrize(
    "body",
    [
        filled("("),
        filled("-"),
        filled("["),
        filled("*"),
        filled("lorem ipsum dolor "),
        filled("3 March 2026, 10:00 - "),
        filled("Ana Ruiz and "),
        filled("<div>"),
        filled("a\n"),
        "\n".join(f"- item {number}" for number in range(50_000)),
        "\n\n".join(f"We meet in English on 3 March, 10:00, by Ana Ruiz and Bob {n}." for n in range(2_000)),
        "\n".join("  " * depth + "- deeper" for depth in range(700)),
    ],
    ids=[
        "brackets",
        "dashes",
        "links",
        "stars",
        "one line",
        "dates",
        "names",
        "tags",
        "lines",
        "bullets",
        "prose",
        "nested",
    ],
)
@pytest.mark.parametrize("head", ["", HEAD], ids=["alone", "with a head"])
def test_a_megabyte_of_anything_is_answered_within_ten_seconds(body: str, head: str) -> None:
    began = time.perf_counter()

    read_or_refuse(head + body, "text/markdown")

    assert time.perf_counter() - began < 10
