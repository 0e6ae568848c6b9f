"""The pages Team and Audit, and the pages on which a password is chosen."""

import ast
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from services.dashboard import passwords, sign_in
from services.dashboard.audit.screen import facts
from services.dashboard.audit.words import SENTENCES, sentence
from shared.schemas.stats import AuditAnswer
from tests.dashboard.conftest import words
from tests.dashboard.fake_team import member
from tests.dashboard.specimens import HOSTILE, event

TEAM, AUDIT = "screens/team.py", "screens/audit.py"


def button(page, label):
    return next(one for one in page.button if one.label == label)


def test_an_owner_sees_everybody_and_adds_somebody(fake, open_page):
    page = open_page(TEAM)
    page.text_input(key="new_member_name").set_value("Ada")
    page.text_input(key="new_member_address").set_value("ada@example.org")
    button(page, "Add").click().run()

    assert fake.world.team.did == [("add", {"address": "ada@example.org", "name": "Ada", "role": "editor"})]
    drawn = words(page)
    assert "Ada works on this calendar now" in drawn
    assert "has not chosen a password yet" in drawn


def test_what_is_wrong_with_a_new_member_is_said_in_the_words_of_the_api(fake, open_page):
    page = open_page(TEAM)
    page.text_input(key="new_member_address").set_value("nonsense")
    button(page, "Add").click().run()

    assert "is not an e-mail address" in words(page)
    assert page.text_input(key="new_member_address").value == "nonsense"


def test_a_role_is_changed(fake, open_page):
    other = member("Ben")
    fake.world.team.members.append(other)
    page = open_page(TEAM)
    page.selectbox(key="member").set_value(str(other.organiser_id)).run()
    page.selectbox(key=f"role_{other.organiser_id}_viewer").set_value("editor").run()
    button(page, "Change role").click().run()

    assert fake.world.team.did == [("role", "editor")]
    assert "Ben is editor now" in words(page)


def test_a_viewer_sees_names_and_no_addresses_and_changes_nobody(fake, open_page):
    fake.world.roles = {"international": "viewer"}
    fake.world.team.members.append(member("Ben", address=None))
    page = open_page(TEAM)

    assert "Ben" in words(page)
    assert "@example.org" not in words(page)
    assert {"Add", "Change role"} & {one.label for one in page.button} == set()


def test_hostile_names_stay_text(fake, open_page):
    fake.world.team.members.append(member(HOSTILE))
    drawn = words(open_page(TEAM))

    assert "<img" not in drawn
    assert "&lt;img" in drawn


def test_a_token_is_shown_once(fake, open_page):
    page = open_page(TEAM)
    page.segmented_control(key="team_view").set_value("me").run()
    page.text_input(key="token_label").set_value("board")
    button(page, "Make it").click().run()
    shown = [block.value for block in page.code]
    page.run()

    assert "plenary_shown_once" in shown
    assert [block.value for block in page.code] == []
    assert fake.world.team.did[0][1]["scope"] == "read"
    assert "board" in words(page)
    assert '<td data-name="Used last">never</td>' in words(page)


def test_the_audit_log_says_who_did_what(fake, open_page):
    at = datetime(2026, 7, 1, 13, 0, tzinfo=UTC)
    entry = {"at": at, "organiser": "Noor", "event_id": None, "event": HOSTILE, "facts": {"fields": ["places"]}}
    fake.world.team.entries = [AuditAnswer(action="event.edited", **entry)]
    drawn = words(open_page(AUDIT))

    assert "Wed 1 Jul 2026, 15:00 Madrid (UTC+2)" in drawn
    assert "edited the event<small>fields: places</small>" in drawn
    assert "<img" not in drawn


def test_the_audit_log_is_narrowed_by_event_and_kind(fake, open_page):
    known = fake.world.add(event())
    page = open_page(AUDIT)
    page.selectbox(key="audit_event").set_value(str(known.id)).run()
    page.selectbox(key="audit_kind").set_value("member.").run()
    page.date_input(key="audit_since").set_value(date(2026, 7, 1)).run()

    asked = fake.world.team.asked[-1]
    assert (asked["calendar"], asked["event"], asked["action"]) == ("international", str(known.id), "member.")
    assert datetime.fromisoformat(asked["since"]) == datetime(2026, 6, 30, 22, 0, tzinfo=UTC), "midnight in Madrid"


def test_who_owns_nothing_is_told_whom_to_ask(fake, open_page):
    fake.world.roles = {"international": "editor"}

    assert "The audit log is for owners" in words(open_page(AUDIT))


def test_every_action_that_is_recorded_has_words_and_no_words_are_left_over():
    recorded = {
        constant.value
        for file in (*Path("shared").rglob("*.py"), *Path("services").rglob("*.py"))
        if "audit.record(" in file.read_text() and "dashboard" not in file.parts
        for constant in ast.walk(ast.parse(file.read_text()))
        if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
        and re.fullmatch(r"[a-z_-]+\.[a-z_-]+", constant.value)
    }  # fmt: skip

    assert recorded == set(SENTENCES)


def test_actions_are_in_words_and_ids_are_left_out():
    assert sentence("event.moved") == "moved the event"
    assert sentence("something.new") == "something.new"
    assert facts({"removed": {"messages": 0, "registrations": 148}}) == "removed: 0 messages, 148 registrations"
    assert (
        facts({"member": "id", "role": "editor", "fields": ["places", "title"]})
        == "role: editor · fields: places, title"
    )


@pytest.fixture
def browser(fake):
    app = Starlette(routes=[*sign_in.routes, *passwords.routes])
    with TestClient(app, base_url="http://127.0.0.1:8501", follow_redirects=False) as client:
        yield client


def proof_on(browser, path):
    return browser.get(path).text.partition('name="proof" value="')[2].partition('"')[0]


def submit(browser, path, **fields):
    return browser.post(path, data={"proof": proof_on(browser, path)} | fields)


def test_a_password_is_chosen_behind_the_link_and_one_is_signed_in(fake, browser):
    typed = {"password": "a new long password", "again": "a new long password"}
    answer = submit(browser, "/dashboard/auth/password/good", **typed)

    assert (answer.status_code, answer.headers["location"]) == (303, "/dashboard/")
    assert "plenary_session=chosen" in answer.headers["set-cookie"]
    assert fake.world.team.did == [("password", "a new long password")]


def test_a_slip_of_the_finger_is_said(fake, browser):
    typed = {"username": "noor@example.org", "password": "a new long password", "again": "b"}
    slip = submit(browser, "/dashboard/auth/password/good", **typed)

    assert slip.status_code == 422
    assert "not the same" in slip.text
    assert "For noor@example.org." in slip.text
    assert fake.world.team.did == []


def test_a_link_says_whose_it_is_and_a_used_one_that_it_is_over_before_anything_is_typed(fake, browser):
    good, used = (browser.get(f"/dashboard/auth/password/{token}") for token in ("good", "used"))

    assert (good.status_code, used.status_code) == (200, 404)
    assert "For noor@example.org." in good.text
    assert "not valid any more" in used.text
    assert 'name="password"' not in used.text
    assert "Ask for a new link" in used.text


def test_a_link_that_is_used_meanwhile_chooses_nothing(fake, browser):
    proof = proof_on(browser, "/dashboard/auth/password/good")
    typed = {"proof": proof, "password": "a new long password", "again": "a new long password"}
    used = browser.post("/dashboard/auth/password/used", data=typed)

    assert used.status_code == 404
    assert "not valid any more" in used.text
    assert fake.world.team.did == []


def test_a_link_is_shown_again_when_the_service_does_not_answer(fake, browser):
    fake.stop()
    answer = browser.get("/dashboard/auth/password/good")
    fake.start()

    assert answer.status_code == 503
    assert "not answering" in answer.text


def test_a_form_of_another_site_chooses_nothing(fake, browser):
    forged = browser.post("/dashboard/auth/password/good", data={"password": "x" * 12, "again": "x" * 12})

    assert forged.status_code == 403
    assert fake.world.team.did == []


def test_asking_for_a_link_says_the_same_for_every_address(fake, browser):
    first = submit(browser, "/dashboard/auth/forgotten", address="noor@example.org")
    other = submit(browser, "/dashboard/auth/forgotten", address="nobody@example.org")

    assert first.status_code == other.status_code == 200
    assert "If there is an organiser" in first.text
    assert [address for _, address in fake.world.team.did] == ["noor@example.org", "nobody@example.org"]


def test_signing_out_everywhere(fake, browser):
    token = fake.world.sign_in()
    browser.cookies.set("plenary_session", token, path="/dashboard")
    proof = sign_in.cookies.sign_out_proof(token)
    browser.post("/dashboard/auth/sign-out", data={"proof": proof, "everywhere": "yes"})

    assert fake.world.team.did == [("everywhere", None)]


@pytest.mark.parametrize(
    ("fields", "said", "keeps_cookie"),
    [({"everywhere": "yes"}, "You are signed in as before", True), ({}, "You are signed out in this browser", False)],
)
def test_what_was_not_signed_out_is_not_claimed(fake, browser, fields, said, keeps_cookie):
    token = fake.world.sign_in()
    browser.cookies.set("plenary_session", token, path="/dashboard")
    fake.stop()
    answer = browser.post("/dashboard/auth/sign-out", data={"proof": sign_in.cookies.sign_out_proof(token)} | fields)
    fake.start()

    assert answer.status_code == 503
    assert said in answer.text
    assert ("plenary_session" not in answer.headers["set-cookie"]) is keeps_cookie
