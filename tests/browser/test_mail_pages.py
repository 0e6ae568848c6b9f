"""The pages of mail and invitations in a real browser, against the fake API."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import pytest
from playwright.sync_api import Page, expect

from shared.schemas.mail import Ledger, Participations, QueueForecast
from tests.browser.dashboard import (  # noqa: F401 - fixtures are found by their names
    FIRST_PAGE,
    address,
    chromium,
    draw_whole,
    fake,
    go,
    page,
    picture,
    sign_in,
    start_afresh,
    tab_of,
)
from tests.dashboard.fake_api import FakeApi
from tests.dashboard.fake_mail import Mail, counts
from tests.dashboard.specimens import HOSTILE, event

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture(autouse=True)
def empty_mail(fake: FakeApi) -> None:  # noqa: F811
    """The routes hold on to these objects, so they are emptied and not replaced."""
    vars(fake.world.mail).update(vars(Mail()))
    fake.world.invitations.rows.clear()
    fake.world.invitations.sent.clear()
    fake.world.changes.clear()


def prepare(fake: FakeApi, **facts):  # noqa: F811
    """An event with a bit of everything, part of it hostile."""
    webinar = fake.world.add(event(audiences=["Students", HOSTILE], **facts))
    mail = fake.world.mail
    rule = mail.add_rule(minutes_before=1440, texts={"en": {"introduction": "Dear {{ name }}, bring water."}})
    mail.add_rule(kind="follow-up", anchor="end", minutes_before=-120, is_paused=True)
    mail.kinds = [
        counts("confirmation", sent=1003, pending=2, failed=3, bounced=4),
        counts("reminder", rule.id, pending=1240),
    ]
    mail.ledger = Ledger(revision=2, current=991, stale=12, none=3, waiting=2)
    mail.participations = Participations(accepted=402, tentative=31, declined=12)
    starts = webinar.starts_at
    mail.forecast = QueueForecast(
        waiting=1240, per_minute=60, needed_by=starts, expected_at=starts + timedelta(minutes=20), is_late=True
    )
    mail.lose("José María de la Torre y Hernández-Valdivieso")
    mail.lose(HOSTILE, reason=f"550 5.1.1 unknown {HOSTILE}")
    mail.refuse(reply=f"550 5.1.1 unknown {HOSTILE}")
    mail.rehearse(subject=HOSTILE, rule_id=rule.id)
    mail.rehearse(kind="confirmation", at=None, at_local="")
    return webinar


def test_mail_is_watched_and_an_address_corrected(page: Page, fake, address):  # noqa: F811
    webinar = prepare(fake)
    person = fake.world.people.add(webinar.id, "Grace Hopper")
    fake.world.mail.lose("Grace Hopper", registration_id=person.id)
    sign_in(page, address, f"/mail?event={webinar.id}")

    expect(page.get_by_text("1,240 mails wait; at 60 a minute")).to_be_visible(timeout=FIRST_PAGE)
    expect(page.get_by_text("3 people have no working join link")).to_be_visible()
    fake.world.mail.kinds = [counts("confirmation", sent=2222)]
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("2,222", timeout=15_000)
    page.get_by_role("textbox", name="Address of Grace Hopper").fill("grace@example.com")
    page.locator(f".st-key-lost_save_{person.id}").get_by_role("button").click()

    expect(page.get_by_text("The address of Grace Hopper is corrected")).to_be_visible(timeout=15_000)
    assert fake.world.people.get(str(person.id)).address == "grace@example.com"
    assert page.locator("img[src*=evil], a[href*=evil]").count() == 0


def test_old_entries_are_sent_again(page: Page, fake, address):  # noqa: F811
    webinar = prepare(fake)
    sign_in(page, address, f"/mail?event={webinar.id}")
    page.get_by_role("button", name="Send it again …").click(timeout=FIRST_PAGE)
    page.get_by_role("dialog").get_by_role("button", name="Send to 13 people").click()
    expect(page.get_by_text("13 calendar entries are on the way")).to_be_visible(timeout=15_000)


def test_a_rule_is_written_previewed_and_saved(page: Page, fake, address):  # noqa: F811
    webinar = prepare(fake)
    sign_in(page, address, f"/mail?event={webinar.id}&view=rules")
    page.get_by_role("button", name="Edit").first.click(timeout=FIRST_PAGE)
    mail = page.frame_locator("iframe").frame_locator("iframe")
    expect(mail.get_by_text("Dear {{ name }}, bring water.")).to_be_visible(timeout=15_000)

    page.get_by_role("radio", name="Spanish").click()
    expect(page.get_by_role("textbox", name="Introduction (optional)")).to_have_value("", timeout=15_000)
    page.get_by_role("textbox", name="Introduction (optional)").fill("Hola {{ name")
    page.keyboard.press("Tab")
    expect(page.get_by_text("that is never closed, in line 1")).to_be_visible(timeout=15_000)
    page.get_by_role("textbox", name="Introduction (optional)").fill("Hola {{ name }}")
    page.keyboard.press("Tab")
    expect(mail.get_by_text("Hola {{ name }}")).to_be_visible(timeout=15_000)
    page.screenshot(path=picture("mail-rule-1440.png"))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible(timeout=15_000)

    texts = fake.world.mail.rules[0].texts
    assert (texts["es"].introduction, texts["en"].introduction) == ("Hola {{ name }}", "Dear {{ name }}, bring water.")


class _Listener(BaseHTTPRequestHandler):
    """Notes who asks it for anything."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def listener() -> Iterator[str]:
    _Listener.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Listener)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_mail_that_is_previewed_fetches_nothing_and_runs_nothing(page: Page, fake, address, listener):  # noqa: F811
    webinar = prepare(fake)
    fake.world.mail.html = (
        f"<img src={listener}/image><link rel=stylesheet href={listener}/style><iframe src={listener}/frame></iframe>"
        f"<script>fetch('{listener}/script'); top.document.title = 'taken'</script><video src={listener}/video></video>"
        f"<style>body{{background:url({listener}/background)}}</style><link rel=prefetch href={listener}/prefetch>"
        f"<form action={listener}/form><button>Send</button></form><object data={listener}/object></object>"
        f"<a href={listener}/link>Follow</a>"
    )
    sign_in(page, address, f"/mail?event={webinar.id}&view=rules")
    page.get_by_role("button", name="Edit").first.click(timeout=FIRST_PAGE)
    mail = page.frame_locator("iframe").frame_locator("iframe")
    expect(mail.get_by_text("Dear {{ name }}, bring water.")).to_be_visible(timeout=15_000)
    mail.get_by_role("button", name="Send").click()
    mail.get_by_role("link", name="Follow").click()
    # A request would come at once; that none comes can only be seen by letting the time pass.
    page.wait_for_timeout(2_000)

    assert _Listener.asked == []
    assert page.title() != "taken"


def test_a_notice_is_sent_only_after_its_number_was_seen(page: Page, fake, address):  # noqa: F811
    webinar = prepare(fake)
    sign_in(page, address, f"/mail?event={webinar.id}&view=rules")
    page.get_by_role("combobox", name="Add a rule").click(timeout=FIRST_PAGE)
    page.get_by_role("option", name="Notice").click()
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("textbox", name="Introduction (optional)").fill("The room has changed.")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Go on …").click()
    page.get_by_role("dialog").get_by_role("button", name="Send to 318 people").click(timeout=15_000)

    expect(page.get_by_text("It is on its way")).to_be_visible(timeout=15_000)
    assert fake.world.mail.rules[-1].state == "sent"


def test_the_rehearsal_shows_a_mail_before_it_is_sent(page: Page, fake, address):  # noqa: F811
    webinar = prepare(fake)
    sign_in(page, address, f"/mail?event={webinar.id}&view=rehearsal")
    page.get_by_role("button", name="Show").first.click(timeout=FIRST_PAGE)
    mail = page.frame_locator("iframe").frame_locator("iframe")
    expect(mail.get_by_text("See you soon.")).to_be_visible(timeout=15_000)
    assert page.locator("img[src*=evil], a[href*=evil]").count() == 0


def test_texts_are_written_and_saved(page: Page, fake, address):  # noqa: F811
    webinar = prepare(fake)
    sign_in(page, address, f"/mail?event={webinar.id}&view=texts")
    page.get_by_role("textbox", name="Subject (optional)").fill("You are in", timeout=FIRST_PAGE)
    page.keyboard.press("Tab")
    expect(page.get_by_text("You are in: Cooling cities")).to_be_visible(timeout=15_000)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Everything is saved.")).to_be_visible(timeout=15_000)
    assert fake.world.events[str(webinar.id)].mail_texts["confirmation"]["en"].subject == "You are in"


def test_a_list_is_looked_at_invited_and_one_withdrawn(page: Page, fake, address):  # noqa: F811
    webinar = prepare(fake)
    fake.world.invitations.add(HOSTILE, address="bob@example.org")
    sign_in(page, address, f"/invitations?event={webinar.id}")
    page.get_by_role("radio", name="Invite people").click(timeout=FIRST_PAGE)
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": b"ada@example.org\nbob@example.org\n"}
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("people.csv")).to_be_visible(timeout=15_000)
    page.get_by_role("textbox", name="Paste addresses").fill("Grace <grace@example.org>")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Look at the list").click()
    expect(page.get_by_text("What would happen: 3 addresses found")).to_be_visible(timeout=15_000)
    page.screenshot(path=picture("invitations-trial-1440.png"))
    page.get_by_role("button", name="Invite 2 people").click()
    expect(page.get_by_text("2 people are invited")).to_be_visible(timeout=15_000)

    page.get_by_role("radio", name="The list").click()
    expect(page.get_by_text("All 3")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("1 to 3, as of")).to_be_visible(timeout=15_000)
    table = page.get_by_test_id("stDataFrame").locator("canvas").first
    expect(table).to_be_visible(timeout=15_000)
    table.click(position={"x": 120, "y": 36 + 18}, force=True)
    page.get_by_role("button", name="Withdraw …").click(timeout=15_000)
    page.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("Withdrawn", exact=True)).to_be_visible(timeout=15_000)
    assert [row.address for row in fake.world.invitations.rows] == ["grace@example.org", "ada@example.org"]
    assert page.locator("img[src*=evil], a[href*=evil]").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 768, 420])
def test_the_pages_of_mail_fit_any_screen(chromium, fake, address, width, scheme):  # noqa: F811
    start_afresh(fake)
    webinar = prepare(fake, starts_at=datetime.now(UTC) + timedelta(days=1, hours=16))
    for number in range(12):
        fake.world.invitations.add(f"Person {number} " + "von Hohenzollern-Sigmaringen " * (number % 4))
    for tab in tab_of(chromium, width, 900, scheme):
        sign_in(tab, address, f"/mail?event={webinar.id}")
        expect(tab.get_by_role("heading", name="Mail that did not arrive")).to_be_visible(timeout=FIRST_PAGE)
        draw_whole(tab, f"mail-{scheme}-{width}.png", width)
        go(tab, f"{address}/mail?event={webinar.id}&view=rules")
        tab.get_by_role("button", name="Edit").first.click(timeout=FIRST_PAGE)
        expect(tab.get_by_role("button", name="Send it to me")).to_be_visible(timeout=15_000)
        draw_whole(tab, f"mail-rules-{scheme}-{width}.png", width)
        go(tab, f"{address}/mail?event={webinar.id}&view=rehearsal")
        expect(tab.get_by_role("button", name="Rehearse again")).to_be_visible(timeout=FIRST_PAGE)
        draw_whole(tab, f"mail-rehearsal-{scheme}-{width}.png", width)
        go(tab, f"{address}/mail?event={webinar.id}&view=texts")
        expect(tab.get_by_role("button", name="Send it to me")).to_be_visible(timeout=FIRST_PAGE)
        draw_whole(tab, f"mail-texts-{scheme}-{width}.png", width)
        go(tab, f"{address}/invitations?event={webinar.id}")
        expect(tab.get_by_role("heading", name="How many a day")).to_be_visible(timeout=FIRST_PAGE)
        draw_whole(tab, f"invitations-{scheme}-{width}.png", width)
