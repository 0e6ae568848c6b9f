"""A colleague's way in and out, in two browsers: invited, with a password of their own, lowered, and taken off."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.local.ports import free_port
from shared.mail.bare import compose
from shared.mail.recipients import recipient_of
from shared.models import Calendar, Message, Role
from tests.browser.dashboard import FIRST_PAGE, chromium, go, picture, running_dashboard, sign_in, tab_of
from tests.browser.test_pages import address as api
from tests.factories import PASSWORD, make_calendar, make_event, make_organiser

__all__ = ["api", "chromium"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

# Milliseconds within which an open page knows what a colleague has changed: the trust in a session, and a refresh.
NOTICED = 25_000


@pytest.fixture(scope="module")
def dashboard(api: str) -> Iterator[str]:
    port = free_port()
    with running_dashboard(api, port):
        yield f"http://127.0.0.1:{port}/dashboard"


@pytest.fixture
def owners_tab(chromium: Browser) -> Iterator[Page]:
    yield from tab_of(chromium, 1440, 1000, "light")


@pytest.fixture
def colleagues_tab(chromium: Browser) -> Iterator[Page]:
    yield from tab_of(chromium, 1440, 1000, "light")


@pytest.fixture
def calendar(session: Session) -> Calendar:
    calendar = make_calendar(session)
    make_event(session, calendar, title="Cities and water")
    return calendar


def mailed_link(session: Session, address: str) -> str:
    """The path of the link to choose a password, as the mail has it."""
    [message] = session.scalars(select(Message).where(Message.address == address))
    mail = compose(message, recipient_of(message), "<x@plenary.localhost>")
    [link] = [word for word in mail.plain.split() if "/dashboard/auth/password/" in word]
    return link.partition("/dashboard")[2]


def menu(page: Page, name: str):
    return page.get_by_test_id("stSidebarNav").get_by_role("link", name=name)


def choose_role(page: Page, role: str) -> None:
    bar = page.locator(".st-key-member_bar")
    bar.get_by_role("combobox", name="Role").click()
    page.get_by_role("option", name=role).click()
    bar.get_by_role("button", name="Change role").click()


def test_a_colleague_comes_in_is_lowered_and_leaves(
    session: Session, calendar: Calendar, owners_tab: Page, colleagues_tab: Page, dashboard: str
) -> None:
    owner = make_organiser(session, calendar, Role.OWNER, name="Olga")
    sign_in(owners_tab, dashboard, "/team", who=owner.address, password=PASSWORD)
    owners_tab.get_by_label("Name", exact=True).fill("Ben")
    owners_tab.get_by_label("E-mail address").fill("ben@example.org")
    owners_tab.get_by_role("button", name="Add").click()
    expect(owners_tab.get_by_text("Ben works on this calendar now")).to_be_visible(timeout=FIRST_PAGE)

    link = mailed_link(session, "ben@example.org")
    go(colleagues_tab, dashboard + link)
    expect(colleagues_tab.get_by_text("For ben@example.org.")).to_be_visible()
    colleagues_tab.screenshot(path=picture("password-link.png"))
    for label in ("New password", "The same once more"):
        colleagues_tab.get_by_label(label).fill("a long password of my own")
    colleagues_tab.get_by_role("button", name="Save and sign in").click()
    expect(colleagues_tab.locator("h1").first).to_have_text("Cities and water", timeout=FIRST_PAGE)
    expect(menu(colleagues_tab, "Edit event")).to_be_visible()

    # From here on nobody touches the colleague's page.
    owners_tab.reload()
    owners_tab.get_by_role("combobox", name="Who").click(timeout=FIRST_PAGE)
    owners_tab.get_by_role("option", name="Ben").click()
    choose_role(owners_tab, "Viewer")
    expect(owners_tab.get_by_text("Ben is viewer now")).to_be_visible()
    expect(menu(colleagues_tab, "Edit event")).to_have_count(0, timeout=NOTICED)
    expect(colleagues_tab.locator("h1").first).to_have_text("Cities and water")

    owners_tab.get_by_role("button", name="Remove …").click()
    owners_tab.get_by_role("button", name="Take it away").click()
    expect(owners_tab.get_by_text("Ben does not work on this calendar any more")).to_be_visible()
    expect(colleagues_tab.get_by_text("No events yet")).to_be_visible(timeout=NOTICED)
    expect(colleagues_tab.get_by_text("Cities and water")).to_have_count(0)
    colleagues_tab.screenshot(path=picture("role-taken-away.png"))


def test_a_link_that_is_not_ours_says_so_at_once(
    session: Session, calendar: Calendar, owners_tab: Page, dashboard: str
) -> None:
    go(owners_tab, f"{dashboard}/auth/password/nonsense")

    expect(owners_tab.get_by_text("This link is not valid")).to_be_visible()
    expect(owners_tab.get_by_label("New password")).to_have_count(0)
    owners_tab.get_by_role("link", name="Ask for a new link").click()
    expect(owners_tab.get_by_role("heading", name="A new password")).to_be_visible()
