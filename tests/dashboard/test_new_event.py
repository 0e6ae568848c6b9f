"""The page that makes an event: from an announcement, or from nothing."""

from services.dashboard.announcement.pasted import marked
from tests.dashboard.conftest import words
from tests.dashboard.specimens import HOSTILE

PAGE = "screens/new.py"


def test_an_event_starts_empty_and_goes_on_where_it_is_edited(fake, open_page):
    page = open_page(PAGE)
    page.segmented_control(key="new_event_way").set_value("Start empty").run()
    page.text_input(key="empty_title").set_value("Trees")
    next(one for one in page.button if one.label == "Make the draft").click().run()

    assert fake.world.editing.did == [("create", {"calendar": "international", "title": "Trees"})]
    assert "<h1>Edit event</h1>" in words(page)


def test_the_announcement_stands_beside_what_was_understood(fake, open_page):
    fake.world.editing.pasted = f"Trees\n\n3.00 pm (CET)\n{HOSTILE}"
    page = open_page(PAGE)
    page.text_area(key="paste_text").set_value("Title of it\n\n22 July 2027, 3.00 pm (CET)\n\nan introduction")
    page.button(key="read").click().run()

    drawn = words(page)
    assert "What was pasted" in drawn
    assert "<img" not in drawn


def test_what_remarks_are_about_is_marked_once():
    drawn = marked("at 3 pm (CET), 3 pm <b>", ["3 pm (CET)", "3 pm", "missing"])

    assert drawn.count("<mark>") == 1
    assert "<mark>3 pm (CET)</mark>" in drawn
    assert "&lt;b&gt;" in drawn
