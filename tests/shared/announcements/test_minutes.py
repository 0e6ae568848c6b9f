"""Lengths of time in every spelling."""

import pytest

from shared.announcements.minutes import cut_length, find_length, whole_length

TEN = [
    "10 min",
    "10 min.",
    "10min",
    "10 mins",
    "10'",
    "10′",
    "10 minutes",
    "10 minutos",
    "10 mn",
    "10-minute",
    "10 Minutes",
]
OTHERS = [
    ("1 h", 60),
    ("1h30", 90),
    ("1 h 30", 90),
    ("1h 05 min", 65),
    ("1 hour and 15 minutes", 75),
    ("90 minutos", 90),
    ("½ h", 30),
    ("1 ½ h", 90),
    ("1.5 hours", 90),
    ("1,5 heure", 90),
    ("half an hour", 30),
    ("une demi-heure", 30),
    ("una hora y media", 90),
    ("two hours", 120),
    ("trois quarts", None),
    ("10 people", None),
    ("", None),
]
LAYOUTS = [
    "Welcome ({})",
    "Welcome - ({})",
    "Welcome – {}",
    "Welcome, {}",
    "Welcome [{}]",
    "({}) Welcome",
    "{} | Welcome",
]
LAYOUTS += ["{} – Welcome", "Welcome: {}", "Welcome … {}", "Welcome (Duration: {})", "Welcome {}"]


@pytest.mark.parametrize("text", TEN)
def test_ten_minutes_are_ten_minutes(text: str) -> None:
    assert whole_length(text) == 10


@pytest.mark.parametrize(("text", "minutes"), OTHERS)
def test_a_length_is_read(text: str, minutes: int | None) -> None:
    assert whole_length(text) == minutes


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("text", ["10 min", "10 min.", "10min", "10'", "10 minutes", "10 minutos"])
def test_a_length_is_cut_wherever_it_stands(layout: str, text: str) -> None:
    assert cut_length(layout.format(text)) == ("Welcome", 10)


@pytest.mark.parametrize(
    "title", ["The 15-minute city", "A city in 15 minutes", "Panel (3 x 10 min)", "Ten minutes to midnight"]
)
def test_a_length_that_belongs_to_the_title_stays(title: str) -> None:
    assert cut_length(title) == (title, None)


def test_a_length_is_found_in_a_sentence() -> None:
    found = find_length("The webinar lasts an hour and a half.")

    assert found is not None
    assert found.minutes == 90
