"""Signing in and out, with a real browser's headers and without JavaScript."""

import re

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from services.dashboard import sign_in
from services.dashboard.cookies import sign_out_proof
from services.dashboard.gate import Gate
from services.dashboard.origins import safe_return
from shared.settings import get_settings
from tests.dashboard.fake_api import PASSWORD, Refusal

HTML = {"accept": "text/html"}


@pytest.fixture
def browser(fake):
    """The sign-in pages and the gate, before a page that only says that it was reached."""
    inside = Route("/dashboard/{rest:path}", lambda _: PlainTextResponse("inside"))
    app = Starlette(routes=[*sign_in.routes, inside], middleware=[Middleware(Gate)])
    with TestClient(app, base_url="http://127.0.0.1:8501", follow_redirects=False) as client:
        yield client


def test_a_visitor_is_shown_the_sign_in_page_and_returns_to_where_he_wanted(browser):
    answer = browser.get("/dashboard/?event=7&live=0", headers=HTML)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/dashboard/auth/sign-in?next=%2Fdashboard%2F%3Fevent%3D7%26live%3D0"

    answer = submit(browser, next="/dashboard/?event=7&live=0")

    assert answer.headers["location"] == "/dashboard/?event=7&live=0"
    assert browser.get("/dashboard/?event=7", headers=HTML).text == "inside"


def test_what_the_page_itself_loads_needs_no_session(browser):
    for path in ("/dashboard/_stcore/health", "/dashboard/static/js/index.js", "/dashboard/app/static/icon.png"):
        assert browser.get(path, headers=HTML).text == "inside"


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(browser):
    cookie = submit(browser).headers["set-cookie"]

    assert re.match(r"plenary_session=token-\S+;", cookie)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/dashboard;" in cookie
    assert 28_700 < int(re.search(r"Max-Age=(\d+)", cookie)[1]) <= 28_800
    assert "Secure" not in cookie


def test_behind_https_the_cookie_is_secure(browser, monkeypatch):
    monkeypatch.setenv("PLENARY_DASHBOARD_URL", "https://events.example.org")
    get_settings.cache_clear()

    assert "Secure" in submit(browser).headers["set-cookie"]


def test_a_wrong_password_is_refused_in_the_words_of_the_api(browser):
    answer = submit(browser, password="wrong")

    assert answer.status_code == 401
    assert "The address or the password is wrong." in answer.text
    assert 'value="noor@example.org"' in answer.text
    assert "plenary_session" not in answer.headers["set-cookie"]


def test_too_many_attempts_are_reported_as_such(browser, fake):
    fake.world.refuse["/sessions"] = Refusal(429, "too-many-requests", "Too many attempts", "Wait a minute.")

    answer = submit(browser)

    assert answer.status_code == 429
    assert "Wait a minute." in answer.text


def test_a_silent_api_is_not_blamed_on_the_password(browser, fake):
    fake.world.refuse["/sessions"] = Refusal(503, "down", "Down")

    answer = submit(browser)

    assert answer.status_code == 503
    assert "Nothing is wrong with your password" in answer.text


def test_a_form_from_elsewhere_signs_nobody_in(browser):
    assert submit(browser, headers={"origin": "http://evil.example"}).status_code == 403
    assert submit(browser, headers={"origin": "null"}).status_code == 403
    assert submit(browser, proof="guessed").status_code == 403


def test_our_own_origin_is_accepted(browser):
    assert submit(browser, headers={"origin": "http://127.0.0.1:8501"}).status_code == 303


def test_what_was_typed_is_escaped(browser):
    answer = submit(browser, address='"><script>alert(1)</script>', password="wrong")

    assert "<script>" not in answer.text


def test_an_endless_form_is_refused(browser):
    assert submit(browser, address="a" * 20_000).status_code == 413


def test_the_page_runs_nothing_and_loads_only_from_here(browser):
    policy = browser.get("/dashboard/auth/sign-in").headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_signing_out_ends_the_session_at_the_api_too(browser, fake):
    submit(browser)
    token = browser.cookies["plenary_session"]

    answer = browser.post("/dashboard/auth/sign-out", data={"proof": sign_out_proof(token)})

    assert answer.headers["location"] == "/dashboard/auth/sign-in?signed-out"
    assert token not in fake.world.tokens
    assert "plenary_session" not in browser.cookies


def test_nobody_is_signed_out_by_another_site(browser, fake):
    submit(browser)

    browser.post("/dashboard/auth/sign-out", data={"proof": "guessed"})

    assert fake.world.tokens
    assert "plenary_session" in browser.cookies


@pytest.mark.parametrize(
    "wish",
    [
        "https://evil.example/dashboard",
        "//evil.example/dashboard/",
        "/\\evil.example",
        "/dashboard\\@evil.example",
        "javascript:alert(1)",
        "/dashboardevil",
        "/dashboard/auth/sign-out",
        "/dashboard/\r\nSet-Cookie: a=b",
        "",
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(wish):
    assert safe_return(wish) == "/dashboard/"


def submit(browser, *, headers=None, **fields):
    browser.cookies.delete("plenary_form") if "plenary_form" in browser.cookies else None
    page = browser.get("/dashboard/auth/sign-in").text
    form = {
        "address": "noor@example.org",
        "password": PASSWORD,
        "next": "",
        "proof": re.search(r'name="proof" value="([^"]+)"', page)[1],
    }
    return browser.post("/dashboard/auth/sign-in", data=form | fields, headers=headers or {})
