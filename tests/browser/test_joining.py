"""The way into the room in a real browser: through what it enforces, without JavaScript, and seen to be used."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import clock, links
from shared.links import Purpose
from shared.models import Event, Message, Registration
from tests.browser.test_pages import (
    PICTURES,
    Visit,
    address,
    browser,
    no_wider_than_the_screen,
    summer_event,
    visit,
)
from tests.factories import register

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
__all__ = ["address", "browser", "visit"]


@pytest.fixture
def room() -> Iterator[tuple[str, list[str | None]]]:
    """Somebody else's site, which forwards once more as such rooms do; and the Referer of each who comes."""
    came_from: list[str | None] = []

    class Room(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            came_from.append(self.headers.get("Referer"))
            if self.path == "/j/1":
                self.send_response(302)
                self.send_header("Location", f"http://localhost:{self.server.server_port}/room")  # type: ignore[attr-defined]
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>Room</title><h1>Welcome to the room</h1>")

        def log_message(self, *_: Any) -> None:
            """Nothing on the screen."""

    with HTTPServer(("127.0.0.1", 0), Room) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/j/1", came_from
        server.shutdown()


def before_start(event: Event, minutes: float) -> Any:
    assert event.starts_at is not None
    return clock.travel_to(event.starts_at - timedelta(minutes=minutes))


def link(purpose: Purpose, ada: Registration, message: Message | None = None) -> str:
    return links.url(purpose, ada.id, message.id if message else None).removeprefix("http://testserver")


@pytest.mark.parametrize("has_javascript", [True, False])
@pytest.mark.parametrize("purpose", [Purpose.JOIN, Purpose.MY])
def test_the_button_leads_into_the_room_and_tells_it_nothing(
    browser: Browser,
    address: str,
    session: Session,
    room: tuple[str, list[str | None]],
    purpose: Purpose,
    has_javascript: bool,
) -> None:
    url, came_from = room
    event = summer_event(session, room_url=url)
    ada = register(session, event, "ada@example.org")
    context = browser.new_context(base_url=address, java_script_enabled=has_javascript)
    with before_start(event, 5):
        page = context.new_page()
        page.goto(link(purpose, ada))
        page.get_by_role("button", name="Join now").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Welcome to the room")
    context.close()

    session.refresh(ada)
    assert ada.joined_at is not None
    assert came_from[:2] == [None, None]  # The third is for its picture in the tab, from the room itself.


def test_before_its_time_it_says_when_on_both_clocks(visit: Visit, session: Session) -> None:
    event = summer_event(session, room_url="https://rooms.example.org/1")
    ada = register(session, event, "ada@example.org")
    with before_start(event, 120):
        page = visit(link(Purpose.JOIN, ada))
        expect(page.get_by_role("heading", level=1)).to_have_text("The room is not open yet")
        page.get_by_role("button", name="Join from 14:45, Madrid (UTC+2)").click()
        alert = page.get_by_role("alert")
        expect(alert).to_be_focused()
        assert page.locator("main").text_content().count("07:45") == 1  # type: ignore[union-attr]
        expect(page.locator(".here", has_text="07:45, Chicago (UTC-5)")).to_be_visible()


def as_a_person(browser: Browser, address: str) -> BrowserContext:
    """A browser that does not say that a program drives it."""
    context = browser.new_context(base_url=address)
    context.add_init_script("Object.defineProperty(Navigator.prototype, 'webdriver', { get: () => false })")
    return context


def opened_at(session: Session, message: Message) -> Any:
    session.rollback()
    session.refresh(message)
    return message.opened_at


def settle(page: Page) -> None:
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("purpose", [Purpose.JOIN, Purpose.MY, Purpose.UNSUBSCRIBE])
def test_a_page_that_is_only_loaded_tells_nothing_and_one_that_is_used_does(
    browser: Browser, address: str, session: Session, purpose: Purpose
) -> None:
    ada = register(session, summer_event(session), "ada@example.org")
    message = session.scalars(select(Message)).one()
    context = as_a_person(browser, address)
    page = context.new_page()
    page.goto(link(purpose, ada, message))
    settle(page)
    # Only what a person does is trusted, not what a script on the page makes up.
    page.evaluate("dispatchEvent(new Event('pointerdown')); dispatchEvent(new KeyboardEvent('keydown', {key: 'a'}))")
    settle(page)
    assert opened_at(session, message) is None

    with page.expect_response(lambda answer: "/opened/" in answer.url) as told:
        page.keyboard.press("Tab")

    assert told.value.status == 204
    assert not told.value.request.headers.get("referer")
    assert opened_at(session, message) is not None
    context.close()


def test_staying_counts_and_a_driven_browser_does_not(browser: Browser, address: str, session: Session) -> None:
    ada = register(session, summer_event(session), "ada@example.org")
    message = session.scalars(select(Message)).one()
    scanner = browser.new_context(base_url=address)
    page = scanner.new_page()
    page.clock.install()
    page.goto(link(Purpose.MY, ada, message))
    page.clock.run_for(60_000)
    page.keyboard.press("Tab")
    settle(page)
    assert opened_at(session, message) is None
    scanner.close()

    person = as_a_person(browser, address)
    page = person.new_page()
    page.clock.install()
    page.goto(link(Purpose.MY, ada, message))
    with page.expect_response(lambda answer: "/opened/" in answer.url):
        page.clock.run_for(9_000)
    assert opened_at(session, message) is not None
    person.close()


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("light", {"width": 1100}),
        ("phone-dark", {"width": 320, "color_scheme": "dark"}),
    ],
)
def test_pictures_of_the_way_in(visit: Visit, session: Session, name: str, facts: dict[str, Any]) -> None:
    """Every state, in a title that is long, or written from right to left."""
    event = summer_event(session, room_url="https://rooms.example.org/1", recording_url="https://video.example.org/1")
    arabic = summer_event(session, title="المدن والمياه: حوار مفتوح", text_language="ar")
    ada, eve = register(session, event, "ada@example.org"), register(session, arabic, "eve@example.org")
    page = visit("/", **facts)
    states = {
        "early": (event, ada, 120),
        "open": (event, ada, 5),
        "no-room": (arabic, eve, 5),
        "over": (event, ada, -95),
    }
    for state, (of, who, minutes) in states.items():
        with before_start(of, minutes):
            for purpose in (Purpose.JOIN, Purpose.MY):
                page.goto(link(purpose, who) + ("?tried=yes" if purpose is Purpose.JOIN else ""))
                assert no_wider_than_the_screen(page)
                page.screenshot(path=PICTURES / f"{purpose}-{state}-{name}.png", full_page=purpose is Purpose.JOIN)
