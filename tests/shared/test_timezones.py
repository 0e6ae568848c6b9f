"""Zones: which names are taken, how a wall clock becomes an instant, what an abbreviation can mean."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import TimeAmbiguous, TimeInGap, UnknownTimeZone
from shared.timezones import (
    ABBREVIATIONS,
    is_ambiguous,
    is_in_gap,
    is_zone,
    offset_minutes,
    offset_text,
    place_name,
    readings_of,
    require_zone,
    to_utc,
    zone_names,
)

JULY = datetime(2026, 7, 22, 15)
JANUARY = datetime(2026, 1, 22, 15)


def meanings(local: datetime, stated: str, *near: str) -> list[tuple[str, str, str]]:
    return [(r.key, r.time_zone, f"{r.starts_at:%H:%M}") for r in readings_of(local, stated, near=near)]


@pytest.mark.parametrize("name", ["Europe/Madrid", "America/Argentina/Buenos_Aires", "UTC"])
def test_an_area_and_city_is_a_zone(name: str) -> None:
    assert is_zone(name)
    assert require_zone(name) == name


@pytest.mark.parametrize("name", ["CET", "EST", "Etc/GMT+1", "posix/Europe/Madrid", "europe/madrid", "", "GMT", "Zulu"])
def test_an_abbreviation_or_a_synonym_is_no_zone(name: str) -> None:
    assert not is_zone(name)
    with pytest.raises(UnknownTimeZone, match="Europe/Madrid"):
        require_zone(name)


def test_a_wall_clock_becomes_the_instant_of_that_day() -> None:
    assert to_utc(JULY, "Europe/Madrid") == datetime(2026, 7, 22, 13, tzinfo=UTC)
    assert to_utc(JANUARY, "Europe/Madrid") == datetime(2026, 1, 22, 14, tzinfo=UTC)
    assert to_utc(JULY, "Asia/Kathmandu") == datetime(2026, 7, 22, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("local", "zone"),
    [
        (datetime(2026, 3, 29, 2, 30), "Europe/Madrid"),
        (datetime(2026, 10, 4, 2, 15), "Australia/Lord_Howe"),
        (datetime(2026, 3, 8, 2), "America/New_York"),
        (datetime(2011, 12, 30, 12), "Pacific/Apia"),
    ],
)
def test_a_time_that_the_clocks_skip_is_refused(local: datetime, zone: str) -> None:
    assert is_in_gap(local, zone)
    with pytest.raises(TimeInGap, match="does not exist"):
        to_utc(local, zone)


def test_a_time_that_happens_twice_needs_a_choice() -> None:
    local = datetime(2026, 10, 25, 2, 30)

    with pytest.raises(TimeAmbiguous, match=r"00:30 UTC or 01:30 UTC"):
        to_utc(local, "Europe/Madrid")
    assert to_utc(local, "Europe/Madrid", fold=0) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert to_utc(local, "Europe/Madrid", fold=1) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)),
    st.sampled_from(["Europe/Madrid", "America/Santiago", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Tehran", "UTC"]),
)
def test_every_other_time_comes_back_as_it_was(local: datetime, zone: str) -> None:
    if is_in_gap(local, zone):
        return
    instant = to_utc(local, zone, fold=0 if is_ambiguous(local, zone) else None)

    assert instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) == local


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("Europe/Madrid", "UTC+2"),
        ("America/St_Johns", "UTC-2:30"),
        ("Asia/Kathmandu", "UTC+5:45"),
        ("Africa/Abidjan", "UTC"),
        ("Pacific/Kiritimati", "UTC+14"),
    ],
)
def test_an_offset_is_written_as_people_know_it(zone: str, text: str) -> None:
    assert offset_text(datetime(2026, 7, 22, 12, tzinfo=UTC), zone) == text


def test_a_place_is_the_city_of_its_zone() -> None:
    assert place_name("America/Argentina/Buenos_Aires") == "Buenos Aires"
    assert place_name("UTC") == "UTC"


def test_cet_in_july_is_the_wall_clock_or_the_fixed_offset() -> None:
    local, literal = readings_of(JULY, "CET", near=["Europe/Madrid"])

    assert (local.key, local.label, local.suggested) == ("local", "15:00 in Madrid (13:00 UTC)", True)
    assert literal.label == "fixed UTC+1: 16:00 in Madrid (14:00 UTC)"
    assert literal.starts_at_local == JULY + timedelta(hours=1)
    assert not literal.suggested


@pytest.mark.parametrize(
    ("local", "stated", "near", "expected"),
    [
        (JANUARY, "CET", ["Europe/Madrid"], [("local", "Europe/Madrid", "14:00")]),
        (JANUARY, "CET", ["America/Bogota"], [("local", "Europe/Brussels", "14:00")]),
        (JULY, "CET", ["Africa/Algiers"], [("local", "Africa/Algiers", "14:00")]),
        (JULY, "CEST", [], [("local", "Europe/Brussels", "13:00")]),
        (JULY, "EST", ["America/Panama"], [("local", "America/Panama", "20:00")]),
        (JULY, "EST", [], [("local", "America/New_York", "19:00"), ("literal", "America/New_York", "20:00")]),
        (JULY, "ET", ["America/Toronto"], [("local", "America/Toronto", "19:00")]),
        (JULY, "GMT", [], [("local", "UTC", "15:00")]),
        (JULY, "GMT", ["Europe/London"], [("local", "Europe/London", "14:00"), ("literal", "Europe/London", "15:00")]),
        (JANUARY, "GMT", ["Europe/London"], [("local", "Europe/London", "15:00")]),
        (JULY, "BST", ["Europe/London"], [("local", "Europe/London", "14:00")]),
        (JULY, "BST", [], [("local", "Europe/London", "14:00"), ("asia-dhaka", "Asia/Dhaka", "09:00")]),
        (JULY, "IST", [], [("local", "Asia/Kolkata", "09:30"), ("europe-dublin", "Europe/Dublin", "14:00")]),
        (JANUARY, "IST", [], [("local", "Asia/Kolkata", "09:30"), ("asia-jerusalem", "Asia/Jerusalem", "13:00")]),
        (JULY, "IST", ["Europe/Dublin"], [("local", "Europe/Dublin", "14:00")]),
        (JANUARY, "CST", ["Asia/Taipei"], [("local", "Asia/Taipei", "07:00")]),
        (JULY, "UTC+2", ["Europe/Madrid"], [("local", "Europe/Madrid", "13:00")]),
        (JULY, "UTC-3:30", [], [("local", "UTC", "18:30")]),
        (JULY, "Europe/Athens", [], [("local", "Europe/Athens", "12:00")]),
        (JULY, "somewhere", [], []),
    ],
)
def test_what_is_stated_means(
    local: datetime, stated: str, near: list[str], expected: list[tuple[str, str, str]]
) -> None:
    assert meanings(local, stated, *near) == expected


def test_a_time_that_happens_twice_has_two_readings() -> None:
    assert meanings(datetime(2026, 10, 25, 2, 30), "Europe/Madrid") == [
        ("first", "Europe/Madrid", "00:30"),
        ("second", "Europe/Madrid", "01:30"),
    ]


def test_a_skipped_time_is_read_as_the_next_valid_one() -> None:
    (reading,) = readings_of(datetime(2026, 3, 29, 2, 30), "Europe/Madrid")

    assert (reading.key, reading.starts_at_local) == ("after-gap", datetime(2026, 3, 29, 3, 30))


@pytest.mark.parametrize("abbreviation", ABBREVIATIONS)
def test_every_abbreviation_has_readings_whose_instants_fit_their_places(abbreviation: str) -> None:
    for local in (JULY, JANUARY):
        readings = readings_of(local, abbreviation)
        assert readings
        assert all(to_utc(r.starts_at_local, r.time_zone) == r.starts_at for r in readings)
        assert [r.suggested for r in readings] == [True] + [False] * (len(readings) - 1)


def test_every_zone_of_the_table_may_be_stored() -> None:
    zones = {zone for meanings in ABBREVIATIONS.values() for meaning in meanings for zone in meaning.zones}

    assert zones <= zone_names()


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("UTC+2", 120), ("UTC-3:30", -210), ("+5", 300), ("UTC", None), ("UTC+99", None), ("x-1", None)],
)
def test_an_offset_is_read(text: str, minutes: int | None) -> None:
    assert offset_minutes(text) == minutes
