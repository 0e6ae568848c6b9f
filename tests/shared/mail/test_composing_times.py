"""Moments in words: never without a place and an offset, and never wrong by an hour."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.mail import times
from shared.mail.times import Span
from shared.mail.views import url_within
from tests.shared.mail.unsaved import event, item


def span(starts: datetime, zone: str, minutes: int = 60) -> Span:
    starts_at = starts.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return Span(starts_at, starts_at + timedelta(minutes=minutes), zone)


WEBINAR = span(datetime(2026, 7, 22, 15), "Europe/Madrid", 90)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Wednesday 22 July 2026, 15:00–16:30 (Madrid, UTC+2)"),
        ("es", "miércoles 22 de julio de 2026, 15:00–16:30 (Madrid, UTC+2)"),
        ("fr", "mercredi 22 juillet 2026, 15:00–16:30 (Madrid, UTC+2)"),
    ],
)
def test_a_time_is_said_with_its_day_place_and_offset(language: str, words: str) -> None:
    assert times.period(WEBINAR, language) == words


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (
            span(datetime(2026, 10, 24, 22), "Europe/Madrid", 60 * 14),
            "Saturday 24 October 2026, 22:00 (Madrid, UTC+2) – Sunday 25 October 2026, 11:00 (Madrid, UTC+1)",
        ),
        (
            span(datetime(2026, 3, 29, 1, 30), "Europe/Madrid"),
            "Sunday 29 March 2026, 01:30 (Madrid, UTC+1) – 03:30 (Madrid, UTC+2)",
        ),
        (
            span(datetime(2026, 10, 4, 1, 30), "Australia/Lord_Howe"),
            "Sunday 4 October 2026, 01:30 (Lord Howe Island, UTC+10:30) – 03:00 (Lord Howe Island, UTC+11)",
        ),
        (span(datetime(2026, 1, 22, 15), "UTC"), "Thursday 22 January 2026, 15:00–16:00 (UTC)"),
        (span(datetime(2026, 1, 22, 15), "Europe/London"), "Thursday 22 January 2026, 15:00–16:00 (London, UTC)"),
        (
            span(datetime(2026, 7, 22, 15), "America/Argentina/Buenos_Aires"),
            "Wednesday 22 July 2026, 15:00–16:00 (Buenos Aires, UTC-3)",
        ),
        (
            span(datetime(2026, 7, 22, 23, 30), "Europe/Madrid"),
            "Wednesday 22 July 2026, 23:30 – Thursday 23 July 2026, 00:30 (Madrid, UTC+2)",
        ),
    ],
)
def test_an_end_on_another_day_or_offset_says_so(when: Span, words: str) -> None:
    assert times.period(when, "en") == words


@pytest.mark.parametrize(
    ("own_zone", "words"),
    [
        ("Europe/Madrid", None),
        ("Europe/Paris", None),
        ("America/New_York", "09:00–10:30 (New York, UTC-4)"),
        ("Asia/Kolkata", "18:30–20:00 (Kolkata, UTC+5:30)"),
        ("Pacific/Auckland", "Thursday 23 July, 01:00–02:30 (Auckland, UTC+12)"),
        ("Asia/Tokyo", "22:00–23:30 (Tokyo, UTC+9)"),
        ("Australia/Sydney", "Wednesday 22 July, 23:00 – Thursday 23 July, 00:30 (Sydney, UTC+10)"),
    ],
)
def test_the_own_time_has_its_date_where_that_differs(own_zone: str, words: str | None) -> None:
    assert times.own_period(WEBINAR, own_zone, "en") == words


def test_clocks_that_differ_only_between_two_changes_are_told_apart() -> None:
    # The United States change three weeks before Europe: for these weeks New York is five hours away, not six.
    between = span(datetime(2026, 3, 16, 15), "Europe/Madrid")

    assert times.own_period(between, "America/New_York", "en") == "10:00–11:00 (New York, UTC-4)"


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (datetime(2026, 7, 22, 12, 59, 30, tzinfo=UTC), "in 1 minute"),
        (datetime(2026, 7, 22, 12, 48, tzinfo=UTC), "in 12 minutes"),
        (datetime(2026, 7, 22, 12, 0, 5, tzinfo=UTC), "in 1 hour"),
        (datetime(2026, 7, 22, 11, 30, tzinfo=UTC), "in 90 minutes"),
        (datetime(2026, 7, 22, 9, 5, tzinfo=UTC), "in 4 hours"),
        (datetime(2026, 7, 22, 9, 20, tzinfo=UTC), "in 3 hours"),
        (datetime(2026, 7, 21, 22, 1, tzinfo=UTC), "in 15 hours"),
        (datetime(2026, 7, 21, 21, 59, tzinfo=UTC), "tomorrow"),
        (datetime(2026, 7, 20, 22, 1, tzinfo=UTC), "tomorrow"),
        (datetime(2026, 7, 20, 21, 59, tzinfo=UTC), "in 2 days"),
        (datetime(2026, 6, 10, 13, tzinfo=UTC), "in 42 days"),
    ],
)
def test_the_time_left_is_what_a_clock_on_the_wall_says(now: datetime, words: str) -> None:
    assert times.time_left(now, WEBINAR.starts_at, "Europe/Madrid", "en") == words


def test_tomorrow_early_in_the_night_is_a_few_hours_away() -> None:
    night = span(datetime(2026, 7, 23, 1), "Europe/Madrid")

    left = times.time_left(night.starts_at - timedelta(hours=4), night.starts_at, "Europe/Madrid", "en")

    assert left == "in 4 hours"


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_the_time_left_is_true_in_each_language(language: str) -> None:
    left = times.time_left(WEBINAR.starts_at - timedelta(minutes=12), WEBINAR.starts_at, "UTC", language)

    assert left == {"en": "in 12 minutes", "es": "dentro de 12 minutos", "fr": "dans 12 minutes"}[language]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://rooms.example.org/j/1?a=b&c=d", "https://rooms.example.org/j/1?a=b&c=d"),
        ("Online (https://rooms.example.org/j/1).", "https://rooms.example.org/j/1"),
        ("Avinyó 15, Barcelona", None),
        ("http://[broken", None),
        ("javascript:alert(1)", None),
        ("", None),
    ],
)
def test_the_link_in_a_location_is_found(text: str, url: str | None) -> None:
    assert url_within(text) == url


def test_programmes_need_no_date() -> None:
    undated = event(starts_at=None, ends_at=None, programme=[item("Welcome", 4), item("Later", None, day=2)])

    assert times.span_of(undated.starts_at, undated.ends_at, undated.time_zone) is None
