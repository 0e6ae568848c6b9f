"""The dashboard under test: a fake API in a thread, and pages run by Streamlit's own test harness."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from services.dashboard import viewer
from services.dashboard.api_client import api
from shared.settings import get_settings
from tests.dashboard.fake_api import FakeApi, running_fake

ROOT = Path(__file__).parents[2]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeApi]:
    with running_fake() as running:
        monkeypatch.setenv("PLENARY_API_URL", running.url)
        _forget()
        yield running
    _forget()


def _forget() -> None:
    """What a process remembers: settings, connections and cached answers."""
    get_settings.cache_clear()
    api.cache_clear()
    wait_for_the_cache_to_pass()


def wait_for_the_cache_to_pass() -> None:
    """As a few seconds would: what was fetched for all viewers is forgotten."""
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def open_page(fake: FakeApi, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Open a page as a signed-in organiser, or as whoever holds `token`."""

    def open_one(page: str = "", *, token: str | None = None, **address: str) -> AppTest:
        held = fake.world.sign_in() if token is None else token
        # The harness has no browser, and so no cookies.
        monkeypatch.setattr(viewer, "session_token", lambda: held)
        harness = AppTest.from_file(ROOT / "services" / "dashboard" / "app.py", default_timeout=30)
        for name, value in address.items():
            harness.query_params[name] = value
        harness.run()
        if page:
            harness.switch_page(page).run()
        assert not harness.exception
        return harness

    return open_one


def words(page: AppTest) -> str:
    """Everything that the page draws as HTML, as it would be sent to the browser."""
    return "\n".join(_html(element) for element in page.get("html"))


def _html(element: Any) -> str:
    return str(element.proto.body)


def metrics(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}
