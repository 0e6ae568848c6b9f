"""Finding people, helping one along, adding and importing: as an organiser does it."""

from datetime import UTC, datetime

import pytest

from services.dashboard.registrations.pages import Wish
from shared.schemas.questions import QuestionFacts
from tests.dashboard.conftest import words
from tests.dashboard.fake_api import Refusal
from tests.dashboard.specimens import HOSTILE, event

PAGE = "screens/registrations.py"
DIET = QuestionFacts(
    key="diet", kind="choices", label="What do you eat?", choices=[{"key": "veg", "label": "Vegetarian"}]
)


@pytest.fixture
def webinar(fake):
    return fake.world.add(event(questions=[DIET], audiences=["Students"]))


@pytest.fixture
def ada(fake, webinar):
    in_words = {"key": "diet", "question": "What do you eat?", "answer": "Vegetarian"}
    return fake.world.people.add(webinar.id, "Ada Lovelace", answers={"diet": ["veg"]}, answered=[in_words])


def rows(page):
    [table] = page.dataframe
    return table.value.to_dict("records")


def open_person(open_page, person, **address):
    page = open_page(registration=str(person.id), **address)
    return page.switch_page(PAGE).run()


def at(page, label):
    return next(button for button in page.button if button.label == label)


def view(page, name):
    return page.segmented_control(key="registrations_view").set_value(name).run()


def test_registrations_are_listed_latest_first_a_page_at_a_time(fake, open_page, webinar):
    for number in range(30):
        fake.world.people.add(webinar.id, f"Person {number}")
    page = open_page(PAGE)

    assert [row["Name"] for row in rows(page)] == [f"Person {number}" for number in range(29, 4, -1)]
    at(page, "Next page").click().run()
    assert [row["Name"] for row in rows(page)] == [f"Person {number}" for number in range(4, -1, -1)]
    assert "26 to 30" in words(page)
    at(page, "Earlier page").click().run()
    assert len(rows(page)) == 25


def test_the_list_is_narrowed_by_the_api(fake, open_page, ada):
    fake.world.people.add(ada.event_id, "Mary Adams", status="waitlisted")
    page = open_page(PAGE)

    page.text_input(key="find_search").input("mary").run()
    page.pills(key="find_status").set_value("waitlisted").run()
    page.toggle(key="find_suspect").set_value(True).run()

    assert fake.world.people.asked[-1] == {
        "search": "mary", "status": "waitlisted", "is_suspect": "true", "latest_first": "true", "limit": "25",
    }  # fmt: skip
    assert [row["Status"] for row in rows(page)] == ["Waiting list"]


def test_a_link_leads_to_those_who_wait_and_the_choice_stays_free(fake, open_page, ada):
    fake.world.people.add(ada.event_id, "Mary Adams", status="waitlisted")
    page = open_page(PAGE, status="waitlisted")
    assert [row["Name"] for row in rows(page)] == ["Mary Adams"]

    page.pills(key="find_status").set_value("all").run()
    assert len(rows(page)) == 2
    assert len(rows(open_page(PAGE, status="nonsense"))) == 2


def test_nobody_found_leads_back_to_everybody(fake, open_page, ada):
    page = open_page(PAGE)
    page.text_input(key="find_search").input("nobody").run()
    assert "Nobody like that" in words(page)

    at(page, "Show everybody").click().run()

    assert len(rows(page)) == 1
    assert not page.warning


def test_an_event_without_registrations_says_what_to_do(open_page, webinar):
    assert "Nobody has registered yet" in words(open_page(PAGE))


def test_the_list_does_not_move_by_itself_and_is_refreshed_on_demand(fake, open_page, ada):
    page = open_page(PAGE)
    fake.world.people.add(ada.event_id, "Mary Adams")

    assert len(rows(page.run())) == 1
    at(page, "Refresh").click().run()
    assert len(rows(page)) == 2


def test_while_the_api_is_away_the_last_list_stays(fake, open_page, ada):
    page = open_page(PAGE)
    fake.world.refuse["/registrations"] = Refusal(503, "down", "The service is being repaired")

    at(page, "Refresh").click().run()

    assert "The service is being repaired" in words(page)
    assert len(rows(page)) == 1


def test_an_api_that_is_away_at_first_is_announced(fake, open_page, ada):
    fake.world.refuse["/registrations"] = Refusal(503, "down", "The service is being repaired")
    assert "No data yet" in words(open_page(PAGE))


def test_a_person_is_shown_with_answers_and_mails(open_page, ada):
    drawn = words(open_person(open_page, ada))

    assert "<dt>What do you eat?</dt><dd>Vegetarian</dd>" in drawn
    assert "Confirmation with calendar entry" in drawn
    assert "550 no &lt;b&gt;such&lt;/b&gt; user" in drawn


def test_each_mail_is_shown_from_its_promise_to_its_use(open_page, ada):
    drawn = words(open_person(open_page, ada))

    assert "<dt>Promised</dt><dd>Wed 1 Jul 2026, 11:00 Madrid" in drawn
    assert f"<dt>To</dt><dd>{ada.address}</dd>" in drawn
    assert "<dt>The server said</dt><dd>250 ok</dd>" in drawn
    assert "<dt>The bounce said</dt><dd>&lt;i&gt;5.1.1&lt;/i&gt;</dd>" in drawn
    # What went wrong needs no click to be read.
    assert drawn.count("<details open>") == 1
    assert drawn.count("<details>") == 1


def test_a_person_is_shown_with_what_proves_that_they_were_reached(fake, open_page, webinar):
    moment = datetime(2026, 7, 1, 9, tzinfo=UTC)
    facts = {"joined_at": moment, "participation": "DECLINED", "undelivered_at": moment, "holds": "old"}
    drawn = words(open_person(open_page, fake.world.people.add(webinar.id, **facts)))

    assert "<dt>Joined</dt><dd>Wed 1 Jul 2026, 11:00 Madrid" in drawn
    assert "<dt>Their calendar</dt><dd>holds an older state of the event</dd>" in drawn
    assert "<dt>Its answer</dt><dd>declined</dd>" in drawn
    assert "<dt>Mail comes back</dt><dd>since Wed 1 Jul 2026" in drawn


def test_an_address_is_corrected_and_the_mail_goes_there(fake, open_page, ada):
    page = open_person(open_page, ada)
    page.text_input(key=f"correct_address_{ada.id}").input("ada@example.net").run()

    page.button(key="save_correction").click().run()

    assert fake.world.people.sent == [{"address": "ada@example.net"}]
    assert "The mail of their place is on its way to the new address." in words(page)


def test_a_refused_address_is_explained_at_its_field(fake, open_page, ada):
    fields = {"address": "has another registration for this event; cancel one of the two first"}
    fake.world.refuse[f"PATCH /api/v1/registrations/{ada.id}"] = Refusal(
        422, "invalid-input", "Not right", "Correct address.", fields=fields
    )
    page = open_person(open_page, ada)
    page.text_input(key=f"correct_address_{ada.id}").input("bob@example.org").run()

    page.button(key="save_correction").click().run()

    assert "has another registration for this event" in words(page)
    assert page.text_input(key=f"correct_address_{ada.id}").value == "bob@example.org"


def test_an_address_cannot_be_emptied(open_page, ada):
    page = open_person(open_page, ada)
    page.text_input(key=f"correct_address_{ada.id}").input("").run()
    assert "An address is needed." in words(page)
    assert page.button(key="save_correction").disabled


def test_who_waits_is_shown_with_the_place_in_the_line(fake, open_page, webinar):
    waiting = fake.world.people.add(webinar.id, status="waitlisted", waiting_position=7, confirmed_at=None)
    assert "<dt>Waiting list</dt><dd>number 7</dd>" in words(open_person(open_page, waiting))


def test_cancelling_asks_first_and_can_be_taken_back(fake, open_page, ada):
    page = open_person(open_page, ada)

    at(page, "Cancel registration …").click().run()
    assert fake.world.people.rows[0].status == "confirmed"
    page.button(key="really_cancel").click().run()
    assert fake.world.people.rows[0].status == "cancelled"
    assert "Take it up again below" in words(page)

    at(page, "Take up again").click().run()
    assert fake.world.people.rows[0].status == "confirmed"
    assert "They have a place, and a mail tells them." in words(page)


@pytest.mark.parametrize(("status", "label"), [("pending", "Confirm for them"), ("offered", "Take the place for them")])
def test_an_answer_that_came_elsewhere_is_entered(fake, open_page, webinar, status, label):
    person = fake.world.people.add(webinar.id, status=status)

    at(open_person(open_page, person), label).click().run()

    assert fake.world.people.rows[0].status == "confirmed"


def test_the_link_is_sent_again(fake, open_page, ada):
    page = open_person(open_page, ada)
    at(page, "Send the link again").click().run()
    assert "The link is on its way" in words(page)


def test_a_refusal_is_told_in_the_words_of_the_api(fake, open_page, ada):
    fake.world.refuse["/send-link"] = Refusal(409, "registration-closed", "Not possible", "The event is over.")
    page = open_person(open_page, ada)

    at(page, "Send the link again").click().run()

    assert "The event is over." in words(page)


def test_only_what_changed_is_corrected(fake, open_page, ada):
    page = open_person(open_page, ada)
    page.text_input(key=f"correct_name_{ada.id}").input("Ada King")
    page.text_input(key=f"correct_city_{ada.id}").input("").run()

    page.button(key="save_correction").click().run()

    assert fake.world.people.sent == [{"name": "Ada King", "city": None}]
    assert "Corrected" in words(page)


def test_answers_are_corrected_and_taken_back(fake, open_page):
    questions = [
        DIET,
        QuestionFacts(key="code", kind="consent", label="I will follow the code of conduct"),
        QuestionFacts(key="guests", kind="number", label="How many come with you?"),
        QuestionFacts(key="day", kind="date", label="Which day?"),
    ]
    webinar = fake.world.add(event(questions=questions))
    # A choice that was taken out since is left as it is.
    person = fake.world.people.add(webinar.id, answers={"diet": ["veg", "gone"], "guests": 2, "day": "2027-03-01"})
    page = open_person(open_page, person)
    assert page.button(key="save_correction").disabled

    page.checkbox(key=f"correct_answer_{person.id}_code").check()
    page.number_input(key=f"correct_answer_{person.id}_guests").set_value(None).run()
    page.button(key="save_correction").click().run()

    assert fake.world.people.sent == [{"answers": {"code": True, "guests": None}}]


def test_a_refused_correction_stands_at_its_field(fake, open_page, ada):
    page = open_person(open_page, ada)
    page.text_input(key=f"correct_name_{ada.id}").input("").run()
    assert "A name is needed." in words(page)
    page.text_input(key=f"correct_name_{ada.id}").input("Ada King").run()
    fake.world.refuse[f"PATCH /api/v1/registrations/{ada.id}"] = Refusal(
        422, "invalid-input", "Not right", "Correct name.", fields={"name": "contains control characters"}
    )

    page.button(key="save_correction").click().run()

    assert "contains control characters" in words(page)
    assert page.text_input(key=f"correct_name_{ada.id}").value == "Ada King"


def test_somebody_is_added_and_shown(fake, open_page, webinar):
    page = view(open_page(PAGE), "add")
    page.text_input(key="add_name_0").input("Grace Hopper")
    page.text_input(key="add_address_0").input("grace@example.org").run()
    page.button(key="add_person").click().run()
    assert "Without it the registration cannot be kept." in words(page)

    page.checkbox(key="add_consent_0").check().run()
    page.button(key="add_person").click().run()

    assert fake.world.people.sent == [
        {"name": "Grace Hopper", "address": "grace@example.org", "language": "en", "consent": True}
    ]
    assert "They have a place. A mail tells them." in words(page)
    assert page.text_input(key="add_name_1").value == ""


def test_a_refused_person_keeps_the_form(fake, open_page, webinar):
    fake.world.refuse["/registrations"] = Refusal(
        422, "invalid-input", "Not right", "Correct address.", fields={"address": "is not an e-mail address"}
    )
    page = view(open_page(PAGE), "add")
    page.text_input(key="add_name_0").input("Grace Hopper")
    page.text_input(key="add_address_0").input("grace@")
    page.checkbox(key="add_consent_0").check().run()
    page.button(key="add_person").click().run()

    assert "is not an e-mail address" in words(page)
    assert page.text_input(key="add_name_0").value == "Grace Hopper"


def test_an_import_is_tried_first_and_then_done_with_the_good_rows(fake, open_page, webinar):
    page = view(open_page(PAGE), "import")
    page.file_uploader[0].set_value(("people.csv", b"Name,E-mail\nAda,ada@example.org\nEve,eve\n", "text/csv")).run()

    assert fake.world.people.asked[-1]["dry_run"] == "true"
    assert [(row["Row"], row["Why"]) for row in rows(page)] == [(3, "is wrong")]
    assert page.button(key="import_now").disabled
    page.toggle(key="import_mail_0").set_value(False)
    page.checkbox(key="import_agreed_0").check().run()
    page.button(key="import_now").click().run()

    assert fake.world.people.asked[-1] == {"dry_run": "false", "all_or_nothing": "false", "mail": "false"}
    assert "1 person is registered" in words(page)
    at(page, "Import another list").click().run()
    assert page.file_uploader[0].value is None


def test_all_or_none_is_asked_for_and_refused_by_row(fake, open_page, webinar):
    page = view(open_page(PAGE), "import")
    page.file_uploader[0].set_value(("people.csv", b"Name,E-mail\nAda,ada@example.org\nEve,eve\n", "text/csv")).run()
    page.radio(key="import_choice_0").set_value("all")
    page.checkbox(key="import_agreed_0").check().run()
    fake.world.refuse["/import"] = Refusal(
        422, "import-refused", "Not right", "Nobody was registered.", fields={"rows.3.address": "is wrong"}
    )

    page.button(key="import_now").click().run()

    assert "Nobody was registered." in words(page)
    assert page.dataframe[-1].value.to_dict("records") == [
        {"Row": 3, "What": "Cannot be used", "Column": "address", "Why": "is wrong"}
    ]


def test_a_column_that_is_not_found_can_be_named(fake, open_page, webinar):
    page = view(open_page(PAGE), "import")
    page.file_uploader[0].set_value(("people.csv", b"Name,Contact\nAda,ada@example.org\n", "text/csv")).run()
    assert "The table has no column for the e-mail address." in words(page)

    page.text_input(key="import_column_address_0").input("Contact").run()

    assert fake.world.people.asked[-1]["column"] == "address=Contact"


def test_an_owner_erases_a_person_and_gets_a_report(fake, open_page, ada):
    page = open_person(open_page, ada)
    page.button(key="erase").click().run()
    assert page.button(key="really_erase").disabled
    page.checkbox(key="erase_is_sure").check().run()
    page.button(key="really_erase").click().run()

    assert fake.world.people.rows == []
    assert "<dt>Mails</dt><dd>2</dd>" in words(page)
    assert "The wish not to be mailed, without the address." in words(page)
    at(page, "Put away").click().run()
    assert "Places given back" not in words(page)


def test_an_owner_collects_what_is_kept(open_page, ada):
    page = open_person(open_page, ada)
    page.button(key="export_person").click().run()
    assert page.get("download_button")


def test_an_editor_is_offered_no_erasure(fake, open_page, ada):
    fake.world.roles = {"international": "editor"}
    page = open_person(open_page, ada)
    assert not [button for button in page.button if button.key == "erase"]
    assert at(page, "Cancel registration …")


def test_a_viewer_sees_no_addresses_and_changes_nothing(fake, open_page, webinar):
    fake.world.roles = {"international": "viewer"}
    person = fake.world.people.add(webinar.id, address=None)
    page = open_person(open_page, person)

    assert "Address" not in rows(page)[0]
    assert not page.segmented_control
    assert [button.label for button in page.button] == ["Refresh"]
    assert "without addresses and what was typed freely" in words(page)


def test_exports_are_links_that_are_followed_on_click_only(fake, open_page, ada):
    page = open_page(PAGE)
    assert f'href="/dashboard/files/registrations.xlsx?event={ada.event_id}"' in words(page)
    assert not any("/registrations.xlsx" in call or "/registrations.csv" in call for call in fake.world.calls)


def test_hostile_texts_stay_texts(fake, open_page, webinar):
    person = fake.world.people.add(
        webinar.id,
        HOSTILE,
        organisation=HOSTILE,
        city=HOSTILE,
        answered=[{"key": "diet", "question": HOSTILE, "answer": HOSTILE}],
    )
    page = open_person(open_page, person)

    assert "<img" not in words(page)
    at(page, "Cancel registration …").click().run()
    for element in (*page.markdown, *page.caption, *page.button, *page.expander):
        assert "evil" not in f"{getattr(element, 'value', '')} {getattr(element, 'label', '')}"


def test_a_person_of_another_event_is_not_shown_under_this_one(fake, open_page, ada):
    other = fake.world.add(event(title="Another"))
    page = open_person(open_page, ada, event=str(other.id))
    assert "Ada Lovelace" not in words(page)


def test_an_empty_wish_asks_for_nothing_special():
    assert Wish("id", latest_first=False).query() == {"limit": "25"}
    assert not Wish("id").is_narrow
