"""The way to an identity provider and back, in a browser's headers, against a provider that checks what it is given."""

from urllib.parse import urlsplit

import pytest
import requests
from starlette.applications import Starlette
from starlette.testclient import TestClient

from services.dashboard import oidc, sign_in
from shared.settings import get_settings
from tests.oidc_provider import CLIENT, SECRET, running_provider


@pytest.fixture
def provider(fake, monkeypatch):
    with running_provider() as running:
        for name, value in {
            "ISSUER": running.issuer,
            "CLIENT_ID": CLIENT,
            "CLIENT_SECRET": SECRET,
            "NAME": "Rivers",
        }.items():
            monkeypatch.setenv(f"PLENARY_OIDC_{name}", value)
        get_settings.cache_clear()
        yield running
    monkeypatch.undo()
    get_settings.cache_clear()


@pytest.fixture
def browser(provider):
    app = Starlette(routes=[*sign_in.routes, *oidc.routes()])
    with TestClient(app, base_url="http://127.0.0.1:8501", follow_redirects=False) as client:
        yield client


def go_there(browser, path="/dashboard/auth/identity"):
    """To the provider and as far back as its answer, without following it."""
    start = browser.get(path)
    assert start.status_code == 303
    return requests.get(start.headers["location"], allow_redirects=False, timeout=5).headers["location"]


def back(browser, location):
    parts = urlsplit(location)
    return browser.get(f"{parts.path}?{parts.query}")


def test_signing_in_there_signs_in_here_and_returns_to_where_one_wanted(fake, browser):
    page = browser.get("/dashboard/auth/sign-in?next=/dashboard/team")
    assert "Sign in with Rivers" in page.text

    answer = back(browser, go_there(browser, "/dashboard/auth/identity?next=/dashboard/team"))

    assert (answer.status_code, answer.headers["location"]) == (303, "/dashboard/team")
    session = next(one for one in answer.headers.get_list("set-cookie") if one.startswith("plenary_session="))
    assert "HttpOnly" in session
    assert "token" not in answer.headers["location"]


def test_an_answer_that_was_not_asked_for_here_leads_nowhere(browser, provider):
    location = go_there(browser)
    browser.cookies.clear()

    answer = back(browser, location)

    assert answer.status_code == 403
    assert "This sign-in had expired" in answer.text


def test_what_the_provider_refuses_and_its_silence_are_said(browser, provider):
    location = go_there(browser)
    provider.codes.clear()

    assert back(browser, location).status_code == 503
    denied = go_there(browser)
    state = denied.rpartition("state=")[2]
    assert browser.get(f"/dashboard/auth/identity/callback?error=access_denied&state={state}").status_code == 401


def test_another_site_is_not_returned_to(fake, browser):
    answer = back(browser, go_there(browser, "/dashboard/auth/identity?next=https://evil.example/"))

    assert answer.headers["location"] == "/dashboard/"


def test_without_a_provider_there_is_no_such_way(fake):
    get_settings.cache_clear()
    assert oidc.routes() == []
