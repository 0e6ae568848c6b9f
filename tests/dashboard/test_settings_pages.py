"""The pages Settings and System."""

from services.dashboard.settings.look import preview
from shared.schemas.system import SystemFinding
from tests.dashboard.conftest import metrics, words
from tests.dashboard.specimens import HOSTILE

SETTINGS, SYSTEM = "screens/settings.py", "screens/system.py"


def field(page, label):
    return next(one for one in page.text_input if one.label == label)


def button(page, label):
    return next(one for one in page.button if one.label == label)


def test_an_owner_changes_what_the_calendar_says(fake, open_page):
    page = open_page(SETTINGS)
    field(page, "Organisation").set_value("Rivers united")
    button(page, "Save").click().run()

    assert fake.world.settings.did == [("change", {"organisation": "Rivers united"})]
    assert "Saved" in words(page)


def test_a_refusal_stands_at_its_field_and_what_was_typed_stays(fake, open_page):
    fake.world.settings.refused = {"website": "is not a web address"}
    page = open_page(SETTINGS)
    field(page, "Website").set_value("javascript:alert(1)")
    button(page, "Save").click().run()

    assert "is not a web address" in words(page)
    assert field(page, "Website").value == "javascript:alert(1)"


def test_a_change_by_somebody_else_is_not_lost(fake, open_page):
    page = open_page(SETTINGS)
    field(page, "Organisation").set_value("Rivers united")
    fake.world.settings.now = fake.world.settings.now.model_copy(update={"version": "2"})
    fake.world.refuse.clear()
    button(page, "Save").click().run()

    assert fake.world.settings.did in ([], [("change", {"organisation": "Rivers united"})])


def test_a_colour_that_cannot_be_read_is_said_before_it_is_used(fake, open_page):
    page = open_page(SETTINGS)
    page.color_picker[0].set_value("#ffdd00").run()

    assert "too light to be read" in words(page)
    assert fake.world.settings.did == []


def test_a_test_mail_shows_what_became_of_it(fake, open_page):
    page = open_page(SETTINGS)
    button(page, "Send me a test mail").click().run()
    assert "It waits to leave." in words(page)

    changed = {"status": "failed", "reply": f"550 no such user {HOSTILE}"}
    fake.world.settings.mail = fake.world.settings.mail.model_copy(update=changed)
    page.run()

    assert "It was refused." in words(page)
    assert "<img" not in words(page)


def test_editors_look_and_viewers_are_told_whom_to_ask(fake, open_page):
    fake.world.roles = {"international": "editor"}
    page = open_page(SETTINGS)
    assert "Owners of the calendar change its settings" in words(page)
    assert button(page, "Save").disabled
    fake.world.roles = {"international": "viewer"}

    assert "Settings are for editors and owners" in words(open_page(SETTINGS))


def test_the_preview_shows_only_colours_that_can_be_read():
    drawn = preview("#ffdd00", HOSTILE)

    assert "#ffdd00" not in drawn.split("Register")[0]
    assert "<img" not in drawn


def test_operators_see_what_is_wrong_first(fake, open_page):
    fake.world.is_operator = True
    fake.world.settings.findings = [
        SystemFinding(check="queue", level="ok", says="No mail waits.", remedy=None),
        SystemFinding(check="worker", level="problem", says="A worker is missing.", remedy="Start it."),
    ]
    page = open_page(SYSTEM)

    drawn = words(page)
    assert drawn.index("A worker is missing.") < drawn.index("No mail waits.")
    assert metrics(page)["Mails due"] == "3"
    assert "worker@a:1" in drawn


def test_others_are_told_whom_to_ask(fake, open_page):
    assert "This is for operators" in words(open_page(SYSTEM))


def test_while_the_api_is_silent_the_last_state_stays(fake, open_page):
    fake.world.is_operator = True
    page = open_page(SYSTEM)
    fake.stop()
    page.run()
    fake.start()

    assert "The service is not answering" in words(page)
    assert metrics(page)["Mails due"] == "3"
