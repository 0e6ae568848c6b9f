"""The dashboard in a real browser, as its own process, against the fake API."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from shared.schemas.questions import QuestionFacts
from tests.dashboard.fake_api import PASSWORD, FakeApi, running_fake
from tests.dashboard.specimens import HOSTILE, event

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "var" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
# Milliseconds. A first page on a busy machine takes its time; nothing below waits longer than it must.
FIRST_PAGE = 40_000


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeApi]:
    with running_fake() as running:
        yield running


@pytest.fixture(scope="module")
def address(fake: FakeApi) -> Iterator[str]:
    """The dashboard as it is started everywhere, on a free port."""
    port = free_port()
    with running_dashboard(fake.url, port):
        yield f"http://127.0.0.1:{port}/dashboard"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_dashboard(api_url: str, port: int) -> Iterator[None]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PLENARY_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "services.dashboard", "--port", str(port)],
        cwd=ROOT,
        env=environment | {"PLENARY_API_URL": api_url},
    )
    try:
        _wait_until_healthy(f"http://127.0.0.1:{port}/dashboard/_stcore/health")
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_until_healthy(url: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(url)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.fail("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, fake: FakeApi) -> Iterator[Page]:
    """A tab that fails the test when anything in it asks another host."""
    start_afresh(fake)
    yield from _tab(chromium, 1440, 900, "light")


def start_afresh(fake: FakeApi) -> None:
    """A calendar more than the last test's organiser, with whom the dashboard would share what it has fetched."""
    fake.world.events.clear()
    fake.world.stats_changes.clear()
    fake.world.people.rows.clear()
    fake.world.roles = {"international": "owner", f"calendar {len(fake.world.calls)}": "viewer"}


def _tab(chromium: Browser, width: int, height: int, scheme: str) -> Iterator[Page]:
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, timezone_id="America/Chicago"
    )
    hosts: set[str] = set()
    # Chromium drops what it is loading when a network interface comes or goes, as containers make them do, and a page
    # does not ask for a lost script twice. The pages' own scripts are therefore fetched by the driver.
    context.route("**/dashboard/static/**", lambda route: route.fulfill(response=route.fetch(max_retries=5)))
    tab = context.new_page()
    tab.on("request", lambda request: hosts.add(urlsplit(request.url).hostname or ""))
    tab.on("websocket", lambda websocket: hosts.add(urlsplit(websocket.url).hostname or ""))
    yield tab
    # What the page still loads is of no interest any more.
    context.unroute_all(behavior="ignoreErrors")
    context.close()
    # Pictures and scripts inside the page itself have no host.
    assert hosts - {""} == {"127.0.0.1"}


def sign_in(
    page: Page, address: str, path: str = "/", *, who: str = "noor@example.org", password: str = PASSWORD
) -> None:
    go(page, address + path)
    page.get_by_label("E-mail address").fill(who)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def go(page: Page, url: str) -> None:
    try:
        page.goto(url)
    except PlaywrightError as problem:
        if "ERR_NETWORK_CHANGED" not in str(problem):
            raise
        page.goto(url)


def number(page: Page, name: str):
    return page.get_by_test_id("stMetric").filter(has_text=name).get_by_test_id("stMetricValue")


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
    page.screenshot(path=_picture("live-service-down-1440.png"))

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
    page.screenshot(path=_picture("paste-review-1440.png"))
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
    page.screenshot(path=_picture("registrations-person-1440.png"))
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
    for number in range(12):
        fake.world.people.add(webinar.id, f"Person {number} " + "von Hohenzollern-Sigmaringen " * (number % 4))
    person = fake.world.people.rows[3]
    for page in _tab(chromium, width, 900, scheme):
        sign_in(page, address, f"/registration?event={webinar.id}")
        page.get_by_role("button", name="Edit").click(timeout=FIRST_PAGE)
        expect(page.get_by_label("Question", exact=True).first).to_be_visible(timeout=15_000)
        _draw_whole(page, f"registration-settings-{scheme}-{width}.png", width)
        go(page, f"{address}/registrations?event={webinar.id}&registration={person.id}")
        expect(page.locator(".st-key-card_mails").get_by_role("heading")).to_be_visible(timeout=FIRST_PAGE)
        _draw_whole(page, f"registrations-{scheme}-{width}.png", width)


def _draw_whole(page: Page, name: str, width: int) -> None:
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": height + 20})
    page.wait_for_timeout(1_000)
    page.screenshot(path=_picture(name))
    assert page.evaluate(_OVERFLOWING) == []
    page.set_viewport_size({"width": width, "height": 900})


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 768, 420])
def test_nothing_is_cut_off_on_any_screen(chromium, fake, address, width, scheme):
    start_afresh(fake)
    fake.world.add(event(starts_at=datetime.now(UTC) + timedelta(days=1, hours=16, minutes=30)))
    for page in _tab(chromium, width, 900, scheme):
        sign_in(page, address)
        expect(page.get_by_role("heading", name="Local time at start")).to_be_visible(timeout=FIRST_PAGE)
        expect(page.locator(".st-key-card_curve").get_by_test_id("stVegaLiteChart")).to_be_visible()
        height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({"width": width, "height": height + 20})
        page.wait_for_timeout(1_000)
        page.screenshot(path=_picture(f"live-{scheme}-{width}.png"))

        assert page.evaluate(_OVERFLOWING) == []
        assert page.evaluate(_UNEQUAL_TILES) == []


# What is wider than the box it stands in, as the eye would see it.
_OVERFLOWING = """
() => [...document.querySelectorAll('[data-testid=stMain] :is(h1, h2, p, span, td, th, b, time, dd, dt, li)')]
  .filter(e => e.clientWidth > 0 && e.textContent.trim() && e.scrollWidth > e.clientWidth + 1
            && getComputedStyle(e).overflow !== 'visible' && !e.closest('thead'))
  .map(e => e.textContent.slice(0, 60))
"""
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


def _picture(name: str) -> Path:
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES / name
