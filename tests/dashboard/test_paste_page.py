"""From a pasted text to a published event, as an organiser does it."""

import re
from datetime import date, time

import pytest

from services.dashboard.announcement.formats import Format, decode, detect, of_file
from tests.dashboard.conftest import words
from tests.dashboard.fake_api import Refusal
from tests.dashboard.specimens import draft_from_text, event

PASTE = "screens/new.py"
TEXT = "# Shade for all\n\nThursday 22 July 2027, 3.00 pm (CET)\n\nAn introduction of several words."


def test_a_pasted_text_becomes_a_draft_beside_its_remarks(fake, open_page):
    page = paste(open_page(PASTE), TEXT)

    drawn = words(page)
    assert "<h1>Shade for all</h1>" in drawn
    assert "CET is not in force on 22 July 2027" in drawn
    assert "This line was not understood." in drawn


def test_the_text_is_sent_as_it_is_with_its_detected_format_and_calendar(fake, open_page):
    fake.world.roles = {"international": "owner", "africa": "editor", "asia": "viewer"}
    page = open_page(PASTE)
    page.selectbox(key="paste_calendar").select("africa")

    paste(page, TEXT)

    assert fake.world.bodies == [("text/markdown; charset=utf-8", "africa", TEXT)]


def test_only_calendars_that_may_be_written_are_offered(fake, open_page):
    fake.world.roles = {"international": "owner", "africa": "editor", "asia": "viewer"}

    assert open_page(PASTE).selectbox(key="paste_calendar").options == ["International calendar", "Africa calendar"]


def test_a_viewer_is_told_whom_to_ask(fake, open_page):
    fake.world.roles = {"international": "viewer"}

    assert "You can look, not write" in words(open_page(PASTE))


def test_what_is_no_announcement_is_refused_in_the_words_of_the_api(fake, open_page):
    page = paste(open_page(PASTE), "hello")

    assert "This text has no title and no date. Paste it all." in words(page)


def test_the_suggested_reading_is_chosen_beforehand_and_settles_the_time(fake, open_page):
    page = paste(open_page(PASTE), TEXT)

    readings = next(radio for radio in page.radio if radio.label == "When does it start?")
    assert readings.value == "local"
    page.button(key="use_0").click().run()

    assert "Thu 22 Jul 2027, 15:00–16:30 Madrid (UTC+2)" in words(page)
    assert "CET is not in force" not in words(page)


def test_another_reading_can_be_chosen(fake, open_page):
    page = paste(open_page(PASTE), TEXT)

    next(radio for radio in page.radio if radio.label == "When does it start?").set_value("literal").run()
    page.button(key="use_0").click().run()

    assert "Thu 22 Jul 2027, 16:00–17:30 Madrid (UTC+2)" in words(page)


def test_another_start_can_be_set_on_the_clock_of_its_place(fake, open_page):
    page = paste(open_page(PASTE), TEXT)
    made = next(iter(fake.world.events.values()))

    page.date_input(key=f"day_{made.id}").set_value(date(2028, 3, 2))
    page.time_input(key=f"time_{made.id}").set_value(time(9, 30))
    page.selectbox(key=f"zone_{made.id}").select("Africa/Nairobi")
    page.number_input(key=f"minutes_{made.id}").set_value(45)
    page.button(key="save_start").click().run()

    assert "Thu 2 Mar 2028, 09:30–10:15 Nairobi (UTC+3)" in words(page)


def test_publishing_with_an_open_doubt_is_refused_in_the_words_of_the_api(fake, open_page):
    page = paste(open_page(PASTE), TEXT)

    page.button(key="publish").click().run()

    assert "Settle when the event starts, then publish." in words(page)


def test_places_are_saved_and_the_event_published_and_watched(fake, open_page):
    page = paste(open_page(PASTE), TEXT)
    page.button(key="use_0").click().run()
    page.toggle[0].set_value(True).run()
    page.number_input(key=f"places_{next(iter(fake.world.events))}").set_value(80).run()
    page.button(key="save_places").click().run()
    page.button(key="publish").click().run()

    made = next(iter(fake.world.events.values()))
    assert (made.state, made.places) == ("published", 80)
    assert "People can register now." in words(page)

    page.button(key="watch").click().run()
    assert page.metric[0].label == "Registered"
    assert str(made.id) in page.query_params["event"]


def test_an_edit_by_somebody_else_is_shown_before_it_can_be_overwritten(fake, open_page):
    page = paste(open_page(PASTE), TEXT)
    made = next(iter(fake.world.events.values()))
    fake.world.add(made.model_copy(update={"version": 9, "title": "Shade for everyone"}))

    page.button(key="use_0").click().run()

    assert "Somebody else has changed this draft" in words(page)
    assert "<h1>Shade for everyone</h1>" in words(page)


def test_a_draft_is_opened_by_its_address(fake, open_page):
    made = fake.world.add(draft_from_text(TEXT))

    page = open_page(PASTE, draft=str(made.id))

    assert "<h1>Shade for all</h1>" in words(page)


def test_a_live_screen_of_a_draft_leads_to_its_review(fake, open_page):
    fake.world.add(draft_from_text(TEXT))
    page = open_page()

    next(button for button in page.button if button.label == "Review and publish").click().run()

    assert "What was understood" in words(page)


def test_hostile_texts_stay_texts_in_labels_too(fake, open_page):
    page = paste(open_page(PASTE), TEXT)

    options = next(radio for radio in page.radio if radio.label == "When does it start?").options
    assert any("evil" in option for option in options)
    for option in options:
        assert not re.search(r"(?<!\\)[!\[<]", option)
        assert "://" not in option.replace("\\", "")
    assert "<img" not in words(page)


def test_a_failure_of_the_api_keeps_the_text(fake, open_page):
    fake.world.refuse["/import"] = Refusal(503, "down", "The service is being repaired")

    page = paste(open_page(PASTE), TEXT)

    assert "The service is being repaired" in words(page)
    assert page.text_area(key="paste_text").value == TEXT


def test_all_events_lead_to_their_live_screens(fake, open_page):
    first = fake.world.add(event(title="The first", places=100, places_left=58, registered=42))
    fake.world.add(event(title="The second", places=None))

    drawn = words(open_page("screens/events.py"))

    assert f'href="/dashboard/?event={first.id}"' in drawn
    assert '<td data-name="Registered">42 of 100 <small>42% full</small>' in drawn
    assert "no limit" in drawn


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Title\n\ntext", Format.MARKDOWN),
        ("Title\n\n- one\n- two", Format.MARKDOWN),
        ("<p>Title</p>", Format.HTML),
        ("<!DOCTYPE html><html>", Format.HTML),
        ("Title\nThursday, 3 pm", Format.PLAIN),
        ("a < b and c > d", Format.PLAIN),
    ],
)
def test_the_format_is_detected(text, expected):
    assert detect(text) is expected


@pytest.mark.parametrize(("name", "expected"), [("a.MD", Format.MARKDOWN), ("b.htm", Format.HTML), ("c.docx", None)])
def test_a_file_names_its_format(name, expected):
    assert of_file(name) is expected


def test_files_from_older_programs_keep_their_accents():
    assert decode("Medellín".encode("cp1252")) == decode("Medellín".encode("utf-8-sig")) == "Medellín"


def paste(page, text):
    page.text_area(key="paste_text").input(text)
    return page.button(key="read").click().run()
