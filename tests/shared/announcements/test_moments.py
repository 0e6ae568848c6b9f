"""When an event takes place: days, hours, zones, and what is doubtful about them."""

from datetime import date, datetime

import pytest

from shared.announcements import Announcement, read_announcement
from shared.schemas.remarks import Remark, Weight
from tests.shared.announcements.facts import TODAY, codes

BODY = "\n\nRegister: https://a.example/form\n\nThe webinar is held in English."


def announced(when: str, *, home_zone: str | None = None, today: date = TODAY) -> Announcement:
    return read_announcement(f"# Webinar: Shade for schools\n\n{when}{BODY}", today=today, home_zone=home_zone)


def doubt(read: Announcement) -> Remark:
    (found,) = (remark for remark in read.remarks if remark.weight is Weight.DOUBT)
    return found


@pytest.mark.parametrize(
    ("when", "home_zone", "local", "zone"),
    [
        ("22 July 2026, 15:00 UTC", "Europe/Madrid", "15:00", "UTC"),
        ("22 July 2026, 2pm (UK time)", None, "14:00", "Europe/London"),
        ("22 July 2026, 9.45 BST / 10.45 CEST", None, "09:45", "Europe/London"),
        ("22 July 2026, 9.45 BST / 10.45 CEST", "Europe/Madrid", "10:45", "Europe/Madrid"),
        ("22 July 2026, 15:00 CET / 14:00 BST", "Europe/Madrid", "15:00", "Europe/Madrid"),
        ("22 January 2026, 15:00 CET", "Europe/Madrid", "15:00", "Europe/Madrid"),
        ("22 July 2026, 15:00 CET/CEST", "Europe/Rome", "15:00", "Europe/Rome"),
        ("22 July 2026, 18:00 (UTC+2)", "Europe/Madrid", "18:00", "Europe/Madrid"),
        ("22 July 2026, 9:00 a.m. (Colombia) / 16:00 (España)", None, "09:00", "America/Bogota"),
        ("22 July 2026, 17h (heure de Paris)", None, "17:00", "Europe/Paris"),
        ("22 July 2026, 10:00 IST", "Asia/Kolkata", "10:00", "Asia/Kolkata"),
        ("22 July 2026, 12 noon, Brussels time", None, "12:00", "Europe/Brussels"),
        ("Date: 22 July 2026\n\nTime: 9.45\n\nTime zone: Europe/Lisbon", None, "09:45", "Europe/Lisbon"),
        ("22 July 2026, 15:00\n\nAll times are in Eastern Time.", None, "15:00", "America/New_York"),
    ],
)
def test_a_time_with_a_clear_zone_is_no_doubt(when: str, home_zone: str | None, local: str, zone: str) -> None:
    read = announced(when, home_zone=home_zone)

    assert read.starts_at_local is not None
    assert (f"{read.starts_at_local:%H:%M}", read.time_zone) == (local, zone)
    assert not [remark for remark in read.remarks if remark.weight is Weight.DOUBT]


@pytest.mark.parametrize(
    ("when", "home_zone", "code", "instants"),
    [
        ("22 July 2026, 15:00 CET", "Europe/Madrid", "time-zone-abbreviation-doubtful", ["13:00", "14:00"]),
        ("22 July 2026, 15:00 CET / 9:00 EST", None, "time-zone-abbreviation-doubtful", ["13:00", "14:00"]),
        ("22 July 2026, 15:00 BST", None, "time-zone-abbreviation-doubtful", ["14:00", "09:00"]),
        ("22 July 2026, 15:00 GMT", "Europe/London", "time-zone-abbreviation-doubtful", ["14:00", "15:00"]),
        ("22 July 2026, 15:00 CEST / 15:00 BST", None, "times-disagree", ["13:00", "14:00"]),
        ("22 July 2026, 15:00", "Europe/Madrid", "time-zone-missing", ["13:00"]),
        ("22 July 2026, 15:00", None, "time-zone-missing", []),
        ("29 March 2026, 2:30 am (Madrid time)", None, "time-in-gap", ["01:30"]),
        ("25 October 2026, 2:30 am (Madrid time)", None, "time-ambiguous", ["00:30", "01:30"]),
        ("22 July 2026", "Europe/Madrid", "time-missing", []),
    ],
)
def test_a_doubtful_time_offers_its_readings(when: str, home_zone: str | None, code: str, instants: list[str]) -> None:
    read = announced(when, home_zone=home_zone)

    assert doubt(read).code == code
    assert [f"{reading.starts_at:%H:%M}" for reading in doubt(read).readings] == instants
    if instants:
        assert read.starts_at_local == doubt(read).readings[0].starts_at_local


def test_a_date_without_a_year_takes_the_next_such_day() -> None:
    read = announced("3 March, 15:00 UTC", today=date(2026, 6, 1))

    assert read.starts_on == date(2027, 3, 3)
    assert doubt(read).code == "year-missing"


def test_a_fitting_weekday_confirms_the_year() -> None:
    read = announced("Tuesday 3 March, 15:00 UTC")

    assert read.starts_on == date(2026, 3, 3)
    assert codes(read) == ["year-inferred"]


def test_a_weekday_that_contradicts_the_date_is_a_doubt() -> None:
    read = announced("Friday 3 March 2026, 15:00 UTC")

    assert doubt(read).code == "weekday-contradicts-date"
    assert "Tuesday" in doubt(read).message


def test_a_leap_day_without_a_year_waits_for_its_year() -> None:
    assert announced("29 February, 15:00 UTC").starts_on == date(2028, 2, 29)


def test_two_dates_that_disagree_are_a_doubt() -> None:
    read = announced("22 July 2026\n\n## Details\n\nIt will take place on 23 July 2026 at 15:00 UTC.")

    assert (read.starts_on, doubt(read).code) == (date(2026, 7, 22), "dates-differ")


def test_day_and_month_that_can_be_swapped_are_a_doubt() -> None:
    read = announced("03/04/2026, 15:00 UTC")

    assert (read.starts_on, doubt(read).code) == (date(2026, 4, 3), "date-order-doubtful")


def test_a_weekday_settles_the_order_of_day_and_month() -> None:
    assert announced("Wednesday 03/04/2026, 15:00 UTC").starts_on == date(2026, 3, 4)


def test_an_american_announcement_writes_the_month_first() -> None:
    assert announced("03/04/2026, 3 pm EST").starts_on == date(2026, 3, 4)


@pytest.mark.parametrize(
    "when",
    [
        "3-4 March 2026",
        "du 3 au 4 mars 2026",
        "3 March 2026\n\n4 March 2026",
        "From: 3 March 2026 to 4 March 2026",
        "Date: 3 and 4 March 2026",
        "Starts: 3 March 2026, 9:00\n\nEnds: 4 March 2026, 17:00",
    ],
)
def test_an_event_of_two_days_has_both(when: str) -> None:
    read = announced(when)

    assert (read.starts_on, read.ends_on) == (date(2026, 3, 3), date(2026, 3, 4))


def test_a_past_event_is_noted() -> None:
    assert "date-in-past" in codes(announced("3 March 2020, 15:00 UTC"))


@pytest.mark.parametrize(
    ("when", "minutes"),
    [
        ("3 March 2026, 15:00–16:30 UTC", 90),
        ("3 March 2026, 23:00–00:30 UTC", 90),
        ("3 March 2026, 15:00 UTC\n\nDuration: 1h30", 90),
        ("3 March 2026, 15:00 UTC (90 minutes)\n\nThe webinar lasts 90 minutes.", 90),
        ("3-4 March 2026, 09:00–17:00 UTC", 32 * 60),
        ("28-29 March 2026, 09:00–17:00 (Madrid time)", 31 * 60),
        ("3 March 2026, 15:00 UTC", None),
    ],
)
def test_the_length_runs_from_first_start_to_last_end(when: str, minutes: int | None) -> None:
    assert announced(when).minutes == minutes


PROGRAMME = "\n\n## Programme\n\n- Welcome (5 min)\n- Talk (40 min)\n- Closing (5 min)\n"


def test_the_programme_counts_when_it_disagrees_with_the_stated_end() -> None:
    read = announced(f"3 March 2026, 15:00–16:00 UTC{PROGRAMME}")

    assert (read.minutes, doubt(read).code) == (50, "minutes-do-not-add-up")


def test_an_item_without_minutes_is_noted_and_not_guessed() -> None:
    read = announced(f"3 March 2026, 15:00 UTC{PROGRAMME}- Drinks\n")

    assert read.minutes is None
    assert "minutes-missing" in codes(read)


def test_what_was_read_keeps_the_words_it_was_read_from() -> None:
    read = announced("22nd July 2026, at 3.00 pm (CET)", home_zone="Europe/Madrid")

    assert read.time_text == "22nd July 2026, at 3.00 pm (CET)"
    assert read.starts_at_local == datetime(2026, 7, 22, 15)
