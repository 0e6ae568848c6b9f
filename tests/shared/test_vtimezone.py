"""The yearly rules of time zones, read back with dateutil and compared with zoneinfo."""

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from dateutil.rrule import rrulestr

from shared.vtimezone import Observance, needs_utc, zone_rules

FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
AREAS = sorted({zone.partition("/")[0] for zone in available_timezones() if "/" in zone})
WITHOUT_A_YEARLY_RULE = ("Africa/Cairo", "Africa/Casablanca", "America/Nuuk", "America/Santiago", "Asia/Jerusalem")


def onsets(observance: Observance) -> list[tuple[datetime, timedelta]]:
    """When an observance begins, in UTC, with the offset it brings."""
    if observance.rule is None:
        starts = [observance.onset]
    else:
        rule = rrulestr(str(observance.rule), dtstart=observance.onset)
        starts = rule.between(datetime(2025, 1, 1), datetime(2028, 1, 1), inc=True)
    return [((start - observance.offset_from).replace(tzinfo=UTC), observance.offset_to) for start in starts]


def moments_to_compare(changes: list[datetime]) -> list[datetime]:
    halves = [FIRST + timedelta(hours=12) * step for step in range((LAST - FIRST) // timedelta(hours=12))]
    near = (timedelta(hours=-1), timedelta(seconds=-1), timedelta(0), timedelta(minutes=30), timedelta(hours=1))
    return halves + [change + distance for change in changes for distance in near if FIRST <= change + distance < LAST]


def wrong_moments(zone: str) -> list[datetime]:
    timeline = sorted(onset for part in zone_rules(zone, 2026).observances for onset in onsets(part))
    instants = [instant for instant, _ in timeline]
    clock = ZoneInfo(zone)
    return [
        moment
        for moment in moments_to_compare(instants)
        if moment.astimezone(clock).utcoffset() != timeline[bisect_right(instants, moment) - 1][1]
    ]


@pytest.mark.parametrize("area", AREAS)
def test_the_rules_give_the_offset_that_is_in_force_at_every_moment(area: str) -> None:
    zones = [zone for zone in available_timezones() if zone.startswith(f"{area}/") and not needs_utc(zone, 2026)]

    assert {zone: wrong for zone in zones if (wrong := wrong_moments(zone))} == {}


def test_nearly_every_zone_has_yearly_rules() -> None:
    zones = [zone for zone in available_timezones() if "/" in zone]

    assert sum(needs_utc(zone, 2026) for zone in zones) < len(zones) / 10


@pytest.mark.parametrize("zone", WITHOUT_A_YEARLY_RULE)
def test_a_zone_whose_changes_follow_no_yearly_rule_needs_utc(zone: str) -> None:
    assert needs_utc(zone, 2026)
    assert zone_rules(zone, 2026).observances == ()


def test_a_rule_that_fits_two_years_by_coincidence_is_found_out() -> None:
    # Israel changes on the Friday before the last Sunday: the fourth Friday of March both in 2026 and in 2027.
    fourth_fridays = [datetime(2026, 3, 27), datetime(2027, 3, 26)]
    israel = ZoneInfo("Asia/Jerusalem")

    assert all((day + timedelta(hours=1)).replace(tzinfo=israel).dst() == timedelta(0) for day in fourth_fridays)
    assert all((day + timedelta(hours=4)).replace(tzinfo=israel).dst() == timedelta(hours=1) for day in fourth_fridays)
    assert needs_utc("Asia/Jerusalem", 2026)


def test_utc_and_years_out_of_reach_are_written_in_utc() -> None:
    assert needs_utc("UTC", 2026)
    assert needs_utc("Europe/Madrid", 9999)
    assert needs_utc("Europe/Madrid", 1)


def test_onsets_are_in_the_local_time_before_the_change() -> None:
    daylight, standard = zone_rules("Europe/Madrid", 2026).observances

    assert (daylight.kind, daylight.onset, str(daylight.rule)) == (
        "DAYLIGHT",
        datetime(2025, 3, 30, 2),
        "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    )
    assert (standard.kind, standard.onset, standard.name) == ("STANDARD", datetime(2025, 10, 26, 3), "CET")


def test_a_zone_that_never_changes_is_always_on_standard_time() -> None:
    (only,) = zone_rules("Asia/Kolkata", 2026).observances

    assert (only.kind, only.offset_from, only.offset_to, only.rule) == (
        "STANDARD",
        timedelta(hours=5, minutes=30),
        timedelta(hours=5, minutes=30),
        None,
    )


def test_a_half_hour_change_and_a_change_in_the_south_keep_their_shape() -> None:
    standard, daylight = zone_rules("Australia/Lord_Howe", 2026).observances

    assert daylight.offset_to - daylight.offset_from == timedelta(minutes=30)
    assert (standard.onset.month, daylight.onset.month) == (4, 10)


def test_a_year_in_which_a_zone_gives_up_changing_its_clocks_is_written_in_utc() -> None:
    # Mexico changed its clocks for the last time in October 2022.
    assert needs_utc("America/Mexico_City", 2022)
    assert not needs_utc("America/Mexico_City", 2023)
