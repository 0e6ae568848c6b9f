"""The pages in a real browser: with and without JavaScript, on small screens, by keyboard, nothing from outside."""

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from services.api.behind_proxy import LastForwarded
from services.api.main import create_app
from services.worker.queueing import redis_connection
from shared import clock, events, links
from shared.links import Purpose
from shared.models import Event
from shared.settings import get_settings
from tests.api.visitors import within_one_window
from tests.factories import find_registration, make_calendar, make_event, register

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PICTURES = Path(__file__).parents[2] / "var" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
SUMMER: dict[str, Any] = {"starts_at_local": datetime(2031, 7, 23, 15), "time_zone": "Europe/Madrid", "minutes": 90}
PROGRAMME: list[dict[str, Any]] = [
    {"title": "Welcome", "kind": "welcome", "minutes": 5},
    {"title": "Cooling a square", "kind": "talk", "minutes": 20, "people": [{"name": "Lina Haddad", "city": "Tyre"}]},
    {"title": "Questions", "kind": "questions", "minutes": 65},
]

QUESTIONS: list[dict[str, Any]] = [
    {
        "key": "eat",
        "kind": "choice",
        "label": "What do you eat?",
        "help": "For the lunch at noon, which the city invites you to.",
        "is_required": True,
        "choices": [{"key": "all", "label": "Everything"}, {"key": "vegan", "label": "Vegan"}],
    },
    {
        "key": "topics",
        "kind": "choices",
        "label": "What shall we speak about?",
        "choices": [{"key": "water", "label": "Water"}, {"key": "trees", "label": "Trees, and who waters them"}],
        "maximum": 2,
    },
    {"key": "first", "kind": "yes-no", "label": "Is it your first time?"},
    {"key": "people", "kind": "number", "label": "People in your city", "minimum": 1},
    {"key": "since", "kind": "date", "label": "In office since"},
    {"key": "hopes", "kind": "long-text", "label": "What do you hope to take home?", "help": "A line or two."},
    {"key": "tag", "kind": "short-text", "label": "ما الذي يُكتب على بطاقتك؟"},
    {"key": "photos", "kind": "consent", "label": "You may take photos of me.", "help": "They go on our site."},
]


def _behind_proxy() -> ASGIApp:
    """So that a browser can come from somewhere, by saying so."""
    return LastForwarded(ProxyHeadersMiddleware(create_app(), trusted_hosts="*"))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def address(engine: Engine) -> Iterator[str]:
    """The real application on a free loopback port."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(_behind_proxy(), log_level="warning", timeout_graceful_shutdown=2))
        serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        serving.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        serving.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@dataclass
class Visitor:
    """A browser with what it complained about and whom it asked."""

    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("console", lambda said: self.complaints.append(said.text))
        self.page.on("pageerror", lambda problem: self.complaints.append(str(problem)))
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))


@pytest.fixture
def visit(browser: Browser, address: str, session: Session) -> Iterator["Visit"]:
    visiting = Visit(browser, address)
    yield visiting
    visiting.leave()


class Visit:
    """Opens the browsers of a test; when they leave, nothing may have gone wrong or outside."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.visitors: list[Visitor] = []

    def __call__(self, path: str, *, width: int = 1200, **facts: Any) -> Page:
        given = {"timezone_id": "America/Chicago", "locale": "en-GB", "color_scheme": "light"} | facts
        context = self.browser.new_context(viewport={"width": width, "height": 900}, base_url=self.address, **given)
        self.visitors.append(Visitor(context, context.new_page()))
        page = self.visitors[-1].page
        page.goto(path)
        return page

    def leave(self) -> None:
        for visitor in self.visitors:
            visitor.context.close()
        complaints = [text for visitor in self.visitors for text in visitor.complaints]
        assert [text for text in complaints if "422" not in text] == []
        assert {host for visitor in self.visitors for host in visitor.hosts} <= {urlsplit(self.address).netloc}


def summer_event(session: Session, **facts: Any) -> Event:
    given = {
        "title": "Shade, water, benches: cooling the streets we already have",
        "form": "Webinar",
        "introduction": "Most streets that will be too hot are **already built**.\n\n> A tree is a promise.",
        "contents": ["Reading a heat map", "Cost per cool metre"],
        "people": [{"name": "Nadia Ferrer", "part": "moderator", "role": "Head of Public Space", "city": "Valencia"}],
        "programme": PROGRAMME,
        "is_free": True,
        "places": 40,
    }
    return make_event(session, make_calendar(session, title="Harbour calendar"), **SUMMER | given | facts)


def fill_in(page: Page) -> None:
    page.get_by_label("Name (required)").fill("Ada Lovelace")
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.get_by_label("Country").select_option("GB")
    page.get_by_label("may keep what I wrote").check()


def no_wider_than_the_screen(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_a_reader_in_chicago_sees_eight_in_the_morning(visit: Visit, session: Session) -> None:
    event = summer_event(session)

    page = visit(f"/events/{event.slug}")

    expect(page.locator(".hero .there")).to_contain_text("15:00–16:30")
    expect(page.locator(".hero .here [data-slot]")).to_have_text("Wed 23 Jul, 08:00–\u206009:30, Chicago (UTC-5)")
    expect(page.locator(".programme .here [data-slot]")).to_have_text(["08:00", "08:05", "08:25"])
    expect(page.get_by_text("Below each, your own.")).to_be_visible()


def test_the_browser_and_the_server_write_the_same(visit: Visit, session: Session) -> None:
    event = summer_event(session)
    for zone, language in (
        ("America/Chicago", "en"),
        ("Pacific/Auckland", "en"),
        ("Asia/Kolkata", "es"),
        ("UTC", "fr"),
    ):
        slot = ".hero .here [data-slot]"
        by_script = visit(f"/events/{event.slug}?lang={language}", timezone_id=zone).locator(slot).inner_text()
        by_server = visit(
            f"/events/{event.slug}?lang={language}&zone={zone}", timezone_id=zone, java_script_enabled=False
        ).locator(slot)

        expect(by_server).to_have_text(by_script.replace("\u2060", ""))


def test_questions_are_answered_and_corrected_without_javascript(visit: Visit, session: Session) -> None:
    event = summer_event(session, questions=QUESTIONS)
    page = visit(f"/events/{event.slug}", java_script_enabled=False, width=390, color_scheme="dark")
    assert no_wider_than_the_screen(page)
    fill_in(page)
    page.get_by_label("People in your city").fill("a million")
    page.get_by_role("group", name="What shall we speak about?").get_by_label("Water", exact=True).check()
    page.get_by_role("button", name="Register").click()

    assert no_wider_than_the_screen(page)
    page.screenshot(path=PICTURES / "questions-phone-dark.png", full_page=True)
    page.get_by_role("link", name="What do you eat?").click()
    expect(page.get_by_label("Everything")).to_be_in_viewport()
    page.get_by_role("radiogroup", name="What do you eat?").get_by_label("Vegan").check()
    page.get_by_label("People in your city").fill("1,000,000")
    page.get_by_label("You may take photos").check()
    page.get_by_role("button", name="Register").click()

    ada = find_registration(session, event, "ada@example.org")
    assert (ada.answers["eat"], ada.answers["topics"], ada.answers["people"]) == ("vegan", ["water"], 1_000_000)
    page = visit(f"/my/{links.sign(Purpose.MY, ada.id)}")
    expect(page.get_by_label("Vegan")).to_be_checked()
    page.screenshot(path=PICTURES / "questions-my.png", full_page=True)
    page.get_by_label("In office since").fill("2024-02-29")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("In office since")).to_have_value("2024-02-29")


def test_a_place_is_called_by_the_name_it_has_now(visit: Visit, session: Session) -> None:
    page = visit(f"/events/{summer_event(session).slug}", timezone_id="Asia/Kolkata")

    expect(page.get_by_label("Your time zone")).to_have_value("Asia/Kolkata")


def test_on_the_same_clock_nothing_is_added(visit: Visit, session: Session) -> None:
    event = summer_event(session)

    page = visit(f"/events/{event.slug}", timezone_id="Europe/Paris")

    expect(page.locator(".hero .here")).to_be_hidden()
    expect(page.get_by_text("Below each, your own.")).to_be_hidden()


def test_registering_with_javascript_tells_the_own_time_zone(visit: Visit, session: Session) -> None:
    event = summer_event(session)
    page = visit(f"/events/{event.slug}")

    fill_in(page)
    expect(page.get_by_label("Your time zone")).to_have_value("America/Chicago")
    page.get_by_role("button", name="Register").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("You have a place")
    expect(page.locator(".card .here [data-slot]")).to_contain_text("08:00")
    page.screenshot(path=PICTURES / "registered.png", full_page=True)
    ada = find_registration(session, event, "ada@example.org")
    assert (ada.status, ada.country, ada.time_zone) == ("confirmed", "GB", "America/Chicago")


def test_registering_without_javascript_works_as_well(visit: Visit, session: Session) -> None:
    event = summer_event(session)
    page = visit(f"/events/{event.slug}", java_script_enabled=False)

    page.get_by_text("Show it in another time zone").click()
    page.get_by_label("City or time zone").fill("Chicago")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".hero .here [data-slot]")).to_have_text("Wed 23 Jul, 08:00–09:30, Chicago (UTC-5)")
    fill_in(page)
    page.get_by_role("button", name="Register").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("You have a place")
    assert find_registration(session, event, "ada@example.org").time_zone == "America/Chicago"


def test_beyond_the_soft_limit_a_browser_proves_its_work_and_without_javascript_the_address_is_verified(
    visit: Visit, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "limit_without_proof", 1)
    event = summer_event(session)
    university = {"extra_http_headers": {"X-Forwarded-For": "203.0.113.7"}}

    headings = []
    with within_one_window():
        for number, facts in enumerate([{"java_script_enabled": False}, {"java_script_enabled": False}, {}]):
            page = visit(f"/events/{event.slug}", **university | facts)
            fill_in(page)
            page.get_by_label("E-mail address").fill(f"person{number}@example.org")
            page.get_by_role("button", name="Register").click()
            headings.append(page.get_by_role("heading", level=1).inner_text())

    assert headings == ["You have a place", "One more step: look into your mailbox", "You have a place"]


def test_whoever_only_presses_the_button_waits_for_the_proof(
    visit: Visit, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "limit_without_proof", 1)
    monkeypatch.setattr(get_settings(), "proof_steps", 1500)
    event = summer_event(session)
    page = visit(f"/events/{event.slug}", extra_http_headers={"X-Forwarded-For": "203.0.113.7"})

    # As a password manager fills in: without ever giving a field the focus.
    for name, value in {"name": "Ada", "address": "ada@example.org"}.items():
        page.locator(f"#{name}").evaluate("(field, value) => { field.value = value; }", value)
    page.locator("#consent").evaluate("box => { box.checked = true; }")
    page.locator("#register form").evaluate("form => form.requestSubmit()")

    expect(page.get_by_role("status")).to_have_text("One moment, please …")
    expect(page.get_by_role("heading", level=1)).to_have_text("You have a place")
    assert redis_connection().keys("proof:*")


def test_whoever_is_faster_than_a_person_presses_once_more(
    visit: Visit, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "form_minimum_time", 3600.0)
    event = summer_event(session)
    page = visit(f"/events/{event.slug}")
    fill_in(page)

    page.get_by_role("button", name="Register").click()

    expect(page.locator("#register .notice")).to_be_focused()
    page.screenshot(path=PICTURES / "once-more.png", full_page=True)
    with clock.travel_to(clock.now() + timedelta(hours=2)):
        page.get_by_role("button", name="Register").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("You have a place")


def test_mistakes_are_read_out_first_and_lead_to_their_fields(visit: Visit, session: Session) -> None:
    event = summer_event(session)
    page = visit(f"/events/{event.slug}")

    page.locator("#city").fill("Turin")
    page.get_by_role("button", name="Register").click()

    expect(page.locator(".summary")).to_be_focused()
    expect(page.locator("#city")).to_have_value("Turin")
    page.screenshot(path=PICTURES / "mistakes.png", full_page=True)
    page.get_by_role("link", name="Write your name.").click()
    expect(page.get_by_label("Name (required)")).to_be_focused()


def test_the_keyboard_goes_through_the_page_in_its_order(visit: Visit, session: Session) -> None:
    event = summer_event(session)
    page = visit(f"/events/{event.slug}")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(".hero .kicker a")).to_be_focused()
    order = []
    page.locator("#name").focus()
    for _ in range(10):
        order.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
        page.keyboard.press("Tab")
    assert order == [
        "name", "address", "organisation", "city", "country", "audience", "language", "time_zone", "consent", "BUTTON"
    ]  # fmt: skip


def test_what_has_the_focus_can_be_seen(visit: Visit, session: Session) -> None:
    page = visit(f"/events/{summer_event(session).slug}")

    for _ in range(4):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert outline == "3px"


@pytest.mark.parametrize("width", [320, 375, 768])
def test_no_page_is_wider_than_the_screen(visit: Visit, session: Session, width: int) -> None:
    event = summer_event(
        session, location="https://rooms.example.org/" + "very-long-" * 12, title="Extra" + "long" * 30
    )
    ada = register(session, event, "ada@example.org")
    paths = [
        "/",
        f"/calendars/{event.calendar.slug}",
        f"/events/{event.slug}",
        f"/events/{event.slug}/registered",
        f"/my/{links.sign(Purpose.MY, ada.id)}",
        f"/unsubscribe/{links.sign(Purpose.UNSUBSCRIBE, ada.id)}",
        "/privacy",
    ]

    page = visit("/", width=width)

    for path in paths:
        page.goto(path)
        assert no_wider_than_the_screen(page), path


def test_a_text_from_right_to_left_reads_from_right_to_left(visit: Visit, session: Session) -> None:
    event = summer_event(
        session, title="المدن والمياه: حوار مفتوح", text_language="ar", introduction="كيف تحافظ المدن على مياهها؟",
        contents=["قراءة الأرقام"], programme=[{"title": "نقاش", "minutes": 60, "people": [{"name": "ليلى حداد"}]}],
    )  # fmt: skip
    page = visit(f"/events/{event.slug}", width=375)

    assert page.locator(".prose").evaluate("element => getComputedStyle(element).direction") == "rtl"
    assert no_wider_than_the_screen(page)
    page.screenshot(path=PICTURES / "event-arabic-phone.png", full_page=True)


def test_giving_the_place_back_takes_two_steps(visit: Visit, session: Session) -> None:
    ada = register(session, summer_event(session), "ada@example.org")
    page = visit(f"/my/{links.sign(Purpose.MY, ada.id)}", java_script_enabled=False)

    expect(page.get_by_role("button", name="Yes, cancel my registration")).to_be_hidden()
    page.screenshot(path=PICTURES / "my-registration.png", full_page=True)
    page.get_by_text("Cancel my registration", exact=True).click()
    page.get_by_role("button", name="Yes, cancel my registration").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Your registration is cancelled")


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("light", {"width": 1200}),
        ("dark", {"width": 1200, "color_scheme": "dark"}),
        ("phone", {"width": 375}),
        ("phone-dark", {"width": 375, "color_scheme": "dark"}),
    ],
)
def test_pictures_to_look_at(visit: Visit, session: Session, name: str, facts: dict[str, Any]) -> None:
    event = summer_event(session)
    cancelled = make_event(session, event.calendar, title="Reading tide gauges together", form="Workshop", **SUMMER)
    events.cancel(session, cancelled.id, "The tide station is closed for repairs.")
    session.commit()
    page = visit("/", **facts)

    for what, path in (
        ("home", "/"),
        ("calendar", f"/calendars/{event.calendar.slug}"),
        ("event", f"/events/{event.slug}"),
        ("cancelled", f"/events/{cancelled.slug}"),
    ):
        page.goto(path)
        page.screenshot(path=PICTURES / f"{what}-{name}.png", full_page=True)
        assert (PICTURES / f"{what}-{name}.png").stat().st_size > 10_000
