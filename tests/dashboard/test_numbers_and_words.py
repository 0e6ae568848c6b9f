"""Formatting, bars, curves and headlines: what needs no page."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.dashboard import formatting, markup
from services.dashboard.all_events import sparkline
from services.dashboard.live import (
    bars,
    curve,
    header,
    local_hours,
    per_day,
    questions,
    reminders,
    sources,
    tiles,
    world_map,
)
from shared.schemas.stats import ChoiceCount, CurvePoint, QuestionCount, ReminderState, SourceCount
from tests.dashboard import specimens
from tests.dashboard.specimens import HOSTILE, event, stats

NOON = datetime(2027, 3, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=-3), "0 s"),
        (timedelta(seconds=45), "45 s"),
        (timedelta(minutes=12, seconds=59), "12 min"),
        (timedelta(hours=16, minutes=43), "16 h 43 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(days=1, hours=16, minutes=59), "1 d 16 h"),
        (timedelta(days=40), "40 d"),
    ],
)
def test_lengths_are_told_in_their_two_largest_units(length, words):
    assert formatting.span(length) == words


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=-2), "now"),
        (timedelta(seconds=4), "now"),
        (timedelta(seconds=11), "11 s"),
        (timedelta(minutes=3, seconds=9), "3 min"),
        (timedelta(hours=2, minutes=1), "2 h"),
        (timedelta(days=3), "25 Mar"),
    ],
)
def test_ages_are_short(passed, words):
    assert formatting.age(NOON - passed, NOON) == words


@pytest.mark.parametrize(
    ("share", "words"), [(0, "0%"), (0.001, "<1%"), (0.394, "39%"), (0.999, "99%"), (1, "100%"), (1.2, "120%")]
)
def test_nearly_all_is_not_all(share, words):
    assert formatting.percent(share) == words


def test_a_time_names_the_place_and_the_offset_in_force():
    winter, summer = datetime(2027, 1, 5, 14, tzinfo=UTC), datetime(2027, 7, 5, 14, tzinfo=UTC)

    assert formatting.moment_in(winter, "Europe/Madrid") == "Tue 5 Jan 2027, 15:00 Madrid (UTC+1)"
    assert formatting.moment_in(summer, "Europe/Madrid") == "Mon 5 Jul 2027, 16:00 Madrid (UTC+2)"
    assert formatting.moment_in(winter, "UTC") == "Tue 5 Jan 2027, 14:00 UTC"


def test_an_end_on_another_day_says_so():
    starts_at = datetime(2027, 1, 5, 22, 30, tzinfo=UTC)

    words = formatting.period_in(starts_at, starts_at + timedelta(hours=1), "Europe/Madrid")

    assert words == "Tue 5 Jan 2027, 23:30–Wed 6 Jan, 00:30 Madrid (UTC+1)"


def test_the_viewers_own_time_stands_beside_the_events_where_clocks_differ():
    webinar = event(starts_at=datetime(2027, 7, 22, 13, tzinfo=UTC), zone="Europe/Madrid")

    assert header.when(webinar, "Europe/Paris") == ["Thu 22 Jul 2027, 15:00–16:30 Madrid (UTC+2)"]
    assert header.when(webinar, "America/Chicago")[1] == "For you: Thu 22 Jul 2027, 08:00 Chicago (UTC-5)"


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        (timedelta(hours=-30), "Starts in 1 d 6 h"),
        (timedelta(minutes=20), "Ends in 1 h 10 min"),
        (timedelta(minutes=90, seconds=30), "Just ended"),
        (timedelta(hours=4, minutes=30), "Ended 3 h ago"),
    ],
)
def test_the_countdown_follows_the_event(offset, words):
    assert header.countdown(NOON, NOON + timedelta(minutes=90), NOON + offset) == words


def test_labels_of_others_are_no_markdown():
    assert markup.label("![x](y) *b* `c` [d]") == r"\!\[x\]\(y\) \*b\* \`c\` \[d\]"
    assert "://" not in markup.label("http://evil.example").replace("\\", "")


def test_texts_are_escaped_once_and_markup_is_kept():
    inner = markup.markup("<b>{name}</b>", name="<i>")

    assert markup.markup("<p>{inner}{text}</p>", inner=inner, text="{&}") == "<p><b>&lt;i&gt;</b>{&amp;}</p>"


def test_the_curve_runs_from_before_the_first_registration_to_this_moment():
    snapshot = stats(event(places=500), active=318)

    rows = curve.datasets(snapshot)["curve"]

    assert rows[0]["registered"] == 0
    assert rows[-1]["registered"] == 318
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)


def test_the_axis_shows_the_events_own_clock():
    webinar = event(starts_at=datetime(2027, 7, 22, 13, tzinfo=UTC), zone="Europe/Madrid")
    snapshot = stats(webinar, server_time=datetime(2027, 7, 22, 10, tzinfo=UTC))

    last = curve.datasets(snapshot)["last"][0]

    assert datetime.fromtimestamp(last["at"] / 1000, UTC).hour == 12
    assert last["moment"] == "Thu 22 Jul 2027, 12:00 Madrid (UTC+2)"


def test_a_start_far_off_does_not_press_the_curve_against_the_axis():
    far = stats(event(starts_at=datetime.now(UTC) + timedelta(days=200)))
    near = stats(event(starts_at=datetime.now(UTC) + timedelta(days=2)))

    assert curve.datasets(far)["start"][0]["shown"] == 0
    assert curve.datasets(near)["start"][0]["shown"] == 1


def test_a_full_event_says_so():
    since = datetime(2026, 7, 1, 13, 0, tzinfo=UTC)
    full = stats(event(places=300), active=300, full_since=since)
    free = stats(event(places=301), active=300)

    said = "Capacity 300, full since Wed 1 Jul 2026, 15:00 Madrid (UTC+2)"
    assert curve.datasets(full)["places"][0]["label"] == said
    assert curve.datasets(free)["places"][0]["label"] == "Capacity 301"


def test_a_capacity_far_above_the_numbers_does_not_press_the_curve_flat():
    few = stats(event(places=5000), active=100, previous=None)

    assert curve.datasets(few)["ceiling"][0]["top"] < 200
    assert curve.datasets(few)["places"][0] | {"places": 0} == {
        "places": 0,
        "label": "↑ Capacity 5,000, far above",
        "shown": 0,
    }


def test_the_event_before_is_drawn_as_long_before_its_start():
    found = stats(event(places=500))
    drawn = curve.datasets(found)

    assert {row["shown"] for row in drawn["before"]} == {1}
    assert drawn["before"][-1]["registered"] == found.previous.total
    assert drawn["before_name"][0]["label"] == "Event before"
    assert curve.datasets(stats(event(places=500), previous=None))["before"][0]["shown"] == 0


def test_names_on_the_map_stand_apart():
    found = stats(event())
    named = [city.name for city in world_map.labelled(found.cities)]

    assert "Barcelona" in named
    assert not {"Paris", "London"} <= set(named)
    assert {row["label"] for row in world_map.rows(found.cities)} >= {"Barcelona 72", ""}


def test_days_count_on_the_calendar_of_the_event_and_who_left_hangs_below():
    late = CurvePoint(at=datetime(2026, 7, 1, 22, 30, tzinfo=UTC), active=3, new=4, cancelled=1)
    rows = per_day.rows(stats(event(zone="Europe/Madrid"), curve=[late]))

    assert [(row["day"], row["what"], row["count"]) for row in rows] == [
        ("2026-07-02", "Registered", 4),
        ("2026-07-02", "Cancelled", -1),
    ]


def test_sources_are_a_table_and_hostile_ones_stay_text():
    drawn = sources.table([SourceCount(source=HOSTILE, registered=3, confirmed=2, joined=1)])

    assert "<img" not in drawn
    assert 'data-name="Joined">1</td>' in drawn
    assert "Direct, or not known" in sources.table([SourceCount(source=None, registered=1, confirmed=1, joined=0)])


def test_a_sparkline_can_be_heard():
    assert 'aria-label="New registrations a day: 0, 2, 5"' in sparkline([0, 2, 5])
    assert "none" in sparkline([0, 0])


def test_unlimited_places_draw_no_rule():
    assert curve.datasets(stats(event(places=None)))["places"][0]["shown"] == 0


def test_the_longest_bar_fills_its_track_and_the_rest_is_counted():
    snapshot = stats(event(), active=300)

    drawn = bars.country_bars(snapshot.countries)

    assert drawn[0].solid == 1
    assert drawn[-1].name == "1 more"
    assert sum(int(bar.words) for bar in drawn) == 300


def test_confirmed_and_offered_make_one_bar():
    first = bars.audience_bars(stats(event(), active=300).audiences)[0]

    assert first.solid + first.striped == 1
    assert first.words == "117 · 39%"


def test_choices_stay_in_order_and_are_shares_of_those_who_answered():
    drawn = questions.choice_bars(specimens.questions()[0])

    assert [(bar.name, bar.words) for bar in drawn] == [
        ("Everything", "61 · 76%"), ("Vegan", "24 · 30%"), ("Nothing", "0 · 0%"),
    ]  # fmt: skip
    assert [bar.solid for bar in drawn] == [1, 24 / 61, 0]


def test_of_many_choices_the_most_taken_are_shown_and_the_rest_is_counted():
    choices = [ChoiceCount(key=f"c{number}", label=f"Choice {number}", count=number) for number in range(12)]
    counted = QuestionCount(key="q", label="Which?", kind="choices", answered=20, choices=choices)

    drawn = questions.choice_bars(counted)

    assert [bar.name for bar in drawn][:2] == ["Choice 11", "Choice 10"]
    assert (drawn[-1].name, drawn[-1].words) == ("4 more", "6")


def test_the_hours_of_the_day_fall_into_three_parts():
    parts = [local_hours.part_of_day(hour) for hour in range(24)]

    assert parts.count(local_hours.WORKING) == 10
    assert parts[22:] + parts[:6] == [local_hours.NIGHT] * 8


def test_the_headline_names_those_who_would_join_at_night():
    snapshot = stats(event(), active=318)

    assert local_hours.headline(snapshot.local_hours) == "7% would join at night, 78% in working hours."


def reminder(minutes, **facts):
    given = {"kind": "reminder", "anchor": "start", "due_at": None, "state": "waiting", "sent": 0, "total": 0}
    return ReminderState(id=uuid4(), minutes_before=minutes, **given | facts)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (reminder(10080), "1 week before"),
        (reminder(1440), "1 day before"),
        (reminder(90), "90 minutes before"),
        (reminder(0), "At the start"),
        (reminder(-10), "10 minutes after the start"),
        (reminder(30, anchor="end"), "30 minutes before the end"),
        (reminder(-2880, kind="follow-up", anchor="end"), "Follow-up 2 days after the end"),
        (reminder(0, kind="follow-up", anchor="end"), "Follow-up at the end"),
        (reminder(0, kind="notice", anchor="moment"), "Notice at once"),
        (
            reminder(0, kind="notice", anchor="moment", due_at=datetime(2027, 3, 3, 14, tzinfo=UTC)),
            "Notice Wed 3 Mar 2027, 15:00 Madrid (UTC+1)",
        ),
        (reminder(2880, kind="call-sheet"), "Call sheet 2 days before"),
    ],
)
def test_rules_are_named_by_what_they_send_and_when(rule, words):
    assert reminders.name(rule, "Europe/Madrid") == words


def test_a_paused_rule_does_not_count_down():
    now = datetime(2027, 3, 1, 12, tzinfo=UTC)
    paused = reminder(60, due_at=now + timedelta(hours=1), state="paused", is_paused=True)
    assert reminders.progress(paused, now) == "Paused"


def test_the_summary_tells_the_tiles():
    assert tiles.summary(stats(event(places=500), offered=0)) == "318 of 500 places taken. 46 in the last 24 hours."
    crowded = tiles.summary(stats(event(places=315), offered=17, pending=4, waitlisted=40, over=3))
    assert crowded == (
        "318 of 315 places taken, 17 of them offered and not taken yet, 40 on the waiting list, 4 to be verified, "
        "3 beyond the places there are. 46 in the last 24 hours."
    )


def test_a_young_curve_lies_flat_before_its_first_registration():
    now = datetime(2027, 3, 1, 12, tzinfo=UTC)
    first = CurvePoint(at=now - timedelta(minutes=5), active=3, new=3, cancelled=0)
    snapshot = stats(event(), active=3, server_time=now, curve=[first], curve_bin_minutes=60)

    rows = curve.datasets(snapshot)["curve"]

    assert [row["registered"] for row in rows] == [0, 0, 3]
    assert rows[-1]["at"] - rows[0]["at"] == timedelta(hours=6) / timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        ({"offered": 0, "confirmed": 318, "cancelled": 0}, ("100%", "nobody left")),
        ({"offered": 2, "cancelled": 3}, ("95%", "2 offered, 3 cancelled")),
        ({"offered": 2, "pending": 5, "cancelled": 0}, ("93%", "2 offered, 5 to verify")),
        ({"active": 0, "offered": 0, "pending": 5, "confirmed": 0, "cancelled": 0}, ("0%", "5 to verify")),
        ({"active": 0, "offered": 0, "pending": 0, "confirmed": 0, "cancelled": 0}, ("–", "nobody yet")),
    ],
)
def test_a_tile_says_who_has_not_said_yes(totals, expected):
    [tile] = [one for one in tiles.tiles(stats(event(places=500), **totals)) if one.name == "Confirmed"]
    assert (tile.value, tile.note) == expected


def test_what_is_expected_comes_from_own_history_or_is_not_said():
    known, unknown = stats(event()), stats(event(), forecast=None, history_events=2)

    assert ("141", "120–163 likely") in [(one.value, one.note) for one in tiles.tiles(known)]
    assert ("–", "not enough history: 2 of 3 events") in [(one.value, one.note) for one in tiles.tiles(unknown)]


def test_once_it_has_begun_the_joined_are_counted():
    began = event(starts_at=datetime.now(UTC) - timedelta(minutes=5))
    [tile] = [one for one in tiles.tiles(stats(began, joined=120)) if one.name == "Joined"]

    assert (tile.value, tile.note) == ("120", "40% of confirmed")


def test_places_lowered_too_far_are_said_on_the_tile():
    [waiting] = [tile for tile in tiles.tiles(stats(event(places=315), over=3)) if tile.name == "Waiting list"]
    assert (waiting.note, waiting.tone) == ("3 too many", "orange")
