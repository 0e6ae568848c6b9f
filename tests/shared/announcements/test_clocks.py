"""Clock times with their ends and zones, and numbers that are no times."""

from datetime import time

import pytest

from shared.announcements.clocks import find_clocks


@pytest.mark.parametrize(
    "text",
    [
        "15:00",
        "3 pm",
        "3pm",
        "3.00 pm",
        "3 p.m.",
        "3:00 PM",
        "15h",
        "15h00",
        "15 h 00",
        "15.00 h",
        "15:00h",
        "15:00 hrs",
        "at 15.00",
        "a las 15.00",
        "3 de la tarde",
        "a las 3 de la tarde",
    ],
)
def test_three_in_the_afternoon(text: str) -> None:
    (clock,) = find_clocks(text)

    assert (clock.starts, clock.ends) == (time(15), None)


@pytest.mark.parametrize(
    ("text", "starts", "ends"),
    [
        ("10:00-11:30", "10:00", "11:30"),
        ("from 14.00 to 15.30", "14:00", "15:30"),
        ("de 10h à 12h30", "10:00", "12:30"),
        ("de 16:00 a 17:30", "16:00", "17:30"),
        ("between 2 and 3pm", "14:00", "15:00"),
        ("2-3:30 pm", "14:00", "15:30"),
        ("11-1 pm", "11:00", "13:00"),
        ("10:00 – 11:30 am", "10:00", "11:30"),
        ("9 h 30 – 17 h", "09:30", "17:00"),
        ("9am until noon", "09:00", "12:00"),
        ("de las 9:00 a las 10:00", "09:00", "10:00"),
    ],
)
def test_a_span_has_a_start_and_an_end(text: str, starts: str, ends: str) -> None:
    (clock,) = find_clocks(text)

    assert (clock.starts, clock.ends) == (time.fromisoformat(starts), time.fromisoformat(ends))


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("15:00 CET", "CET"),
        ("3.00 pm (CET)", "CET"),
        ("15:00 UTC", "UTC"),
        ("18:00 (UTC+2)", "UTC+2"),
        ("18:00 GMT-5", "UTC-5"),
        ("2pm (UK time)", "Europe/London"),
        ("3 p.m. Brussels time", "Europe/Brussels"),
        ("16h00 (heure de Paris)", "Europe/Paris"),
        ("16h (heure locale, Dakar)", "Africa/Dakar"),
        ("a las 17.00 h (hora peninsular española)", "Europe/Madrid"),
        ("17:00 (hora de Ciudad de México)", "America/Mexico_City"),
        ("9:00 a.m. (Colombia)", "America/Bogota"),
        ("15:00 Europe/Madrid", "Europe/Madrid"),
        ("15:00 CET/CEST", "CET/CEST"),
        ("10:00 am ET", "ET"),
        ("2 p.m. Eastern Time", "ET"),
        ("15:00 Central European Time", "CET/CEST"),
        ("3 pm local time in Nairobi", "Africa/Nairobi"),
        ("15:00 Madrid / 08:00 Bogotá", "Europe/Madrid"),
        ("15:00 in the library", None),
        ("15:00 est prévu", None),
    ],
)
def test_the_zone_beside_a_time_is_read(text: str, stated: str | None) -> None:
    zone = find_clocks(text)[0].zone

    assert (zone.stated if zone else None) == stated


@pytest.mark.parametrize(
    "text",
    [
        "Report 9",
        "version 3.10 is out",
        "80 places",
        "10 min",
        "4 min.",
        "room 12.30",
        "3.50 €",
        "+32 2 123 45 67",
        "10 to 12 people",
        "the 2030 agenda",
        "25 %",
        "15-20 participants",
    ],
)
def test_other_numbers_are_no_times(text: str) -> None:
    assert find_clocks(text) == []
