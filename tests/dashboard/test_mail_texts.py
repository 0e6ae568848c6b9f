"""Subject and introduction in an organiser's own words: typed, previewed, saved, and never lost."""

from importlib import import_module

import pytest

from services.dashboard.mail.names import NAMES
from shared.schemas.mail_texts import MailText
from tests.dashboard.conftest import words
from tests.dashboard.fake_api import Refusal
from tests.dashboard.specimens import HOSTILE, event
from tests.dashboard.test_mail_rules import field, open_view

SAVED = {"reminder": {"en": MailText(subject="See you", introduction="Bring water.")}}


@pytest.fixture
def webinar(fake):
    return fake.world.add(event(mail_texts=SAVED))


def choose(page, kind):
    return field(page, "selectbox", "texts_kind").set_value(kind).run()


def test_a_text_is_written_previewed_and_saved_with_the_others(fake, open_page, webinar):
    page = open_view(open_page, "texts")
    assert "Everything is saved." in words(page)
    choose(page, "invitation")
    field(page, "text_area", "text_introduction_en").input("Come, {{ name }}.").run()

    assert fake.world.mail.asked[-1]["text"] == {"introduction": "Come, {{ name }}."}
    assert "Not saved yet: Invitation." in words(page)
    page.button(key="save").click().run()
    assert fake.world.changes == [
        {
            "mail_texts": {
                "reminder": {"en": {"subject": "See you", "introduction": "Bring water."}},
                "invitation": {"en": {"introduction": "Come, {{ name }}."}},
            }
        }
    ]
    assert "Mail that leaves from now on has these words." in words(page)


def test_a_text_that_is_emptied_is_ours_again(fake, open_page, webinar):
    page = choose(open_view(open_page, "texts"), "reminder")
    field(page, "text_input", "text_subject_en").input("")
    field(page, "text_area", "text_introduction_en").input("").run()
    page.button(key="save").click().run()
    assert fake.world.changes == [{"mail_texts": {}}]


def test_an_error_of_the_template_language_stands_at_its_field(fake, open_page, webinar):
    page = open_view(open_page, "texts")
    field(page, "text_area", "text_introduction_en").input("Dear {{ name").run()
    assert "has a “{{” that is never closed, in line 1" in words(page)


def test_a_refusal_says_which_text_it_is_about(fake, open_page, webinar):
    page = choose(open_view(open_page, "texts"), "reminder")
    fake.world.refuse[f"PATCH /api/v1/events/{webinar.id}"] = Refusal(
        422, "invalid-input", "Not right", "Correct it.",
        fields={"mail_texts.reminder.es.introduction": "line 2: there is no name “nme”"},
    )  # fmt: skip
    field(page, "segmented_control", "text_language").set_value("es").run()
    field(page, "text_area", "text_introduction_es").input("Hola\n{{ nme }}").run()
    page.button(key="save").click().run()

    drawn = words(page)
    assert "Reminder, in Spanish: introduction" in drawn
    assert drawn.count("line 2: there is no name “nme”") == 2
    assert field(page, "text_area", "text_introduction_es").value == "Hola\n{{ nme }}"


def test_an_edit_by_somebody_else_comes_in_and_what_was_typed_stays(fake, open_page, webinar):
    page = choose(open_view(open_page, "texts"), "invitation")
    field(page, "text_input", "text_subject_en").input("Come").run()
    theirs = {"reminder": {"en": MailText(subject="Tomorrow")}, "notice": {"fr": MailText(subject="Avis")}}
    fake.world.add(webinar.model_copy(update={"version": 9, "mail_texts": theirs}))

    page.button(key="save").click().run()
    assert "Somebody else has changed this event meanwhile" in words(page)
    page.button(key="save").click().run()

    assert fake.world.changes[-1]["mail_texts"] == {
        "reminder": {"en": {"subject": "Tomorrow"}},
        "notice": {"fr": {"subject": "Avis"}},
        "invitation": {"en": {"subject": "Come"}},
    }


def test_what_is_typed_survives_a_look_at_another_view_and_can_be_discarded(open_page, webinar):
    page = choose(open_view(open_page, "texts"), "reminder")
    field(page, "text_input", "text_subject_en").input("Soon").run()
    page.segmented_control(key="mail_view").set_value("rules").run()
    page.segmented_control(key="mail_view").set_value("texts").run()
    choose(page, "reminder")
    assert field(page, "text_input", "text_subject_en").value == "Soon"

    page.button(key="discard").click().run()
    assert field(page, "text_input", "text_subject_en").value == "See you"


def test_a_preview_is_drawn_for_somebody_who_registered(fake, open_page, webinar):
    person = fake.world.people.add(webinar.id, "Ada Lovelace")
    page = open_view(open_page, "texts")
    field(page, "text_input", "reader_search").input("ada").run()
    field(page, "selectbox", "reader_chosen").set_value(str(person.id)).run()
    assert fake.world.mail.asked[-1]["registration_id"] == str(person.id)


def test_a_mail_is_shown_as_text_with_its_headers_and_its_calendar_part(open_page, webinar):
    page = choose(open_view(open_page, "texts"), "confirmation")
    way = page.segmented_control(key="preview_way")
    assert way.options == ["As mail", "As text", "Headers", "Calendar part"]
    way.set_value("text").run()
    assert any("See you soon." in code.value for code in page.code)
    way.set_value("headers").run()
    assert "<dt>From</dt>" in words(page)
    way.set_value("calendar").run()
    assert any("METHOD:REQUEST" in code.value for code in page.code)


def test_a_viewer_reads_the_texts(fake, open_page, webinar):
    fake.world.roles = {"international": "viewer"}
    page = open_view(open_page, "texts")
    assert "Bring water." in words(page)
    assert not page.text_area
    assert not page.button


def test_hostile_texts_stay_texts(fake, open_page):
    fake.world.add(event(mail_texts={"reminder": {"en": MailText(subject=HOSTILE, introduction=HOSTILE)}}))
    for role in ("owner", "viewer"):
        fake.world.roles = {"international": role}
        page = open_view(open_page, "texts")
        if role == "owner":
            choose(page, "reminder")
        assert "<img" not in words(page)
        assert not [element for element in page.markdown if "evil" in element.value]


def test_the_names_offered_are_those_that_mail_knows():
    known = pytest.importorskip("shared.mail.texts")
    assert set(NAMES) == set(import_module(known.__name__).NAMES)
