"""The page Session: who has joined, who is missing, what is asked."""

from services.dashboard.live_session import chart
from tests.dashboard.conftest import metrics, wait_for_the_cache_to_pass, words
from tests.dashboard.fake_session import live_session
from tests.dashboard.specimens import HOSTILE, event

PAGE = "screens/session.py"


def test_the_tiles_count_who_came(fake, open_page):
    fake.world.add(event())
    page = open_page(PAGE)

    assert metrics(page) == {
        "Joined": "120",
        "Last 5 minutes": "25",
        "Expected": "135",
        "Missing": "180",
        "Questions": "3",
    }
    assert "120 of 300 have joined through their own links, 180 have not." in words(page)
    assert "90 of 200 · 45%" in words(page)


def test_before_the_doors_open_a_list_says_what_is_missing(fake, open_page):
    fake.world.add(event())
    fake.world.session.changes = {"phase": "doors", "has_room": False, "joined": 0, "joins": []}
    drawn = words(open_page(PAGE))

    assert "No room is named yet" in drawn
    assert "2 have no working link" in drawn
    assert "Nobody has come through a join link yet." in drawn


def test_without_enough_history_nothing_is_expected(fake, open_page):
    fake.world.add(event())
    fake.world.session.changes = {"expected": None, "history_events": 1}

    assert metrics(open_page(PAGE))["Expected"] == "–"


def test_those_missing_are_reminded_after_a_question(fake, open_page):
    known = fake.world.add(event())
    page = open_page(PAGE)
    page.button(key="remind").click().run()
    assert fake.world.session.did == []
    page.button(key="really_remind").click().run()

    assert fake.world.session.did == [("remind", str(known.id))]
    assert "180 mails are leaving" in words(page)


def test_where_reminding_is_not_possible_the_reason_stands_there(fake, open_page):
    fake.world.add(event())
    fake.world.session.changes = {"may_remind": False, "why_not": "They were asked at 15:02 UTC."}
    page = open_page(PAGE)

    assert page.button(key="remind").disabled
    assert "They were asked at 15:02 UTC." in words(page)


def test_a_question_is_marked_and_leaves_the_list(fake, open_page):
    fake.world.add(event())
    asked = fake.world.session.asks(f"Why? {HOSTILE}")
    page = open_page(PAGE)
    assert "<img" not in words(page)
    page.button(key=f"mark_answered_{asked.id}").click().run()

    assert fake.world.session.did == [("answered", asked.id)]
    assert "Why?" not in words(page)


def test_viewers_watch_and_change_nothing(fake, open_page):
    fake.world.roles = {"international": "viewer"}
    fake.world.add(event())
    asked = fake.world.session.asks("Why?")
    page = open_page(PAGE)

    assert "Why?" in words(page)
    assert {"remind", f"mark_answered_{asked.id}"} & {one.key for one in page.button} == set()


def test_when_the_api_stops_the_last_numbers_stay(fake, open_page):
    fake.world.add(event())
    page = open_page(PAGE)
    fake.stop()

    wait_for_the_cache_to_pass()
    page.run()
    fake.start()

    assert metrics(page)["Joined"] == "120"
    assert "The service is not answering" in words(page)


def test_the_band_of_what_is_expected_spans_the_session():
    rows = chart.datasets(live_session(event()))

    assert rows["band"][0]["low"] == 110
    assert rows["band"][0]["from"] == rows["joins"][0]["at"]
    assert rows["joins"][-1]["joined"] == 120
