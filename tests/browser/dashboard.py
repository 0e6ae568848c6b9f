"""The dashboard in a real browser, as tests use it: its own process, against the fake API or another one."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from services.local.ports import free_port
from tests.dashboard.fake_api import PASSWORD, FakeApi, running_fake

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
    yield from tab_of(chromium, 1440, 900, "light")


def start_afresh(fake: FakeApi) -> None:
    """A calendar more than the last test's organiser, with whom the dashboard would share what it has fetched."""
    fake.world.events.clear()
    fake.world.stats_changes.clear()
    fake.world.people.rows.clear()
    fake.world.roles = {"international": "owner", f"calendar {len(fake.world.calls)}": "viewer"}


def tab_of(chromium: Browser, width: int, height: int, scheme: str) -> Iterator[Page]:
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


# What is wider than the box it stands in, as the eye would see it.
OVERFLOWING = """
() => [...document.querySelectorAll('[data-testid=stMain] :is(h1, h2, p, span, td, th, b, time, dd, dt, li)')]
  .filter(e => e.clientWidth > 0 && e.textContent.trim() && e.scrollWidth > e.clientWidth + 1
            && getComputedStyle(e).overflow !== 'visible' && !e.closest('thead'))
  .map(e => e.textContent.slice(0, 60))
"""


def draw_whole(page: Page, name: str, width: int) -> None:
    """A picture of the page from top to bottom, on which nothing may be cut off."""
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": height + 20})
    page.wait_for_timeout(1_000)
    page.screenshot(path=picture(name))
    assert page.evaluate(OVERFLOWING) == []
    page.set_viewport_size({"width": width, "height": 900})


def picture(name: str) -> Path:
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES / name
