"""How the mail of an event goes, whom it does not reach, and bringing calendars up to date."""

from datetime import UTC, datetime, timedelta

import pytest

from services.dashboard import markup, viewer
from services.dashboard.mail import forecast, kinds
from services.dashboard.mail.kinds import Counted
from shared.schemas.events import EventSummary
from shared.schemas.mail import Ledger, Participations, QueueForecast
from tests.dashboard.conftest import metrics, words
from tests.dashboard.fake_api import Refusal
from tests.dashboard.fake_mail import counts
from tests.dashboard.specimens import HOSTILE, event

PAGE = "screens/mail.py"
STARTS_AT = datetime(2027, 3, 3, 14, tzinfo=UTC)


@pytest.fixture
def webinar(fake):
    return fake.world.add(event())


@pytest.fixture
def lost(fake, webinar):
    """Registered, but mail to the address is refused."""
    person = fake.world.people.add(webinar.id, "Ada Lovelace")
    return fake.world.mail.lose("Ada Lovelace", registration_id=person.id)


def at(page, label):
    return next(button for button in page.button if button.label == label)


def late(**facts):
    given = {
        "waiting": 1240,
        "per_minute": 60,
        "needed_by": STARTS_AT,
        "expected_at": STARTS_AT + timedelta(minutes=20),
        "is_late": True,
    }
    return QueueForecast(**given | facts)


def said_of(queue, now=STARTS_AT - timedelta(hours=1)):
    summary = EventSummary(**event(starts_at=STARTS_AT).model_dump(include=set(EventSummary.model_fields)))
    return forecast.sentence(queue, summary, now)


def test_mail_is_counted_by_kind_with_its_state_in_words(fake, open_page, webinar):
    rule = fake.world.mail.add_rule(minutes_before=1440)
    fake.world.mail.kinds = [
        counts("confirmation", sent=1003, pending=2, sending=1, failed=3, bounced=4),
        counts("reminder", rule.id, pending=12),
        counts("change", sent=300, suppressed=5, withdrawn=7),
    ]

    page = open_page(PAGE)

    drawn = words(page)
    assert "Confirmation with calendar entry" in drawn
    assert "Reminder · 1 day before the start" in drawn
    for state in ("7 not delivered", "waiting", "all sent"):
        assert state in drawn
    assert metrics(page) == {"Sent": "1,303", "Waiting": "15", "Failed": "3", "Came back": "4", "Withheld": "5"}


def test_an_event_without_mail_says_when_the_first_leaves(open_page, webinar):
    drawn = words(open_page(PAGE))
    assert "No calendar has answered yet" in drawn
    assert "No mail yet. The first leaves when somebody registers." in drawn
    assert "No mail waits" in drawn


def test_a_queue_that_ends_too_late_is_announced_with_its_numbers(fake, open_page, webinar):
    fake.world.mail.forecast = late(needed_by=webinar.starts_at, expected_at=webinar.starts_at + timedelta(minutes=20))
    drawn = words(open_page(PAGE))
    assert "1,240 mails wait; at 60 a minute they are through at" in drawn
    assert "20 min after the start" in drawn
    assert 'pl-problem" role="alert"' in drawn


@pytest.mark.parametrize(
    ("queue", "sentence"),
    [
        (
            late(),
            "1,240 mails wait; at 60 a minute they are through at 15:20 Madrid (UTC+1), 20 min after the start",
        ),
        (
            late(needed_by=STARTS_AT - timedelta(hours=1), expected_at=STARTS_AT - timedelta(minutes=30)),
            "1,240 mails wait; at 60 a minute they are through at 14:30 Madrid (UTC+1), 30 min later than they are "
            "needed",
        ),
        (
            late(per_minute=None, expected_at=None),
            "1,240 mails wait, and none has left lately; they are needed by 15:00 Madrid (UTC+1)",
        ),
        (
            late(waiting=1, is_late=False, needed_by=None, expected_at=STARTS_AT + timedelta(days=1)),
            "1 mail waits; at 60 a minute they are through at Thu 4 Mar 2027, 15:00 Madrid (UTC+1)",
        ),
        (late(waiting=0), "No mail waits"),
    ],
)
def test_a_forecast_is_a_sentence_on_the_clock_of_the_event(queue, sentence):
    assert said_of(queue) == sentence


def test_a_state_is_a_sign_and_words_and_names_the_worst(fake):
    assert "! </span>" not in kinds.state(Counted("", 5, 0, 0, 0, 0))
    assert "3 not delivered" in kinds.state(Counted("", 5, 9, 1, 2, 0))
    assert "9 on the way" in kinds.state(Counted("", 5, 9, 0, 0, 4))
    assert "withheld" in kinds.state(Counted("", 0, 0, 0, 0, 4))
    assert "nothing to send" in kinds.state(Counted("", 0, 0, 0, 0, 0))


def test_people_without_a_join_link_are_named_and_their_address_is_corrected(fake, open_page, lost):
    page = open_page(PAGE)
    assert "1 person has no working join link" in words(page)
    assert "550 5.1.1 no such user here" in words(page)

    page.text_input(key=f"lost_address_{lost.registration_id}").input("ada@example.com").run()
    fake.world.mail.lost.clear()
    at(page, "Correct and send").click().run()

    assert fake.world.people.sent == [{"address": "ada@example.com"}]
    assert "The address of Ada Lovelace is corrected" in words(page)
    assert "Nobody. Everybody with a place has mail that was taken." in words(page)


def test_an_address_that_was_not_changed_is_not_sent(fake, open_page, lost):
    page = open_page(PAGE)
    at(page, "Correct and send").click().run()
    assert "Type the right address first." in words(page)
    assert fake.world.people.sent == []


def test_a_refused_address_stands_at_its_person(fake, open_page, lost):
    page = open_page(PAGE)
    fake.world.refuse[f"PATCH /api/v1/registrations/{lost.registration_id}"] = Refusal(
        422, "invalid-input", "Not right", "Correct address.", fields={"address": "is not an e-mail address"}
    )

    page.text_input(key=f"lost_address_{lost.registration_id}").input("ada@").run()
    at(page, "Correct and send").click().run()

    assert "is not an e-mail address" in words(page)
    assert page.text_input(key=f"lost_address_{lost.registration_id}").value == "ada@"


def test_mail_that_did_not_arrive_is_listed_with_the_servers_words(fake, open_page, webinar):
    fake.world.mail.refuse(reply="550 5.7.1 blocked")
    fake.world.mail.refuse(status="bounced", kind="confirmation", reply="552 5.2.2 mailbox full")
    page = open_page(PAGE)

    [row] = page.dataframe[0].value.to_dict("records")
    assert (row["Mail"], row["To"]) == ("Reminder", "gone@example.org")
    assert row["What the server said"] == "550 5.7.1 blocked"
    page.segmented_control(key="refusals_status").set_value("bounced").run()
    [row] = page.dataframe[0].value.to_dict("records")
    assert row["What the server said"] == "552 5.2.2 mailbox full"


def test_old_entries_are_counted_and_sent_again_after_a_question(fake, open_page, webinar):
    fake.world.mail.ledger = Ledger(revision=2, current=300, stale=12, none=3, waiting=2)
    page = open_page(PAGE)
    assert "12 people hold an old entry" in words(page)

    at(page, "Send it again …").click().run()
    assert "12 people hold an old entry and 3 people hold none, 2 of them have it on its way." in words(page)
    assert not any("/entries" in call for call in fake.world.calls)
    at(page, "Send to 13 people").click().run()

    assert "13 calendar entries are on the way" in words(page)
    assert fake.world.mail.ledger.waiting == 15


def test_what_calendars_answered_is_counted(fake, open_page, webinar):
    fake.world.mail.participations = Participations(accepted=402, tentative=31, declined=12)
    drawn = words(open_page(PAGE))
    assert "accepted</dt><dd>402</dd>" in drawn
    assert "declined</dt><dd>12</dd>" in drawn


def test_everybody_who_looks_is_shown_one_snapshot(fake, open_page, webinar):
    page = open_page(PAGE)
    before = sum(call.endswith("/mail") for call in fake.world.calls)
    page.run()
    open_page(PAGE)
    assert sum(call.endswith("/mail") for call in fake.world.calls) == before


def test_while_the_api_is_away_the_numbers_stay(fake, open_page, webinar, monkeypatch):
    fake.world.mail.kinds = [counts("confirmation", sent=1003)]
    page = open_page(PAGE)
    fake.world.refuse["/mail"] = Refusal(503, "down", "The service is being repaired")
    from services.dashboard.mail import snapshot

    snapshot.renew()
    page.run()

    assert "Service has a problem · data from" in words(page)
    assert metrics(page)["Sent"] == "1,003"


def test_an_api_that_is_away_at_first_is_announced(fake, open_page, webinar):
    fake.world.refuse["/mail"] = Refusal(503, "down", "The service is being repaired")
    assert "No data yet" in words(open_page(PAGE))


def test_an_event_one_may_not_see_is_said_so(fake, open_page, webinar):
    fake.world.refuse["/mail"] = Refusal(403, "forbidden", "You have no access", "Ask an owner.")
    drawn = words(open_page(PAGE))
    assert "You have no access" in drawn
    assert "Choose one of your own events" in drawn


def test_a_session_that_ends_elsewhere_is_noticed(fake, open_page, webinar, monkeypatch):
    page = open_page(PAGE)
    fake.world.tokens.clear()
    monkeypatch.setattr(viewer, "_TRUST", timedelta(0))
    page.run()
    assert "Signed out" in words(page)


def test_a_viewer_sees_numbers_but_no_addresses_and_no_buttons(fake, open_page, webinar):
    fake.world.roles = {"international": "viewer"}
    fake.world.mail.kinds = [counts("confirmation", sent=1003)]
    fake.world.mail.lose("Ada Lovelace", address=None, reason=None)
    fake.world.mail.refuse(address=None, reply=None)
    page = open_page(PAGE)

    assert metrics(page)["Sent"] == "1,003"
    assert "Ada Lovelace" in words(page)
    assert "To" not in page.dataframe[0].value.columns
    assert not page.text_input
    assert {button.label for button in page.button} == {"Refresh"}


def test_hostile_names_and_replies_stay_texts(fake, open_page, webinar):
    fake.world.mail.lose(HOSTILE, reason=HOSTILE)
    fake.world.mail.refuse(reply=HOSTILE)
    page = open_page(PAGE)

    assert "<img" not in words(page)
    for element in (*page.markdown, *page.caption, *page.button):
        assert "evil" not in f"{getattr(element, 'value', '')} {getattr(element, 'label', '')}"
    # Labels are Markdown, also those that are only heard.
    assert [one.label for one in page.text_input] == [
        "Address of x (http evil.example p.png) img src http evil.example q"
    ]


@pytest.mark.parametrize(
    ("name", "heard"),
    [
        ("José María de la Torre y Hernández-Valdivieso", "José María de la Torre y Hernández-Valdivieso"),
        ("O'Neill, Ana (Dr.)", "O'Neill, Ana (Dr.)"),
        ("**Bold** `code` [a](b)", "Bold code a (b)"),
        (":red[x] $y$ ~z~", "red x y z"),
        ("www.evil.example", "\u2060".join("www.") + "\u2060evil.example"),
    ],
)
def test_names_are_heard_without_backslashes(name, heard):
    assert markup.heard(name) == heard


def test_the_view_is_in_the_address_and_survives_a_browser_that_forgets(fake, open_page, webinar):
    page = open_page(view="rules").switch_page(PAGE).run()
    assert "What is sent when" in words(page)
    page.session_state["mail_view"] = None
    page.run()
    assert "What is sent when" in words(page)
    assert "What is sent when" not in words(open_page(view="nonsense").switch_page(PAGE).run())


def test_without_an_event_the_page_says_what_to_do(fake, open_page):
    assert "“New event” in the menu takes an announcement" in words(open_page(PAGE))
