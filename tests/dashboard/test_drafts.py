"""What was typed and not saved is there again when the page is loaded again: for its organiser, and for nobody else."""

import pytest

from tests.dashboard.conftest import words
from tests.dashboard.specimens import event

EDIT, REGISTRATION, MAIL = "screens/edit.py", "screens/registration.py", "screens/mail.py"


def field(page, kind, name):
    return next(one for one in getattr(page, kind) if one.key and one.key.startswith(f"{name}_"))


@pytest.mark.parametrize(
    ("screen", "address", "kind", "name", "typed"),
    [
        (EDIT, {}, "text_input", "title", "More trees"),
        (EDIT, {"part": "programme"}, "text_area", "programme_text", "5 | Welcome"),
        (REGISTRATION, {}, "number_input", "places", 77),
        (MAIL, {"view": "texts"}, "text_input", "text_subject_en", "Come!"),
    ],
)
def test_a_page_loaded_again_has_what_was_typed(fake, open_page, screen, address, kind, name, typed):
    fake.world.add(event(title="Trees"))
    token = fake.world.sign_in()

    def load():
        page = open_page(screen, token=token, **address)
        if name == "programme_text":
            page.segmented_control(key="programme_manner").set_value("As text").run()
        return page

    page = load()
    field(page, kind, name).set_value(typed).run()
    again = load()

    assert field(again, kind, name).value == typed
    assert "Not saved yet" in words(again)
    again.button(key="discard").click().run()
    assert "Everything is saved." in words(load())
    assert fake.world.changes == []


def test_another_session_finds_nothing_of_it(fake, open_page):
    fake.world.add(event(title="Trees"))
    field(open_page(EDIT), "text_input", "title").set_value("More trees").run()

    assert "Everything is saved." in words(open_page(EDIT))


def test_what_was_saved_is_no_draft_any_more(fake, open_page):
    fake.world.add(event(title="Trees"))
    token = fake.world.sign_in()
    page = open_page(EDIT, token=token)
    field(page, "text_input", "title").set_value("More trees").run()
    page.button(key="save").click().run()

    assert "Everything is saved." in words(open_page(EDIT, token=token))
    assert fake.world.changes == [{"title": "More trees"}]


def test_a_draft_found_again_meets_what_a_colleague_saved_meanwhile(fake, open_page):
    known = fake.world.add(event(title="Trees", hosts=["Us"]))
    token = fake.world.sign_in()
    field(open_page(EDIT, token=token), "text_input", "title").set_value("More trees").run()
    fake.world.add(known.model_copy(update={"hosts": ["Them"], "version": known.version + 1}))

    again = open_page(EDIT, token=token)
    again.button(key="save").click().run()

    assert "Somebody else has changed this event meanwhile" in words(again)
    assert (field(again, "text_input", "title").value, field(again, "text_area", "hosts").value) == (
        "More trees",
        "Them",
    )


def test_two_tabs_of_one_organiser_do_not_write_into_one_draft(fake, open_page):
    fake.world.add(event(title="Trees"))
    token = fake.world.sign_in()
    first = open_page(EDIT, token=token)
    field(first, "text_input", "title").set_value("More trees").run()
    second = open_page(EDIT, token=token)
    field(second, "text_input", "title").set_value("Fewer trees").run()

    first.run()
    assert field(first, "text_input", "title").value == "More trees"
