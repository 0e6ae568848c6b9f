"""The Live page, drawn from the fake API's snapshots."""

from datetime import UTC, datetime, timedelta

import pytest

from shared import clock
from tests.dashboard.conftest import metrics, wait_for_the_cache_to_pass, words
from tests.dashboard.fake_api import Refusal
from tests.dashboard.specimens import HOSTILE, event, mail, questions, suspicion


def test_the_tiles_show_the_snapshot(fake, open_page):
    fake.world.add(event(places=500))

    page = open_page()

    assert metrics(page) == {
        "Registered": "318",
        "Places left": "182",
        "Last 24 hours": "46",
        "Expected live": "141",
        "Confirmed": "95%",
        "Countries": "27",
    }


def test_a_new_registration_is_on_screen_at_the_next_refresh(fake, open_page):
    webinar = fake.world.add(event())
    page = open_page()
    fake.world.change(webinar.id, active=319)

    wait_for_the_cache_to_pass()
    page.run()

    assert metrics(page)["Registered"] == "319"


def test_a_full_event_shows_its_waiting_list_instead_of_places(fake, open_page):
    webinar = fake.world.add(event(places=300))
    fake.world.change(webinar.id, active=300, left=0, waitlisted=27)

    page = open_page()

    assert metrics(page)["Waiting list"] == "27"
    assert "27 people wait for a place" in words(page)
    assert f'href="registrations?event={webinar.id}&amp;status=waitlisted"' in words(page)
    assert "Places left" not in metrics(page)


def test_an_event_without_a_limit_says_so(fake, open_page):
    fake.world.add(event(places=None))

    assert metrics(open_page())["Places"] == "No limit"


def test_an_empty_event_offers_its_link(fake, open_page):
    webinar = fake.world.add(event())
    fake.world.change(webinar.id, active=0)

    page = open_page()

    assert "No registrations yet" in words(page)
    assert webinar.url in [block.value for block in page.code]
    assert "Audience" not in words(page)
    assert "Reminders" in words(page)


def test_the_start_is_shown_with_its_place_and_offset(fake, open_page):
    fake.world.add(event(starts_at=datetime(2027, 7, 22, 13, tzinfo=UTC), zone="Europe/Madrid"))

    assert "Thu 22 Jul 2027, 15:00–16:30 Madrid (UTC+2)" in words(open_page())


def test_a_stopped_worker_is_announced_with_the_time_of_its_last_sign(fake, open_page):
    webinar = fake.world.add(event())
    seen_at = datetime(2027, 1, 5, 14, 5, tzinfo=UTC)
    fake.world.change(webinar.id, mail=mail(worker_is_alive=False, due=41, worker_seen_at=seen_at))

    page = open_page()

    assert "Nothing is being sent since 14:05 UTC" in words(page)


def test_the_last_good_snapshot_stays_when_the_api_stops(fake, open_page):
    fake.world.add(event())
    page = open_page()

    fake.stop()
    wait_for_the_cache_to_pass()
    page.run()

    assert metrics(page)["Registered"] == "318"
    assert "Service not answering · data from" in words(page)
    assert "<time>now</time>" not in words(page)
    fake.start()


def export_is_disabled(page):
    [menu] = [one for one in page.get("popover") if one.proto.popover.label == "Export"]
    return menu.proto.popover.disabled


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        ({"international": "editor"}, "“New event” in the menu"),
        ({"international": "viewer"}, "once an editor of your calendar has made one"),
        ({}, "You work on no calendar"),
    ],
)
def test_who_has_no_events_is_told_what_to_do(fake, open_page, roles, said):
    fake.world.roles = roles

    assert said in words(open_page())


def test_nothing_is_offered_that_a_silent_api_would_have_to_do(fake, open_page):
    fake.world.add(event())
    page = open_page()
    assert not export_is_disabled(page)

    fake.stop()
    wait_for_the_cache_to_pass()
    page.run()
    assert export_is_disabled(page)

    fake.start()
    wait_for_the_cache_to_pass()
    page.run()
    assert not export_is_disabled(page)


@pytest.mark.parametrize(
    ("minutes", "said"), [(14, "It begins soon: 0 of"), (-30, "It is on: 0 of"), (16, None), (-91, None)]
)
def test_around_the_session_its_page_is_one_press_away(fake, open_page, minutes, said):
    now = clock.now()
    webinar = fake.world.add(event(starts_at=now + timedelta(minutes=minutes)))
    fake.world.change(webinar.id, server_time=now)

    drawn = words(open_page())

    assert (f'href="session?event={webinar.id}"' in drawn) is (said is not None)
    assert said is None or said in drawn


def test_numbers_older_than_a_minute_carry_a_banner(fake, open_page):
    fake.world.add(event())
    page = open_page()

    fake.stop()
    with clock.travel_to(clock.now() + timedelta(seconds=70)):
        wait_for_the_cache_to_pass()
        page.run()

    assert "These numbers are from" in words(page)
    fake.start()


def test_without_any_answer_the_page_says_so_and_recovers(fake, open_page):
    fake.world.add(event())
    token = fake.world.sign_in()
    fake.stop()
    page = open_page(token=token)
    assert "No data yet" in words(page)

    fake.start()
    page.run()

    assert metrics(page)["Registered"] == "318"


def test_a_session_that_ended_leads_back_to_the_door(fake, open_page):
    fake.world.add(event())

    page = open_page(token="no longer good")

    assert "Signed out" in words(page)
    assert 'href="/dashboard/auth/sign-in"' in words(page)
    assert not page.metric


def test_a_session_that_ends_while_the_page_is_open_is_noticed_at_a_refresh(fake, open_page):
    fake.world.add(event())
    page = open_page()

    fake.world.tokens.clear()
    wait_for_the_cache_to_pass()
    page.run()

    assert "Signed out" in words(page)


def test_an_ended_session_of_another_viewer_signs_nobody_else_out(fake, open_page):
    webinar = fake.world.add(event())
    page = open_page()
    fake.world.refuse["/stats"] = Refusal(401, "not-signed-in", "Not signed in")

    wait_for_the_cache_to_pass()
    page.run()
    assert "Signed out" not in words(page)

    fake.world.refuse.clear()
    fake.world.change(webinar.id, active=320)
    wait_for_the_cache_to_pass()
    page.run()
    assert metrics(page)["Registered"] == "320"


def test_an_event_of_others_is_refused_and_the_own_ones_stay(fake, open_page):
    fake.world.add(event())
    fake.world.refuse["/events/foreign/stats"] = Refusal(403, "not-allowed", "Not allowed")

    page = open_page(event="foreign")

    assert "You have no access to this event" in words(page)
    assert metrics(page)["Registered"] == "318"


def test_an_unknown_event_is_not_found(fake, open_page):
    fake.world.add(event())

    assert "Event not found" in words(open_page(event="nothing-of-the-kind"))


def test_the_address_chooses_the_event(fake, open_page):
    fake.world.add(event(title="The sooner one"))
    later = fake.world.add(event(title="The later one", starts_at=datetime.now(UTC) + timedelta(days=9)))

    page = open_page(event=str(later.id))

    assert "<h1>The later one</h1>" in words(page)


def test_the_chosen_event_stands_in_the_address(fake, open_page):
    fake.world.add(event(title="The sooner one"))
    later = fake.world.add(event(title="The later one", starts_at=datetime.now(UTC) + timedelta(days=9)))
    page = open_page()

    page.selectbox(key="event").select(str(later.id)).run()

    assert str(later.id) in page.query_params["event"]
    assert "<h1>The later one</h1>" in words(page)


def test_a_busy_api_is_spared_and_its_last_answer_kept(fake, open_page):
    fake.world.add(event())
    page = open_page()
    fake.world.refuse["/stats"] = Refusal(429, "too-many-requests", "Too many requests")

    wait_for_the_cache_to_pass()
    page.run()
    [stats_call] = {call for call in fake.world.calls if call.endswith("/stats")}
    asked = fake.world.calls.count(stats_call)
    wait_for_the_cache_to_pass()
    page.run()

    assert metrics(page)["Registered"] == "318"
    assert "Service is busy" in words(page)
    assert fake.world.calls.count(stats_call) == asked


def test_paused_updates_stand_in_the_address(fake, open_page):
    fake.world.add(event())

    page = open_page(live="0")

    assert page.toggle(key="switch_live").value is True
    assert "Paused at" in words(page)


def test_a_forgotten_tab_slows_down_and_says_how_to_resume(fake, open_page):
    fake.world.add(event())
    page = open_page()
    page.session_state["_touched_at"] = clock.now() - timedelta(minutes=61)
    page.session_state["_falls_asleep"] = True

    page.run()
    assert "refreshes once a minute" in words(page)

    page.button(key="resume").click().run()
    assert "refreshes once a minute" not in words(page)


def test_names_can_be_hidden_from_a_projector(fake, open_page):
    fake.world.add(event())

    assert "Priya" in words(open_page())
    assert "Priya" not in words(open_page(names="0"))


def test_hostile_texts_are_escaped_wherever_they_stand(fake, open_page):
    fake.world.add(event(title=HOSTILE))

    drawn = words(open_page())

    assert "<img" not in drawn
    assert "&lt;img src=http://evil.example/q&gt;" in drawn


def test_answers_are_shown_where_something_is_asked(fake, open_page):
    webinar = fake.world.add(event())
    assert ">Answers</h2>" not in words(open_page())

    fake.world.change(webinar.id, questions=questions())
    wait_for_the_cache_to_pass()
    drawn = words(open_page())

    assert "What do you eat?" in drawn
    assert "61 · 76%" in drawn
    assert "1 answer<" in drawn
    assert '<h3 dir="auto">ماذا؟ ![x]' in drawn
    assert "<img" not in drawn


def test_a_card_that_fails_takes_no_other_with_it(fake, open_page, monkeypatch):
    fake.world.add(event())
    monkeypatch.setattr("services.dashboard.live.mail.worker_state", lambda _: 1 / 0)

    page = open_page()

    assert "This card could not be drawn" in words(page)
    assert "Reminders" in words(page)


def test_viewers_who_may_see_the_same_share_one_call(fake, open_page):
    webinar = fake.world.add(event())

    open_page()
    open_page()

    assert fake.world.calls.count(f"GET /api/v1/events/{webinar.id}/stats") == 1


def test_viewers_who_may_see_different_things_share_nothing(fake, open_page):
    webinar = fake.world.add(event())

    open_page()
    fake.world.roles = {"africa": "viewer"}
    open_page()

    assert fake.world.calls.count(f"GET /api/v1/events/{webinar.id}/stats") == 2


def test_a_silent_api_is_asked_once_for_all_who_wait(fake, open_page):
    fake.world.add(event())
    page = open_page()
    fake.world.refuse["/stats"] = Refusal(503, "down", "Down")
    wait_for_the_cache_to_pass()

    page.run()
    asked = len([call for call in fake.world.calls if call.endswith("/stats")])
    page.run()

    assert len([call for call in fake.world.calls if call.endswith("/stats")]) == asked


@pytest.fixture(autouse=True)
def _no_trust_in_sessions(monkeypatch):
    """Each run asks the API who this is, as it does every few seconds."""
    monkeypatch.setattr("services.dashboard.viewer._TRUST", timedelta(0))


def test_people_without_a_way_in_are_told_of_with_the_way_to_help_them(fake, open_page):
    webinar = fake.world.add(event())
    assert "no working join link" not in words(open_page())

    fake.world.change(webinar.id, unreachable=18)
    wait_for_the_cache_to_pass()
    drawn = words(open_page())

    assert "18 people have no working join link" in drawn
    assert f'<a href="mail?event={webinar.id}"' in drawn
    fake.world.change(webinar.id, unreachable=1)
    wait_for_the_cache_to_pass()
    assert "1 person has no working join link" in words(open_page())
    fake.world.change(webinar.id, unreachable=0)
    wait_for_the_cache_to_pass()
    assert "no working join link" not in words(open_page())


def test_a_burst_is_announced_with_its_numbers_and_what_to_do(fake, open_page):
    webinar = fake.world.add(event())
    fake.world.change(webinar.id, suspicion=suspicion(refused=240, suspect=35, is_burst=True))

    page = open_page()

    assert "A burst that looks like a bot: 240 tries refused and 35 unverified since 14:10 UTC" in words(page)
    assert "turn on address verification" in words(page)


def test_a_few_refused_tries_are_nobody_s_business(fake, open_page):
    fake.world.add(event())

    assert "looks like a bot" not in words(open_page())
