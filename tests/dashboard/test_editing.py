"""The page that edits an event, and the rows of its programme."""

from datetime import datetime, time

import pytest

from services.dashboard.editing import programme_table
from shared.schemas.events import ProgrammeItemAnswer
from shared.schemas.programme import Part, PersonFacts
from tests.dashboard.conftest import words
from tests.dashboard.fake_people import Refusal
from tests.dashboard.specimens import HOSTILE, event

PAGE = "screens/edit.py"
LINA = PersonFacts(name="Lina Haddad", role="Engineer", organisation="City", city="Tyre", address="lina@example.org")
ITEMS = [
    ProgrammeItemAnswer(title="Welcome", kind="welcome", minutes=5),
    ProgrammeItemAnswer(title="Trees", kind="talk", minutes=100, people=[LINA]),
]


def field(page, kind, name):
    return next(one for one in getattr(page, kind) if one.key.startswith(f"{name}_"))


def press(page, label):
    next(one for one in page.button if one.label == label).click().run()


def go_to(page, part):
    page.segmented_control(key="editing_part").set_value(part).run()
    return page


def test_what_changed_is_saved_in_one_piece_and_nothing_else(fake, open_page):
    fake.world.add(event(title="Trees", audiences=["Officials"]))
    page = open_page(PAGE)
    field(page, "text_input", "title").set_value("More trees").run()
    field(page, "text_area", "audiences").set_value("Officials\n\n Students ").run()
    assert "Not saved yet: title, audiences." in words(page)

    press(page, "Save")

    assert fake.world.changes == [{"title": "More trees", "audiences": ["Officials", "Students"]}]
    assert "Everything is saved." in words(page)


def test_what_was_typed_survives_a_look_at_another_part_and_page(fake, open_page):
    fake.world.add(event(title="Trees"))
    page = open_page(PAGE)
    field(page, "text_input", "title").set_value("More trees").run()
    go_to(page, "When")
    page.switch_page("screens/team.py").run()
    page.switch_page(PAGE).run()
    go_to(page, "Content")

    assert field(page, "text_input", "title").value == "More trees"
    assert fake.world.changes == []


def test_two_who_edit_at_once_lose_nothing(fake, open_page):
    known = fake.world.add(event(title="Trees", hosts=["Us"]))
    page = open_page(PAGE)
    field(page, "text_input", "title").set_value("More trees").run()
    fake.world.add(known.model_copy(update={"hosts": ["Them"], "version": known.version + 1}))
    press(page, "Save")

    assert "Somebody else has changed this event meanwhile" in words(page)
    assert field(page, "text_input", "title").value == "More trees"
    assert field(page, "text_area", "hosts").value == "Them"
    press(page, "Save")
    assert fake.world.changes[-1] == {"title": "More trees"}


def test_a_refusal_stands_at_its_field(fake, open_page):
    known = fake.world.add(event(title="Trees"))
    ending = f"PATCH /api/v1/events/{known.id}"
    fields = {"title": "cannot be empty"}
    fake.world.refuse[ending] = Refusal(422, "invalid-input", "Please check", "One field is wrong.", fields=fields)
    page = open_page(PAGE)
    field(page, "text_input", "title").set_value("").run()
    press(page, "Save")

    assert "cannot be empty" in words(page)
    assert "Not saved yet: title." in words(page)


def test_a_move_says_whom_it_concerns_before_it_is_saved(fake, open_page):
    fake.world.add(event(registered=42))
    page = go_to(open_page(PAGE), "When")
    field(page, "number_input", "minutes").set_value(120).run()

    assert "42 people with a place get a mail, and their calendars follow" in words(page)


def test_a_time_that_does_not_exist_is_noticed(fake, open_page):
    fake.world.add(event())
    page = go_to(open_page(PAGE), "When")
    field(page, "date_input", "day").set_value(datetime(2027, 3, 28).date())
    field(page, "time_input", "clock").set_value(time(2, 30)).run()

    assert "does not exist there" in words(page)


def test_a_programme_gets_its_times_and_says_when_it_is_too_long(fake, open_page):
    fake.world.add(event(programme=ITEMS, minutes=90))
    page = go_to(open_page(PAGE), "Programme")

    drawn = words(page)
    assert "15 min too long" in drawn
    assert "Trees" in drawn


def test_a_programme_may_be_written_as_text(fake, open_page):
    fake.world.add(event(programme=ITEMS))
    page = go_to(open_page(PAGE), "Programme")
    page.segmented_control(key="programme_manner").set_value("As text").run()
    field(page, "text_area", "programme_text").set_value("10 | Welcome\n | Coffee\n20 | Trees").run()
    press(page, "Save")

    [changes] = fake.world.changes
    assert [(item["title"], item["minutes"]) for item in changes["programme"]] == [
        ("Welcome", 10),
        ("Coffee", None),
        ("Trees", 20),
    ]
    assert changes["programme"][2]["people"][0]["address"] == "lina@example.org"


def test_an_untouched_programme_is_no_change(fake, open_page):
    fake.world.add(event(programme=ITEMS, people=[PersonFacts(name="Joanna", part=Part.MODERATOR)]))
    page = go_to(open_page(PAGE), "Programme")

    assert "Everything is saved." in words(page)


def test_calling_an_event_off_asks_for_a_reason_first(fake, open_page):
    fake.world.add(event(registered=3))
    page = go_to(open_page(PAGE), "Publish")
    press(page, "Cancel the event …")
    page.text_area(key="reason_cancel").set_value("The speaker is ill.")
    page.button(key="really_cancel").click().run()

    assert fake.world.editing.did == [("cancel", "The speaker is ill.")]


def test_a_copy_is_opened(fake, open_page):
    known = fake.world.add(event(title="Trees"))
    page = go_to(open_page(PAGE, event=str(known.id)), "Publish")
    press(page, "Make another like it")

    assert fake.world.editing.did == [("copy", str(known.id))]
    assert page.query_params["event"] != [str(known.id)]


def test_a_draft_is_deleted_after_a_question(fake, open_page):
    known = fake.world.add(event(state="draft"))
    page = go_to(open_page(PAGE), "Publish")
    press(page, "Delete this draft …")
    page.button(key="really_delete").click().run()

    assert fake.world.editing.did == [("delete", str(known.id))]


def test_viewers_are_told_whom_to_ask(fake, open_page):
    fake.world.roles = {"international": "viewer"}
    fake.world.add(event(title=HOSTILE))
    drawn = words(open_page(PAGE))

    assert "You can look, not write" in drawn
    assert "<img" not in drawn


@pytest.mark.parametrize("empty", [None, "", float("nan")])
def test_rows_come_back_as_they_went(empty):
    programme = [item.model_dump(mode="json", exclude={"starts_at", "ends_at", "starts_at_local"}) for item in ITEMS]
    moderator = PersonFacts(name="Joanna", part=Part.MODERATOR).model_dump(mode="json")
    items = programme_table.item_rows(programme)
    people = programme_table.person_rows(programme, [moderator])
    items.append(dict.fromkeys(items[0], empty))

    assert programme_table.programme_of(items, people) == programme
    assert programme_table.people_of(people) == [moderator]


def test_rows_are_put_into_the_order_of_their_numbers():
    items = programme_table.item_rows([{"title": "A"}, {"title": "B"}, {"title": "C"}])
    people = [{"item": 3, "name": "Cyd"}]
    items[2]["order"] = 0.5

    found = programme_table.programme_of(items, people)

    assert [item["title"] for item in found] == ["A", "B", "C"]
    items[2]["order"] = 1
    items[0]["order"] = 3
    found = programme_table.programme_of(items, people)
    assert [(item["title"], len(item["people"])) for item in found] == [("C", 1), ("B", 0), ("A", 0)]
