"""The dashboard in a real browser, as its own process, against the fake API."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from shared.schemas.questions import QuestionFacts
from tests.browser.dashboard import (
    FIRST_PAGE,
    OVERFLOWING,
    address,
    chromium,
    draw_whole,
    fake,
    free_port,
    go,
    number,
    page,
    picture,
    running_dashboard,
    sign_in,
    start_afresh,
    tab_of,
)
from tests.dashboard.specimens import HOSTILE, event

__all__ = ["address", "chromium", "fake", "page"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def test_signing_in_survives_a_reload_and_ends_with_signing_out(page, fake, address):
    fake.world.add(event())
    sign_in(page, address)
    expect(number(page, "Registered")).to_have_text("318", timeout=FIRST_PAGE)

    page.reload()
    expect(number(page, "Registered")).to_have_text("318", timeout=FIRST_PAGE)
    assert "token-" not in page.content() + page.url

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    go(page, address + "/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_registration_is_on_screen_within_five_seconds(page, fake, address):
    webinar = fake.world.add(event())
    sign_in(page, address)
    expect(number(page, "Registered")).to_have_text("318", timeout=FIRST_PAGE)

    for registered in (319, 320, 321):
        fake.world.change(webinar.id, active=registered)
        expect(number(page, "Registered")).to_have_text(str(registered), timeout=5_000)


def test_an_api_that_stops_is_announced_and_the_screen_recovers_by_itself(page, fake, address):
    webinar = fake.world.add(event())
    sign_in(page, address)
    expect(number(page, "Registered")).to_have_text("318", timeout=FIRST_PAGE)

    fake.stop()
    expect(page.get_by_text("Service not answering")).to_be_visible(timeout=8_000)
    expect(number(page, "Registered")).to_have_text("318")
    page.screenshot(path=picture("live-service-down-1440.png"))

    fake.world.change(webinar.id, active=340)
    fake.start()
    expect(number(page, "Registered")).to_have_text("340", timeout=10_000)
    expect(page.get_by_text("Service not answering")).to_be_hidden()


def test_a_process_that_is_restarted_is_found_again_without_a_reload(page, fake):
    known, port = fake.world.add(event()), free_port()
    address = f"http://127.0.0.1:{port}/dashboard"
    with running_dashboard(fake.url, port):
        sign_in(page, address)
        expect(number(page, "Registered")).to_have_text("318", timeout=FIRST_PAGE)
    fake.world.change(known.id, active=319)
    with running_dashboard(fake.url, port):
        expect(number(page, "Registered")).to_have_text("319", timeout=FIRST_PAGE)


def test_a_session_that_ends_elsewhere_closes_the_open_tab(page, fake, address):
    fake.world.add(event())
    sign_in(page, address)
    expect(number(page, "Registered")).to_have_text("318", timeout=FIRST_PAGE)

    fake.world.tokens.clear()

    expect(page.get_by_role("heading", name="Signed out")).to_be_visible(timeout=15_000)
    page.get_by_role("link", name="Sign in").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_paused_updates_stay_paused(page, fake, address):
    webinar = fake.world.add(event())
    sign_in(page, address, "/?live=0")
    expect(page.get_by_text("Paused at")).to_be_visible(timeout=FIRST_PAGE)

    fake.world.change(webinar.id, active=319)
    # A refresh would come within five seconds; that none comes can only be seen by letting them pass.
    page.wait_for_timeout(6_000)

    expect(number(page, "Registered")).to_have_text("318")
    assert "live=0" in page.url


def test_hostile_names_cause_neither_markup_nor_requests(page, fake, address):
    fake.world.add(event(title=HOSTILE))
    sign_in(page, address)

    expect(page.get_by_role("heading", name="![x]")).to_be_visible(timeout=FIRST_PAGE)
    page.get_by_test_id("stSelectbox").get_by_role("combobox").click()
    expect(page.get_by_role("option").first).to_contain_text("<img src=")
    go(page, address + "/events")
    expect(page.get_by_role("link", name="![x]")).to_be_visible(timeout=FIRST_PAGE)
    assert page.locator("img[src*=evil]").count() == 0


def test_a_pasted_announcement_is_checked_published_and_watched(page, fake, address):
    sign_in(page, address, "/new")
    page.get_by_label("Or paste its text").fill(
        f"# Shade for all {HOSTILE}\n\nThursday 22 July 2027, 3.00 pm (CET)\n\nAn introduction of several words.",
        timeout=FIRST_PAGE,
    )
    page.get_by_role("button", name="Read the announcement").click()

    expect(page.get_by_text("CET is not in force on 22 July 2027")).to_be_visible(timeout=15_000)
    page.screenshot(path=picture("paste-review-1440.png"))
    page.get_by_role("button", name="Use this time").click()
    expect(page.get_by_text("The start is settled.")).to_be_visible()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("People can register now.")).to_be_visible()
    page.get_by_role("button", name="Watch registrations live").click()

    expect(number(page, "Registered")).to_be_visible(timeout=15_000)
    made = next(iter(fake.world.events))
    expect(page).to_have_url(re.compile(rf"event={made}"))
    assert page.locator("img[src*=evil], a[href*=evil]").count() == 0


def test_a_file_fills_the_text(page, address):
    sign_in(page, address, "/new")
    file = {"name": "webinar.md", "mimeType": "text/markdown", "buffer": "# Medellín\n\ntext".encode()}

    page.locator("input[type=file]").set_input_files(file, timeout=FIRST_PAGE)

    expect(page.get_by_label("Or paste its text")).to_have_value("# Medellín\n\ntext", timeout=10_000)


def choose_row(page: Page, number: int) -> None:
    """The table is drawn on a canvas: 36 pixels a row, below the headings."""
    table = page.get_by_test_id("stDataFrame").locator("canvas").first
    expect(table).to_be_visible(timeout=FIRST_PAGE)
    table.click(position={"x": 120, "y": 36 * number + 18}, force=True)


def test_a_person_is_chosen_cancelled_and_taken_up_again(page, fake, address):
    webinar = fake.world.add(event())
    for name in ("Ada Lovelace", HOSTILE, "Grace Hopper"):
        fake.world.people.add(webinar.id, name)
    sign_in(page, address, f"/registrations?event={webinar.id}")

    choose_row(page, 2)
    expect(page.locator(".st-key-card_person").get_by_role("heading", name="![x]")).to_be_visible(timeout=15_000)
    page.get_by_role("button", name="Cancel registration …").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel registration").click()
    expect(page.get_by_text("Take it up again below")).to_be_visible(timeout=15_000)
    assert fake.world.people.rows[1].status == "cancelled"
    page.get_by_role("button", name="Take up again").click()
    expect(page.get_by_text("They have a place, and a mail tells them.")).to_be_visible(timeout=15_000)
    page.screenshot(path=picture("registrations-person-1440.png"))
    assert page.locator("img[src*=evil], a[href*=evil]").count() == 0


def test_a_list_is_tried_imported_and_exported(page, fake, address):
    webinar = fake.world.add(event())
    sign_in(page, address, f"/registrations?event={webinar.id}")
    page.get_by_role("radio", name="Import a list").click(timeout=FIRST_PAGE)
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": b"Name,E-mail\nAda,ada@example.org\nEve,eve\n"}

    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("What would happen: 2 rows")).to_be_visible(timeout=15_000)
    page.get_by_text("They agreed that").click()
    page.get_by_role("button", name="Register 1 person").click()
    expect(page.get_by_text("1 person is registered")).to_be_visible(timeout=15_000)
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel workbook").click()

    assert download.value.suggested_filename == "cooling-cities.xlsx"


def test_what_was_typed_and_not_saved_survives_a_reload(page, fake, address):
    fake.world.add(event(title="Trees"))
    sign_in(page, address, "/edit")
    title = page.get_by_label("Title", exact=True)
    title.fill("More trees", timeout=FIRST_PAGE)
    title.press("Tab")
    expect(page.get_by_text("Not saved yet: title.")).to_be_visible()

    page.reload()
    expect(page.get_by_text("Not saved yet: title.")).to_be_visible(timeout=FIRST_PAGE)
    expect(page.get_by_label("Title", exact=True)).to_have_value("More trees")


def test_settings_are_typed_previewed_and_saved(page, fake, address):
    webinar = fake.world.add(event(places=100, registered=103))
    fake.world.change(webinar.id, active=103)
    sign_in(page, address, f"/registration?event={webinar.id}")

    expect(page.get_by_text("3 have a place beyond the 100 there are")).to_be_visible(timeout=FIRST_PAGE)
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("Question", exact=True).first.fill(f"What do you eat? {HOSTILE}")
    page.keyboard.press("Tab")
    expect(page.locator(".pl-preview").get_by_text("What do you eat? ![x]")).to_be_visible(timeout=15_000)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Everything is saved.")).to_be_visible(timeout=15_000)

    [question] = fake.world.events[str(webinar.id)].questions
    assert question.label == f"What do you eat? {HOSTILE}"
    assert page.locator("img[src*=evil], a[href*=evil]").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 768, 420])
def test_the_pages_of_registration_fit_any_screen(chromium, fake, address, width, scheme):
    start_afresh(fake)
    question = QuestionFacts(
        key="diet", kind="choice", label="What do you eat?" * 9, choices=[{"key": "a", "label": "All"}]
    )
    webinar = fake.world.add(event(questions=[question]))
    for one in range(12):
        fake.world.people.add(webinar.id, f"Person {one} " + "von Hohenzollern-Sigmaringen " * (one % 4))
    person = fake.world.people.rows[3]
    for tab in tab_of(chromium, width, 900, scheme):
        sign_in(tab, address, f"/registration?event={webinar.id}")
        tab.get_by_role("button", name="Edit").click(timeout=FIRST_PAGE)
        expect(tab.get_by_label("Question", exact=True).first).to_be_visible(timeout=15_000)
        draw_whole(tab, f"registration-settings-{scheme}-{width}.png", width)
        go(tab, f"{address}/registrations?event={webinar.id}&registration={person.id}")
        expect(tab.locator(".st-key-card_mails").get_by_role("heading")).to_be_visible(timeout=FIRST_PAGE)
        draw_whole(tab, f"registrations-{scheme}-{width}.png", width)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 768, 420])
def test_nothing_is_cut_off_on_any_screen(chromium, fake, address, width, scheme):
    start_afresh(fake)
    fake.world.add(event(starts_at=datetime.now(UTC) + timedelta(days=1, hours=16, minutes=30)))
    for tab in tab_of(chromium, width, 900, scheme):
        sign_in(tab, address)
        expect(tab.get_by_role("heading", name="Local time at start")).to_be_visible(timeout=FIRST_PAGE)
        expect(tab.locator(".st-key-card_curve").get_by_test_id("stVegaLiteChart")).to_be_visible()
        height = tab.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        tab.set_viewport_size({"width": width, "height": height + 20})
        tab.wait_for_timeout(1_000)
        tab.screenshot(path=picture(f"live-{scheme}-{width}.png"))

        assert tab.evaluate(OVERFLOWING) == []
        assert tab.evaluate(_UNEQUAL_TILES) == []


_UNEQUAL_TILES = """
() => {
  const rows = {};
  for (const tile of document.querySelectorAll('[data-testid=stMetric]')) {
    const box = tile.getBoundingClientRect();
    (rows[Math.round(box.top)] ??= new Set()).add(Math.round(box.height));
  }
  return Object.values(rows).filter(heights => heights.size > 1).map(heights => [...heights]);
}
"""
