"""Dates as people write them, and numbers that are no dates."""

import pytest

from shared.announcements.dates import Day, find_dates

THIRD = Day(3, 3, 2026)


@pytest.mark.parametrize(
    "text",
    [
        "3 March 2026",
        "3rd March 2026",
        "March 3, 2026",
        "March 3rd, 2026",
        "3 Mar. 2026",
        "2026-03-03",
        "03/03/2026",
        "3.3.2026",
        "3 mars 2026",
        "3 de marzo de 2026",
        "3 de marzo del 2026",
        "the 3rd of March 2026",
        "3 MARCH 2026",
        "3-Mar-2026",
    ],
)
def test_a_day_is_read_in_many_spellings(text: str) -> None:
    (mention,) = find_dates(f"On {text}, at noon")

    assert mention.first == mention.last == THIRD


@pytest.mark.parametrize(
    "text", ["Tuesday, 3 March 2026", "Tue 3 March 2026", "mardi 3 mars 2026", "martes 3 de marzo de 2026"]
)
def test_the_weekday_is_kept_for_checking(text: str) -> None:
    (mention,) = find_dates(text)

    assert mention.first == Day(3, 3, 2026, weekday=1)
    assert mention.text == text


@pytest.mark.parametrize(
    "text",
    [
        "3-4 March 2026",
        "3–4 March 2026",
        "March 3–4, 2026",
        "du 3 au 4 mars 2026",
        "del 3 al 4 de marzo de 2026",
        "3 and 4 March 2026",
        "3 & 4 March 2026",
        "3 y 4 de marzo de 2026",
        "3 March 2026 – 4 March 2026",
        "3 to 4 March 2026",
        "2026-03-03 to 2026-03-04",
        "los días 3 y 4 de marzo de 2026",
        "les 3 et 4 mars 2026",
        "3 March to 4 March 2026",
    ],
)
def test_several_days_are_one_mention(text: str) -> None:
    (mention,) = find_dates(text)

    assert (mention.first, mention.last) == (THIRD, Day(4, 3, 2026))


def test_a_range_may_pass_the_end_of_a_month() -> None:
    (mention,) = find_dates("from 30 November to 2 December 2026")

    assert (mention.first, mention.last) == (Day(30, 11, 2026), Day(2, 12, 2026))


def test_day_and_month_that_can_be_swapped_are_marked() -> None:
    (mention,) = find_dates("03/04/2026")

    assert mention.first == Day(3, 4, 2026, swapped=True)
    assert mention.first.other_way_round() == Day(4, 3, 2026)


@pytest.mark.parametrize(
    "text",
    [
        "you may 4 times",
        "Welcome (4 min.)",
        "may 10 people come",
        "version 3.10.2",
        "31 February 2026",
        "call +32 2 123 45 67",
        "Report 9",
        "10:00-11:30",
        "the 2030 agenda",
        "192.168.10.12",
    ],
)
def test_other_numbers_are_no_dates(text: str) -> None:
    assert find_dates(text) == []
