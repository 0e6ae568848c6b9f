"""What an organiser decides about registration: typed, explained, saved, and never lost."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.dashboard.registration_settings import question_drafts
from services.dashboard.registration_settings.question_drafts import ChoiceDraft, QuestionDraft
from services.dashboard.registration_settings.rules import over_sentence
from shared.schemas.questions import QuestionFacts, QuestionKind
from tests.dashboard.conftest import words
from tests.dashboard.fake_api import Refusal
from tests.dashboard.specimens import HOSTILE, event

PAGE = "screens/registration.py"
DIET = QuestionFacts(
    key="diet",
    kind="choice",
    label="What do you eat?",
    is_required=True,
    choices=[{"key": "all", "label": "Everything"}, {"key": "veg", "label": "Vegetarian"}],
    translations={"es": {"label": "¿Qué come usted?", "choices": {"veg": "Vegetariano"}}},
)
TOPIC = QuestionFacts(key="topic", kind="long-text", label="What should we talk about?")


@pytest.fixture
def webinar(fake):
    return fake.world.add(event(places=100, places_left=0, registered=103, questions=[DIET, TOPIC]))


def field(page, kind, name):
    """The one field whose key begins with this name."""
    return next(one for one in getattr(page, kind) if one.key and one.key.startswith(name + "_"))


def save(page):
    return page.button(key="save").click().run()


def test_places_below_those_taken_say_by_how_much_and_what_follows(fake, open_page, webinar):
    fake.world.change(webinar.id, active=103)

    assert "3 have a place beyond the 100 there are; nobody is thrown out" in words(open_page(PAGE))
    assert over_sentence(1, 1) == (
        "1 has a place beyond the 1 there are; nobody is thrown out, and nobody moves up until it fits."
    )


def test_more_places_say_how_many_move_up(fake, open_page, webinar):
    fake.world.change(webinar.id, active=100, waitlisted=12)
    page = open_page(PAGE)

    field(page, "number_input", "places").set_value(105).run()

    assert "5 people of 12 waiting will move up." in words(page)


def test_everything_is_saved_in_one_request_that_names_only_what_changed(fake, open_page, webinar):
    page = open_page(PAGE)
    assert "Everything is saved." in words(page)
    opens = datetime(2027, 3, 1, 9, 30)

    field(page, "number_input", "places").set_value(120)
    field(page, "datetime_input", "registration_opens_at").set_value(opens)
    field(page, "number_input", "stops").set_value(2)
    field(page, "toggle", "asks").set_value(True).run()
    field(page, "number_input", "offer_hours").set_value(12)
    field(page, "toggle", "verifies").set_value(True)
    field(page, "number_input", "retention_days").set_value(30).run()
    assert "Not saved yet: places, when registration opens, the end of the waiting list" in words(page)
    save(page)

    [changes] = fake.world.changes
    assert changes.keys() == {
        "places", "registration_opens_at", "waiting_list_closes_minutes", "offer_hours", "verifies_addresses",
        "retention_days",
    }  # fmt: skip
    assert datetime.fromisoformat(changes["registration_opens_at"]) == opens.replace(tzinfo=ZoneInfo("Europe/Madrid"))
    assert (changes["waiting_list_closes_minutes"], changes["offer_hours"]) == (120, 12)
    assert "Everything is saved." in words(page)


def test_moments_are_said_with_their_zone_and_offset(fake, open_page):
    opens = datetime(2027, 7, 1, 7, 0, 30, tzinfo=UTC)
    fake.world.add(event(registration_opens_at=opens))

    page = open_page(PAGE)

    assert "Thu 1 Jul 2027, 09:00 Madrid (UTC+2), which is 07:00 UTC" in words(page)
    # Seconds that the field cannot show are no change.
    assert "Everything is saved." in words(page)


def test_a_time_that_the_clocks_skip_is_said_at_its_field_and_not_sent(fake, open_page, webinar):
    page = open_page(PAGE)

    field(page, "datetime_input", "registration_opens_at").set_value(datetime(2027, 3, 28, 2, 30))
    field(page, "number_input", "places").set_value(120).run()
    save(page)

    assert "Nothing was saved yet" in words(page)
    assert 'pl-note-problem" role="alert"' in words(page)
    assert fake.world.changes == []


def test_the_day_on_which_personal_data_goes_is_said(fake, open_page):
    webinar = fake.world.add(event(starts_at=datetime(2027, 6, 1, 10, tzinfo=UTC), retention_days=30))
    assert "On Thu 1 Jul 2027, names, addresses and answers are deleted" in words(
        open_page(PAGE, event=str(webinar.id))
    )


def test_an_edit_by_somebody_else_comes_in_and_what_was_typed_stays(fake, open_page, webinar):
    page = open_page(PAGE)
    field(page, "number_input", "places").set_value(120).run()
    theirs = [DIET, TOPIC, QuestionFacts(key="photo", kind="yes-no", label="May we take photographs?")]
    fake.world.add(webinar.model_copy(update={"version": 9, "retention_days": 10, "questions": theirs}))

    save(page)

    assert "Somebody else has changed this event meanwhile" in words(page)
    assert field(page, "number_input", "places").value == 120
    assert field(page, "number_input", "retention_days").value == 10
    assert "May we take photographs?" in words(page)
    save(page)
    assert fake.world.changes[-1] == {"places": 120}
    assert fake.world.events[str(webinar.id)].retention_days == 10


def test_a_refusal_stands_at_the_field_it_names_and_keeps_what_was_typed(fake, open_page, webinar):
    page = open_page(PAGE)
    fake.world.refuse[f"PATCH /api/v1/events/{webinar.id}"] = Refusal(
        422, "invalid-input", "Not right", "Registration would close before it opens.",
        fields={"registration_closes_at": "must be later than registration_opens_at"},
    )  # fmt: skip
    field(page, "datetime_input", "registration_closes_at").set_value(datetime(2027, 1, 1, 9)).run()
    save(page)

    assert "must be later than registration_opens_at" in words(page)
    assert field(page, "datetime_input", "registration_closes_at").value == datetime(2027, 1, 1, 9)


def test_an_api_that_is_away_loses_nothing(fake, open_page, webinar):
    page = open_page(PAGE)
    field(page, "number_input", "places").set_value(120).run()
    fake.world.refuse[f"/events/{webinar.id}"] = Refusal(503, "down", "The service is being repaired")

    save(page)

    assert "The service is being repaired" in words(page)
    fake.world.refuse.clear()
    assert field(save(page), "number_input", "places").value == 120
    assert fake.world.changes == [{"places": 120}]


def test_what_is_typed_survives_a_look_at_another_page(fake, open_page, webinar):
    page = open_page(PAGE)
    field(page, "number_input", "places").set_value(120).run()

    page.switch_page("screens/events.py").run()
    page.switch_page(PAGE).run()

    assert field(page, "number_input", "places").value == 120
    page.button(key="discard").click().run()
    assert field(page, "number_input", "places").value == 100


def test_a_question_is_added_with_choices_and_a_translation(fake, open_page, webinar):
    page = open_page(PAGE)
    field(page, "selectbox", "add_kind").set_value(QuestionKind.CHOICES).run()
    page.button(key="add_question").click().run()

    next(one for one in page.text_input if one.label == "Question").input("Which workshops?").run()
    choices = [one for one in page.text_input if one.placeholder in {"Choice 1", "Choice 2"}]
    for box, label in zip(choices, ("Trees & shade", "Water"), strict=True):
        box.input(label)
    page.run()
    next(one for one in page.text_input if one.placeholder == "Which workshops?").input("¿Qué talleres?").run()
    save(page)

    added = fake.world.changes[-1]["questions"][-1]
    assert (added["key"], added["kind"], added["label"]) == ("which-workshops", "choices", "Which workshops?")
    assert added["choices"] == [{"key": "trees-shade", "label": "Trees & shade"}, {"key": "water", "label": "Water"}]
    assert added["translations"]["es"]["label"] == "¿Qué talleres?"
    assert [question["key"] for question in fake.world.changes[-1]["questions"]] == ["diet", "topic", "which-workshops"]


def test_a_question_without_words_is_not_sent_and_is_opened(fake, open_page, webinar):
    page = open_page(PAGE)
    page.button(key="add_question").click().run()
    page.button(key="add_question").click().run()

    save(page)

    assert "Write what you want to ask." in words(page)
    assert "to correct" in words(page)
    assert fake.world.changes == []


def test_questions_are_reworded_moved_and_taken_out_but_keep_their_keys(fake, open_page, webinar):
    page = open_page(PAGE)
    page.button(key="edit_diet").click().run()
    field(page, "text_input", "q_diet_label").input("What may we cook for you?").run()
    page.button(key="icon_move_down_diet").click().run()
    page.button(key="icon_take_out_topic").click().run()
    assert "is not asked any more once you save" in words(page)

    save(page)

    [question] = fake.world.changes[-1]["questions"]
    assert (question["key"], question["label"]) == ("diet", "What may we cook for you?")
    assert [choice["key"] for choice in question["choices"]] == ["all", "veg"]


def test_a_question_taken_out_can_be_put_back(fake, open_page, webinar):
    page = open_page(PAGE)
    page.button(key="icon_take_out_diet").click().run()
    page.button(key="put_back_diet").click().run()
    page.button(key="icon_move_up_diet").click().run()

    assert "Everything is saved." in words(page)


def test_the_preview_follows_the_language(fake, open_page, webinar):
    page = open_page(PAGE)

    next(one for one in page.segmented_control if one.key.startswith("preview_language")).set_value("es").run()

    assert "¿Qué come usted?" in words(page)
    assert "Vegetariano" in words(page)
    assert "One question is not translated yet" in words(page)


def test_a_viewer_reads_and_cannot_write(fake, open_page, webinar):
    fake.world.roles = {"international": "viewer"}

    page = open_page(PAGE)

    assert "You can look, not write" in words(page)
    assert "goes to whoever waited longest" in words(page)
    assert "What do you eat?" in words(page)
    assert not [button for button in page.button if button.key == "save"]


def test_hostile_questions_stay_texts(fake, open_page):
    hostile = QuestionFacts(
        key="x", kind="choice", label=HOSTILE, help=HOSTILE, choices=[{"key": "a", "label": HOSTILE}]
    )
    fake.world.add(event(questions=[hostile]))
    page = open_page(PAGE)
    page.button(key="edit_x").click().run()

    assert "<img" not in words(page)
    assert not [element for element in page.markdown if "evil" in element.value]


def test_the_room_is_set_without_telling_anybody(fake, open_page, webinar):
    page = open_page(PAGE)
    assert "Join links lead nowhere yet." in words(page)

    field(page, "text_input", "room_url").input(" https://meet.example.org/7 ")
    field(page, "number_input", "room_opens_minutes").set_value(30)
    field(page, "text_input", "recording_url").input("https://videos.example.org/7")
    field(page, "toggle", "declining_frees_place").set_value(True).run()
    assert "It stands on no public page and in no mail" in words(page)
    assert "Changing it needs no new mail." in words(page)
    save(page)

    assert fake.world.changes == [
        {
            "room_url": "https://meet.example.org/7",
            "room_opens_minutes": 30,
            "recording_url": "https://videos.example.org/7",
            "declining_frees_place": True,
        }
    ]


def test_an_event_that_is_not_online_has_no_room_to_set(fake, open_page, webinar):
    page = open_page(PAGE)
    field(page, "toggle", "is_online").set_value(False).run()
    assert "Nobody gets a join link" in words(page)
    assert not [one for one in page.text_input if one.key.startswith("room_url")]
    save(page)
    assert fake.world.changes == [{"is_online": False}]


def test_the_moment_at_which_the_room_opens_is_said_on_the_clock_of_the_event(fake, open_page):
    webinar = fake.world.add(event(starts_at=datetime(2027, 3, 3, 14, tzinfo=UTC), room_opens_minutes=15))
    assert "Who comes before Wed 3 Mar 2027, 14:45 Madrid (UTC+1)" in words(open_page(PAGE, event=str(webinar.id)))


def test_a_refused_room_stands_at_its_field(fake, open_page, webinar):
    fake.world.refuse[f"PATCH /api/v1/events/{webinar.id}"] = Refusal(
        422, "invalid-input", "Not right", "Correct it.", fields={"room_url": "is not a web address"}
    )
    page = open_page(PAGE)
    field(page, "text_input", "room_url").input("javascript:alert(1)").run()
    save(page)
    assert "is not a web address" in words(page)
    assert field(page, "text_input", "room_url").value == "javascript:alert(1)"


def test_a_viewer_does_not_see_the_room(fake, open_page):
    fake.world.add(event(room_url="https://meet.example.org/secret"))
    fake.world.roles = {"international": "viewer"}
    drawn = words(open_page(PAGE))
    assert "the room opens 15 minutes before the start" in drawn
    assert "secret" not in drawn


def test_an_api_that_is_away_at_first_is_announced(fake, open_page, webinar):
    fake.world.refuse[f"/events/{webinar.id}"] = Refusal(503, "down", "The service is being repaired")
    assert "The service is being repaired" in words(open_page(PAGE))


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("What do you eat?", "what-do-you-eat"),
        ("¿Qué come usted?", "que-come-usted"),
        ("3 things", "question-3-things"),
        ("你吃什么", "question"),
        ("x" * 80, "x" * 40),
    ],
)
def test_a_question_is_named_after_its_words(label, expected):
    assert question_drafts.key_of(QuestionDraft(label=label)) == expected
    assert question_drafts.is_key(expected)


def test_names_that_are_taken_get_a_number():
    drafts = [QuestionDraft(label="Diet"), QuestionDraft(label="diet!"), QuestionDraft(key="diet-2", label="Other")]
    assert [question["key"] for question in question_drafts.to_json(drafts)] == ["diet", "diet-3", "diet-2"]


def test_choices_keep_their_keys_whatever_becomes_of_their_words():
    draft = question_drafts.from_facts(DIET)
    draft.choices[1].label = "No meat"
    draft.choices.append(ChoiceDraft("Veg"))

    [question] = question_drafts.to_json([draft])

    assert [choice["key"] for choice in question["choices"]] == ["all", "veg", "veg-2"]
    assert question["translations"]["es"]["choices"] == {"veg": "Vegetariano"}


def test_the_wait_is_shown_in_the_largest_unit(fake, open_page):
    fake.world.add(event(waiting_list_closes_minutes=2880, starts_at=datetime.now(UTC) + timedelta(days=9)))
    page = open_page(PAGE)
    assert (field(page, "number_input", "stops").value, field(page, "selectbox", "stops_in").value) == (2, "days")
