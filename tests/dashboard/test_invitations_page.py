"""Inviting people from any list, and following what they answer."""

from datetime import UTC, datetime

import pytest

from services.dashboard.invitations import lists, nudging
from services.dashboard.invitations.words import in_words
from shared.errors import PlenaryError
from shared.schemas.invitations import InvitationCounts
from shared.sheets.workbook_writing import xlsx_pieces
from tests.dashboard.conftest import words
from tests.dashboard.fake_api import Refusal
from tests.dashboard.specimens import HOSTILE, event

PAGE = "screens/invitations.py"


@pytest.fixture
def webinar(fake):
    return fake.world.add(event())


def at(page, label):
    return next(button for button in page.button if button.label == label)


def rows(page):
    [table] = page.dataframe
    return table.value.to_dict("records")


def invite(open_page):
    page = open_page(PAGE)
    return page.segmented_control(key="invitations_view").set_value("invite").run()


def test_a_pasted_list_is_looked_at_first_and_then_invited(fake, open_page, webinar):
    fake.world.invitations.add(address="bob@example.org")
    page = invite(open_page)
    page.text_area(key="invite_text_0").input("Ada <ada@example.org>; bob@example.org @nobody").run()
    at(page, "Look at the list").click().run()

    [trial] = fake.world.invitations.sent
    assert trial.is_trial
    assert "What would happen: 3 addresses found" in words(page)
    assert [row["What"] for row in rows(page)] == ["Invited already", "Cannot be used", "New"]
    assert len(fake.world.invitations.rows) == 1
    at(page, "Invite 1 person").click().run()

    assert not fake.world.invitations.sent[-1].is_trial
    assert "1 person is invited" in words(page)
    at(page, "Invite more").click().run()
    assert page.text_area(key="invite_text_1").value == ""


def test_a_report_is_of_the_list_that_stands_there(fake, open_page, webinar):
    page = invite(open_page)
    page.text_area(key="invite_text_0").input("ada@example.org").run()
    at(page, "Look at the list").click().run()
    page.text_area(key="invite_text_0").input("ada@example.org bob@example.org").run()
    assert not [button for button in page.button if button.label.startswith("Invite 1")]
    assert "The list has changed since you looked at it" in words(page)


def test_the_language_they_are_written_to_in_is_chosen(fake, open_page, webinar):
    page = invite(open_page)
    page.selectbox(key="invite_language_0").set_value("fr")
    page.text_area(key="invite_text_0").input("ada@example.org").run()
    at(page, "Look at the list").click().run()
    assert fake.world.invitations.sent[-1].language == "fr"


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("list.txt", "José <jose@example.org>".encode("cp1252"), "José <jose@example.org>"),
        ("list.csv", b"\xef\xbb\xbfName;E-mail\nAda;ada@example.org\n", "Name;E-mail\nAda;ada@example.org"),
    ],
)
def test_a_file_is_read_as_text(fake, open_page, webinar, name, content, text):
    page = invite(open_page)
    page.file_uploader[0].set_value((name, content, "text/plain")).run()
    at(page, "Look at the list").click().run()
    assert fake.world.invitations.sent[-1].text == text


def test_a_workbook_is_read_row_by_row():
    people = [["Ada Lovelace", "ada@example.org"], [None, "bob@example.org"]]
    workbook = b"".join(xlsx_pieces(["Name", "E-mail"], people, title="List"))
    assert lists.text_of(workbook) == "Name\tE-mail\nAda Lovelace\tada@example.org\nbob@example.org"


def test_a_file_that_is_no_list_is_refused_with_what_to_do(fake, open_page, webinar):
    with pytest.raises(PlenaryError):
        lists.text_of(b"PK\x03\x04 not a workbook")
    page = invite(open_page)
    page.file_uploader[0].set_value(("list.xlsx", b"PK\x03\x04 not a workbook", "application/zip")).run()
    at(page, "Look at the list").click().run()
    assert 'role="alert"' in words(page)
    assert fake.world.invitations.sent == []


def test_a_list_that_is_too_long_or_empty_is_not_sent(fake, open_page, webinar):
    assert lists.refusal("x" * 2_000_001)
    assert lists.refusal("x" * 2_000_000) == ""
    page = invite(open_page)
    at(page, "Look at the list").click().run()
    assert "Paste addresses, or upload a list, first." in words(page)
    assert fake.world.invitations.sent == []


def test_a_refusal_keeps_the_list(fake, open_page, webinar):
    page = invite(open_page)
    page.text_area(key="invite_text_0").input("ada@example.org").run()
    fake.world.refuse["/invitations"] = Refusal(409, "registration-closed", "Not possible", "The event is over.")
    at(page, "Look at the list").click().run()
    assert "The event is over." in words(page)
    assert page.text_area(key="invite_text_0").value == "ada@example.org"


def test_invitations_are_listed_counted_and_narrowed(fake, open_page, webinar):
    now = datetime.now(UTC)
    fake.world.invitations.add("Ada Lovelace", status="accepted", answered_at=now)
    fake.world.invitations.add("Bob", posted_at=None)
    fake.world.invitations.add("Carol", undelivered_at=now)
    fake.world.invitations.add("Dan", status="declined", answered_at=now)
    page = open_page(PAGE)

    assert [row["Stands"] for row in rows(page)] == [
        "✓ Accepted", "◷ Waits for its day", "! Not delivered", "× Declined",
    ]  # fmt: skip
    pills = page.pills(key="find_standing")
    assert pills.options == ["All 4", "No answer yet 2", "Accepted 1", "Declined 1"]
    pills.set_value("accepted").run()
    page.text_input(key="find_invited").input("ada").run()
    assert fake.world.invitations.asked[-1] == {"search": "ada", "status": "accepted", "limit": "25"}
    page.text_input(key="find_invited").input("nobody").run()
    at(page, "Show everybody").click().run()
    assert len(rows(page)) == 4


def test_the_list_is_turned_page_by_page(fake, open_page, webinar):
    for number in range(30):
        fake.world.invitations.add(f"Person {number}")
    page = open_page(PAGE)
    at(page, "Next page").click().run()
    assert [row["Name"] for row in rows(page)] == [f"Person {number}" for number in range(25, 30)]


def test_asking_once_more_says_how_many_and_asks_first(fake, open_page, webinar):
    fake.world.invitations.add("Ada Lovelace")
    page = open_page(PAGE)
    page.button(key="nudge").click().run()
    assert "1 has not answered." in words(page)
    assert fake.world.invitations.nudged == 0
    page.button(key="really_nudge").click().run()

    assert fake.world.invitations.nudged == 1
    assert "1 person is asked once more" in words(page)


def test_nobody_is_asked_once_more_where_all_have_answered(fake, open_page, webinar):
    fake.world.invitations.add(status="declined")
    assert open_page(PAGE).button(key="nudge").disabled


def test_the_daily_limit_is_shown_and_set(fake, open_page, webinar):
    fake.world.invitations.per_day = 2
    for _ in range(5):
        fake.world.invitations.add(posted_at=None)
    page = open_page(PAGE)
    assert "5 wait for their day; the last leaves within 3 days." in words(page)

    next(one for one in page.number_input if one.key.startswith("per_day")).set_value(300).run()
    page.button(key="save_limit").click().run()

    assert fake.world.changes == [{"invitations_per_day": 300}]
    assert "At most 300 invitations of this event leave in a day." in words(page)


@pytest.mark.parametrize(
    ("waiting", "sentence"),
    [
        (0, "None waits: all have left."),
        (1, "1 waits for its day; the last leaves within 1 day."),
        (1001, "1,001 wait for their day; the last leaves within 3 days."),
    ],
)
def test_the_pace_is_said_in_days(waiting, sentence):
    counts = InvitationCounts(pending=0, accepted=0, declined=0, waiting=waiting, undelivered=0, per_day=500)
    assert nudging.pace(counts) == sentence


def choose(page, number, invitation):
    """What choosing a row in the browser leaves behind."""
    page.session_state["_invitation_chosen"] = invitation.id
    return page.run()


def test_one_is_withdrawn_after_a_question(fake, open_page, webinar):
    invitation = fake.world.invitations.add("Ada Lovelace")
    page = choose(open_page(PAGE), 0, invitation)
    page.button(key="withdraw").click().run()
    assert fake.world.invitations.rows
    page.button(key="really_withdraw").click().run()

    assert fake.world.invitations.rows == []
    assert "They get no more mail of it." in words(page)
    assert "Nobody has been invited yet" in words(page)


def test_who_has_accepted_cannot_be_withdrawn(fake, open_page, webinar):
    invitation = fake.world.invitations.add("Ada Lovelace", status="accepted")
    page = choose(open_page(PAGE), 0, invitation)
    assert "✓ Accepted" in words(page)
    assert not [button for button in page.button if button.key == "withdraw"]


def test_a_viewer_sees_no_addresses_and_no_buttons(fake, open_page, webinar):
    fake.world.roles = {"international": "viewer"}
    fake.world.invitations.add(address=None)
    page = open_page(PAGE)
    assert "Address" not in rows(page)[0]
    assert [button.label for button in page.button] == ["Refresh"]
    assert not page.segmented_control


def test_while_the_api_is_away_the_list_stays(fake, open_page, webinar):
    fake.world.invitations.add("Ada Lovelace")
    page = open_page(PAGE)
    fake.world.refuse["/invitations"] = Refusal(503, "down", "The service is being repaired")
    at(page, "Refresh").click().run()
    assert "The service is being repaired" in words(page)
    assert len(rows(page)) == 1


def test_an_api_that_is_away_at_first_is_announced(fake, open_page, webinar):
    fake.world.refuse["/invitations"] = Refusal(503, "down", "The service is being repaired")
    assert "No data yet" in words(open_page(PAGE))


def test_hostile_names_stay_texts(fake, open_page, webinar):
    invitation = fake.world.invitations.add(HOSTILE, address=None)
    page = choose(open_page(PAGE), 0, invitation)
    page.button(key="withdraw").click().run()
    assert "<img" not in words(page)
    for element in (*page.markdown, *page.caption, *page.button):
        assert "evil" not in f"{getattr(element, 'value', '')} {getattr(element, 'label', '')}"


def test_an_answer_counts_more_than_how_the_mail_went(fake):
    now = datetime.now(UTC)
    assert in_words(fake.world.invitations.add(status="accepted", undelivered_at=now)) == "✓ Accepted"
    assert in_words(fake.world.invitations.add(status="withdrawn")) == "· Withdrawn"
