"""Every page of the dashboard in a browser, by day, by night and on a phone: drawn, and asking nobody but us.

Their pictures are kept under var/screenshots.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from shared.schemas.events import EventAnswer
from shared.schemas.programme import PersonFacts
from shared.schemas.stats import SourceCount
from shared.schemas.system import SystemFinding
from tests.browser.dashboard import (
    FIRST_PAGE,
    address,
    chromium,
    fake,
    page,
    picture,
    sign_in,
    start_afresh,
    tab_of,
)
from tests.dashboard.fake_api import FakeApi
from tests.dashboard.fake_team import member
from tests.dashboard.specimens import HOSTILE, cities, event

__all__ = ["address", "chromium", "fake", "page"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

# Where each page is, and what its heading says.
PAGES = {
    "": None,
    "session": "Session",
    "registrations": "Registrations",
    "invitations": "Invitations",
    "mail": "Mail",
    "compare": "Compare",
    "edit": "Edit event",
    "registration": "Registration settings",
    "events": "All events",
    "new": "New event",
    "team": "Team",
    "audit": "Audit",
    "settings": "Settings",
    "system": "System",
}


def furnish(fake: FakeApi) -> EventAnswer:
    """Something hostile wherever other people write."""
    start_afresh(fake)
    fake.world.is_operator = True
    people = [PersonFacts(name=HOSTILE, role=HOSTILE)]
    known = fake.world.add(event(title=f"Cooling {HOSTILE}", hosts=[HOSTILE], people=people, audiences=[HOSTILE]))
    places = cities(300)
    sources = [SourceCount(source=HOSTILE, registered=9, confirmed=8, joined=0)]
    fake.world.change(known.id, cities=places, sources=sources)
    fake.world.team.members[1:] = [member(HOSTILE)]
    fake.world.session.questions[:] = []
    fake.world.session.asks(f"Why? {HOSTILE}")
    fake.world.settings.findings = [SystemFinding(check="x", level="warning", says=HOSTILE, remedy=HOSTILE)]
    return known


@pytest.fixture(params=[(1440, "light"), (1440, "dark"), (420, "light")], ids=lambda one: f"{one[1]}-{one[0]}")
def screen(request: pytest.FixtureRequest, chromium: Browser, fake: FakeApi) -> Iterator[tuple[Page, str]]:
    furnish(fake)
    width, scheme = request.param
    for tab in tab_of(chromium, width, 1000, scheme):
        yield tab, f"{scheme}-{width}"
    fake.world.is_operator = False


def test_every_page_is_drawn_fits_and_asks_nobody_else(screen: tuple[Page, str], address: str) -> None:
    tab, name = screen
    sign_in(tab, address)
    expect(tab.locator("h1").first).to_contain_text("Cooling", timeout=FIRST_PAGE)
    for path, heading in PAGES.items():
        if path:
            tab.goto(f"{address}/{path}")
            expect(tab.locator("h1").first).to_have_text(heading or "", timeout=FIRST_PAGE)
        expect(tab.get_by_text("could not be drawn")).to_have_count(0)
        expect(tab.locator('[data-testid="stException"]')).to_have_count(0)
        assert tab.locator('main img[src*="evil"]').count() == 0
        # Nothing that lies beyond the right edge.
        assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        tab.screenshot(path=picture(f"page-{path or 'live'}-{name}.png"))


def test_the_map_is_drawn_over_land_of_ours(page: Page, fake: FakeApi, address: str) -> None:
    furnish(fake)
    answers: list[tuple[str, int]] = []
    page.on("response", lambda answer: answers.append((answer.url, answer.status)))
    sign_in(page, address)

    expect(page.get_by_text("cities in 27 countries")).to_be_visible(timeout=FIRST_PAGE)
    page.locator(".st-key-card_map canvas, .st-key-card_map svg").first.wait_for(timeout=FIRST_PAGE)
    page.wait_for_function("performance.getEntriesByType('resource').some(e => e.name.includes('land.json'))")

    assert [status for url, status in answers if "land.json" in url][:1] == [200]


def test_days_instead_of_the_curve_stand_in_the_address(page: Page, fake: FakeApi, address: str) -> None:
    furnish(fake)
    sign_in(page, address)
    page.get_by_role("radio", name="Per day").or_(page.get_by_role("button", name="Per day")).first.click()

    expect(page.get_by_role("heading", name="Registrations per day")).to_be_visible(timeout=15_000)
    page.wait_for_url("**by=day**")


def test_a_join_is_on_the_session_page_within_five_seconds(page: Page, fake: FakeApi, address: str) -> None:
    furnish(fake)
    sign_in(page, address, "/session")
    joined = page.get_by_test_id("stMetric").filter(has_text="Joined").get_by_test_id("stMetricValue")
    expect(joined).to_have_text("120", timeout=FIRST_PAGE)
    fake.world.session.changes = {"joined": 121}

    expect(joined).to_have_text("121", timeout=5_000)
    fake.world.session.changes = {}


def test_a_programme_is_written_timed_and_saved(page: Page, fake: FakeApi, address: str) -> None:
    start_afresh(fake)
    fake.world.changes.clear()
    fake.world.add(event(title="Trees", minutes=30))
    sign_in(page, address, "/edit?part=programme")
    page.get_by_text("As text").first.click()
    page.get_by_label("One item a line: minutes | title").fill("10 | Welcome\n25 | Trees in the street")
    page.get_by_label("One item a line: minutes | title").press("Control+Enter")
    expect(page.get_by_text("5 min too long")).to_be_visible(timeout=15_000)
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_text("Everything is saved.")).to_be_visible(timeout=15_000)
    assert [item["title"] for item in fake.world.changes[-1]["programme"]] == ["Welcome", "Trees in the street"]


def test_the_keyboard_reaches_every_page_and_the_content(page: Page, fake: FakeApi, address: str) -> None:
    furnish(fake)
    sign_in(page, address)
    expect(page.locator("h1").first).to_contain_text("Cooling", timeout=FIRST_PAGE)
    page.locator("body").press("Tab")
    reached = []
    for _ in range(40):
        reached.append(page.evaluate("document.activeElement.innerText || document.activeElement.ariaLabel || ''"))
        page.keyboard.press("Tab")

    assert any("Skip to main content" in one for one in reached)
    assert {"Session", "Compare", "Team"} <= {one.split("\n")[-1].strip() for one in reached}
    unnamed = page.locator("main button:visible").evaluate_all(
        "all => all.filter(b => !(b.innerText.trim() || b.ariaLabel || b.title)).length"
    )
    assert unnamed == 0
